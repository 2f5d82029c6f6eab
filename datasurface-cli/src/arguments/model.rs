//! The model that a verb is about, and the day as of which.

use crate::clock::today;
use chrono::NaiveDate;
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

    /// The day as of which to judge and to plan [default: today, in UTC]. A day that is named counts as right: what was held until
    /// before may go, also where the clock is more than a week past the last day that is known to be right.
    #[arg(long, value_name = "DATE", value_parser = date)]
    on: Option<NaiveDate>,

    /// The day of a plan that was made before.
    #[arg(skip)]
    planned_on: Option<AsOf>,
}

impl Model {
    /// An older version of the model, judged with the same.
    pub(crate) fn older(&self, model: &Path) -> Self {
        Self { model: model.to_owned(), lock: Some(self.lock()), on: Some(self.date()), planned_on: None }
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
        let named = self.planned_on.or(self.on.map(AsOf::from));
        named.unwrap_or_else(|| AsOf::from_clock(today()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_day() {
        assert!(date("2026-02-28").is_ok());
        for text in ["2026-02-30", "tomorrow", "", "28.2.2026"] {
            assert!(date(text).is_err(), "{text}");
        }
        assert!(today() > NaiveDate::default());
    }
}
