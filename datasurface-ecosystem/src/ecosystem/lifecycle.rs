//! Lifecycle: what is on its way out.

use chrono::NaiveDate;
use datasurface_schema::DatasetKey;
use serde::{Deserialize, Serialize};

/// A deprecation: consumers should leave. It has a date and a reason, perhaps a replacement and a last day. From the
/// date on, a sink needs to consent; after the last day, the deprecated part can be removed once it has no consumer.
///
/// `R` names what can replace it: a dataset, a datastore or a platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Deprecation<R = DatasetKey> {
    since: NaiveDate,
    reason: String,
    #[serde(default = "Option::<R>::default", skip_serializing_if = "Option::is_none")]
    replacement: Option<R>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sunset: Option<NaiveDate>,
}

impl<R> Deprecation<R> {
    /// Creates a deprecation since a date, for a reason.
    pub fn new(since: NaiveDate, reason: impl Into<String>) -> Self {
        Self { since, reason: reason.into(), replacement: None, sunset: None }
    }

    /// Sets the replacement that consumers should use.
    #[must_use]
    pub fn replaced_by(mut self, replacement: impl Into<R>) -> Self {
        self.replacement = Some(replacement.into());
        self
    }

    /// Sets the sunset: the last day of availability.
    #[must_use]
    pub fn with_sunset(mut self, last: NaiveDate) -> Self {
        self.sunset = Some(last);
        self
    }

    /// The day since which the part is deprecated.
    #[must_use]
    pub fn since(&self) -> NaiveDate {
        self.since
    }

    /// The reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The replacement that consumers should use, if there is one.
    #[must_use]
    pub fn replacement(&self) -> Option<&R> {
        self.replacement.as_ref()
    }

    /// The last day of availability, if that is known.
    #[must_use]
    pub fn sunset(&self) -> Option<NaiveDate> {
        self.sunset
    }
}
