//! Deadlines: by when data must be complete, every day.

use chrono::{NaiveTime, Timelike};
use datasurface_schema::Text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A time of day, to the minute, in a time zone. As text: `06:30 Europe/Berlin`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    time: NaiveTime,
    zone: Text,
}

impl Deadline {
    /// Creates a deadline: a time of day, to the minute, in a zone, by its IANA name. Validation reports an unknown
    /// zone.
    pub fn new(time: NaiveTime, zone: impl Into<Text>) -> Self {
        let minute = NaiveTime::from_hms_opt(time.hour(), time.minute(), 0);
        Self { time: minute.unwrap_or(time), zone: zone.into() }
    }

    /// Reads `06:30 Europe/Berlin`; none if the text has no such time of day, in two digits each.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (time, zone) = text.split_once(' ')?;
        let read = NaiveTime::parse_from_str(time, "%H:%M").ok()?;
        // Who reads times is generous, down to blanks inside: a time is written in one way.
        (read.format("%H:%M").to_string() == time).then(|| Self::new(read, zone))
    }

    /// The time of day.
    #[must_use]
    pub fn time(&self) -> NaiveTime {
        self.time
    }

    /// The IANA name of the time zone.
    #[must_use]
    pub fn zone(&self) -> &str {
        &self.zone
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.time.format("%H:%M"), self.zone)
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
