//! What a consumer asks for.

use datasurface_schema::{Regulator, Set};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the datasets of a group must be like where the consumer reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Requirements {
    /// Which versions of a record.
    pub milestoning: Milestoning,
    /// How late the data may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// How long data must stay reproducible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// Who may ask the consumer to prove what it did.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub regulators: Set<Regulator>,
}

/// Which versions of a record a consumer sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestoning {
    /// The latest one.
    #[default]
    Live,
    /// Every one, each with the batches between which it was valid.
    Forensic,
    /// The latest one, and every one beside it.
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

/// How late data may be, in seconds. Less is stricter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Latency(u64);

impl Latency {
    /// That many seconds.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// That many minutes.
    #[must_use]
    pub const fn minutes(minutes: u64) -> Self {
        Self(minutes.saturating_mul(60))
    }

    /// That many hours.
    #[must_use]
    pub const fn hours(hours: u64) -> Self {
        Self(hours.saturating_mul(3600))
    }

    /// In seconds.
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
            seconds if seconds > 0 && seconds % 3600 == 0 => write!(f, "{} h", seconds / 3600),
            seconds if seconds > 0 && seconds % 60 == 0 => write!(f, "{} min", seconds / 60),
            seconds => write!(f, "{seconds} s"),
        }
    }
}

/// How long data must stay reproducible, in days. More is stricter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Retention(u32);

impl Retention {
    /// That many days.
    #[must_use]
    pub const fn days(days: u32) -> Self {
        Self(days)
    }

    /// That many years of 365 days.
    #[must_use]
    pub const fn years(years: u32) -> Self {
        Self(years.saturating_mul(365))
    }

    /// In days.
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
        write!(f, "{} days", self.0)
    }
}

/// What goes first when there is not room for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// When nothing else waits.
    Low,
    /// As usual.
    Medium,
    /// Before the usual.
    High,
    /// Before everything.
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
