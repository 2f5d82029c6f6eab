//! The error of loading documents.

use datasurface_model::Findings;
use std::fmt;

/// An error of loading documents: at least one finding. `Display` and `Debug` print the report.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentError(Box<Findings>);

impl DocumentError {
    pub(super) fn new(findings: Findings) -> Self {
        Self(Box::new(findings))
    }

    /// The findings, at least one.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.0
    }

    /// Returns the findings, at least one.
    #[must_use]
    pub fn into_findings(self) -> Findings {
        *self.0
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for DocumentError {}
