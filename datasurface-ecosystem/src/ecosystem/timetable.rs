//! Errors in timetables, in words that say what to mend.
//!
//! Schedulers agree about POSIX cron with names, ranges, lists and steps. What some of them have besides (`L`, `W`, `#`, `?`,
//! `@daily`, a step behind a single number) means something else to the next one, or nothing: it is none here. So does a
//! step behind a `*` for days of one kind, where days of the other kind are named: for some, the `*` counts, and a day has
//! to be of both kinds; for others, one of them is enough.
//!
//! This module judges timetables; croner works out when they are due.

/// One of the five fields: what it counts, and from where to where.
struct Field {
    noun: &'static str,
    first: u32,
    last: u32,
    /// The highest number that is another word for the first one.
    again: Option<u32>,
    names: &'static [&'static str],
}

const MINUTE: Field = Field { noun: "minute", first: 0, last: 59, again: None, names: &[] };
const HOUR: Field = Field { noun: "hour", first: 0, last: 23, again: None, names: &[] };
const DAY: Field = Field { noun: "day of the month", first: 1, last: 31, again: None, names: &[] };
const MONTH: Field = Field {
    noun: "month",
    first: 1,
    last: 12,
    again: None,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAY: Field = Field {
    noun: "day of the week",
    first: 0,
    last: 6,
    // Sunday, for those whose week begins with Monday.
    again: Some(7),
    names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};

/// The last days of the months, in a leap year.
const LAST_DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Why these fields are no timetable, if they are none.
pub(super) fn error(fields: &str) -> Option<String> {
    CronFields::from_text(fields).err()
}

/// The numbers that the fields of a timetable name, as bits: bit 5 is set for the number 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CronFields {
    /// The minutes of an hour.
    pub minutes: u64,
    /// The hours of a day.
    pub hours: u64,
    /// The days of a month, from 1.
    pub days: u64,
    /// The months of a year, from 1.
    pub months: u64,
    /// The days of a week; 0 is a Sunday.
    pub weekdays: u64,
    /// Whether days of the month are named, rather than all by a `*`. Where days of both kinds are named, either is enough.
    pub names_days: bool,
    /// Whether days of the week are named, rather than all by a `*`.
    pub names_weekdays: bool,
}

impl CronFields {
    /// Reads the fields, or says why they are no timetable.
    pub(super) fn from_text(fields: &str) -> Result<Self, String> {
        judged(fields)
    }
}

fn judged(fields: &str) -> Result<CronFields, String> {
    let words: Vec<&str> = fields.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = words.as_slice() else {
        return Err(format!("it has {} fields, not 5", words.len()));
    };
    let (minutes, hours) = (MINUTE.numbers(minute)?, HOUR.numbers(hour)?);
    let (days, months) = (DAY.numbers(day)?, MONTH.numbers(month)?);
    let weekdays = WEEKDAY.numbers(weekday)?;
    for (field, other, all) in [(day, weekday, "1-31"), (weekday, day, "0-6")] {
        if let Some(step) = field.strip_prefix('*')
            && !step.is_empty()
            && *other != "*"
        {
            return Err(format!(
                "it names days of both kinds, and not everybody takes `{field}` for such: write `{all}{step}`"
            ));
        }
    }
    // A day of either kind is enough where both are named, even if all are.
    if *weekday == "*" && !has_day(days, months) {
        return Err("it never comes, for its months do not have its days".to_owned());
    }
    let (names_days, names_weekdays) = (!day.starts_with('*'), !weekday.starts_with('*'));
    Ok(CronFields { minutes, hours, days, months, weekdays, names_days, names_weekdays })
}

/// Whether a month has a day. Numbers are bits.
fn has_day(days: u64, months: u64) -> bool {
    let first = days.trailing_zeros();
    (1..).zip(LAST_DAYS).any(|(month, last)| months & (1 << month) != 0 && first <= last)
}

impl Field {
    /// The numbers that a text names, as bits.
    fn numbers(&self, text: &str) -> Result<u64, String> {
        if text.contains(',') && text.split(',').any(|part| part.starts_with('*')) {
            return Err(format!("`{text}` is a list with a `*` in it, which stands for all"));
        }
        text.split(',').try_fold(0, |numbers, part| Ok(numbers | self.part(part)?))
    }

    /// A number, a range, or all; with a step, or without.
    fn part(&self, part: &str) -> Result<u64, String> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (self.first, self.last),
            Some((from, to)) => (self.number(from)?, self.number(to)?),
            None => {
                let number = self.number(range)?;
                if step.is_some() {
                    return Err(format!("`{part}` has a step without a range"));
                }
                (number, number)
            }
        };
        if to < from {
            return Err(format!("`{range}` ends before it begins"));
        }
        let step =
            step.map_or(Ok(1), |step| positive(step).ok_or_else(|| format!("`{part}` has no step")))?;
        if step > 1 && step > to - from {
            return Err(format!("the step of `{part}` leads past the last {}", self.noun));
        }
        let numbers = (from..=to).step_by(usize::try_from(step).unwrap_or(usize::MAX));
        let numbers = numbers.map(|number| if self.again == Some(number) { self.first } else { number });
        Ok(numbers.fold(0, |bits, number| bits | (1 << number)))
    }

    fn number(&self, text: &str) -> Result<u32, String> {
        let name = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let named = name.and_then(|name| u32::try_from(name).ok()).map(|name| self.first + name);
        let last = self.again.unwrap_or(self.last);
        let number = named.or_else(|| digits(text)).filter(|number| (self.first..=last).contains(number));
        number.ok_or_else(|| {
            let names = match self.names {
                [first, .., last] => format!(", or `{first}` to `{last}`"),
                _ => String::new(),
            };
            format!("`{text}` is no {}: those are {} to {last}{names}", self.noun, self.first)
        })
    }
}

fn positive(text: &str) -> Option<u32> {
    digits(text).filter(|number| *number > 0)
}

/// A number without a sign, which the usual reader would take, too.
fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
