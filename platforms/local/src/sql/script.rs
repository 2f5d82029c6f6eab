//! Files of SQL that a person reads and a runtime executes: a head, then sections, each introduced by a line
//! `-- [name] what it is for`.

use crate::prelude::{Latency, StorageNames, serde_json};
use std::fmt;

/// A rendered file of SQL.
///
/// ```
/// use datasurface_local::Script;
/// let text = "-- resource: table.NW_Data.customers\n-- database: northwind.db\n\n-- [create] Makes it.\nSELECT 1;\n";
/// let script = Script::parse(text).unwrap();
/// assert_eq!(script.section("create"), Some("SELECT 1;"));
/// assert_eq!(script.to_string(), text);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    resource: String,
    database: String,
    reads: Option<Attached>,
    promised: Option<Latency>,
    called: StorageNames,
    notes: Vec<String>,
    sections: Vec<Section>,
}

/// A second database file that a script reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// The file.
    pub file: String,
    /// The name that the statements use for the second database.
    pub schema: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    name: String,
    about: String,
    sql: String,
}

/// A text that is no rendered file of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    missing: &'static str,
}

impl std::error::Error for ScriptError {}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the head of the file has no line `-- {}…`", self.missing)
    }
}

const RESOURCE: &str = "resource: ";
const DATABASE: &str = "database: ";
const READS: &str = "-- reads: ";
const PROMISED: &str = "-- promised: within ";
const SECONDS: &str = " s";
const CALLED: &str = "-- called: ";
/// What begins the line that introduces a section.
pub(crate) const SECTION: &str = "-- [";

impl Script {
    /// A file for a resource, to be executed with this database file as `main`.
    pub(crate) fn new(resource: impl Into<String>, database: impl Into<String>) -> Self {
        Self {
            resource: resource.into(),
            database: database.into(),
            reads: None,
            promised: None,
            called: StorageNames::default(),
            notes: Vec::new(),
            sections: Vec::new(),
        }
    }

    /// Reads a second database file as this schema.
    #[must_use]
    pub(crate) fn with_attached(mut self, file: impl Into<String>, schema: impl Into<String>) -> Self {
        self.reads = Some(Attached { file: file.into(), schema: schema.into() });
        self
    }

    /// What is read here may be this late.
    #[must_use]
    pub(crate) fn with_promised_latency(mut self, latency: Option<Latency>) -> Self {
        self.promised = latency;
        self
    }

    /// The names of now of what the script is about, by storage names, where they differ.
    #[must_use]
    pub(crate) fn with_called(mut self, called: StorageNames) -> Self {
        self.called = called;
        self
    }

    /// Says something to the reader.
    #[must_use]
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a section: its name, what it is for, and its statements, each with its semicolon.
    #[must_use]
    pub(crate) fn add_section(
        mut self,
        name: &str,
        about: &str,
        statements: impl IntoIterator<Item = String>,
    ) -> Self {
        let statements: Vec<String> = statements.into_iter().collect();
        self.sections.push(Section {
            name: name.to_owned(),
            about: about.to_owned(),
            sql: statements.join("\n\n"),
        });
        self
    }

    /// Reads a rendered file.
    ///
    /// # Errors
    ///
    /// If the text has another form than a rendered file.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let mut lines = text.lines().peekable();
        let mut head = |missing: &'static str| {
            let line = lines.next().and_then(|line| line.strip_prefix("-- "));
            line.and_then(|line| line.strip_prefix(missing)).ok_or(ScriptError { missing })
        };
        let mut script = Self::new(head(RESOURCE)?, head(DATABASE)?);
        let reads = lines.peek().and_then(|line| line.strip_prefix(READS)?.rsplit_once(" as "));
        if let Some((file, schema)) = reads {
            script = script.with_attached(file, schema);
            lines.next();
        }
        let promised = lines.peek().and_then(|line| line.strip_prefix(PROMISED)?.strip_suffix(SECONDS));
        if let Some(seconds) = promised.and_then(|seconds| seconds.parse().ok()) {
            script = script.with_promised_latency(Some(Latency::seconds(seconds)));
            lines.next();
        }
        let called = lines.peek().and_then(|line| line.strip_prefix(CALLED));
        if let Some(called) = called.and_then(|called| serde_json::from_str(called).ok()) {
            script = script.with_called(called);
            lines.next();
        }
        let mut sql: Vec<&str> = Vec::new();
        for line in lines {
            if let Some((name, about)) = introduction(line) {
                script.finish(&mut sql);
                script = script.add_section(name, about, []);
            } else if script.sections.is_empty() {
                script.notes.extend(line.strip_prefix("-- ").map(str::to_owned));
            } else {
                sql.push(line);
            }
        }
        script.finish(&mut sql);
        Ok(script)
    }

    fn finish(&mut self, sql: &mut Vec<&str>) {
        if let Some(section) = self.sections.last_mut() {
            section.sql = sql.join("\n").trim_end().to_owned();
        }
        sql.clear();
    }

    /// The address of the resource that it is for.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The database file that its statements are executed in.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The second database file that they read, if they do.
    #[must_use]
    pub fn attached(&self) -> Option<&Attached> {
        self.reads.as_ref()
    }

    /// The greatest delay that readers of the table were promised, if any.
    #[must_use]
    pub fn promised_latency(&self) -> Option<Latency> {
        self.promised
    }

    /// The names of now of what the script is about, by storage names, where they differ.
    #[must_use]
    pub fn called(&self) -> &StorageNames {
        &self.called
    }

    /// The notes for the reader of the file.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Returns the statements of a section.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&str> {
        let section = self.sections.iter().find(|section| section.name == name);
        section.map(|section| section.sql.as_str())
    }

    /// Returns the purpose of a section.
    #[must_use]
    pub fn section_description(&self, name: &str) -> Option<&str> {
        let section = self.sections.iter().find(|section| section.name == name);
        section.map(|section| section.about.as_str())
    }

    /// The names of the sections, in order.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(|section| section.name.as_str())
    }
}

fn introduction(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix(SECTION)?.split_once("] ")
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "-- {RESOURCE}{}", self.resource)?;
        writeln!(f, "-- {DATABASE}{}", self.database)?;
        if let Some(Attached { file, schema }) = &self.reads {
            writeln!(f, "{READS}{file} as {schema}")?;
        }
        if let Some(latency) = self.promised {
            writeln!(f, "{PROMISED}{}{SECONDS}", latency.as_seconds())?;
        }
        if let Some(called) = serde_json::to_string(&self.called).ok().filter(|_| !self.called.is_empty()) {
            writeln!(f, "{CALLED}{called}")?;
        }
        for note in &self.notes {
            writeln!(f, "-- {note}")?;
        }
        for section in &self.sections {
            writeln!(f, "\n{SECTION}{}] {}\n{}", section.name, section.about, section.sql)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let script = Script::new("table.a.b", "x.db")
            .with_attached("known as y.db", "platform")
            .with_promised_latency(Some(Latency::minutes(10)))
            .with_called(StorageNames::default().with_dataset("a/b", "a/c"))
            .note("One line.")
            .note("Another.")
            .add_section("create", "Makes it.", ["CREATE TABLE a (b);".to_owned(), "SELECT\n\n1;".to_owned()])
            .add_section("merge", "Moves [it].", ["SELECT 2;".to_owned()]);
        assert_eq!(Script::parse(&script.to_string()), Ok(script));
    }

    #[test]
    fn other_files_are_not_taken_for_one() {
        assert!(Script::parse("SELECT 1;").is_err());
    }
}
