//! Saved proposals: what was planned, so that this and nothing else is rendered.

use super::planned_change::PlannedChange;
use crate::{
    atomic_write::replace,
    codes::{PROPOSAL_MOVED, PROPOSAL_UNREADABLE},
};
use chrono::NaiveDate;
use datasurface_broker::{AsOf, JsonError, Manifest};
use datasurface_graph::Fingerprint;
use datasurface_model::{Diagnostic, Findings, ModelPath, PlatformName, segment};
use datasurface_platform::{Plan, Revision};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fmt::Display,
    fs,
    io::{self, Write},
    path::Path,
};

/// The name of the format, with its version.
const FORMAT: &str = "datasurface-proposal/1";

/// What was planned: from what, to what, and as of when.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedProposal {
    format: String,
    on: NaiveDate,
    /// Whether nobody named the day.
    is_by_clock: bool,
    /// What the target was.
    from: Option<TargetState>,
    /// What the target would be.
    to: TargetState,
    /// For whoever approves it.
    plans: BTreeMap<PlatformName, Plan>,
}

/// A state of a target: its revision, for people, and the fingerprint of its manifest, which has those of all files and of the lock.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetState {
    revision: Revision,
    manifest: Fingerprint,
}

impl TargetState {
    fn of(manifest: &Manifest) -> Result<Self, JsonError> {
        let fingerprint = Fingerprint::of_bytes(manifest.to_json()?.as_bytes());
        Ok(Self { revision: manifest.revision().clone(), manifest: fingerprint })
    }
}

impl SavedProposal {
    pub(crate) fn of(planned_change: &PlannedChange) -> Result<Self, JsonError> {
        let as_of = planned_change.as_of;
        let plans = planned_change.proposal.plans();
        Ok(Self {
            format: FORMAT.to_owned(),
            on: as_of.day(),
            is_by_clock: as_of.is_by_clock(),
            from: planned_change.target.manifest().map(TargetState::of).transpose()?,
            to: TargetState::of(planned_change.proposal.manifest())?,
            plans: plans.map(|(name, plan)| (name.clone(), plan.clone())).collect(),
        })
    }

    pub(crate) fn read(file: &Path) -> Result<Self, Findings> {
        let refuse = |error: &dyn Display| Findings::from_iter([unreadable(file, error)]);
        let text = fs::read(file).map_err(|error| refuse(&error))?;
        let saved: Self = serde_json::from_slice(&text).map_err(|error| refuse(&error))?;
        match &*saved.format {
            FORMAT => Ok(saved),
            other => Err(refuse(&format!("its format is `{other}`, not `{FORMAT}`"))),
        }
    }

    pub(crate) fn write(&self, file: &Path) -> io::Result<()> {
        replace(file, |mut to| {
            serde_json::to_writer_pretty(to, self)?;
            to.write_all(b"\n")
        })
    }

    /// The day as of which it was planned.
    pub(crate) fn as_of(&self) -> AsOf {
        if self.is_by_clock { AsOf::from_clock(self.on) } else { AsOf::from(self.on) }
    }

    /// Returns what is not as it was when this was planned, if anything is.
    pub(crate) fn moved(&self, planned_now: &PlannedChange) -> Option<Diagnostic> {
        let message = match Self::of(planned_now) {
            Ok(now) => self.difference(&now)?,
            Err(error) => format!("it cannot be compared: {error}"),
        };
        let help = "plan again, and let that be approved";
        Some(Diagnostic::new(&PROPOSAL_MOVED, ModelPath::root(), message).with_help(help))
    }

    fn difference(&self, now: &Self) -> Option<String> {
        let named = |state: Option<&TargetState>| match state {
            Some(state) => format!("revision {}", state.revision.short()),
            None => "nothing".to_owned(),
        };
        let (planned, found) = (named(self.from.as_ref()), named(now.from.as_ref()));
        Some(if self.from != now.from && planned != found {
            format!("the target moved on: it has {found}, and the plan starts from {planned}")
        } else if self.from != now.from {
            format!("the target has other files or another record than when it was planned, at {planned}")
        } else if self.to.revision != now.to.revision {
            let (planned, found) = (self.to.revision.short(), now.to.revision.short());
            format!(
                "the model or the lock is another one: it leads to revision {found}, and what was planned is {planned}"
            )
        } else if self != now {
            let revision = self.to.revision.short();
            format!(
                "revision {revision} is rendered or recorded otherwise than when it was planned: a platform is another one"
            )
        } else {
            return None;
        })
    }
}

fn unreadable(file: &Path, error: &dyn Display) -> Diagnostic {
    let file = file.display();
    let path = ModelPath::root().child(segment::TARGET, file.to_string());
    Diagnostic::new(&PROPOSAL_UNREADABLE, path, format!("`{file}` is no saved proposal: {error}"))
        .with_help("write one with `datasurface plan --out`")
}
