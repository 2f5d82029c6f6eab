//! From arguments to a report and an exit code.

use super::revisions;
use chrono::{DateTime, NaiveDate};
use clap::{Parser, ValueEnum};
use datasurface::{
    change::{ChangeControl, ChangeSource, new_findings},
    document::Documents,
    model::{Ecosystem, Findings, Valid, Validation},
};
use std::{
    error::Error,
    ffi::OsString,
    fs,
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

/// Does what the arguments ask for, and answers with the exit code.
pub(crate) fn run(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut impl Write,
    errors: &mut impl Write,
) -> u8 {
    answered(arguments, out, errors).unwrap_or_else(|error| {
        // If nobody hears that either, the code says it.
        drop(writeln!(errors, "{error}"));
        MISUSED
    })
}

fn answered(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut impl Write,
    errors: &mut impl Write,
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
    review(&arguments, [old, new], source, out, errors)
}

/// Prints the report, and says whether the change is allowed.
fn review(
    arguments: &Arguments,
    [old, new]: [&Path; 2],
    source: &str,
    out: &mut impl Write,
    errors: &mut impl Write,
) -> Result<u8, Box<dyn Error>> {
    let on = arguments.on.unwrap_or_else(today);
    let (old, known) = judged(documents(old)?.load()?, on);
    let documents = documents(new)?;
    let (new, findings) = judged(documents.load()?, on);
    if findings.has_errors() {
        writeln!(errors, "{}\n", documents.located(findings.clone()))?;
    }
    // What is live was accepted. What is wrong with it since, as a consent that has run out, is no reason to refuse a change
    // of something else.
    let is_valid = !new_findings(&known, &findings).has_errors();
    let source = ChangeSource::new(source);
    let source = if arguments.touches_lock { source.touching_lock() } else { source };
    let control = ChangeControl::new(source, on);
    let control = if arguments.strict { control.strict() } else { control };
    let report = control.judge(&old, &new);
    match arguments.format {
        Format::Text => write!(out, "{report}")?,
        Format::Json => write!(out, "{}", report.to_json())?,
        Format::Sarif => write!(out, "{}", report.to_sarif_in(&documents))?,
    }
    if !is_valid && report.is_allowed() {
        writeln!(errors, "refused all the same: the proposed model has errors that the live one has not")?;
    }
    Ok(if is_valid && report.is_allowed() { ALLOWED } else { REFUSED })
}

/// An ecosystem and what is found of it. The report says what a change would mean even if the model is not valid.
fn judged(ecosystem: Ecosystem, on: NaiveDate) -> (Valid<Ecosystem>, Findings) {
    match ecosystem.validate(&Validation::on(on)) {
        Ok(checked) => (checked.ecosystem().clone(), checked.findings().clone()),
        Err(invalid) => {
            let findings = invalid.findings().clone();
            (Valid::assume_valid(invalid.into_ecosystem()), findings)
        }
    }
}

/// A file, or the files of a folder and of the folders inside.
fn documents(path: &Path) -> Result<Documents, Box<dyn Error>> {
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
    Ok(documents)
}

fn today() -> NaiveDate {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().date_naive()
}
