//! Timetables, as EventBridge Scheduler writes them.
//!
//! A timetable of the model is POSIX cron: where it names days of the month and days of the week, either of them is enough. Scheduler demands `?`
//! in one of the two fields, so such a timetable becomes two expressions. On a day that is both, the job starts twice, and the second run
//! finds nothing to do.

use datasurface_platform::prelude::Cron;

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// Scheduler counts the days of the week from 1, and others do from 0.
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Returns the expressions of Scheduler that start something when a timetable says so; none for what is no timetable, which validation
/// reports. Fields are written as lists, so that no reading of steps and ranges differs.
pub(crate) fn expressions(cron: &Cron) -> Vec<String> {
    let Some(fields) = cron.numbers() else { return Vec::new() };
    let time = format!("{} {}", list(fields.minutes, 0, 60, &[]), list(fields.hours, 0, 24, &[]));
    let months = list(fields.months, 1, 12, &MONTHS);
    let by_day = || format!("cron({time} {} {months} ? *)", list(fields.days, 1, 31, &[]));
    let by_weekday = || format!("cron({time} ? {months} {} *)", list(fields.weekdays, 0, 7, &WEEKDAYS));
    let names_days = fields.names_days || list(fields.days, 1, 31, &[]) != "*";
    let names_weekdays = fields.names_weekdays || list(fields.weekdays, 0, 7, &[]) != "*";
    match (names_days, names_weekdays) {
        (_, false) => vec![by_day()],
        (false, true) => vec![by_weekday()],
        (true, true) => vec![by_day(), by_weekday()],
    }
}

/// The numbers that bits stand for, of so many from the first one on, as a list of their names, if they have any; `*` for all.
fn list(bits: u64, first: u32, count: u32, names: &[&str]) -> String {
    let numbers: Vec<u32> = (first..first + count).filter(|number| bits & (1 << number) != 0).collect();
    if numbers.len() == count as usize {
        return "*".to_owned();
    }
    let name = |number: u32| names.get((number - first) as usize).map(|name| (*name).to_owned());
    let texts = numbers.into_iter().map(|number| name(number).unwrap_or_else(|| number.to_string()));
    texts.collect::<Vec<_>>().join(",")
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
            // Either kind of day is enough: that is every day.
            ("0 0 1-31 * mon", vec!["cron(0 0 * * ? *)", "cron(0 0 ? * MON *)"]),
            ("0 0 * * */2", vec!["cron(0 0 ? * SUN,TUE,THU,SAT *)"]),
            ("0 0 */2 * *", vec!["cron(0 0 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31 * ? *)"]),
            ("never", vec![]),
            ("0 12 * * * Europe/Berlin", vec!["cron(0 12 * * ? *)"]),
        ] {
            assert_eq!(expressions(&Cron::from(cron)), written, "{cron}");
        }
    }
}
