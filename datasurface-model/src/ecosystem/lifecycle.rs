//! Lifecycle: what is on its way out.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Consumers should leave: since when, and why. From that date on, a sink needs to say that it accepts this.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deprecation {
    since: NaiveDate,
    reason: String,
}

impl Deprecation {
    /// Deprecated since a date, for a reason.
    pub fn new(since: NaiveDate, reason: impl Into<String>) -> Self {
        Self { since, reason: reason.into() }
    }

    /// Since when.
    #[must_use]
    pub fn since(&self) -> NaiveDate {
        self.since
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}
