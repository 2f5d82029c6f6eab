//! Rendering in a second process, which has other surroundings: a program of tests runs itself again.

use crate::{
    harness::{Harness, HarnessRun},
    law::Law,
    laws::{OnPlatform, ReportBuilder, rendering_text},
    recording::Subject,
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

/// Another one, as the value of those that hold secrets.
const SECRET: &str = "datasurface-laws-secret";

/// Environment variables that programs like to read, and that differ from one machine to the next.
const VARIABLES: [&str; 5] = ["HOME", "USERPROFILE", "USER", "LOGNAME", "HOSTNAME"];

/// Environment variables that hold passwords on many machines.
const PASSWORDS: [&str; 3] = ["PASSWORD", "DB_PASSWORD", "PGPASSWORD"];

/// What a process is answered.
#[derive(Debug)]
struct Answers {
    /// The renderings, by platform and scope.
    renderings: BTreeMap<String, Rendering>,
    /// All else, as text, by what was asked.
    others: BTreeMap<String, String>,
}

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
    let answers = answers(harness, ecosystem).map_err(io::Error::other)?;
    fs::write(file(folder, ecosystem), serde_json::to_vec(&(answers.renderings, answers.others))?)
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
    let here = answers(harness, ecosystem)?;
    let there = in_second_process(ecosystem, &credentials(harness, ecosystem), test)
        .map_err(|error| error.to_string())?;
    let rendered = there.renderings.iter().map(|(scope, rendering)| (scope, rendering_text(rendering)));
    let all = rendered.chain(there.others.iter().map(|(question, answer)| (question, answer.clone())));
    for (question, _) in all.filter(|(_, answer)| answer.contains(SECRET)) {
        let difference = "in a second process, the value of a credential or of a password occurs";
        report.report(Law::NoSecrets, question, difference);
    }
    for (scope, first) in &here.renderings {
        let second = there.renderings.get(scope);
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

fn answers(harness: &Harness, ecosystem: &Ecosystem) -> Result<Answers, String> {
    let placed =
        harness.place(ecosystem, &Lock::default()).map_err(|unplaced| unplaced.findings().to_string())?;
    let HarnessRun { log, placed, .. } = harness.propose(placed, None, harness.date());
    let mut others = BTreeMap::new();
    for lint in &log.lints {
        let findings: Vec<String> = lint.findings.iter().map(ToString::to_string).collect();
        let (subject, offers) = match (&lint.subject, placed.platform(&lint.platform)) {
            (Subject::Node(node), Some(configured)) => {
                (format!("`{}`", node.key()), configured.platform().offer(node.facts()))
            }
            _ => ("as a whole".to_owned(), Vec::new()),
        };
        others.insert(OnPlatform(&lint.platform, subject).to_string(), format!("{findings:?} {offers:?}"));
    }
    for diff in &log.diffs {
        let question = OnPlatform(&diff.change.frame.platform.name, "the plan").to_string();
        others.insert(question, serde_json::to_string(&diff.result.as_ref().ok()).unwrap_or_default());
    }
    let rendered = log.renderings.into_iter().map(|call| {
        let scope = OnPlatform(&call.platform, call.view.scope()).to_string();
        Ok((scope, call.result?))
    });
    Ok(Answers { renderings: rendered.collect::<Result<_, String>>()?, others })
}

fn in_second_process(ecosystem: &Ecosystem, variables: &[String], test: &str) -> io::Result<Answers> {
    let folder = env::temp_dir().join(format!(
        "datasurface-laws-{}-{}",
        process::id(),
        Fingerprint::of(&test).short()
    ));
    fs::create_dir_all(&folder)?;
    let mut command = Command::new(env::current_exe()?);
    command.args([test, "--exact"]).env(FOLDER, &folder).env("TZ", "Pacific/Kiritimati");
    command.envs(VARIABLES.map(|variable| (variable, CANARY)));
    command.envs(PASSWORDS.map(|variable| (variable, SECRET)));
    command.envs(variables.iter().map(|variable| (variable, SECRET)));
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let written = fs::read(file(&folder, ecosystem));
    fs::remove_dir_all(&folder)?;
    let missing = |error| {
        let message =
            format!("the test `{test}` rendered nothing in a second process ({:?}): {error}", status);
        io::Error::other(message)
    };
    let (renderings, others) = serde_json::from_slice(&written.map_err(missing)?)?;
    Ok(Answers { renderings, others })
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
