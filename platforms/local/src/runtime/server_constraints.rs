//! What a copy does not accept, compared with what was rendered: a constraint of somebody else may refuse what is due.

use crate::sql::quote::{quoted, unquoted};
use std::collections::BTreeSet;

/// The constraints of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Constraints {
    /// The columns that are `NOT NULL`.
    pub(super) not_null: BTreeSet<String>,
    /// The columns of the primary key, in its order.
    pub(super) key: Vec<String>,
    /// The names of all others, unique indexes among them.
    pub(super) others: Vec<String>,
    /// The columns that a plan marked as ones that may be NULL for now: it added them, or rows had no value in them.
    pub(super) may_be_null: BTreeSet<String>,
}

impl Constraints {
    /// Reads the constraints of a rendered statement: one column to a line, and the primary key in the last one.
    pub(super) fn from_rendered(create: &str) -> Self {
        let mut rendered = Self::default();
        for line in create.lines().map(|line| line.trim().trim_end_matches(',')) {
            if let Some(columns) = line.strip_prefix("PRIMARY KEY (") {
                rendered.key = names(columns);
            } else if line.ends_with(" NOT NULL") {
                rendered.not_null.extend(unquoted(line));
            }
        }
        rendered
    }

    /// How a table differs from what this statement makes together with these indexes, for people. A column that may be NULL and is
    /// rendered otherwise is none of it where a plan says so.
    pub(super) fn differences(&self, create: &str, indexes: &[String]) -> Vec<String> {
        let rendered = Self::from_rendered(create);
        let mut differences = Vec::new();
        if self.key != rendered.key {
            let key = if self.key.is_empty() { "none".to_owned() } else { self.key.join(", ") };
            differences.push(format!("another primary key: {key}"));
        }
        // The columns of a key cannot be NULL, whatever is said of them.
        let is_new = |name: &&String| !rendered.not_null.contains(*name) && !self.key.contains(*name);
        let required: Vec<&str> = self.not_null.iter().filter(is_new).map(String::as_str).collect();
        if !required.is_empty() {
            differences.push(format!("columns that nobody rendered as NOT NULL: {}", required.join(", ")));
        }
        let is_excused = |name: &&String| self.not_null.contains(*name) || self.may_be_null.contains(*name);
        let optional: Vec<&str> =
            rendered.not_null.iter().filter(|name| !is_excused(name)).map(String::as_str).collect();
        if !optional.is_empty() {
            differences.push(format!("columns that may be NULL, and may not: {}", optional.join(", ")));
        }
        let others = self.others.iter().filter(|name| !indexes.contains(*name));
        let others: Vec<&str> = others.map(String::as_str).collect();
        if !others.is_empty() {
            differences.push(format!("constraints that nobody rendered: {}", others.join(", ")));
        }
        differences
    }
}

/// The names in a list of quoted ones.
fn names(list: &str) -> Vec<String> {
    let (mut names, mut rest) = (Vec::new(), list);
    while let Some(name) = rest.find('"').and_then(|at| rest.get(at..)).and_then(unquoted) {
        let after = rest.find('"').map(|at| at + quoted(&name).len());
        rest = after.and_then(|after| rest.get(after..)).unwrap_or_default();
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const RENDERED: &str = "CREATE TABLE \"t\" (\n  \"a\" integer NOT NULL,\n  \"b, c\" text,\n  \"batch_in\" bigint NOT NULL,\n  PRIMARY KEY (\"a\", \"batch_in\")\n)";

    fn as_rendered() -> Constraints {
        Constraints {
            not_null: ["a", "batch_in"].map(str::to_owned).into(),
            key: ["a", "batch_in"].map(str::to_owned).into(),
            others: vec!["t.live".to_owned()],
            may_be_null: BTreeSet::new(),
        }
    }

    fn differences(of: &Constraints) -> Vec<String> {
        of.differences(RENDERED, &["t.live".to_owned(), "t.closed".to_owned()])
    }

    #[test]
    fn what_was_rendered_does_not_differ() {
        let rendered = Constraints { others: Vec::new(), ..as_rendered() };
        assert_eq!(Constraints::from_rendered(RENDERED), rendered);
        assert!(differences(&rendered).is_empty() && differences(&as_rendered()).is_empty());
        assert_eq!(names("\"a\", \"b \"\"c\"\"\", \"d, e\")"), ["a", "b \"c\"", "d, e"]);
    }

    #[test]
    fn what_refuses_more_or_less_differs_unless_a_plan_left_it_so() {
        let mut other = as_rendered();
        other.not_null.insert("b, c".to_owned());
        assert_eq!(differences(&other), ["columns that nobody rendered as NOT NULL: b, c"]);
        let mut loose = Constraints { not_null: ["batch_in".to_owned()].into(), ..as_rendered() };
        assert_eq!(differences(&loose), ["columns that may be NULL, and may not: a"]);
        loose.may_be_null.insert("a".to_owned());
        assert!(differences(&loose).is_empty());
        let mut other = as_rendered();
        other.others.push("theirs".to_owned());
        assert_eq!(differences(&other), ["constraints that nobody rendered: theirs"]);
        let keyless = Constraints { key: Vec::new(), ..as_rendered() };
        assert_eq!(differences(&keyless), ["another primary key: none"]);
    }
}
