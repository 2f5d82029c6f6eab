//! Lifecycle: what is on its way out.

use chrono::NaiveDate;
use datasurface_schema::DatasetKey;
use serde::{Deserialize, Serialize};

/// Consumers should leave: since when, and why; perhaps where to, and until when. From the first date on, a sink needs
/// to say that it accepts this; after the last one, it can be removed once nobody uses it.
///
/// `R` names what can replace it: a dataset, a datastore or a platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deprecation<R = DatasetKey> {
    since: NaiveDate,
    reason: String,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    replacement: Option<R>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sunset: Option<NaiveDate>,
}

impl<R> Deprecation<R> {
    /// Deprecated since a date, for a reason.
    pub fn new(since: NaiveDate, reason: impl Into<String>) -> Self {
        Self { since, reason: reason.into(), replacement: None, sunset: None }
    }

    /// Says what to use instead.
    #[must_use]
    pub fn replaced_by(mut self, replacement: impl Into<R>) -> Self {
        self.replacement = Some(replacement.into());
        self
    }

    /// Says the last day on which it will be there.
    #[must_use]
    pub fn with_sunset(mut self, last: NaiveDate) -> Self {
        self.sunset = Some(last);
        self
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

    /// What to use instead, if there is something.
    #[must_use]
    pub fn replacement(&self) -> Option<&R> {
        self.replacement.as_ref()
    }

    /// The last day on which it will be there, if that is known.
    #[must_use]
    pub fn sunset(&self) -> Option<NaiveDate> {
        self.sunset
    }
}
