//! Targets as they are named on the command line: a folder, or `git:BRANCH`; and what `run` and `status` have in common, a target in which
//! something is rendered, and where it runs.

use crate::{
    arguments,
    codes::{NO_BRANCH, NO_FOLDER, NOTHING_RENDERED},
    plan::{recovered, unfinished},
};
use chrono::{DateTime, Utc};
use datasurface_broker::{BranchFolder, BranchFolderError, OperationContext, Recovery, Target, TargetError};
use datasurface_model::{Diagnostic, Findings, ModelPath, segment};
use datasurface_platform::{EnvironmentCredentials, NoObserver, OperatorConfirmations};
use std::{
    env,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

/// The word with which the name of a branch begins, as of a commit.
const GIT: &str = "git:";

/// The file of a target that names the database of its state.
const DATABASE: &str = ".datasurface/state.json";

/// How often a target is read anew that somebody else moves or writes.
const ATTEMPTS: u32 = 10;

/// The code of a target that somebody else moved or writes.
const BUSY: &str = "target/busy";

/// Opens a target: a folder, or one in a branch of the repository around the current folder, `git:BRANCH` or `git:BRANCH:path`.
pub(crate) fn open_place(place: &Path) -> Result<Target, TargetError> {
    match branch(place) {
        None => Target::open_with_credentials(place, &EnvironmentCredentials),
        Some(name) => {
            let folder: BranchFolder = name.parse().map_err(|error: BranchFolderError| {
                let path = ModelPath::root().child(segment::TARGET, place.display().to_string());
                let help = "name it as `git:rendered` or `git:rendered:envs/prod`; a folder of that name is `./git:…`";
                TargetError::from(Diagnostic::new(&NO_BRANCH, path, error.to_string()).with_help(help))
            })?;
            Target::open_branch(Path::new("."), &folder)
        }
    }
}

/// The name of a branch, and of a folder in it; none of a folder on the disk.
fn branch(place: &Path) -> Option<&str> {
    place.to_str()?.strip_prefix(GIT)
}

/// Does something to a target. If it is a branch, or has its state in a database, that somebody else moved or writes, does it again from what is
/// there then.
pub(crate) fn retried<T>(
    place: &Path,
    mut attempt: impl FnMut() -> T,
    findings: impl Fn(&T) -> &Findings,
) -> T {
    let mut pause = Duration::ZERO;
    let is_shared = branch(place).is_some() || place.join(DATABASE).exists();
    for _ in 1..if is_shared { ATTEMPTS } else { 1 } {
        let done = attempt();
        if !findings(&done).iter().any(|finding| finding.code() == BUSY) {
            return done;
        }
        // It takes the other one longer where there is more to write.
        pause += Duration::from_millis(100);
        thread::sleep(pause);
    }
    attempt()
}

/// Returns the treatment that an interrupted write of a target and its lock still needs. Of a branch, the lock alone may wait for the end of one.
pub(crate) fn interrupted(target: &Target, lock: &Path) -> Result<Option<Recovery>, TargetError> {
    match target.recovery() {
        None => Ok(target.lock_text(lock)?.map(|_| Recovery::Finished)),
        recovery => Ok(recovery),
    }
}

/// Opens a target in which something is rendered and that runs in its folder.
pub(crate) fn open_to_run(site: &arguments::TargetArguments) -> Result<(Target, Findings), Findings> {
    check_folder(&site.target)?;
    open(site)
}

/// Refuses a branch, where what is rendered is to be run.
fn check_folder(place: &Path) -> Result<(), Findings> {
    if branch(place).is_none() {
        return Ok(());
    }
    let place = place.display().to_string();
    let message = format!("`{place}` is a branch, and what runs needs a folder");
    let finding = Diagnostic::new(&NO_FOLDER, ModelPath::root().child(segment::TARGET, place), message);
    let help = "render into a folder for a platform that runs by itself; what another tool applied from the branch is recorded by `datasurface applied`";
    Err([finding.with_help(help)].into_iter().collect())
}

/// Opens a target in which something is rendered, to look at it. What was found on the way is no error.
pub(crate) fn open(site: &arguments::TargetArguments) -> Result<(Target, Findings), Findings> {
    let target = rendered_target(&site.target)?;
    let findings = target.recovery().map(|recovery| unfinished(recovery, &site.target)).into_iter().collect();
    Ok((target, findings))
}

/// Opens a target in which something is rendered, to apply it. An interrupted write of what was applied is finished first;
/// one of a rendering is not, since that also writes a lock.
pub(crate) fn open_to_apply(site: &arguments::TargetArguments) -> Result<(Target, Findings), Findings> {
    check_folder(&site.target)?;
    let mut target = rendered_target(&site.target)?;
    let recovery = target.finish(None).map_err(|error| error.findings())?;
    Ok((target, recovery.map(|recovery| recovered(recovery, &site.target)).into_iter().collect()))
}

/// Opens a target in which something is rendered.
pub(crate) fn rendered_target(folder: &Path) -> Result<Target, Findings> {
    let target = open_place(folder).map_err(|error| error.findings())?;
    match target.manifest() {
        Some(_) => Ok(target),
        None => Err([nothing_rendered(folder)].into_iter().collect()),
    }
}

/// The folder that files are relative to: the one that was named, or that the target was applied with, or the current one.
pub(crate) fn root(site: &arguments::TargetArguments, target: &Target) -> PathBuf {
    let here = || PathBuf::from(".");
    // The current folder is called what people call it.
    let is_here = |root: &PathBuf| {
        env::current_dir().and_then(|current| current.canonicalize()).is_ok_and(|current| current == *root)
    };
    let applied = || target.applied_root().filter(|root| !is_here(root));
    site.root.clone().or_else(applied).unwrap_or_else(here)
}

/// Where platforms run, at this time. Nobody watches, and nobody confirms anything.
pub(crate) fn operation(root: &Path, now: DateTime<Utc>) -> OperationContext<'_> {
    let confirmed = OperatorConfirmations::default();
    OperationContext { root, credentials: &EnvironmentCredentials, now, watcher: &NoObserver, confirmed }
}

fn nothing_rendered(folder: &Path) -> Diagnostic {
    let name = folder.display().to_string();
    let message = format!("nothing is rendered in `{name}`");
    Diagnostic::new(&NOTHING_RENDERED, ModelPath::root().child(segment::TARGET, name), message)
        .with_help("render a model into it first, or name the folder that one was rendered into")
}
