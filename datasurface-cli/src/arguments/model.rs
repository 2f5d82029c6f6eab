//! The model that a verb is about, and the day as of which.

use crate::clock::now;
use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use datasurface_broker::AsOf;
use std::path::{Path, PathBuf};

/// The model, and what it is judged with.
#[derive(Clone, Debug, Args)]
pub(crate) struct Model {
    /// The model: a file of JSON or YAML, a folder of such files, or `-` for the standard input.
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,

    /// The lock: what was decided before. If it is not there, nothing was [default: `datasurface.lock` beside the
    /// model, in it if it is a folder, in the current folder for `-`].
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,

    /// The day as of which to judge and to plan [default: now], as it begins in UTC, or a moment of it (`2026-01-31T22:30Z`), for platforms
    /// that go forward at certain times. A day that is named counts as right: what was held until before may go, also where the clock is
    /// more than a week past the last day that is known to be right.
    #[arg(long, value_name = "DATE", value_parser = day_or_moment)]
    on: Option<AsOf>,

    /// The day of a plan that was made before.
    #[arg(skip)]
    planned_on: Option<AsOf>,
}

impl Model {
    /// An older version of the model, judged with the same.
    pub(crate) fn older(&self, model: &Path) -> Self {
        Self {
            model: model.to_owned(),
            lock: Some(self.lock()),
            on: Some(self.as_of().day().into()),
            planned_on: None,
        }
    }

    /// The same model as of the day of a plan that was made before.
    pub(crate) fn planned_on(&self, day: AsOf) -> Self {
        Self { planned_on: Some(day), ..self.clone() }
    }

    /// Where the lock is, or will be.
    pub(crate) fn lock(&self) -> PathBuf {
        self.lock.clone().unwrap_or_else(|| self.beside(datasurface_broker::LOCK_FILE_NAME))
    }

    /// Whether somebody has said where the lock is.
    pub(crate) fn names_lock(&self) -> bool {
        self.lock.is_some()
    }

    /// A file beside the model, in it if it is a folder, and in the current folder if it comes from the standard input.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        if self.is_stdin() {
            name.into()
        } else if self.model.is_dir() {
            self.model.join(name)
        } else {
            self.model.with_file_name(name)
        }
    }

    /// The day as of which to judge.
    pub(crate) fn date(&self) -> NaiveDate {
        self.as_of().day()
    }

    /// The day as of which to plan: named, or that of the clock.
    pub(crate) fn as_of(&self) -> AsOf {
        self.planned_on.or(self.on).unwrap_or_else(|| {
            let now = now();
            AsOf::from_clock(now.date_naive()).at(now.time())
        })
    }

    /// Whether the model comes from the standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.model.as_os_str() == "-"
    }
}

/// Reads a day.
pub(crate) fn date(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "a day is written like 2026-01-31".to_owned())
}

/// Reads a day, or a moment with its distance from UTC.
fn day_or_moment(text: &str) -> Result<AsOf, String> {
    if let Ok(day) = date(text) {
        return Ok(AsOf::from(day));
    }
    // Without seconds is how people write it, and with them is how programs do.
    let moment =
        DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%#z").or_else(|_| DateTime::parse_from_rfc3339(text));
    let moment = moment.map(|moment| moment.with_timezone(&Utc));
    let as_of = moment.map(|moment| AsOf::from(moment.date_naive()).at(moment.time()));
    as_of.map_err(|_| "a day is written like 2026-01-31, and a moment like 2026-01-31T22:30Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::today;

    #[test]
    fn a_moment_is_a_day_and_a_time_in_utc() {
        let read = |text: &str| day_or_moment(text).map(|as_of| as_of.moment().to_rfc3339()).ok();
        for (text, moment) in [
            ("2026-11-27", "2026-11-27T00:00:00+00:00"),
            ("2026-11-27T22:30Z", "2026-11-27T22:30:00+00:00"),
            ("2026-11-27T22:30:59Z", "2026-11-27T22:30:00+00:00"),
            ("2026-11-27T00:30+01:00", "2026-11-26T23:30:00+00:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(moment), "{text}");
        }
        for text in ["2026-11-27T22:30", "22:30", "2026-11-27 22:30Z", "2026-11-27T25:00Z", "now"] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_day_is_a_day() {
        assert!(date("2026-02-28").is_ok());
        for text in ["2026-02-30", "tomorrow", "", "28.2.2026"] {
            assert!(date(text).is_err(), "{text}");
        }
        assert!(today() > NaiveDate::default());
    }
}
