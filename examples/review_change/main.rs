//! What a check of a pull request would do: `cargo run --example review_change -- OLD NEW --source
//! github:owner/repository@branch`.
//!
//! `OLD` is the model that is live, `NEW` the proposed one, each a file or a folder of documents. The report says who may
//! make the change, what it breaks and for whom, whom it reaches, and how far retirements are. The exit code is 0 if the
//! change is allowed, 1 if it is refused, and 2 if there is nothing to judge.
//!
//! Without arguments it plays a short story on NorthWind: an addition, a breaking change, an attack, and a retirement.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it shows what it does")]

mod story;

use chrono::{DateTime, NaiveDate};
use clap::{Parser, ValueEnum};
use datasurface::model::{
    Documents, Ecosystem, Valid, Validation,
    change::{ChangeControl, ChangeSource},
};
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::SystemTime,
};

/// Judges a proposed change of a model.
#[derive(Debug, Parser)]
struct Arguments {
    /// The model that is live: a file, or a folder of documents.
    #[arg(requires = "new")]
    old: Option<PathBuf>,
    /// The model that is proposed.
    #[arg(requires = "source")]
    new: Option<PathBuf>,
    /// Where the change comes from: `github:owner/repository@branch`.
    #[arg(long)]
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
    /// Says that the change touches the lock as well.
    #[arg(long)]
    touches_lock: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (Some(old), Some(new), Some(source)) = (&arguments.old, &arguments.new, &arguments.source) else {
        return match story::play() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&*error),
        };
    };
    match review(&arguments, old, new, source) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => failed(&*error),
    }
}

fn failed(error: &dyn Error) -> ExitCode {
    eprintln!("{error}");
    ExitCode::from(2)
}

/// Prints the report, and says whether the change is allowed.
fn review(arguments: &Arguments, old: &Path, new: &Path, source: &str) -> Result<bool, Box<dyn Error>> {
    let on = arguments.on.unwrap_or_else(today);
    // What is live was accepted, perhaps with consents that have run out since. That is no reason to refuse a change.
    let old = Valid::assume_valid(read(old)?);
    let (new, is_valid) = match read(new)?.validate(&Validation::on(on)) {
        Ok(checked) => (checked.into_ecosystem(), true),
        Err(invalid) => {
            eprintln!("{invalid}\n");
            // The report says what the change would mean even so.
            (Valid::assume_valid(invalid.into_ecosystem()), false)
        }
    };
    let source = ChangeSource::new(source);
    let source = if arguments.touches_lock { source.touching_lock() } else { source };
    let control = ChangeControl::new(source, on);
    let control = if arguments.strict { control.strict() } else { control };
    let report = control.judge(&old, &new);
    match arguments.format {
        Format::Text => print!("{report}"),
        Format::Json => print!("{}", report.to_json()),
        Format::Sarif => print!("{}", report.to_sarif()),
    }
    Ok(is_valid && report.is_allowed())
}

/// The model in a file, or in the files of a folder and of the folders inside.
fn read(path: &Path) -> Result<Ecosystem, Box<dyn Error>> {
    let mut documents = Documents::new();
    let mut waiting = vec![path.to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                let inside = entry?.path();
                let ending = inside.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
                if inside.is_dir() || matches!(ending, "json" | "yaml" | "yml") {
                    waiting.push(inside);
                }
            }
        } else {
            let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            documents = documents.document(path.display().to_string(), text);
        }
    }
    Ok(documents.load()?)
}

fn today() -> NaiveDate {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().date_naive()
}
