//! Waivers: findings that somebody decided to live with, for a while.

use crate::{diagnostic::ModelPath, named::Entity};
use chrono::NaiveDate;
use smol_str::SmolStr;
use std::fmt;

/// A finding that is accepted until a day: by its code, at its path, for a reason.
///
/// ```
/// use datasurface_model::Waiver;
/// let waiver = Waiver::new(
///     "governance/location",
///     "zones/EU/teams/Sales/workspaces/Reports",
///     "moves with the data centre",
///     chrono::NaiveDate::MAX,
/// );
/// assert_eq!(waiver.code(), "governance/location");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Waiver {
    finding: WaivedFinding,
    reason: String,
    expires: NaiveDate,
}

/// Which finding: its code, and its path as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct WaivedFinding {
    /// The code, `area/slug`.
    pub code: SmolStr,
    /// The path, as the finding shows it.
    pub path: SmolStr,
}

impl Waiver {
    /// Accepts the finding of this code at this path, for a reason, until a day (inclusive).
    pub fn new(
        code: impl Into<SmolStr>,
        path: impl Into<SmolStr>,
        reason: impl Into<String>,
        expires: NaiveDate,
    ) -> Self {
        let finding = WaivedFinding { code: code.into(), path: path.into() };
        Self { finding, reason: reason.into(), expires }
    }

    /// The code of the finding.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.finding.code
    }

    /// The path of the finding, as text.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.finding.path
    }

    /// Where the waiver itself is in the model.
    #[must_use]
    pub fn model_path(&self) -> ModelPath {
        ModelPath::root().child("waivers", format!("{} {}", self.code(), self.path()))
    }

    /// Why it is accepted.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The last day on which it is accepted.
    #[must_use]
    pub fn expires(&self) -> NaiveDate {
        self.expires
    }
}

impl Entity for Waiver {
    type Name = WaivedFinding;

    fn name(&self) -> &WaivedFinding {
        &self.finding
    }
}

impl fmt::Display for WaivedFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.code, self.path)
    }
}
