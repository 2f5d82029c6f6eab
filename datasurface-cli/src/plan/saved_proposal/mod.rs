//! Saved proposals: a plan and the fingerprints of all that it was made from, so that this and nothing else is rendered.

mod moved;

use super::planned_change::PlannedChange;
use crate::{atomic_write::replace, codes::PROPOSAL_UNREADABLE};
use chrono::{NaiveDate, NaiveTime};
use datasurface_broker::{AsOf, JsonError, Manifest};
use datasurface_document::ModelHasher;
use datasurface_graph::Fingerprint;
use datasurface_model::{
    Diagnostic, Findings, Json, ModelPath, PlatformKind, PlatformName, Version, segment,
};
use datasurface_platform::{Plan, PlatformInstance, Revision};
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fmt::Display,
    fs,
    io::{self, Write},
    path::Path,
};

/// The name of the format, with its version.
const FORMAT: &str = "datasurface-proposal/2";

/// A plan that `datasurface plan --out` saved, for approval: what it was made from, what it leads to, and what is to be done.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedProposal {
    /// The name of this format, with its version.
    format: String,
    made_from: PlanSources,
    leads_to: TargetState,
    /// The plan of each platform.
    plans: BTreeMap<PlatformName, Plan>,
    /// The fingerprint of `made_from`, `leads_to` and `plans`: one that is approved by it is this one.
    digest: Fingerprint,
}

/// Everything that a plan is made from.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PlanSources {
    /// The day as of which it was planned.
    on: NaiveDate,
    /// The time of that day in UTC, for platforms that go forward at certain times.
    #[serde(default)]
    at: NaiveTime,
    /// Whether nobody named the day.
    is_by_clock: bool,
    /// The fingerprint of what the documents say, in whatever order and form.
    model: Fingerprint,
    /// The fingerprint of what the lock says; that of an empty one where there was none.
    lock: Fingerprint,
    /// The state of the target; null if nothing was rendered in it.
    target: Option<TargetState>,
    /// The platforms that planned.
    platforms: BTreeMap<PlatformName, PlatformVersion>,
}

/// A state of a target: its revision, for people, and the fingerprint of its manifest, which has those of all files and of the lock.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TargetState {
    revision: Revision,
    manifest: Fingerprint,
}

/// A plug-in in a version.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PlatformVersion {
    kind: PlatformKind,
    version: Version,
}

impl From<&PlatformInstance> for PlatformVersion {
    fn from(instance: &PlatformInstance) -> Self {
        Self { kind: instance.kind.clone(), version: instance.version.clone() }
    }
}

impl TargetState {
    fn of(manifest: &Manifest) -> Result<Self, JsonError> {
        let fingerprint = Fingerprint::of_bytes(manifest.to_json()?.as_bytes());
        Ok(Self { revision: manifest.revision().clone(), manifest: fingerprint })
    }
}

impl PlanSources {
    fn of(planned_change: &PlannedChange) -> Result<Self, JsonError> {
        let as_of = planned_change.as_of;
        let records = planned_change.proposal.manifest().platforms().iter();
        Ok(Self {
            on: as_of.day(),
            at: as_of.moment().time(),
            is_by_clock: as_of.is_by_clock(),
            model: Fingerprint::of(&ModelHasher::default().hash(&planned_change.ecosystem)),
            lock: Fingerprint::of_bytes(planned_change.lock.to_text().as_bytes()),
            target: planned_change.target.manifest().map(TargetState::of).transpose()?,
            platforms: records.map(|(name, record)| (name.clone(), (&record.instance).into())).collect(),
        })
    }
}

impl SavedProposal {
    pub(crate) fn of(planned_change: &PlannedChange) -> Result<Self, JsonError> {
        let proposal = &planned_change.proposal;
        let made_from = PlanSources::of(planned_change)?;
        let leads_to = TargetState::of(proposal.manifest())?;
        let plans = proposal.plans().map(|(name, plan)| (name.clone(), plan.clone())).collect();
        let digest = digest(&made_from, &leads_to, &plans);
        Ok(Self { format: FORMAT.to_owned(), made_from, leads_to, plans, digest })
    }

    pub(crate) fn read(file: &Path) -> Result<Self, Findings> {
        let refuse = |error: &dyn Display| Findings::from_iter([unreadable(file, error)]);
        let text = fs::read(file).map_err(|error| refuse(&error))?;
        // Of another version, nothing but the name of the format is known.
        let Format { format } = serde_json::from_slice(&text).map_err(|error| refuse(&error))?;
        if format != FORMAT {
            return Err(refuse(&format!("its format is `{format}`, not `{FORMAT}`")));
        }
        let saved: Self = serde_json::from_slice(&text).map_err(|error| refuse(&error))?;
        match saved.digest == digest(&saved.made_from, &saved.leads_to, &saved.plans) {
            true => Ok(saved),
            false => {
                Err(refuse(&"it was edited since it was saved: it does not have the digest that it names"))
            }
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
        let PlanSources { on, at, is_by_clock, .. } = self.made_from;
        let day = if is_by_clock { AsOf::from_clock(on) } else { AsOf::from(on) };
        day.at(at)
    }

    /// Returns the JSON Schema of the format.
    pub(crate) fn json_schema() -> Json {
        Value::from(schema_for!(Self)).into()
    }
}

/// The part of a saved proposal that no version changes.
#[derive(Deserialize)]
struct Format {
    format: String,
}

fn digest(
    made_from: &PlanSources,
    leads_to: &TargetState,
    plans: &BTreeMap<PlatformName, Plan>,
) -> Fingerprint {
    Fingerprint::of(&(made_from, leads_to, plans))
}

fn unreadable(file: &Path, error: &dyn Display) -> Diagnostic {
    let file = file.display();
    let path = ModelPath::root().child(segment::TARGET, file.to_string());
    Diagnostic::new(&PROPOSAL_UNREADABLE, path, format!("`{file}` is no saved proposal: {error}"))
        .with_help("write one with `datasurface plan --out`")
}
