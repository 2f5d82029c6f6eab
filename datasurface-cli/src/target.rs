//! What `run` and `status` have in common: a target in which something is rendered, and where it runs.

use crate::{
    arguments,
    codes::NOTHING_RENDERED,
    plan::{recovered, unfinished},
};
use chrono::{DateTime, Utc};
use datasurface_broker::{OperationContext, Target};
use datasurface_model::{Diagnostic, Findings, ModelPath, segment};
use datasurface_platform::{EnvironmentCredentials, NoObserver, OperatorConfirmations};
use std::{
    env,
    path::{Path, PathBuf},
};

/// Opens a target in which something is rendered, to look at it. What was found on the way is no error.
pub(crate) fn open(site: &arguments::TargetArguments) -> Result<(Target, Findings), Findings> {
    let target = rendered_target(&site.target)?;
    let findings = target.recovery().map(|recovery| unfinished(recovery, &site.target)).into_iter().collect();
    Ok((target, findings))
}

/// Opens a target in which something is rendered, to apply it. An interrupted write of what was applied is finished first;
/// one of a rendering is not, since that also writes a lock.
pub(crate) fn open_to_apply(site: &arguments::TargetArguments) -> Result<(Target, Findings), Findings> {
    let mut target = rendered_target(&site.target)?;
    let recovery = target.finish(None).map_err(|error| error.findings())?;
    Ok((target, recovery.map(|recovery| recovered(recovery, &site.target)).into_iter().collect()))
}

/// Opens a target in which something is rendered.
pub(crate) fn rendered_target(folder: &Path) -> Result<Target, Findings> {
    let target = Target::open(folder).map_err(|error| error.findings())?;
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
