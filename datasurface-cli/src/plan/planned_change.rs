//! What `plan` and `render` have in common: the way from what was rendered to what the model says.

use super::{arguments::PlanInputs, base::PlanBase};
use crate::{
    codes::{FINISHED, NO_COPY, NOT_LOST, UNDONE, UNFINISHED},
    input::Input,
    target,
};
use datasurface_broker::{AsOf, Base, Lock, Manifest, Proposal, Recovery, Session, Target};
use datasurface_model::{Diagnostic, Ecosystem, Findings, ModelPath, PlatformName, Valid, segment};
use datasurface_platform::Revision;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What is lost of what was rendered, by what the command line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    Nothing,
    Target,
    Lock,
}

/// What would be done, and where.
#[derive(Debug)]
pub(crate) struct PlannedChange {
    pub(crate) target: Target,
    pub(crate) lock_path: PathBuf,
    /// The revision that was rendered before.
    pub(crate) reached: Option<Revision>,
    pub(crate) proposal: Proposal,
    /// What the plan of each platform starts from.
    pub(crate) bases: BTreeMap<PlatformName, PlanBase>,
    /// The day as of which it was planned.
    pub(crate) as_of: AsOf,
    /// The model that was planned for.
    pub(crate) ecosystem: Valid<Ecosystem>,
    /// The lock as it was before.
    pub(crate) lock: Lock,
    /// What was found; an error among it is about what is in the target, and does not keep from planning.
    pub(crate) findings: Findings,
}

impl PlannedChange {
    /// Reads, judges, looks at the target, and plans. Writes nothing: after a write that was decided and interrupted, target
    /// and lock are seen as they will be when it is finished.
    pub(crate) fn build(arguments: &PlanInputs, session: &mut Session, lost: Lost) -> Result<Self, Findings> {
        let (lock_path, as_of) = (arguments.model.lock(), arguments.model.as_of());
        let opened = target::open_place(&arguments.target).and_then(|target| {
            let lock_text = match lost {
                Lost::Lock => target.manifest().and_then(Manifest::recorded_lock).map(Lock::to_text),
                Lost::Nothing | Lost::Target => target.lock_text(&lock_path)?,
            };
            Ok((target, lock_text))
        });
        if let (Lost::Lock, Ok((_, None))) = (lost, &opened) {
            return Err([no_copy(&arguments.target)].into_iter().collect());
        }
        let lock_text = opened.as_ref().ok().and_then(|(_, text)| text.as_deref());
        let mut input = Input::read_in(session, &arguments.model, lock_text)?;
        let placed = input.place_in(session)?;
        let mut findings = input.findings.clone();
        let refuse = |mut findings: Findings, more: Findings| {
            findings.extend(input.located(more));
            Err(findings)
        };

        let target = match opened {
            Ok((target, _)) => target,
            Err(error) => return refuse(findings, error.findings()),
        };
        // What was found says nothing where somebody writes meanwhile.
        let refuse = |findings: Findings, more: Findings| match target.check_is_current() {
            Ok(()) => refuse(findings, more),
            Err(busy) => Err(busy.findings()),
        };
        match target.inspect() {
            Ok(found) if found.has_errors() && target.check_is_current().is_err() => {
                return refuse(findings, found);
            }
            Ok(found) => findings.extend(found),
            Err(error) => return refuse(findings, error.findings()),
        }
        let reached = match (lost, target.manifest()) {
            (Lost::Nothing | Lost::Lock, manifest) => Base::Target(manifest),
            (Lost::Target, None) => Base::Lost,
            (Lost::Target, Some(manifest)) => {
                findings.extend([not_lost(manifest, &arguments.target)]);
                return Err(findings);
            }
        };
        match session.propose_advance(&placed, reached, as_of, &arguments.advance) {
            Ok(proposal) => {
                findings.extend(input.located(proposal.findings().clone()));
                Ok(Self {
                    reached: target.manifest().map(|manifest| manifest.revision().clone()),
                    bases: target.manifest().map(PlanBase::of_all).unwrap_or_default(),
                    target,
                    lock_path: input.lock_path,
                    ecosystem: input.ecosystem,
                    lock: input.lock,
                    proposal,
                    as_of,
                    findings,
                })
            }
            Err(refused) => refuse(findings, refused.findings().clone()),
        }
    }
}

impl PlannedChange {
    /// Whether rendering would do something.
    pub(crate) fn has_changes(&self) -> bool {
        let leads_on = self.reached.as_ref() != Some(self.proposal.revision());
        let replaces_edits = self.target.manifest().is_some_and(|manifest| !manifest.accepted().is_empty());
        leads_on || replaces_edits || self.proposal.plans().any(|(_, plan)| !plan.is_empty())
    }
}

/// Says what is to be done about a write that was interrupted, where nothing is written.
pub(crate) fn unfinished(recovery: Recovery, target: &Path) -> Diagnostic {
    let target = target.display();
    let text = match recovery {
        Recovery::Finished => "finished: this is how it will be then",
        Recovery::Undone => "undone",
    };
    let path = ModelPath::root().child(segment::TARGET, target.to_string());
    let message = format!("a write of `{target}` was interrupted, and is still to be {text}");
    Diagnostic::new(&UNFINISHED, path, message).with_help("the next `datasurface render` does that")
}

/// Says what was done about a write that was interrupted.
pub(crate) fn recovered(recovery: Recovery, target: &Path) -> Diagnostic {
    let target = target.display();
    let (code, text) = match recovery {
        Recovery::Finished => (&FINISHED, "finished"),
        Recovery::Undone => (&UNDONE, "undone"),
    };
    let path = ModelPath::root().child(segment::TARGET, target.to_string());
    Diagnostic::new(code, path, format!("a write of `{target}` had been interrupted, and was {text} now"))
}

fn no_copy(target: &Path) -> Diagnostic {
    let target = target.display();
    let path = ModelPath::root().child(segment::TARGET, target.to_string());
    Diagnostic::new(&NO_COPY, path, format!("`{target}` has no copy of a lock"))
        .with_help("restore `datasurface.lock` from version control")
}

fn not_lost(manifest: &Manifest, target: &Path) -> Diagnostic {
    let target = target.display();
    let path = ModelPath::root().child(segment::TARGET, target.to_string());
    let revision = manifest.revision().short();
    Diagnostic::new(&NOT_LOST, path, format!("`{target}` is not lost: it is at revision `{revision}`"))
        .with_help("render without `--remake`; if it is beyond repair, move it away first")
}
