//! The day and the time as of which is planned, and whether data that was promised may expire by it.

use crate::Lock;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Timelike, Utc};
use datasurface_model::{CodeInfo, Diagnostic, ModelPath, PlatformName, segment};
use datasurface_platform::HeldState;

/// Data stays that is not owed any more, since nobody knows whether the clock is right.
pub static CLOCK_AHEAD: CodeInfo = CodeInfo::warning(
    "plan/clock-ahead",
    "data stays that is not owed any more, since nobody knows whether the clock is right",
    "A clock that is ahead would let data go for good that is still owed. So nothing expires by a clock that is more than a week \
     past the last day that was known to be right: the lock remembers it as long as something is held. A day that somebody \
     names is right.",
);

/// The distance by which a clock may be past the last day that was known to be right.
const TRUSTED: Days = Days::new(7);

/// The day as of which is planned, and the time of day in UTC, which counts for timetables of platforms. A day that somebody names is
/// right; that of a clock may not be.
///
/// ```
/// use chrono::NaiveDate;
/// use datasurface_state::AsOf;
/// let named = AsOf::from(NaiveDate::default());
/// assert_ne!(named, AsOf::from_clock(NaiveDate::default()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    day: NaiveDate,
    time: NaiveTime,
    is_by_clock: bool,
}

impl AsOf {
    /// Creates the day that a clock shows, at midnight.
    /// The clock may be wrong, so data expires by it only within a week of the last day that was known to be right.
    #[must_use]
    pub fn from_clock(day: NaiveDate) -> Self {
        Self { is_by_clock: true, ..Self::from(day) }
    }

    /// Sets the time of day in UTC, to the minute.
    #[must_use]
    pub fn at(self, time: NaiveTime) -> Self {
        let minute = NaiveTime::from_hms_opt(time.hour(), time.minute(), 0).unwrap_or_default();
        Self { time: minute, ..self }
    }

    /// Returns the moment as of which is planned, to the minute.
    #[must_use]
    pub fn moment(self) -> DateTime<Utc> {
        self.day.and_time(self.time).and_utc()
    }

    /// Returns the day as of which is planned.
    #[must_use]
    pub fn day(self) -> NaiveDate {
        self.day
    }

    /// Whether the day is that of a clock, and nobody named it.
    #[must_use]
    pub fn is_by_clock(self) -> bool {
        self.is_by_clock
    }

    /// Whether the day is known to be right. Where nothing is held yet, a wrong day loses nothing.
    #[must_use]
    pub fn is_trusted(self, lock: &Lock) -> bool {
        let is_near = |last: NaiveDate| last.checked_add_days(TRUSTED).is_none_or(|last| self.day <= last);
        !self.is_by_clock || lock.holds_nothing() || lock.trusted_on.is_some_and(is_near)
    }

    /// Returns the finding about data that would have expired; `None` if none would have.
    #[must_use]
    pub fn doubt(self, platform: &PlatformName, stays: &[HeldState], lock: &Lock) -> Option<Diagnostic> {
        let first = stays.first()?;
        let text = match stays.len() {
            1 => format!("`{}` stays, although it is not owed any more", &first.resource),
            many => format!(
                "`{}` and {} others stay, although they are not owed any more",
                &first.resource,
                many - 1
            ),
        };
        let known = match lock.trusted_on {
            Some(last) => format!("more than a week past {last}, the last day that was known to be right"),
            None => "not known to be right".to_owned(),
        };
        let message = format!("{text}: the clock says {}, which is {known}", self.day);
        let path = ModelPath::root().child(segment::PLATFORMS, platform);
        let help = format!("if it is right, say so: `--on {}`; otherwise set the clock right", self.day);
        Some(Diagnostic::new(&CLOCK_AHEAD, path, message).with_help(help))
    }
}

/// Somebody names the day, which begins.
impl From<NaiveDate> for AsOf {
    fn from(day: NaiveDate) -> Self {
        Self { day, time: NaiveTime::MIN, is_by_clock: false }
    }
}
