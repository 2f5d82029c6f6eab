//! From arguments to a report and an exit code.

use super::revisions;
use chrono::{DateTime, NaiveDate};
use clap::{Parser, ValueEnum};
use datasurface::{
    broker::{Broker, all_codes},
    change::ChangeSource,
    platform::prelude::Registry,
    review::{Review, ReviewSide},
};
use std::{
    error::Error,
    ffi::OsString,
    io::Write,
    path::{Path, PathBuf},
    time::SystemTime,
};

const ALLOWED: u8 = 0;
const REFUSED: u8 = 1;
const MISUSED: u8 = 2;

/// Judges a proposed change of a model.
#[derive(Debug, Parser)]
#[command(name = "review_change")]
struct Arguments {
    /// The model that is live: a file, or a folder of documents.
    #[arg(requires = "new")]
    old: Option<PathBuf>,
    /// The model that is proposed.
    #[arg(requires = "source")]
    new: Option<PathBuf>,
    /// Where the change comes from: `github:owner/repository@branch`.
    #[arg(long, requires = "old")]
    source: Option<String>,
    /// How the report is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Refuses what would break something if anybody used it, too.
    #[arg(long)]
    strict: bool,
    /// The day as of which the change is judged [default: today].
    #[arg(long)]
    on: Option<NaiveDate>,
    /// An approval that is taken on trust, as `repository=fingerprint`.
    #[arg(long)]
    approved_by: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
}

/// Does what the arguments ask for, and answers with the exit code.
pub(crate) fn run(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut impl Write,
    errors: &mut impl Write,
) -> u8 {
    answered(arguments, out).unwrap_or_else(|error| {
        // If nobody hears that either, the code says it.
        drop(writeln!(errors, "{error}"));
        MISUSED
    })
}

fn answered(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut impl Write,
) -> Result<u8, Box<dyn Error>> {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(help) if !help.use_stderr() => {
            write!(out, "{help}")?;
            return Ok(ALLOWED);
        }
        Err(error) => return Err(error.into()),
    };
    let (Some(old), Some(new), Some(source)) = (&arguments.old, &arguments.new, &arguments.source) else {
        revisions::play(out)?;
        return Ok(ALLOWED);
    };
    review(&arguments, [old, new], source, out)
}

/// Prints the report, and says whether the change is allowed: the library call is that of `datasurface review`, for folders.
fn review(
    arguments: &Arguments,
    [old, new]: [&Path; 2],
    source: &str,
    out: &mut impl Write,
) -> Result<u8, Box<dyn Error>> {
    let [old_side, new_side] = [old, new].map(ReviewSide::from_path);
    if old_side.is_empty() {
        return Err(format!("{}: there is no model that is live", old.display()).into());
    }
    // This program knows no platform: whoever has some names them here.
    let broker = Broker::new(Registry::new());
    let review = Review::new(&broker, ChangeSource::new(source), arguments.on.unwrap_or_else(today));
    let review = if arguments.strict { review.strict() } else { review };
    let review = review.approved_by(arguments.approved_by.iter().cloned());
    let report = review.judge(&old_side, &new_side);
    match arguments.format {
        Format::Text => write!(out, "{report}")?,
        Format::Json => write!(out, "{}", report.to_json())?,
        Format::Sarif => write!(out, "{}", report.to_sarif(all_codes()))?,
    }
    Ok(if report.is_allowed() { ALLOWED } else { REFUSED })
}

fn today() -> NaiveDate {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().date_naive()
}
