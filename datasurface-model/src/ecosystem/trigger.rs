//! Triggers: when something runs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// A timetable in five POSIX cron fields: minute, hour, day of month, month, day of week. Names, ranges and steps are
/// allowed: `*/10 8-18 * * mon-fri`. Judged by validation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cron(SmolStr);

impl Cron {
    /// The fields, as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Why the text is no timetable, if it is none.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let fields = self.0.split_whitespace().count();
        if fields != 5 {
            return Some(format!("it has {fields} fields, not 5"));
        }
        self.0.parse::<croner::Cron>().err().map(|error| error.to_string())
    }

    /// The first time after this one that it names, in UTC; none if it is no timetable, or names none any more.
    #[must_use]
    pub fn next_after(&self, time: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.0.parse::<croner::Cron>().ok()?.find_next_occurrence(&time, false).ok()
    }
}

impl From<&str> for Cron {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0.as_str(), f)
    }
}

/// When a datastore is captured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CaptureTrigger {
    /// On a timetable.
    Cron(Cron),
    /// When something outside says so.
    External,
}

/// When a transformer runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TransformTrigger {
    /// When all inputs of its workspace have moved.
    AllInputsMoved,
    /// On a timetable.
    Cron(Cron),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_fields_with_names_ranges_and_steps() {
        for good in ["* * * * *", "*/10 8-18 * * mon-fri", "0 0 1 JAN,JUL *"] {
            assert_eq!(Cron::from(good).problem(), None, "{good}");
        }
        for bad in ["", "* * * *", "* * * * * *", "61 * * * *", "@daily", "a b c d e"] {
            assert!(Cron::from(bad).problem().is_some(), "{bad}");
        }
    }
}
