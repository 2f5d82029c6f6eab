//! Policies about when a platform goes forward to a new revision.

use super::Cron;
use chrono::NaiveDate;
use datasurface_schema::Set;

/// The policy about when a platform goes forward to a new revision. Until it does, what was rendered for it runs on.
/// What a policy means at a moment is worked out where the state of platforms is known: this crate knows no rules of time zones.
///
/// ```
/// use chrono::NaiveDate;
/// use datasurface_ecosystem::{AdvancePolicy, AdvanceWindow};
/// let (eve, second) = (NaiveDate::from_ymd_opt(2026, 12, 24), NaiveDate::from_ymd_opt(2027, 1, 2));
/// let (eve, second) = (eve.unwrap_or_default(), second.unwrap_or_default());
/// let policy = AdvancePolicy::frozen(second, "Christmas: nobody is here to look after it");
/// assert!(policy.freeze(eve).is_some());
/// assert!(policy.freeze(second).is_none());
///
/// let weekend = AdvanceWindow::new("0 20 * * fri Europe/Berlin", 56 * 60);
/// assert_eq!(AdvancePolicy::within([weekend.clone()]).windows().count(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AdvancePolicy {
    /// With the next rendering.
    #[default]
    AtOnce,
    /// Not before a day; at once from then on.
    Frozen(Freeze),
    /// With the first rendering at or after each start of a timetable: once for each, however many starts went by.
    Cron(Cron),
    /// While one of several windows is open.
    Windows(Set<AdvanceWindow>),
}

/// The time during which a platform stays at its revision, and the reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Freeze {
    until: NaiveDate,
    reason: String,
}

/// A time that comes again and again, in which a platform may go forward.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AdvanceWindow {
    opens: Cron,
    minutes: u32,
}

impl AdvancePolicy {
    /// Creates the policy of a platform that stays at its revision until a day, for a reason. On that day, by UTC, it goes forward.
    pub fn frozen(until: NaiveDate, reason: impl Into<String>) -> Self {
        Self::Frozen(Freeze { until, reason: reason.into() })
    }

    /// Creates the policy of a platform that goes forward with the first rendering at or after each start of a timetable.
    pub fn cron(timetable: &str) -> Self {
        Self::Cron(timetable.into())
    }

    /// Creates the policy of a platform that goes forward while one of these windows is open.
    pub fn within(windows: impl IntoIterator<Item = AdvanceWindow>) -> Self {
        Self::Windows(windows.into_iter().collect())
    }

    /// Returns the freeze that keeps the platform at its revision on a day; `None` if there is none.
    #[must_use]
    pub fn freeze(&self, on: NaiveDate) -> Option<&Freeze> {
        match self {
            Self::Frozen(freeze) => Some(freeze).filter(|freeze| on < freeze.until),
            _ => None,
        }
    }

    /// The windows, if the policy has any.
    pub fn windows(&self) -> impl Iterator<Item = &AdvanceWindow> {
        let windows = match self {
            Self::Windows(windows) => Some(windows),
            _ => None,
        };
        windows.into_iter().flat_map(Set::iter)
    }

    /// The timetables, if the policy has any.
    pub fn timetables(&self) -> impl Iterator<Item = &Cron> {
        let cron = match self {
            Self::Cron(cron) => Some(cron),
            _ => None,
        };
        cron.into_iter().chain(self.windows().map(AdvanceWindow::opens))
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

impl AdvanceWindow {
    /// Creates a window that opens by a timetable, in its time zone, and is open for so many minutes, whatever clocks do meanwhile.
    pub fn new(opens: impl Into<Cron>, minutes: u32) -> Self {
        Self { opens: opens.into(), minutes }
    }

    /// The timetable by which the window opens.
    #[must_use]
    pub fn opens(&self) -> &Cron {
        &self.opens
    }

    /// The number of minutes for which the window is open.
    #[must_use]
    pub fn minutes(&self) -> u32 {
        self.minutes
    }
}
