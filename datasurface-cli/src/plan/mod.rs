//! `plan`: shows what has to be done, and does nothing of it.

mod arguments;
mod base;
mod planned_change;
mod saved_proposal;
mod summary;
mod text_diff;
mod totals;
mod watch;

pub(crate) use arguments::{Plan, PlanInputs, Render, Watch};
pub(crate) use planned_change::{Lost, PlannedChange, recovered, unfinished};
pub(crate) use saved_proposal::SavedProposal;
pub(crate) use watch::watch;

use crate::{
    answer::Answer,
    arguments::Format,
    codes::PROPOSAL_UNWRITTEN,
    drift::{PlatformDrift, drift, lines},
    hook_notes::annotated,
    shown::Shown,
    target,
};
use base::PlanBase;
use datasurface_broker::{Broker, RenderingId, Session};
use datasurface_model::{Diagnostic, Findings, ModelPath, PlatformName, segment};
use datasurface_platform::{Plan as Steps, Revision};
use serde::Serialize;
use std::{collections::BTreeMap, path::Path};
use text_diff::FileDiff;

/// The exit code of `--detailed-exitcode` where there is something to do, as of other tools that plan.
const HAS_CHANGES: u8 = 2;

/// A plan for programs. What is not known is null or empty.
#[derive(Serialize)]
pub(crate) struct PlanJson<'a> {
    #[serde(flatten)]
    findings: Shown<'a>,
    reached: Option<&'a Revision>,
    revision: Option<&'a Revision>,
    /// The rendering that the target has, or would have.
    rendering: Option<RenderingId>,
    /// The revision that the plan of each platform starts from.
    bases: Option<&'a BTreeMap<PlatformName, PlanBase>>,
    plans: BTreeMap<&'a PlatformName, &'a Steps>,
    /// Only if it is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<&'a [FileDiff]>,
    /// Only of a plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    drifted: Option<&'a [PlatformDrift]>,
    /// Only of a rendering.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_written: Option<bool>,
}

impl<'a> PlanJson<'a> {
    pub(crate) fn new(planned: Option<&'a ShownChange>, findings: &'a Findings) -> Self {
        let change = planned.map(|planned| &planned.change);
        Self {
            findings: Shown(findings),
            reached: change.and_then(|change| change.reached.as_ref()),
            revision: change.map(|change| change.proposal.revision()),
            rendering: change.map(|change| change.proposal.manifest().rendering()),
            bases: change.map(|change| &change.bases),
            plans: change.into_iter().flat_map(|change| change.proposal.plans()).collect(),
            files: planned.and_then(|planned| planned.files.as_deref()),
            drifted: None,
            is_written: None,
        }
    }

    fn with_drifted(self, drifted: &'a [PlatformDrift]) -> Self {
        Self { drifted: Some(drifted), ..self }
    }

    pub(crate) fn with_written(self, is_written: bool) -> Self {
        Self { is_written: Some(is_written), ..self }
    }
}

/// What would be done, and what of it is shown. Files are compared before anything is written.
pub(crate) struct ShownChange {
    pub(crate) change: PlannedChange,
    files: Option<Vec<FileDiff>>,
}

impl ShownChange {
    pub(crate) fn build(inputs: &PlanInputs, session: &mut Session, lost: Lost) -> Result<Self, Findings> {
        let change = PlannedChange::build(inputs, session, lost)?;
        let files = match inputs.diff.then(|| change.proposal.file_changes(&change.target)) {
            None => None,
            Some(Ok(changes)) => Some(changes.iter().map(FileDiff::of).collect()),
            Some(Err(error)) => return Err(error.findings()),
        };
        Ok(Self { change, files })
    }

    /// For people.
    pub(crate) fn to_text(&self) -> String {
        let files = self.files.iter().flatten().map(|file| file.to_text() + "\n");
        files.chain([summary::summary(&self.change)]).collect()
    }
}

/// Plans; also returns all that was found, also where there is no plan for that reason.
fn planned(inputs: &PlanInputs, session: &mut Session) -> (Option<ShownChange>, Findings) {
    match ShownChange::build(inputs, session, Lost::Nothing) {
        Ok(planned) => {
            let mut findings = planned.change.findings.clone();
            match target::interrupted(&planned.change.target, &planned.change.lock_path) {
                Ok(recovery) => {
                    findings.extend(recovery.map(|recovery| unfinished(recovery, &inputs.target)))
                }
                Err(error) => findings.extend(error.findings()),
            }
            (Some(planned), findings)
        }
        Err(findings) => (None, findings),
    }
}

pub(crate) fn plan(arguments: &Plan, broker: &Broker) -> Answer<'static> {
    let inputs = &arguments.inputs;
    let (planned, mut findings) = planned(inputs, &mut Session::new(broker.clone()));
    if let (Some(planned), Some(file)) = (&planned, &arguments.out) {
        findings.extend(save(&planned.change, file));
    }
    findings = annotated(findings, broker.hooks());
    let is_well = planned.is_some() && !findings.has_errors();
    let has_changes = planned.as_ref().is_some_and(|planned| planned.change.has_changes());
    let (drifted, unknown) =
        planned.as_ref().map(|planned| drift(broker, &planned.change.target)).unwrap_or_default();
    findings.extend(unknown);
    let answer = match inputs.format {
        Format::Text => {
            let text = planned.as_ref().map(ShownChange::to_text).unwrap_or_default();
            Answer::text(text + &lines(&drifted), &findings, is_well)
        }
        Format::Json => {
            let planned = PlanJson::new(planned.as_ref(), &findings);
            Answer::json(&planned.with_drifted(&drifted), is_well)
        }
    };
    match arguments.detailed_exitcode && has_changes {
        true => answer.with_exit_code(HAS_CHANGES),
        false => answer,
    }
}

/// Writes the plan for those who approve it; returns what kept from that.
fn save(change: &PlannedChange, file: &Path) -> Option<Diagnostic> {
    let saved = SavedProposal::of(change).map_err(|error| error.to_string());
    let error = saved.and_then(|saved| saved.write(file).map_err(|error| error.to_string())).err()?;
    let file = file.display();
    let path = ModelPath::root().child(segment::TARGET, file.to_string());
    let message = format!("`{file}` cannot be written: {error}");
    Some(
        Diagnostic::new(&PROPOSAL_UNWRITTEN, path, message)
            .with_help("name another file, or mend what is in the way"),
    )
}
