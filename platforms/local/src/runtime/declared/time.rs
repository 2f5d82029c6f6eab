//! Days and times of the Gregorian calendar, as SQLite knows them (`2026-01-31`; `2026-01-31 12:00`, with seconds, with
//! `T`, with `Z` or an offset), or as PostgreSQL writes those that SQLite does not know: `infinity`, `0044-03-15 BC`,
//! `12026-01-31`.

use super::{ValueError, utf8};
use rusqlite::types::ValueRef;

/// What a text is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A day.
    Day,
    /// A time, or a day, which begins at midnight.
    Time,
}

/// Returns the text, if it names a day or a time. A day whose time is midnight is that day.
pub(super) fn keep(value: ValueRef<'_>, form: Form) -> Result<ValueRef<'_>, ValueError> {
    let ValueRef::Text(bytes) = value else {
        return Err(ValueError::Form);
    };
    let text = utf8(bytes)?;
    let midnight = || text.strip_suffix(" 00:00:00").or_else(|| text.strip_suffix(" 00:00:00+00"));
    let day = if form == Form::Day { midnight().unwrap_or(text) } else { text };
    year(day, form)?;
    Ok(ValueRef::Text(day.as_bytes()))
}

/// Returns the year that a text names, if it names a day or a time; nothing for those before and after all others. The year
/// before the year 1 is 0.
pub(super) fn year(text: &str, form: Form) -> Result<Option<i64>, ValueError> {
    if matches!(text, "infinity" | "-infinity") {
        return Ok(None);
    }
    let (text, is_before_christ) = match text.strip_suffix(" BC") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let bytes = text.as_bytes();
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // More digits are no year of any calendar.
    if !(4..=9).contains(&digits) {
        return Err(ValueError::Form);
    }
    let (year, rest) = bytes.split_at_checked(digits).ok_or(ValueError::Form)?;
    let year = year.iter().fold(0, |year, digit| year * 10 + i64::from(digit - b'0'));
    let [b'-', m1, m2, b'-', d1, d2, time @ ..] = rest else {
        return Err(ValueError::Form);
    };
    let (month, day) = (two(*m1, *m2)?, two(*d1, *d2)?);
    // There is no year 0 before Christ.
    let number = match (is_before_christ, year) {
        (true, 0) => return Err(ValueError::Form),
        (true, year) => 1 - year,
        (false, year) => year,
    };
    if day == 0 || day > days_of(number, month)? {
        return Err(ValueError::Form);
    }
    match (form, time) {
        (_, []) => {}
        (Form::Time, [b' ' | b'T', time @ ..]) => judge_time(time)?,
        _ => return Err(ValueError::Form),
    }
    Ok(Some(number))
}

fn two(first: u8, second: u8) -> Result<u8, ValueError> {
    match (first, second) {
        (b'0'..=b'9', b'0'..=b'9') => Ok((first - b'0') * 10 + second - b'0'),
        _ => Err(ValueError::Form),
    }
}

fn days_of(year: i64, month: u8) -> Result<u8, ValueError> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    Ok(match month {
        2 => 28 + u8::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Err(ValueError::Form),
    })
}

/// Hours and minutes; seconds and parts of them; a zone.
fn judge_time(time: &[u8]) -> Result<(), ValueError> {
    let [h1, h2, b':', m1, m2, rest @ ..] = time else {
        return Err(ValueError::Form);
    };
    within(two(*h1, *h2)?, 23)?;
    within(two(*m1, *m2)?, 59)?;
    let rest = match rest {
        [b':', s1, s2, rest @ ..] => {
            within(two(*s1, *s2)?, 59)?;
            match rest {
                [b'.', rest @ ..] => without_fraction(rest)?,
                rest => rest,
            }
        }
        rest => rest,
    };
    match rest {
        [] | [b'Z' | b'z'] => Ok(()),
        [b'+' | b'-', h1, h2, minutes @ ..] => {
            within(two(*h1, *h2)?, 15)?;
            match minutes {
                [] => Ok(()),
                [b':', m1, m2] => within(two(*m1, *m2)?, 59),
                _ => Err(ValueError::Form),
            }
        }
        _ => Err(ValueError::Form),
    }
}

/// What follows the digits of a second, which are at most six: a timestamp has microseconds.
fn without_fraction(rest: &[u8]) -> Result<&[u8], ValueError> {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (fraction, rest) = rest.split_at_checked(digits).ok_or(ValueError::Form)?;
    if fraction.is_empty() {
        return Err(ValueError::Form);
    }
    let is_fine = fraction.iter().skip(6).any(|digit| *digit != b'0');
    if is_fine { Err(ValueError::Precision) } else { Ok(rest) }
}

fn within(number: u8, most: u8) -> Result<(), ValueError> {
    if number <= most { Ok(()) } else { Err(ValueError::Form) }
}
