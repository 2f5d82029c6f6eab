//! Days and spans of time, as people write them: `2027-01-31`, `15 min`, `7 y`.

use crate::shape::leaves;
use chrono::NaiveDate;
use datasurface_model::{Deadline, Latency, Retention};
use serde::{Deserialize, Serialize};

/// A day of the calendar.
#[derive(Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[derive(Clone)]
pub(super) struct Day(pub(super) NaiveDate);

/// How late data may be.
#[derive(Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LatencyText(pub(super) Latency);

/// A time of day in a time zone.
#[derive(Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[derive(Clone)]
pub(super) struct DeadlineText(pub(super) Deadline);

/// How long data is kept.
#[derive(Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[derive(Clone)]
pub(super) struct RetentionText(pub(super) Retention);

/// How long something lasts, in minutes.
#[derive(Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[derive(Clone)]
pub(super) struct SpanText(pub(super) u32);

leaves! { Day LatencyText DeadlineText RetentionText SpanText }

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // Whoever reads days may be generous: a day is written in one way.
        let day = text.parse().ok().filter(|day: &NaiveDate| day.to_string() == text);
        day.map(Self).ok_or_else(|| format!("`{text}` is not a day; write it as `2027-01-31`"))
    }
}

impl From<Day> for String {
    fn from(Day(day): Day) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for LatencyText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        seconds_in(&text, &UNITS).map(|seconds| Self(Latency::seconds(seconds))).ok_or_else(|| {
            format!("`{text}` is not a span of time; write it as `30 s`, `15 min`, `4 h` or `1 d`")
        })
    }
}

impl From<LatencyText> for String {
    fn from(LatencyText(latency): LatencyText) -> Self {
        latency.to_string()
    }
}

impl TryFrom<String> for DeadlineText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let deadline = Deadline::from_text(&text).map(Self);
        deadline.ok_or_else(|| format!("`{text}` is not a time of day; write it as `06:30 Europe/Berlin`"))
    }
}

impl From<DeadlineText> for String {
    fn from(DeadlineText(deadline): DeadlineText) -> Self {
        deadline.to_string()
    }
}

impl TryFrom<String> for RetentionText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        seconds_in(&text, &WHOLE_DAYS)
            .and_then(|seconds| (seconds / DAY).try_into().ok())
            .map(|days| Self(Retention::days(days)))
            .ok_or_else(|| format!("`{text}` is not a span of days; write it as `90 d` or `7 y`"))
    }
}

impl From<RetentionText> for String {
    fn from(RetentionText(retention): RetentionText) -> Self {
        retention.to_string()
    }
}

impl TryFrom<String> for SpanText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let minutes = seconds_in(&text, &WHOLE_MINUTES).and_then(|seconds| (seconds / 60).try_into().ok());
        minutes
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a span of time; write it as `30 min`, `8 h` or `2 d`"))
    }
}

impl From<SpanText> for String {
    fn from(SpanText(minutes): SpanText) -> Self {
        Latency::seconds(u64::from(minutes) * 60).to_string()
    }
}

/// What a span is a number of: its names, of which the first is the one that is written, and its seconds.
type Unit = ([&'static str; 3], u64);

const DAY: u64 = 86_400;
const DAYS: Unit = (["d", "day", "days"], DAY);
const YEARS: Unit = (["y", "year", "years"], 365 * DAY);
const WHOLE_DAYS: [Unit; 2] = [DAYS, YEARS];
const MINUTES: Unit = (["min", "minute", "minutes"], 60);
const HOURS: Unit = (["h", "hour", "hours"], 3600);
const WHOLE_MINUTES: [Unit; 3] = [MINUTES, HOURS, DAYS];
const UNITS: [Unit; 5] = [(["s", "second", "seconds"], 1), MINUTES, HOURS, DAYS, YEARS];

/// Reads a whole number of one of these units.
fn seconds_in(text: &str, units: &[Unit]) -> Option<u64> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let unit = unit.trim_start_matches(' ');
    let (_, seconds) = units.iter().find(|(names, _)| names.contains(&unit))?;
    number.parse::<u64>().ok()?.checked_mul(*seconds)
}
