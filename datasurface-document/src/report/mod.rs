//! Reports: what was found, for people and for programs.

mod sarif;

use datasurface_model::{Checked, CodeInfo, Findings};
use serde_json::json;
use std::fmt;

/// The version of a report as JSON. Members may come; one that changes its meaning makes a new version.
const VERSION: u32 = 1;

/// What was found in a model. Shown as text; [`Report::to_json`] and [`Report::to_sarif`] are for programs.
///
/// Findings of others join it: `report.findings.extend(loaded.placed(refused.into_findings()))`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Everything that is wrong or worth looking at.
    pub findings: Findings,
    /// What was found, too, and is accepted for a while by a waiver.
    pub waived: Findings,
    /// The model, if it was validated, and nothing is wrong with it: what a broker works with.
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

    /// The report as JSON, with a line feed at the end: `version`, `is_valid`, `findings` and `waived`.
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

    /// The findings in the Static Analysis Results Interchange Format, version 2.1.0, with what there is to know about those of these
    /// codes that occur: tools show findings beside the lines of a change.
    #[must_use]
    pub fn to_sarif(&self, codes: impl IntoIterator<Item = &'static CodeInfo>) -> String {
        format!("{:#}\n", sarif::log(&self.findings, &self.waived, codes))
    }
}

impl fmt::Display for Report {
    /// A paragraph for each finding, and how many there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.findings.is_empty() {
            write!(f, "{}\n\n", self.findings)?;
        }
        writeln!(f, "{}", self.findings.summary())
    }
}
