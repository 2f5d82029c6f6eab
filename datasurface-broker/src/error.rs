//! Refusals: what the broker will not do, with every reason.

use datasurface_model::{Diagnostic, Findings};
use std::fmt;

/// The broker will not go on: here is every reason, and whatever else was found on the way.
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

    /// What was found; at least one of it is an error.
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
