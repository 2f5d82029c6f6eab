//! What `run` and `status` have in common: a target in which something is rendered, and where it runs.

use crate::{arguments, codes::NOTHING_RENDERED, propose::recovered};
use chrono::{DateTime, Utc};
use datasurface_broker::{Operation, Target};
use datasurface_model::{Diagnostic, Findings, ModelPath};
use datasurface_platform::{EnvironmentCredentials, Nobody};

/// Opens a target in which something is rendered. What was found on the way is no error.
pub(crate) fn open(site: &arguments::Site) -> Result<(Target, Findings), Findings> {
    let target = Target::open(&site.target).map_err(|error| error.findings())?;
    let findings = target.recovery().map(|recovery| recovered(recovery, &site.target)).into_iter().collect();
    if target.manifest().is_none() {
        return Err([nothing_rendered(site)].into_iter().collect());
    }
    Ok((target, findings))
}

/// Where platforms run, at this time. Nobody watches.
pub(crate) fn operation(site: &arguments::Site, now: DateTime<Utc>) -> Operation<'_> {
    Operation { root: &site.root, credentials: &EnvironmentCredentials, now, watcher: &Nobody }
}

fn nothing_rendered(site: &arguments::Site) -> Diagnostic {
    let name = site.target.display().to_string();
    let message = format!("nothing is rendered in `{name}`");
    Diagnostic::new(&NOTHING_RENDERED, ModelPath::root().child("target", name), message)
        .help("render a model into it first, or name the folder that one was rendered into")
}
