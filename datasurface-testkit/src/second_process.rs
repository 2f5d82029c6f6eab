//! Rendering in a second process, which has other surroundings: a program of tests runs itself again.

use crate::{
    harness::{Harness, HarnessRun},
    law::Law,
    laws::{OnPlatform, ReportBuilder, rendering_text},
};
use datasurface_broker::Lock;
use datasurface_graph::Fingerprint;
use datasurface_model::Ecosystem;
use datasurface_platform::{Rendering, credential_variable};
use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
};

/// The environment variable that tells the second process the folder in which renderings are to be written.
const FOLDER: &str = "DATASURFACE_LAWS_FOLDER";

/// A text that no model has, as the value of environment variables.
const CANARY: &str = "datasurface-laws-canary";

/// Environment variables that programs like to read, and that differ from one machine to the next.
const VARIABLES: [&str; 8] =
    ["HOME", "USERPROFILE", "USER", "LOGNAME", "HOSTNAME", "PASSWORD", "DB_PASSWORD", "PGPASSWORD"];

/// Renderings by platform and scope.
type Renderings = BTreeMap<String, Rendering>;

/// The folder in which this process has to write what it renders, if it is the second one.
pub(crate) fn folder() -> Option<PathBuf> {
    env::var_os(FOLDER).map(PathBuf::from)
}

/// Writes what is rendered for an ecosystem.
///
/// # Errors
///
/// If it cannot be rendered or written.
pub(crate) fn write(harness: &Harness, ecosystem: &Ecosystem, folder: &Path) -> io::Result<()> {
    let renderings = renderings(harness, ecosystem).map_err(io::Error::other)?;
    fs::write(file(folder, ecosystem), serde_json::to_vec(&renderings)?)
}

/// Renders an ecosystem here and in a second process, which runs one test of the same program, and compares.
///
/// # Errors
///
/// If it cannot be rendered here, or the second process does not write what it renders.
pub(crate) fn compare(
    report: &mut ReportBuilder,
    harness: &Harness,
    ecosystem: &Ecosystem,
    test: &str,
) -> Result<(), String> {
    let here = renderings(harness, ecosystem)?;
    let there = in_second_process(ecosystem, &credentials(harness, ecosystem), test)
        .map_err(|error| error.to_string())?;
    for (scope, first) in &here {
        let second = there.get(scope);
        let difference = match second {
            Some(second) if rendering_text(second).contains(CANARY) => {
                "in a second process, the value of an environment variable occurs"
            }
            Some(second) if second == first => continue,
            _ => "in a second process, whose environment and time zone are others, it differs",
        };
        report.report(Law::SurroundingsAreInvisible, scope, difference);
    }
    Ok(())
}

fn renderings(harness: &Harness, ecosystem: &Ecosystem) -> Result<Renderings, String> {
    let placed =
        harness.place(ecosystem, &Lock::default()).map_err(|unplaced| unplaced.findings().to_string())?;
    let HarnessRun { log, .. } = harness.propose(placed, None, harness.date());
    let rendered = log.renderings.into_iter().map(|call| {
        let scope = OnPlatform(&call.platform, call.view.scope()).to_string();
        Ok((scope, call.result?))
    });
    rendered.collect()
}

fn in_second_process(ecosystem: &Ecosystem, variables: &[String], test: &str) -> io::Result<Renderings> {
    let folder = env::temp_dir().join(format!(
        "datasurface-laws-{}-{}",
        process::id(),
        Fingerprint::of(&test).short()
    ));
    fs::create_dir_all(&folder)?;
    let mut command = Command::new(env::current_exe()?);
    command.args([test, "--exact"]).env(FOLDER, &folder).env("TZ", "Pacific/Kiritimati");
    command.envs(VARIABLES.map(|variable| (variable, CANARY)));
    command.envs(variables.iter().map(|variable| (variable, CANARY)));
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let written = fs::read(file(&folder, ecosystem));
    fs::remove_dir_all(&folder)?;
    let missing = |error| {
        let message =
            format!("the test `{test}` rendered nothing in a second process ({:?}): {error}", status);
        io::Error::other(message)
    };
    Ok(serde_json::from_slice(&written.map_err(missing)?)?)
}

/// The environment variables in which the credentials of an ecosystem are looked for.
fn credentials(harness: &Harness, ecosystem: &Ecosystem) -> Vec<String> {
    let placed = harness.place(ecosystem, &Lock::default());
    let keys = placed.map(|placed| placed.ecosystem().credentials()).unwrap_or_default();
    keys.iter().map(credential_variable).collect()
}

/// A test may check several ecosystems.
fn file(folder: &Path, ecosystem: &Ecosystem) -> PathBuf {
    let document = datasurface_document::to_json(ecosystem);
    folder.join(format!("{}.json", Fingerprint::of_bytes(document.as_bytes()).short()))
}
