//! Days and times: as people and databases write them (`2026-01-31`, `0044-03-15 BC`, `2026-01-31 12:00:00.5+01`), and as records have them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// The seconds of an hour, and of a minute.
const HOUR: i64 = 3600;
const MINUTE: i64 = 60;

/// Returns the days since 1970; `None` if the text is no day, or none that there is a number for.
pub(crate) fn days(text: &str) -> Option<i64> {
    let (text, is_before_christ) = era(text);
    Some(day(text, is_before_christ)?.signed_duration_since(NaiveDate::default()).num_days())
}

/// Returns the microseconds since 1970 of a time of no zone. An offset says nothing about it.
pub(crate) fn microseconds(text: &str) -> Option<i64> {
    Some(moment(text)?.0.and_utc().timestamp_micros())
}

/// Returns a time in UTC, as texts of Debezium have it. A text without an offset is one only where times are in UTC.
pub(crate) fn instant(text: &str, is_utc: bool) -> Option<String> {
    if matches!(text, "infinity" | "-infinity") {
        return Some(text.to_owned());
    }
    let (local, offset) = moment(text)?;
    let offset = offset.or(is_utc.then_some(0))?;
    let utc = local.checked_sub_signed(TimeDelta::try_seconds(offset)?)?;
    // Other years have a sign, which not everybody reads.
    let written = utc.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
    written.starts_with(|first: char| first.is_ascii_digit()).then_some(written)
}

fn era(text: &str) -> (&str, bool) {
    text.strip_suffix(" BC").map_or((text, false), |text| (text, true))
}

fn day(text: &str, is_before_christ: bool) -> Option<NaiveDate> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let year: i32 = year.parse().ok()?;
    let year = if is_before_christ { 1_i32.checked_sub(year)? } else { year };
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

/// Returns a time, and the seconds by which its clock is before that of UTC, if it says so. A day begins at midnight.
fn moment(text: &str) -> Option<(NaiveDateTime, Option<i64>)> {
    let (text, is_before_christ) = era(text);
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let (time, zone) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => time.split_at_checked(at)?,
        None => (time, ""),
    };
    let form = if time.matches(':').count() > 1 { "%H:%M:%S%.f" } else { "%H:%M" };
    let time = NaiveTime::parse_from_str(time, form).ok()?;
    Some((day(date, is_before_christ)?.and_time(time), offset(zone)?))
}

/// Returns the seconds of an offset; nothing of an empty text.
fn offset(zone: &str) -> Option<Option<i64>> {
    let (sign, rest) = match zone {
        "" => return Some(None),
        "Z" | "z" => return Some(Some(0)),
        _ => zone.split_at_checked(1)?,
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let seconds =
        i64::from(hours.parse::<u8>().ok()?) * HOUR + i64::from(minutes.parse::<u8>().ok()?) * MINUTE;
    Some(Some(if sign == "-" { -seconds } else { seconds }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_counted_from_1970() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("1969-12-31", Some(-1)),
            ("0001-12-31 BC", Some(-719_163)),
            ("12026-01-31", Some(3_672_909)),
            ("2026-02-30", None),
            ("infinity", None),
            ("", None),
        ] {
            assert_eq!(days(text), expected, "{text}");
        }
        for (text, expected) in [
            ("1970-01-01 00:00:00.000001", Some(1)),
            ("1970-01-01T00:01", Some(60_000_000)),
            ("1970-01-01 00:00:01+02:00", Some(1_000_000)),
            ("1970-01-02", Some(86_400_000_000)),
            ("1970-01-01 x", None),
        ] {
            assert_eq!(microseconds(text), expected, "{text}");
        }
    }

    #[test]
    fn instants_are_in_utc() {
        for (text, expected) in [
            ("1996-07-04 00:00:00.5+00:00", Some("1996-07-04T00:00:00.500000Z")),
            ("1996-07-04 00:00:00-05", Some("1996-07-04T05:00:00.000000Z")),
            ("1996-07-04 00:00:00+05:30", Some("1996-07-03T18:30:00.000000Z")),
            ("1996-07-04 00:00Z", Some("1996-07-04T00:00:00.000000Z")),
            ("infinity", Some("infinity")),
            ("12026-01-31 00:00:00Z", None),
            ("1996-07-04 00:00:00+ab", None),
        ] {
            assert_eq!(instant(text, false).as_deref(), expected, "{text}");
        }
        assert_eq!(instant("1996-07-04 00:00", true).as_deref(), Some("1996-07-04T00:00:00.000000Z"));
        assert_eq!(instant("1996-07-04 00:00", false), None);
    }
}
