//! The error of the broker, with every reason for it.

use datasurface_model::{Diagnostic, Findings, Severity};
use std::fmt;

/// The findings because of which the broker does not go on: every error, and all other findings so far.
#[derive(Clone, PartialEq, Eq)]
pub struct BrokerError {
    findings: Findings,
}

impl BrokerError {
    pub(crate) fn new(findings: impl IntoIterator<Item = Diagnostic>) -> Self {
        Self { findings: findings.into_iter().collect() }
    }

    pub(crate) fn check(findings: Findings) -> Result<Findings, Self> {
        if findings.has_errors() { Err(Self { findings }) } else { Ok(findings) }
    }

    /// Checks findings that go on to be gathered. There may be one about each dataset, and they are put in order where they are reported.
    pub(crate) fn check_found(found: &[Diagnostic]) -> Result<(), Self> {
        match found.iter().any(|finding| finding.severity() == Severity::Error) {
            true => Err(Self::new(found.iter().cloned())),
            false => Ok(()),
        }
    }

    /// The findings, at least one of which is an error.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }
}

impl fmt::Display for BrokerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.findings, f)
    }
}

impl fmt::Debug for BrokerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.findings, f)
    }
}

impl std::error::Error for BrokerError {}
