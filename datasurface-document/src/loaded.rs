//! A model with the documents that it was loaded from.

use super::{Documents, Report};
use datasurface_model::{Ecosystem, Findings, Validation};

/// A model, and the documents that it was loaded from, in which findings have their places.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The model, which nobody has judged yet.
    pub ecosystem: Ecosystem,
    /// The documents.
    pub sources: Documents,
}

impl Loaded {
    /// Validates the model: everything that is found, with file, line, column and addressee.
    #[must_use]
    pub fn check(&self, validation: &Validation<'_>) -> Report {
        let outcome = self.ecosystem.clone().validate(validation);
        let findings = match &outcome {
            Ok(checked) => checked.findings(),
            Err(invalid) => invalid.findings(),
        };
        let findings = self.located(findings.clone());
        let checked = outcome.ok();
        let waived = checked.as_ref().map(|checked| self.located(checked.waived().clone()));
        Report { findings, waived: waived.unwrap_or_default(), checked }
    }

    /// Findings of anybody about this model (a broker, a platform, change control), with file, line, column and addressee.
    #[must_use]
    pub fn located(&self, findings: Findings) -> Findings {
        self.sources.located(findings.with_addressees(&self.ecosystem))
    }
}
