//! `state`: where the record of what was rendered is kept, and its moves from one place to another one.

use crate::{answer::Answer, arguments::Format, target};
use clap::{Args, Subcommand};
use datasurface_broker::{StatePlace, StatePlaceError, Target};
use datasurface_model::Findings;
use datasurface_platform::EnvironmentCredentials;
use serde::Serialize;
use std::path::PathBuf;

/// The name of the folder of the target itself, as a place.
const FILES: &str = "files";

/// What is done about the state of a target.
#[derive(Debug, Args)]
pub(crate) struct StateArguments {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    /// Show where the state is. Writes nothing.
    Show(Site),
    /// Move the state to another place, with the same content. What is rendered stays as it is.
    Move {
        /// The place: `files` for the folder `.datasurface` of the target, `sqlite:FILE`, or
        /// `postgres://USER@HOST:PORT/DATABASE?credential=ZONE/TEAM/NAME`, whose password is the value of that credential.
        #[arg(long, value_name = "PLACE", value_parser = is_place)]
        to: String,

        /// The name of the state, where several are in one database [default: the name of the folder of the target].
        #[arg(long, value_name = "NAME")]
        name: Option<String>,

        #[command(flatten)]
        site: Site,
    },
    /// Take back a write that was decided in another folder, with the same database, and cannot be finished there.
    Abandon(Site),
}

#[derive(Debug, Args)]
struct Site {
    /// The folder that was rendered into, or will be.
    #[arg(long, value_name = "TARGET")]
    target: PathBuf,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Where the state is, for programs: none for the folder of the target itself.
#[derive(Serialize)]
struct StateJson {
    database: Option<StatePlace>,
}

pub(crate) fn state(arguments: &StateArguments) -> Answer<'static> {
    let (site, done) = match &arguments.step {
        Step::Show(site) => (site, open(site)),
        Step::Move { to, name, site } => (site, moved(site, to, name.as_deref())),
        Step::Abandon(site) => (site, abandoned(site)),
    };
    let (place, findings) = match done {
        Ok(target) => (Some(target.state_place().cloned()), Findings::default()),
        Err(findings) => (None, findings),
    };
    let text = place.as_ref().map(|place| {
        let place =
            place.as_ref().map_or("its folder `.datasurface`".to_owned(), |place| format!("`{place}`"));
        format!("the state of `{}` is in {place}\n", site.target.display())
    });
    Answer::of(site.format, &findings, text, &StateJson { database: place.flatten() })
}

fn open(site: &Site) -> Result<Target, Findings> {
    target::open_place(&site.target).map_err(|error| error.findings())
}

fn moved(site: &Site, to: &str, name: Option<&str>) -> Result<Target, Findings> {
    let mut target = open(site)?;
    let usual = std::path::absolute(&site.target).ok();
    let usual = usual.as_ref().and_then(|path| path.file_name()?.to_str());
    // It was read as a place before, and has a name here if the target has one.
    let place = place(to, name.or(usual).unwrap_or("target")).ok().flatten();
    target.move_state(place.as_ref(), &EnvironmentCredentials).map_err(|error| error.findings())?;
    Ok(target)
}

fn abandoned(site: &Site) -> Result<Target, Findings> {
    Target::abandon_write(&site.target, &EnvironmentCredentials).map_err(|error| error.findings())?;
    open(site)
}

fn place(to: &str, name: &str) -> Result<Option<StatePlace>, StatePlaceError> {
    if to == FILES { Ok(None) } else { StatePlace::from_text(to, name).map(Some) }
}

fn is_place(to: &str) -> Result<String, StatePlaceError> {
    place(to, FILES).map(|_| to.to_owned())
}
