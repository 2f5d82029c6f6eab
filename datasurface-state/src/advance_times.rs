//! The moments at which a platform may go forward, worked out from its policy, the rules of time zones, and when it did last.

use chrono::{DateTime, Datelike, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};
use datasurface_model::{AdvancePolicy, AdvanceWindow, Cron};

/// The moments at which a platform may go forward by its policy.
///
/// A start of a timetable is a minute of the local clock. One that a clock passes twice counts the first time; one that it leaves out
/// counts at the first moment after it.
///
/// ```
/// use datasurface_model::AdvancePolicy;
/// use datasurface_state::AdvanceTimes;
/// let (policy, sunday) = (AdvancePolicy::cron("0 6 * * mon Europe/Berlin"), "2026-11-29T12:00:00Z".parse()?);
/// let times = AdvanceTimes::new(&policy, Some(sunday));
/// assert!(!times.may_advance(sunday));
/// assert_eq!(times.next(sunday), Some("2026-11-30T05:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AdvanceTimes<'a> {
    policy: &'a AdvancePolicy,
    since: Option<DateTime<Utc>>,
}

/// The wait of a platform whose policy does not let it go forward yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvanceWait {
    /// The first moment at which it may go forward; `None` if its policy names none.
    pub until: Option<DateTime<Utc>>,
    /// The reason, for people.
    pub reason: String,
    /// Whether the model freezes the platform.
    pub is_frozen: bool,
}

impl<'a> AdvanceTimes<'a> {
    /// Creates the times of a policy. `since` is the last time that the platform went forward; it counts for timetables alone, and
    /// where there is none, every start counts.
    #[must_use]
    pub fn new(policy: &'a AdvancePolicy, since: Option<DateTime<Utc>>) -> Self {
        Self { policy, since }
    }

    /// Whether the platform may go forward at a moment.
    #[must_use]
    pub fn may_advance(&self, at: DateTime<Utc>) -> bool {
        self.next(at) == Some(at)
    }

    /// Returns the first moment at which the platform may go forward: this one, or a later one. `None` if there is none.
    #[must_use]
    pub fn next(&self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.policy {
            AdvancePolicy::Frozen(freeze) => {
                Some(freeze.until().and_time(NaiveTime::MIN).and_utc().max(from))
            }
            AdvancePolicy::Cron(cron) => match self.since {
                Some(since) => first_after(cron, since).map(|start| start.max(from)),
                None => Some(from),
            },
            AdvancePolicy::Windows(windows) => {
                windows.iter().filter_map(|window| first_open(window, from)).min()
            }
            _ => Some(from),
        }
    }

    /// Returns what a platform waits for at a moment; `None` if it may go forward.
    #[must_use]
    pub fn wait(&self, at: DateTime<Utc>) -> Option<AdvanceWait> {
        let until = self.next(at);
        if until == Some(at) {
            return None;
        }
        let reason = match self.policy {
            AdvancePolicy::Frozen(freeze) => freeze.reason().to_owned(),
            AdvancePolicy::Cron(cron) => format!("it goes forward by the timetable `{cron}`"),
            AdvancePolicy::Windows(windows) => {
                let opens: Vec<String> =
                    windows.iter().map(|window| format!("`{}`", window.opens())).collect();
                format!("its windows open at {}", opens.join(", "))
            }
            _ => String::new(),
        };
        let is_frozen = matches!(self.policy, AdvancePolicy::Frozen(_));
        Some(AdvanceWait { until, reason, is_frozen })
    }
}

impl AdvanceWait {
    /// Returns the end of the wait, for people: a day for a freeze, which ends with one, or else a moment in UTC.
    #[must_use]
    pub fn end(&self) -> String {
        match self.until {
            Some(until) if self.is_frozen => until.date_naive().to_string(),
            Some(until) => until.format("%Y-%m-%d %H:%M UTC").to_string(),
            None => "its policy is another one".to_owned(),
        }
    }
}

/// The first moment from `from` on at which a window is open.
fn first_open(window: &AdvanceWindow, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
    // It is open if it opened within the time that it lasts.
    let earlier = from.checked_sub_signed(TimeDelta::minutes(window.minutes().into()))?;
    first_after(window.opens(), earlier).map(|opens| opens.max(from))
}

/// The first start of a timetable after a moment.
fn first_after(cron: &Cron, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let zone: Tz = cron.zone().unwrap_or("UTC").parse().ok()?;
    // Near the ends of time, a local time may not be representable.
    if !(1..=9999).contains(&after.year()) {
        return None;
    }
    // What the local clock shows then, as if it were UTC: timetables do not know zones.
    let mut local = after.with_timezone(&zone).naive_local().and_utc();
    loop {
        local = cron.next_after(&local)?;
        let start = moment(zone, &local.naive_utc())?;
        // A minute that the clock passes again counted before.
        if start > after {
            return Some(start);
        }
    }
}

/// The moment at which a local clock shows a time first, or the first one after it if it never does.
fn moment(zone: Tz, local: &NaiveDateTime) -> Option<DateTime<Utc>> {
    let moment = match zone.from_local_datetime(local).earliest() {
        Some(moment) => moment,
        None => GapInfo::new(local, &zone)?.end?,
    };
    Some(moment.to_utc())
}
