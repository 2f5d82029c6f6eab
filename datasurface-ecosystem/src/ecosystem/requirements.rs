//! Requirements of consumers.

use datasurface_schema::{Regulator, Set};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The requirements of a group on its datasets, at the place where the consumer reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Requirements {
    /// The milestoning: the versions of a record that the consumer sees.
    pub milestoning: Milestoning,
    /// The greatest latency, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// The retention: the time for which data must stay reproducible; none means no requirement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// The regulators, which may ask the consumer for proof.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub regulators: Set<Regulator>,
}

/// The versions of a record that a consumer sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Milestoning {
    /// The latest version.
    #[default]
    Live,
    /// Every version, each with the batches between which it was valid.
    Forensic,
    /// The latest version, and every version beside it.
    LiveAndForensic,
}

impl Milestoning {
    /// Whether the latest version is seen on its own.
    #[must_use]
    pub fn has_live(self) -> bool {
        !matches!(self, Self::Forensic)
    }

    /// Whether earlier versions are seen.
    #[must_use]
    pub fn has_history(self) -> bool {
        !matches!(self, Self::Live)
    }
}

/// The versions in words: "live data", "every version of a record".
impl fmt::Display for Milestoning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Live => "live data",
            Self::Forensic => "every version of a record",
            Self::LiveAndForensic => "live data beside every version of a record",
        })
    }
}

/// A latency: the greatest age of data, in seconds. Less is stricter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Latency(u64);

impl Latency {
    /// Creates a latency of so many seconds.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Creates a latency of so many minutes.
    #[must_use]
    pub const fn minutes(minutes: u64) -> Self {
        Self(minutes.saturating_mul(60))
    }

    /// Creates a latency of so many hours.
    #[must_use]
    pub const fn hours(hours: u64) -> Self {
        Self(hours.saturating_mul(3600))
    }

    /// Returns the latency in seconds.
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds > 0 && seconds % 86_400 == 0 => write!(f, "{} d", seconds / 86_400),
            seconds if seconds > 0 && seconds % 3600 == 0 => write!(f, "{} h", seconds / 3600),
            seconds if seconds > 0 && seconds % 60 == 0 => write!(f, "{} min", seconds / 60),
            seconds => write!(f, "{seconds} s"),
        }
    }
}

/// A retention: the time for which data must stay reproducible, in days. More is stricter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Retention(u32);

impl Retention {
    /// Creates a retention of so many days.
    #[must_use]
    pub const fn days(days: u32) -> Self {
        Self(days)
    }

    /// Creates a retention of so many years of 365 days.
    #[must_use]
    pub const fn years(years: u32) -> Self {
        Self(years.saturating_mul(365))
    }

    /// Returns the retention in days.
    #[must_use]
    pub const fn as_days(self) -> u32 {
        self.0
    }
}

impl fmt::Debug for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            days if days > 0 && days % 365 == 0 => write!(f, "{} y", days / 365),
            days => write!(f, "{days} d"),
        }
    }
}

/// The priority of a workspace: the order of work when there is not room for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// The lowest priority: when nothing else waits.
    Low,
    /// The usual priority.
    Medium,
    /// A priority before the usual one.
    High,
    /// The highest priority, before everything else.
    Critical,
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}
