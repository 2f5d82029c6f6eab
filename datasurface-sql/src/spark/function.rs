//! Functions, as Spark itself lists them.

use crate::input::is;
use datasurface_schema::nearest;

/// The functions of Spark 3.5.4, each with its group and with the least and the most arguments that it takes. Spark wrote it: a test of the
/// platform on AWS compares each line with the engine. Without `reflect` and `java_method`, which no job gives to a statement.
const LIST: &str = include_str!("functions.txt");

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SparkFunction {
    group: &'static str,
    least: usize,
    /// None of a function that takes any count.
    most: Option<usize>,
}

impl SparkFunction {
    /// Finds a function by its name, in whichever case.
    pub(super) fn find(name: &str) -> Option<Self> {
        lines().find(|(known, ..)| is(known, name)).and_then(|(_, group, least, most)| {
            Some(Self { group, least: least.parse().ok()?, most: most.parse().ok() })
        })
    }

    pub(super) fn takes(self, count: usize) -> bool {
        count >= self.least && self.most.is_none_or(|most| count <= most)
    }

    /// The counts of arguments that it takes, for people.
    pub(super) fn counts(self) -> String {
        match self.most {
            Some(most) if most == self.least => most.to_string(),
            Some(most) => format!("{} to {most}", self.least),
            None => format!("{} or more", self.least),
        }
    }

    /// Whether it makes one value of many rows.
    pub(super) fn is_aggregate(self) -> bool {
        self.group == "agg"
    }

    /// Whether it is computed over a window alone.
    pub(super) fn is_of_window(self) -> bool {
        self.group == "window"
    }
}

/// The name of a function that is nearest to one that there is not.
pub(super) fn nearest_name(name: &str) -> Option<&'static str> {
    nearest(&name.to_lowercase(), lines().map(|(known, ..)| known))
}

fn lines() -> impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)> {
    LIST.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.next()?, words.next()?, words.next()?))
    })
}
