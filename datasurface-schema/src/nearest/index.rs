//! The existing names of one kind, arranged so that the nearest one is found without looking at all of them.

use super::nearest;
use crate::Text;

/// Up to this many names, each one is compared.
const FEW: usize = 100;
/// The count of neighbours that are compared where there are more names, on each side, in each arrangement.
const NEIGHBOURS: usize = 16;
/// The length in bytes above which a text is no slip of a name: comparison takes the square of the length.
const LONGEST: usize = 1024;

/// Names by their beginnings, and by their ends: a name with a slip in one half has the other half right.
#[derive(Debug)]
pub struct NameIndex {
    forwards: Vec<(String, Text)>,
    backwards: Vec<(String, Text)>,
}

impl NameIndex {
    /// Arranges names, in whatever order they come.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self::arranged(names.into_iter().map(|name| (name.to_lowercase(), Text::from(name))).collect())
    }

    fn arranged(mut forwards: Vec<(String, Text)>) -> Self {
        forwards.sort();
        forwards.dedup();
        let mut backwards = Vec::new();
        if forwards.len() > FEW {
            backwards = forwards.iter().map(|(folded, name)| (reversed(folded), name.clone())).collect();
            backwards.sort();
        }
        Self { forwards, backwards }
    }

    /// Returns the name that is nearest to one that does not exist, if one is near: by [`nearest`](fn@nearest), of all names where there
    /// are few, otherwise of those that begin or end alike.
    pub fn nearest(&self, wanted: &str) -> Option<&str> {
        if wanted.len() > LONGEST {
            return None;
        }
        if self.forwards.len() <= FEW {
            return nearest(wanted, self.forwards.iter().map(|(_, name)| name.as_str()));
        }
        let folded = wanted.to_lowercase();
        let alike =
            neighbours(&self.forwards, &folded).chain(neighbours(&self.backwards, &reversed(&folded)));
        nearest(wanted, alike)
    }
}

fn neighbours<'a>(sorted: &'a [(String, Text)], wanted: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let at = sorted.partition_point(|(folded, _)| folded.as_str() < wanted);
    sorted.iter().skip(at.saturating_sub(NEIGHBOURS)).take(2 * NEIGHBOURS).map(|(_, name)| name.as_str())
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn among_many_names_a_slip_in_either_half_is_found() {
        let many: Vec<String> = (0..10_000).map(|number| format!("store_{number:05}_data")).collect();
        let names = NameIndex::new(many.iter().map(String::as_str).chain(["Customers"]));
        assert_eq!(names.nearest("custmers"), Some("Customers"));
        assert_eq!(names.nearest("ustomers"), Some("Customers"));
        assert_eq!(names.nearest("Customesr"), Some("Customers"));
        assert_eq!(names.nearest("stroe_04711_data"), Some("store_04711_data"));
        assert_eq!(names.nearest("something_else"), None);
    }

    #[test]
    fn among_few_names_too() {
        assert_eq!(NameIndex::new(["b", "orders"]).nearest("ORDES"), Some("orders"));
        assert_eq!(NameIndex::new([]).nearest(""), None);
    }
}
