//! Timetables, as EventBridge Scheduler writes them.
//!
//! A timetable of the model is POSIX cron: where it names days of the month and days of the week, either of them is enough. Scheduler demands `?`
//! in one of the two fields, so such a timetable becomes two expressions. On a day that is both, the job starts twice, and the second run
//! finds nothing to do.

use datasurface_platform::prelude::Cron;

/// The numbers of a field, from the first to the last, and its names.
struct Field {
    first: u32,
    last: u32,
    names: &'static [&'static str],
}

const MINUTE: Field = Field { first: 0, last: 59, names: &[] };
const HOUR: Field = Field { first: 0, last: 23, names: &[] };
const DAY: Field = Field { first: 1, last: 31, names: &[] };
const MONTH: Field = Field {
    first: 1,
    last: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const WEEKDAY: Field = Field { first: 0, last: 6, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };

/// Returns the expressions of Scheduler that start something when a timetable says so. Fields are written as lists, so that no reading of
/// steps and ranges differs.
pub(crate) fn expressions(cron: &Cron) -> Vec<String> {
    let fields: Vec<&str> = cron.fields().split([' ', '\t']).filter(|field| !field.is_empty()).collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        // Validation reports it.
        return Vec::new();
    };
    let time = format!("{} {}", MINUTE.list(minute), HOUR.list(hour));
    let month = MONTH.list(month);
    let (days, weekdays) = (DAY.list(day), WEEKDAY.list(weekday));
    let by_day = |days: &str| format!("cron({time} {days} {month} ? *)");
    let by_weekday = || format!("cron({time} ? {month} {weekdays} *)");
    match (days.as_str(), weekdays.as_str()) {
        (days, "*") => vec![by_day(days)],
        ("*", _) => vec![by_weekday()],
        (days, _) => vec![by_day(days), by_weekday()],
    }
}

impl Field {
    /// The values of a field as a list; `*` for all.
    fn list(&self, field: &str) -> String {
        let all = self.last - self.first + 1;
        let mut values: Vec<u32> = field.split(',').flat_map(|element| self.values(element)).collect();
        values.sort_unstable();
        values.dedup();
        if values.len() == all as usize {
            return "*".to_owned();
        }
        let texts: Vec<String> = values.iter().map(|value| self.text(*value)).collect();
        texts.join(",")
    }

    /// A number, or its name: Scheduler counts the days of the week from 1.
    fn text(&self, value: u32) -> String {
        let name = self.names.get((value - self.first) as usize);
        name.map_or_else(|| value.to_string(), |name| (*name).to_owned())
    }

    /// The values of one element: `*`, a value, a range, and any of these with a step.
    fn values(&self, element: &str) -> Vec<u32> {
        let (range, step) = element.split_once('/').unwrap_or((element, "1"));
        let step: usize = step.parse().unwrap_or(1);
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (self.first, self.last),
            Some((from, to)) => (self.number(from), self.number(to)),
            None => (self.number(range), self.number(range)),
        };
        // Sunday is 0, and 7 for those whose week begins with Monday.
        let in_week = |value: u32| if value > self.last { self.first + value - self.last - 1 } else { value };
        let to = if to < from { to + (self.last - self.first + 1) } else { to };
        (from..=to).step_by(step.max(1)).map(in_week).collect()
    }

    fn number(&self, text: &str) -> u32 {
        let named = self.names.iter().zip(self.first..).find(|(name, _)| name.eq_ignore_ascii_case(text));
        named.map_or_else(|| text.parse().unwrap_or(self.first), |(_, number)| number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timetable_is_written_as_scheduler_reads_it() {
        for (cron, written) in [
            ("*/15 * * * *", vec!["cron(0,15,30,45 * * * ? *)"]),
            ("0 6 * * *", vec!["cron(0 6 * * ? *)"]),
            ("5 8-10 1,15 jan-mar *", vec!["cron(5 8,9,10 1,15 JAN,FEB,MAR ? *)"]),
            ("0 0 * * 1-5", vec!["cron(0 0 ? * MON,TUE,WED,THU,FRI *)"]),
            ("0 0 * * 7", vec!["cron(0 0 ? * SUN *)"]),
            ("0 0 * * 5-7", vec!["cron(0 0 ? * SUN,FRI,SAT *)"]),
            ("0 0 1 * mon", vec!["cron(0 0 1 * ? *)", "cron(0 0 ? * MON *)"]),
            ("0 12 * * * Europe/Berlin", vec!["cron(0 12 * * ? *)"]),
        ] {
            assert_eq!(expressions(&Cron::from(cron)), written, "{cron}");
        }
    }
}
