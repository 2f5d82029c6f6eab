//! Triggers of captures and transformers.

use super::{
    schedule::Schedule,
    timetable::{self, CronFields},
};
use chrono::{DateTime, TimeZone};
use datasurface_schema::Text;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::{cell::RefCell, fmt, thread::LocalKey};

/// A timetable in five POSIX cron fields: minute, hour, day of month, month, day of week. Names, lists, ranges and steps of
/// ranges are allowed: `*/10 8-18 * * mon-fri`; what only some schedulers know (`L`, `W`, `#`, `?`) is not. Where both kinds of
/// days are named, one of them is enough. A time zone may follow: `0 6 * * * Europe/Berlin`; without one it is UTC. Judged by
/// validation, also for days that never come.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cron(Text);

impl Cron {
    /// The text, as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the timetable in another time zone, by its IANA name.
    #[must_use]
    pub fn in_zone(&self, zone: &str) -> Self {
        Self(format!("{} {zone}", self.fields()).into())
    }

    /// The fields, without the time zone.
    #[must_use]
    pub fn fields(&self) -> &str {
        self.split().0
    }

    /// The IANA name of the time zone, if there is one.
    #[must_use]
    pub fn zone(&self) -> Option<&str> {
        self.split().1
    }

    /// Returns the numbers that the fields name; none if they are no timetable.
    #[must_use]
    pub fn numbers(&self) -> Option<CronFields> {
        CronFields::from_text(self.fields()).ok()
    }

    /// Returns the reason why the fields are no timetable, if they are none.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        // Schedulers part fields at spaces and tabs, and take any other blank for a part of a field.
        let is_other_blank = |letter: char| letter.is_whitespace() && !matches!(letter, ' ' | '\t');
        if self.0.contains(is_other_blank) {
            return Some("it has a blank in it that is neither a space nor a tab".to_owned());
        }
        thread_local! {
            static ERRORS: CronCache<Option<String>> = RefCell::default();
        }
        cached(&ERRORS, self.fields(), |fields| {
            let unread = || fields.parse::<croner::Cron>().err().map(|error| error.to_string());
            timetable::error(fields).or_else(unread)
        })
    }

    /// Returns the first time of the timetable after `time`; none if the text is no timetable, or has no time any
    /// more. `time` is taken as one in the timetable's zone: this crate does not convert between zones.
    #[must_use]
    pub fn next_after<Z: TimeZone>(&self, time: &DateTime<Z>) -> Option<DateTime<Z>> {
        self.fields().parse::<croner::Cron>().ok()?.find_next_occurrence(time, false).ok()
    }

    /// Returns the longest time between two starts, in minutes, on the clock of the timetable's zone; none if the text is no
    /// timetable.
    #[must_use]
    pub fn longest_gap(&self) -> Option<u64> {
        thread_local! {
            static GAPS: CronCache<Option<u64>> = RefCell::default();
        }
        cached(&GAPS, self.fields(), |fields| Schedule::from_fields(fields)?.longest_gap())
    }

    /// Returns the longest time, in minutes, from a start of the first timetable until what its next start sees has passed all
    /// others, each at its own next start. None if one is no timetable, or if they are in several time zones.
    #[must_use]
    pub fn longest_wait(chain: &[&Self]) -> Option<u64> {
        let zone = |cron: &&Self| cron.zone().unwrap_or("UTC").to_owned();
        let first = zone(chain.first()?);
        if chain.iter().any(|cron| zone(cron) != first) {
            return None;
        }
        let schedules: Option<Vec<_>> =
            chain.iter().map(|cron| Schedule::from_fields(cron.fields())).collect();
        Schedule::longest_wait(&schedules?)
    }

    /// Splits the text into fields and time zone. A time zone is a word after five fields that begins as no field
    /// could.
    fn split(&self) -> (&str, Option<&str>) {
        let text = self.0.trim();
        match text.rsplit_once(char::is_whitespace) {
            Some((fields, zone))
                if zone.starts_with(|c: char| c.is_ascii_alphabetic())
                    && fields.split_whitespace().count() == 5 =>
            {
                (fields, Some(zone))
            }
            _ => (text, None),
        }
    }
}

impl From<&str> for Cron {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0.as_str(), f)
    }
}

/// The trigger of the capture of a datastore.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CaptureTrigger {
    /// A timetable.
    Cron(Cron),
    /// A signal from outside.
    External,
}

/// The trigger of a transformer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TransformTrigger {
    /// A move of at least one input of the workspace since the last run.
    AnyInputMoved,
    /// A move of each input of the workspace since the last run. An input that rests delays the run.
    AllInputsMoved,
    /// A timetable.
    Cron(Cron),
    /// A signal from outside.
    External,
}

/// The answers to a question about timetables, by their fields.
type CronCache<T> = RefCell<FxHashMap<Text, T>>;

/// Returns the answer to a question about a timetable, computed once. Many datastores have one timetable, and it takes longer to
/// read than all other rules about a datastore.
fn cached<T: Clone>(
    answers: &'static LocalKey<CronCache<T>>,
    fields: &str,
    answer: impl FnOnce(&str) -> T,
) -> T {
    const MANY: usize = 1024;
    answers.with_borrow_mut(|answers| {
        if let Some(known) = answers.get(fields) {
            return known.clone();
        }
        if answers.len() == MANY {
            answers.clear();
        }
        answers.entry(fields.into()).or_insert(answer(fields)).clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    #[test]
    fn five_fields_with_names_ranges_and_steps() {
        let good = [
            "* * * * *",
            "*/10 8-18 * * mon-fri",
            "0 0 1 JAN,JUL *",
            "0 0 29 2 *",
            "0 0 30 2 mon",
            "0 0 30 2-3 *",
            "0 0 30 2 0-6",
            "0 0 30 2 sun-sat",
            "0 0 */2 * *",
            "0 0 * * */2",
            "0 0 1-31/2 * mon",
            "0-30/15,59 */12 * * 5-7",
        ];
        for good in good {
            assert_eq!(Cron::from(good).error(), None, "{good}");
            assert!(Cron::from(good).next_after(&DateTime::UNIX_EPOCH).is_some(), "{good}");
        }
        for (bad, error) in [
            ("", "it has 0 fields, not 5"),
            ("* * * * * *", "it has 6 fields, not 5"),
            ("61 * * * *", "`61` is no minute: those are 0 to 59"),
            ("0 +1 * * *", "`+1` is no hour: those are 0 to 23"),
            ("0 0 L * *", "`L` is no day of the month: those are 1 to 31"),
            ("0 0 15W * *", "`15W` is no day of the month: those are 1 to 31"),
            ("0 0 ? * *", "`?` is no day of the month: those are 1 to 31"),
            ("0 0 * * fri#2", "`fri#2` is no day of the week: those are 0 to 7, or `sun` to `sat`"),
            ("0 0 * * fri-mon", "`fri-mon` ends before it begins"),
            ("5/10 * * * *", "`5/10` has a step without a range"),
            ("0 0 * * *,0", "`*,0` is a list with a `*` in it, which stands for all"),
            ("*/0 * * * *", "`*/0` has no step"),
            ("*/100 * * * *", "the step of `*/100` leads past the last minute"),
            ("0 0 * * */7", "the step of `*/7` leads past the last day of the week"),
            (
                "0 0 */2 * mon",
                "it names days of both kinds, and not everybody takes `*/2` for such: write `1-31/2`",
            ),
            (
                "0 0 13 * */2",
                "it names days of both kinds, and not everybody takes `*/2` for such: write `0-6/2`",
            ),
            ("0 0 30 feb *", "it never comes, for its months do not have its days"),
            ("0 0 31 4,6,9,11 *", "it never comes, for its months do not have its days"),
        ] {
            assert_eq!(Cron::from(bad).error().as_deref(), Some(error), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_a_timetable_can_be_read_by_who_keeps_it(
            fields in vec("[0-9*,/-]{1,4}|[*]/[0-9]{1,2}|[0-9]-[0-9]{1,2}|mon-fri|feb", 5),
        ) {
            let fields = fields.join(" ");
            if timetable::error(&fields).is_none() {
                let cron: croner::Cron = fields.parse().unwrap();
                prop_assert!(cron.find_next_occurrence(&DateTime::UNIX_EPOCH, false).is_ok(), "{}", fields);
            }
        }
    }

    #[test]
    fn a_time_zone_may_follow() {
        let cron = Cron::from("0 6 * * mon-fri").in_zone("Europe/Berlin");
        assert_eq!(cron.as_str(), "0 6 * * mon-fri Europe/Berlin");
        assert_eq!((cron.fields(), cron.zone()), ("0 6 * * mon-fri", Some("Europe/Berlin")));
        assert_eq!(cron.error(), None);
        assert_eq!(Cron::from("0 6 * * mon").zone(), None);
        assert!(Cron::from("0 0 6 * * *").error().is_some());
    }

    #[test]
    fn fields_are_parted_by_spaces_and_tabs() {
        assert_eq!(Cron::from("* *\t* * * UTC").error(), None);
        for bad in ["*\u{a0}* * * *", "\u{a0}* * * * *", "* * * * *\n", "* * * *\u{2003}* UTC"] {
            assert!(Cron::from(bad).error().is_some(), "{bad:?}");
        }
    }
}
