//! The base of a proposal, about which lock and target must agree.

use super::other_storage;
use crate::{error::BrokerError, placed::Placed};
use datasurface_model::{CodeInfo, Diagnostic, ModelPath, segment};
use datasurface_state::Manifest;

pub(crate) static LOCK_MISSING: CodeInfo = CodeInfo::error(
    "lock/missing",
    "the target was rendered with a lock that is not there",
    "The lock says who serves, where nodes are placed and what is held. Without it, decisions would be taken anew and \
     guards would be lost. Restore it from version control, or from the target, which has a copy of the lock as it was rendered: \
     `datasurface render --restore-lock`.",
);

pub(crate) static OTHER_MODEL: CodeInfo = CodeInfo::error(
    "lock/other-model",
    "a lost target cannot be made again from another model",
    "A target that is lost is made again as it was: from the model, and the decisions, that it was rendered from. With \
     another model nobody would see what changes, and what that model drops would not be held. Make it again first, then \
     plan the change.",
);

pub(crate) static TARGET_MISSING: CodeInfo = CodeInfo::error(
    "target/missing",
    "the lock names a revision that the target does not have",
    "What was reached is the old side of every plan. If the target is not there, a plan would show everything as new. \
     Name the right target, or have it made again from the lock.",
);

pub(crate) static TARGET_OTHER: CodeInfo = CodeInfo::error(
    "target/other-revision",
    "the target is at another revision than the lock",
    "The lock names the revision that was reached. The target has another one: the lock or the target is from another \
     branch, or somebody rendered without committing the lock. Bring them together before you plan.",
);

/// The base of a proposal: the rendering from which it starts.
#[derive(Clone, Copy, Debug)]
pub enum Base<'a> {
    /// The manifest of the target; `None` if nothing was rendered there.
    /// It must agree with the revision in the lock.
    Target(Option<&'a Manifest>),
    /// A target that is lost, and is to be made again as the lock says.
    /// The model must be the one that the lock goes with.
    Lost,
}

/// Returns the manifest of the base, if lock and target agree about it.
pub(super) fn agreeing_manifest<'a>(
    placed: &Placed,
    reached: Base<'a>,
) -> Result<Option<&'a Manifest>, BrokerError> {
    let lock = &placed.lock;
    let path = ModelPath::root().child(segment::LOCK, datasurface_state::LOCK_FILE_NAME);
    let Base::Target(manifest) = reached else {
        return match lost(placed, path) {
            Some(diagnostic) => Err(BrokerError::new([diagnostic])),
            None => Ok(None),
        };
    };
    let diagnostic = match (lock.base_revision(), manifest.map(Manifest::revision)) {
        (None, Some(revision)) => {
            let message =
                format!("the target is at revision `{}`, and there is no lock for it", revision.short());
            Diagnostic::new(&LOCK_MISSING, path, message)
                .with_help("restore `datasurface.lock` from version control, or render with `--restore-lock`")
        }
        (Some(revision), None) => {
            let message =
                format!("the lock names revision `{}`, but there is nothing in the target", revision.short());
            Diagnostic::new(&TARGET_MISSING, path, message)
                .with_help("name the target that was rendered, or have it made again from the lock")
        }
        (Some(locked), Some(revision)) if locked != revision => {
            let (locked, revision) = (locked.short(), revision.short());
            let message = format!("the lock names revision `{locked}`, but the target is at `{revision}`");
            Diagnostic::new(&TARGET_OTHER, path, message).with_help(
                "restore the lock that was committed with the target, or the target that goes with the lock",
            )
        }
        _ => {
            let lost =
                manifest.map(|manifest| other_storage::check(placed, manifest, &path)).unwrap_or_default();
            return if lost.is_empty() { Ok(manifest) } else { Err(BrokerError::new(lost)) };
        }
    };
    Err(BrokerError::new([diagnostic]))
}

/// Returns the reason why a lost target cannot be made again, if there is one.
fn lost(placed: &Placed, path: ModelPath) -> Option<Diagnostic> {
    let Some(reached) = placed.lock.base_revision() else {
        let message = "nothing was reached that could be lost: the lock names no revision";
        return Some(
            Diagnostic::new(&LOCK_MISSING, path, message)
                .with_help("restore `datasurface.lock` from version control; if nothing was ever rendered, there is nothing to make again"),
        );
    };
    if let Some((name, _)) = placed.lock.platforms.iter().find(|(_, platform)| platform.reached.is_some()) {
        let message = format!(
            "`{name}` stayed at an earlier revision than the lock, and the model of that is not here"
        );
        return Some(Diagnostic::new(&OTHER_MODEL, path, message).with_help(
            "restore the target from version control: it has what that platform was rendered from",
        ));
    }
    (!placed.is_revision(reached)).then(|| {
        let (reached, revision) = (reached.short(), placed.revision());
        let revision = revision.short();
        let message =
            format!("the lock names revision `{reached}`, but the model and its decisions are `{revision}`");
        Diagnostic::new(&OTHER_MODEL, path, message)
            .with_help("make the target again from the model that was rendered last, then plan the change")
    })
}
