//! A model with the documents that it was loaded from.

use super::{Documents, Report};
use datasurface_model::{Ecosystem, Findings, Validate, Validation};

/// A model, and the documents that it was loaded from, in which findings have their places.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The model, not yet validated.
    pub ecosystem: Ecosystem,
    /// The documents.
    pub sources: Documents,
}

impl Loaded {
    /// Validates the model and returns the report, with file, line, column and addressee of every finding.
    #[must_use]
    pub fn check(&self, validation: &Validation<'_>) -> Report {
        let outcome = self.ecosystem.clone().validate(validation);
        let findings = match &outcome {
            Ok(checked) => checked.findings(),
            Err(invalid) => invalid.findings(),
        };
        let mut findings = self.located(findings.clone());
        findings.extend(self.sources.outdated_headers());
        let checked = outcome.ok();
        let waived = checked.as_ref().map(|checked| self.located(checked.waived().clone()));
        Report { findings, waived: waived.unwrap_or_default(), checked }
    }

    /// Adds file, line, column and addressee to findings about this model, from a broker, a platform or change
    /// control.
    #[must_use]
    pub fn located(&self, findings: Findings) -> Findings {
        self.sources.located(findings.with_addressees(&self.ecosystem))
    }
}
