//! The file of rules, in YAML as Prometheus reads it.

use super::rule::{self, Rule};
use std::fmt;

/// Rules for Prometheus, by the group of consumers that they are about, after those about the status itself. `Display` writes the file, in
/// YAML.
#[derive(Debug, Default)]
pub struct AlertRules {
    remarks: Vec<String>,
    groups: Vec<(String, Vec<Rule>)>,
}

impl AlertRules {
    /// Adds a group of rules.
    pub(super) fn add(&mut self, name: &str, rules: Vec<Rule>) {
        self.groups.push((name.to_owned(), rules));
    }

    /// Adds a remark for people.
    pub(super) fn remark(&mut self, remark: String) {
        self.remarks.push(remark);
    }
}

impl fmt::Display for AlertRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Made by `datasurface alerts`, for the metrics of `datasurface status --format openmetrics`."
        )?;
        for remark in &self.remarks {
            writeln!(f, "# {remark}")?;
        }
        writeln!(f, "groups:")?;
        write_group(f, "DataSurface", &rule::of_status())?;
        self.groups.iter().try_for_each(|(name, rules)| write_group(f, name, rules))
    }
}

fn write_group(f: &mut fmt::Formatter<'_>, name: &str, rules: &[Rule]) -> fmt::Result {
    writeln!(f, "- name: {}\n  rules:", Quoted(name))?;
    for Rule { alert, expression, seconds, labels, summary } in rules {
        writeln!(
            f,
            "  - alert: {alert}\n    expr: {}\n    for: {seconds}s\n    labels:",
            Quoted(expression)
        )?;
        for (label, value) in labels {
            writeln!(f, "      {label}: {}", Quoted(value))?;
        }
        writeln!(f, "    annotations:\n      summary: {}", Quoted(summary))?;
    }
    Ok(())
}

/// A scalar of YAML: what is between single quotation marks is what it says, but for these marks.
struct Quoted<'t>(&'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\'', "''"))
    }
}
