//! Reports: what was found, for people and for programs.

mod sarif;

use datasurface_model::{Checked, CodeInfo, Findings};
use serde_json::json;
use std::fmt;

/// The version of a report as JSON. Members may come; one that changes its meaning makes a new version.
const VERSION: u32 = 1;

/// The report about a model: findings, and those accepted by waivers. `Display` prints it as text;
/// [`Report::to_json`] and [`Report::to_sarif`] are for programs.
///
/// Findings of others join it: `report.findings.extend(loaded.located(refused.into_findings()))`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The findings: errors, warnings and notes.
    pub findings: Findings,
    /// The findings that a waiver accepts for a while.
    pub waived: Findings,
    /// The model with its proof of validity, if it was validated and has no error: the input of a broker.
    pub checked: Option<Checked>,
}

impl From<Findings> for Report {
    fn from(findings: Findings) -> Self {
        Self { findings, ..Self::default() }
    }
}

impl Report {
    /// Whether no finding is an error.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.findings.has_errors()
    }

    /// Returns the report as JSON, with a line feed at the end: `version`, `is_valid`, `findings` and `waived`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let report = json!({
            "version": VERSION,
            "is_valid": self.is_valid(),
            "findings": self.findings,
            "waived": self.waived,
        });
        format!("{report:#}\n")
    }

    /// Returns the findings in the Static Analysis Results Interchange Format, version 2.1.0, with the description of
    /// those of these codes that occur. Tools show findings beside the lines of a change.
    #[must_use]
    pub fn to_sarif(&self, codes: impl IntoIterator<Item = &'static CodeInfo>) -> String {
        format!("{:#}\n", sarif::log(&self.findings, &self.waived, codes))
    }
}

impl fmt::Display for Report {
    /// Prints a paragraph for each finding, and the count of findings of each severity.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.findings.is_empty() {
            write!(f, "{}\n\n", self.findings)?;
        }
        writeln!(f, "{}", self.findings.summary())
    }
}
