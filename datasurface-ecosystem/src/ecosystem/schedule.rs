//! The times of a timetable, in minutes: how long it rests at most, and how long data waits that passes several timetables.
//!
//! All is on the clock of the timetable's zone. What a change to summer time adds or takes is not counted: this crate knows no
//! rules of time zones.

use super::timetable::CronFields;

const MINUTES_OF_DAY: u32 = 24 * 60;
/// Days in the time after which a calendar of the Gregorian century repeats: dates are on the same days of the week again.
const DAYS_OF_CALENDAR: u32 = 28 * 365 + 7;
/// The days over which chains of timetables are followed: more than a year.
const DAYS_OF_CHAIN: u32 = 400;
/// The count of starts that are followed through a chain. Of one that starts more often, the first ones are.
const STARTS: usize = 3_000;

/// The times of a timetable.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    fields: CronFields,
    /// The minutes of a day, in order.
    times: Vec<u32>,
}

impl Schedule {
    /// Reads the fields of a timetable; none if they are none.
    pub(super) fn from_fields(fields: &str) -> Option<Self> {
        let fields = CronFields::from_text(fields).ok()?;
        let hours = (0..24).filter(|hour| fields.hours & (1 << hour) != 0);
        let minutes = |hour: u32| {
            (0..60).filter(|minute| fields.minutes & (1 << minute) != 0).map(move |minute| hour * 60 + minute)
        };
        let times = hours.flat_map(minutes).collect();
        Some(Self { fields, times })
    }

    /// Returns the longest time between two starts, in minutes.
    pub(super) fn longest_gap(&self) -> Option<u64> {
        let (first, last) = (*self.times.first()?, *self.times.last()?);
        let within = self.times.windows(2).filter_map(|pair| Some(pair.get(1)? - pair.first()?)).max();
        let mut longest = within.unwrap_or_default();
        let mut before: Option<u32> = None;
        for day in Days::default().take(DAYS_OF_CALENDAR as usize).filter(|day| self.is_on(day)) {
            if let Some(before) = before {
                longest = longest.max((day.number - before) * MINUTES_OF_DAY + first - last);
            }
            before = Some(day.number);
        }
        // A year has one start at least, but for 29 February.
        before.map(|_| u64::from(longest))
    }

    /// Returns the longest time, in minutes, from a start of the first of these timetables until what its next start sees has
    /// passed all others, each at its own next start. All are on one clock. None if a timetable has no start.
    pub(super) fn longest_wait(chain: &[Self]) -> Option<u64> {
        let (first, others) = chain.split_first()?;
        let calendar: Vec<Day> = Days::default().take(DAYS_OF_CHAIN as usize).collect();
        let others: Vec<Starts<'_>> = others.iter().map(|other| Starts::new(other, &calendar)).collect();
        let starts = calendar.iter().filter(|day| first.is_on(day));
        let mut starts = starts
            .flat_map(|day| first.times.iter().map(|time| day.number * MINUTES_OF_DAY + time))
            .take(STARTS);
        let mut before = starts.next()?;
        let mut longest = None;
        for start in starts {
            let arrival = others.iter().try_fold(start, |time, other| other.at_or_after(time));
            longest = longest.max(arrival.map(|arrival| u64::from(arrival - before)));
            before = start;
        }
        longest
    }

    fn is_on(&self, day: &Day) -> bool {
        let fields = &self.fields;
        let (is_of_month, is_of_week) =
            (fields.days & (1 << day.of_month) != 0, fields.weekdays & (1 << day.of_week) != 0);
        // Where days of both kinds are named, one of them is enough.
        let is_named = match (fields.names_days, fields.names_weekdays) {
            (true, true) => is_of_month || is_of_week,
            _ => is_of_month && is_of_week,
        };
        fields.months & (1 << day.month) != 0 && is_named
    }
}

/// The starts of a timetable in a calendar.
struct Starts<'a> {
    times: &'a [u32],
    /// For each day, the first day from then on that has starts.
    next_days: Vec<Option<u32>>,
}

impl<'a> Starts<'a> {
    fn new(schedule: &'a Schedule, calendar: &[Day]) -> Self {
        let mut next = None;
        let mut next_days: Vec<_> = calendar
            .iter()
            .rev()
            .map(|day| {
                if schedule.is_on(day) {
                    next = Some(day.number);
                }
                next
            })
            .collect();
        next_days.reverse();
        Self { times: &schedule.times, next_days }
    }

    /// Returns the first start at a time, or after it; none after the end of the calendar.
    fn at_or_after(&self, time: u32) -> Option<u32> {
        let (day, minute) = (time / MINUTES_OF_DAY, time % MINUTES_OF_DAY);
        let next_day = |day: u32| self.next_days.get(usize::try_from(day).ok()?).copied().flatten();
        if next_day(day)? == day
            && let Some(start) = self.times.get(self.times.partition_point(|start| *start < minute))
        {
            return Some(day * MINUTES_OF_DAY + start);
        }
        Some(next_day(day + 1)? * MINUTES_OF_DAY + self.times.first()?)
    }
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug)]
struct Day {
    /// The count of days before it.
    number: u32,
    month: u32,
    of_month: u32,
    /// 0 is a Sunday.
    of_week: u32,
}

/// The days from 1 January 2001 on, in which any day of the week falls on any date, and 29 February is there.
#[derive(Clone, Debug)]
struct Days {
    next: Day,
    year: u32,
}

impl Default for Days {
    fn default() -> Self {
        // A Monday.
        Self { next: Day { number: 0, month: 1, of_month: 1, of_week: 1 }, year: 2001 }
    }
}

impl Iterator for Days {
    type Item = Day;

    fn next(&mut self) -> Option<Day> {
        let day = self.next;
        let last = match day.month {
            2 if self.year.is_multiple_of(4) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let (mut month, mut of_month) = (day.month, day.of_month + 1);
        if of_month > last {
            (month, of_month) = (month + 1, 1);
        }
        if month > 12 {
            month = 1;
            self.year += 1;
        }
        self.next = Day { number: day.number + 1, month, of_month, of_week: (day.of_week + 1) % 7 };
        Some(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Duration};
    use std::str::FromStr;

    fn gap(fields: &str) -> Option<u64> {
        Schedule::from_fields(fields)?.longest_gap()
    }

    #[test]
    fn the_longest_gap_is_that_between_two_starts() {
        let (hour, day) = (60, 24 * 60);
        for (fields, minutes) in [
            ("* * * * *", 1),
            ("*/10 * * * *", 10),
            ("0 * * * *", hour),
            ("5,50 * * * *", 45),
            ("0 3 * * *", day),
            ("0 6,18 * * *", 12 * hour),
            ("*/10 8-17 * * *", 14 * hour + 10),
            ("30 2 * * mon-fri", 3 * day),
            ("0 0 1 * *", 31 * day),
            ("0 0 31 * *", 61 * day),
            ("0 0 1 * mon", 7 * day),
            ("0 0 1 jan *", 366 * day),
            ("0 0 29 2 *", (4 * 365 + 1) * day),
            ("59 23 * * *", day),
        ] {
            assert_eq!(gap(fields), Some(minutes), "{fields}");
        }
        assert_eq!(gap("0 0 30 2 *"), None);
        assert_eq!(gap("at noon"), None);
    }

    /// The library that keeps timetables agrees about them, for as long as it takes to see both kinds of years.
    #[test]
    fn starts_are_those_of_the_keeper_of_timetables() {
        for fields in [
            "15 8-18/2 1 jan,jul *",
            "30 2 * * mon-fri",
            "0 0 29 2 *",
            "0 7 13 * 5",
            "0 0 31 * *",
            "0 12 1-31/9 * *",
        ] {
            let kept = croner::Cron::from_str(fields).unwrap();
            let mut time: DateTime<chrono::Utc> = "2001-01-01T00:00:00Z".parse().unwrap();
            let end = time + Duration::days(i64::from(DAYS_OF_CALENDAR));
            let (mut before, mut longest): (Option<DateTime<chrono::Utc>>, i64) = (None, 0);
            while let Ok(next) = kept.find_next_occurrence(&time, before.is_none()) {
                if next >= end {
                    break;
                }
                longest = longest.max(before.map_or(0, |before| (next - before).num_minutes()));
                (before, time) = (Some(next), next);
            }
            assert_eq!(gap(fields), u64::try_from(longest).ok(), "{fields}");
        }
    }

    #[test]
    fn what_passes_several_timetables_waits_for_each() {
        let wait = |chain: &[&str]| {
            let chain: Vec<_> = chain.iter().map(|fields| Schedule::from_fields(fields).unwrap()).collect();
            Schedule::longest_wait(&chain)
        };
        let (hour, day) = (60, 24 * 60);
        assert_eq!(wait(&["0 3 * * *"]), Some(day));
        // The second one runs an hour after the first.
        assert_eq!(wait(&["0 3 * * *", "0 4 * * *"]), Some(day + hour));
        assert_eq!(wait(&["0 4 * * *", "0 3 * * *"]), Some(day + 23 * hour));
        assert_eq!(wait(&["* * * * *", "0 3 * * *"]), Some(day));
        assert_eq!(wait(&["0 * * * *", "0 * * * *", "30 * * * *"]), Some(hour + 30));
        assert_eq!(wait(&["0 3 * * *", "0 4 * * mon"]), Some(7 * day + hour));
        assert_eq!(wait(&[]), None);
    }
}
