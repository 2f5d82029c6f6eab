//! What `plan` and `render` have in common: the way from what was rendered to what the model says.

use crate::{
    arguments::Plan,
    codes::{FINISHED, NOT_LOST, UNDONE},
    input::Input,
};
use datasurface_broker::{
    Broker, Proposal, Reached, Target,
    target::{Manifest, Recovery},
};
use datasurface_model::{Diagnostic, Findings, ModelPath};
use datasurface_platform::Revision;
use std::path::{Path, PathBuf};

/// What would be done, and where.
#[derive(Debug)]
pub(crate) struct Prospect {
    pub(crate) target: Target,
    pub(crate) lock_path: PathBuf,
    /// The revision that was rendered before.
    pub(crate) reached: Option<Revision>,
    pub(crate) proposal: Proposal,
    /// What was found; an error among it is about what is in the target, and does not keep from planning.
    pub(crate) findings: Findings,
}

impl Prospect {
    /// Reads, judges, looks at the target, and plans. Writes nothing, except that a write that was interrupted before is
    /// finished or undone.
    pub(crate) fn find(arguments: &Plan, broker: &Broker, remake: bool) -> Result<Self, Findings> {
        let mut input = Input::read(&arguments.model)?;
        let placed = input.place(broker)?;
        let mut findings = input.findings.clone();
        let refuse = |mut findings: Findings, more: Findings| {
            findings.extend(input.located(more));
            Err(findings)
        };

        let target = match Target::open(&arguments.target) {
            Ok(target) => target,
            Err(error) => return refuse(findings, error.findings()),
        };
        findings.extend(target.recovery().map(|recovery| recovered(recovery, &arguments.target)));
        match target.inspect() {
            Ok(found) => findings.extend(found),
            Err(error) => return refuse(findings, error.findings()),
        }
        let reached = match (remake, target.manifest()) {
            (false, manifest) => Reached::Target(manifest),
            (true, None) => Reached::Lost,
            (true, Some(manifest)) => {
                findings.extend([not_lost(manifest, &arguments.target)]);
                return Err(findings);
            }
        };
        match broker.propose(&placed, reached, input.on) {
            Ok(proposal) => {
                findings.extend(input.located(proposal.findings().clone()));
                Ok(Self {
                    reached: target.manifest().map(|manifest| manifest.revision().clone()),
                    target,
                    lock_path: input.lock_path,
                    proposal,
                    findings,
                })
            }
            Err(refused) => refuse(findings, refused.findings().clone()),
        }
    }
}

pub(crate) fn recovered(recovery: Recovery, target: &Path) -> Diagnostic {
    let target = target.display();
    let (code, what) = match recovery {
        Recovery::Finished => (&FINISHED, "finished"),
        Recovery::Undone => (&UNDONE, "undone"),
    };
    let path = ModelPath::root().child("target", target.to_string());
    Diagnostic::new(code, path, format!("a write of `{target}` had been interrupted, and was {what} now"))
}

fn not_lost(manifest: &Manifest, target: &Path) -> Diagnostic {
    let target = target.display();
    let path = ModelPath::root().child("target", target.to_string());
    let revision = manifest.revision().short();
    Diagnostic::new(&NOT_LOST, path, format!("`{target}` is not lost: it is at revision `{revision}`"))
        .help("render without `--remake`; if it is beyond repair, move it away first")
}
