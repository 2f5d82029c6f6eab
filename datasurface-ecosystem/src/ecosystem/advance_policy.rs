//! Policies about when a platform goes forward to a new revision.

use chrono::NaiveDate;

/// The policy about when a platform goes forward to a new revision. Until it does, what was rendered for it runs on.
///
/// ```
/// use chrono::NaiveDate;
/// use datasurface_ecosystem::AdvancePolicy;
/// let (eve, second) = (NaiveDate::from_ymd_opt(2026, 12, 24), NaiveDate::from_ymd_opt(2027, 1, 2));
/// let (eve, second) = (eve.unwrap_or_default(), second.unwrap_or_default());
/// let policy = AdvancePolicy::frozen(second, "Christmas: nobody is here to look after it");
/// assert!(!policy.may_advance(eve));
/// assert_eq!(policy.next(eve), second);
/// assert!(AdvancePolicy::AtOnce.may_advance(eve));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AdvancePolicy {
    /// With the next rendering.
    #[default]
    AtOnce,
    /// Not before a day; at once from then on.
    Frozen(Freeze),
}

/// The time during which a platform stays at its revision, and the reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Freeze {
    until: NaiveDate,
    reason: String,
}

impl AdvancePolicy {
    /// Creates the policy of a platform that stays at its revision until a day, for a reason. On that day, by UTC, it goes forward.
    pub fn frozen(until: NaiveDate, reason: impl Into<String>) -> Self {
        Self::Frozen(Freeze { until, reason: reason.into() })
    }

    /// Returns the freeze that keeps the platform at its revision on a day; `None` if it may go forward.
    #[must_use]
    pub fn freeze(&self, on: NaiveDate) -> Option<&Freeze> {
        match self {
            Self::AtOnce => None,
            Self::Frozen(freeze) => Some(freeze).filter(|freeze| on < freeze.until),
        }
    }

    /// Whether the platform may go forward on a day.
    #[must_use]
    pub fn may_advance(&self, on: NaiveDate) -> bool {
        self.freeze(on).is_none()
    }

    /// Returns the first day on which the platform may go forward: this one, or a later one.
    #[must_use]
    pub fn next(&self, from: NaiveDate) -> NaiveDate {
        self.freeze(from).map_or(from, Freeze::until)
    }
}

impl Freeze {
    /// The day, by UTC, on which the platform may go forward again.
    #[must_use]
    pub fn until(&self) -> NaiveDate {
        self.until
    }

    /// The reason for staying.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}
