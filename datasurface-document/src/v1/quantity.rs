//! Days and spans of time, as people write them: `2027-01-31`, `15 min`, `365 days`.

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

leaves! { Day LatencyText DeadlineText RetentionText }

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
        number_and_unit(&text)
            .and_then(|(number, unit)| {
                let seconds = match unit {
                    "s" => 1,
                    "min" => 60,
                    "h" => 3600,
                    "d" => 86_400,
                    _ => return None,
                };
                number.checked_mul(seconds).map(Latency::seconds).map(Self)
            })
            .ok_or_else(|| {
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
        number_and_unit(&text)
            .and_then(|(number, unit)| {
                let days: u64 = match unit {
                    "day" | "days" => 1,
                    "year" | "years" => 365,
                    _ => return None,
                };
                let days = number.checked_mul(days)?.try_into().ok()?;
                Some(Self(Retention::days(days)))
            })
            .ok_or_else(|| format!("`{text}` is not a span of days; write it as `90 days` or `7 years`"))
    }
}

impl From<RetentionText> for String {
    fn from(RetentionText(retention): RetentionText) -> Self {
        retention.to_string()
    }
}

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    Some((number.parse().ok()?, unit.trim_start_matches(' ')))
}
