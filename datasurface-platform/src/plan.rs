//! Plans: the way from what was rendered to what is rendered now.

use crate::{
    change::AttributeDifference,
    rendering::{File, ResourceAddress, SafePath},
    view::Scope,
};
use chrono::NaiveDate;
use datasurface_graph::{Fingerprint, NodeKey};
use datasurface_model::{Diagnostic, GroupKey, Repository, Set, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, sync::Arc};

/// A revision: the hash of a model and its assignments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Revision(Fingerprint);

impl Revision {
    /// Creates the revision with this hash.
    #[must_use]
    pub fn new(hash: Fingerprint) -> Self {
        Self(hash)
    }

    /// The first 12 digits: enough for people and for names of files.
    #[must_use]
    pub fn short(&self) -> String {
        self.0.short()
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The steps of a change, in order, and the files that only this change needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "PlanWire")]
#[schemars(with = "PlanWire")]
pub struct Plan {
    steps: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    transition: Vec<File>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    withdrawn: BTreeSet<SafePath>,
}

impl Plan {
    /// Creates a plan of these steps, in the order in which they are to be done: by phase, and within a phase a resource
    /// after those that it needs. Where resources go, the order is reversed.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: order(steps.into_iter().collect()), ..Self::default() }
    }

    /// Adds a file that is valid for exactly this change: a statement that alters a table, a job that fills it again. Its path is in the
    /// [folder of a scope](Scope::folder), relative to that of the platform.
    #[must_use]
    pub fn transition_file(mut self, file: File) -> Self {
        self.transition.push(file);
        self
    }

    /// Returns the plan with these meanings of steps, where they are worse than those that the steps have: a host knows who reads what.
    #[must_use]
    pub fn with_meanings(mut self, meaning: impl Fn(&Step) -> Option<Meaning>) -> Self {
        for step in &mut self.steps {
            if let Some(meaning) = meaning(step) {
                step.meaning = std::mem::replace(&mut step.meaning, Meaning::Metadata).joined_with(meaning);
            }
        }
        self
    }

    /// Withdraws a [pending transition file](crate::RenderingChange::pending_transitions): what it was to do must not be done any more.
    #[must_use]
    pub fn withdrawing(mut self, pending: SafePath) -> Self {
        self.withdrawn.insert(pending);
        self
    }

    /// The steps, in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The files that only this change needs.
    #[must_use]
    pub fn transition_files(&self) -> &[File] {
        &self.transition
    }

    /// The pending transition files that are withdrawn, by path relative to the folder of the platform.
    #[must_use]
    pub fn withdrawn_files(&self) -> &BTreeSet<SafePath> {
        &self.withdrawn
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.transition.is_empty()
    }
}

/// A plan that another program made: nothing says that it is in order.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PlanWire {
    steps: Vec<Step>,
    #[serde(default)]
    transition: Vec<File>,
    #[serde(default)]
    withdrawn: BTreeSet<SafePath>,
}

impl From<PlanWire> for Plan {
    fn from(arriving: PlanWire) -> Self {
        let PlanWire { steps, transition, withdrawn } = arriving;
        Self { transition, withdrawn, ..Self::new(steps) }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str("nothing to do");
        }
        for (position, step) in self.steps.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{step}")?;
        }
        Ok(())
    }
}

/// The action of a step on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Creation of a resource that was not there.
    Create,
    /// A change of a resource that stays.
    Update,
    /// Removal of a resource, and creation of another one in its place.
    Replace,
    /// A move to another scope, without a change.
    Move,
    /// Retention of a resource that nobody needs any more, but whose data was promised: it stays, unfed.
    Hold,
    /// Removal of a resource.
    Retire,
}

/// The meaning of a change in the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Meaning {
    /// A change that no reader of data can see.
    Metadata,
    /// A change with which readers of data can go on as they did.
    Compatible,
    /// A change with which these groups cannot go on.
    Breaking(BTreeSet<GroupKey>),
}

impl Meaning {
    /// Returns the worse one of two meanings. What breaks some groups and what breaks others breaks all of them.
    #[must_use]
    pub fn joined_with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Breaking(mut groups), Self::Breaking(others)) => {
                groups.extend(others);
                Self::Breaking(groups)
            }
            (Self::Breaking(groups), _) | (_, Self::Breaking(groups)) => Self::Breaking(groups),
            (Self::Compatible, _) | (_, Self::Compatible) => Self::Compatible,
            (Self::Metadata, Self::Metadata) => Self::Metadata,
        }
    }
}

/// The effect of a change on running pipelines. Later ones are worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// No effect on anything that runs.
    None,
    /// A change while the resource is in use.
    InPlace,
    /// A short interruption.
    Pause,
    /// Data that was there before has to be brought in.
    Backfill,
    /// A rebuild from data that is there.
    Rebuild,
    /// Data is lost.
    DataLoss,
}

/// The phase of a step. A plan goes through the phases once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Creation of new resources.
    Create,
    /// Filling of new resources.
    Populate,
    /// The switch of running pipelines to new resources.
    Switch,
    /// Removal of resources that are not used any more.
    Retire,
}

/// The reason of a step: the change of the model, and its owners.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The nodes that changed, came or went.
    pub nodes: Set<NodeKey>,
    /// The repositories that own what changed.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub owners: Set<Repository>,
}

/// The means by which the data of a replaced resource gets into the new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// A transition file of the same plan, by its path.
    TransitionFile(SafePath),
    /// Another resource that is rendered now, by its address.
    Resource(ResourceAddress),
}

/// One thing that is done to one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The action on the resource.
    pub action: Action,
    /// The meaning of the change in the model.
    pub meaning: Meaning,
    /// The effect on running pipelines.
    pub effect: Effect,
    /// The resource.
    pub resource: ResourceAddress,
    /// The kind of the resource, in the words of its platform.
    #[schemars(with = "String")]
    pub kind: Text,
    /// The scope in which the resource is rendered; for one that goes, the scope in which it was.
    pub scope: Scope,
    /// The scope from which the resource moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<Scope>,
    /// The reason, in the words of the platform.
    pub reason: String,
    /// The reason, in the words of the model.
    pub cause: Arc<Cause>,
    /// The last day on which held data is retained; `None` for other actions, and for data that is retained until it is released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed_until: Option<NaiveDate>,
    /// The means by which the data of a replaced resource gets into the new one; `None` if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_by: Option<Carrier>,
    /// The attributes that differ, of a resource that stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<AttributeDifference>,
    /// The address that an earlier version of the plug-in gave the resource, where this change gives it another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<ResourceAddress>,
    /// The diagnostic with which the platform refuses the step; where it is waived, the step is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Box<Diagnostic>>,
    /// The resources that must be there before this one, and go after it.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub depends_on: Set<ResourceAddress>,
}

impl Step {
    /// Returns the phase in which the step is done.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match (self.action, self.effect) {
            (Action::Create, _) => Phase::Create,
            (Action::Hold | Action::Retire, _) => Phase::Retire,
            (_, Effect::Backfill | Effect::Rebuild) => Phase::Populate,
            _ => Phase::Switch,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no effect",
            Self::InPlace => "in place",
            Self::Pause => "with a pause",
            Self::Backfill => "with a backfill",
            Self::Rebuild => "by a rebuild",
            Self::DataLoss => "losing data",
        })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<8}{} {}", self.action.to_string(), self.kind, self.resource)?;
        if self.effect != Effect::None {
            write!(f, ", {}", self.effect)?;
        }
        if !self.reason.is_empty() {
            write!(f, ": {}", self.reason)?;
        }
        if let Meaning::Breaking(groups) = &self.meaning {
            let groups: Vec<String> = groups.iter().map(|group| format!("`{group}`")).collect();
            write!(f, " (breaks {})", groups.join(", "))?;
        }
        Ok(())
    }
}

/// By phase; within a phase, what is needed comes first, or goes last; otherwise by address. A cycle of needs is broken
/// at its first address.
fn order(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by_cached_key(|step| (step.phase(), step.resource.clone(), step.action));
    let mut ranks = vec![0; steps.len()];
    let mut rank = 0..steps.len();
    for here in steps.chunk_by(|one, next| one.phase() == next.phase()) {
        let (begin, mut sorted) = (rank.start, needed_first(here));
        if here.first().is_some_and(|step| step.phase() == Phase::Retire) {
            sorted.reverse();
        }
        for (position, rank) in sorted.into_iter().zip(&mut rank) {
            ranks.get_mut(begin + position).into_iter().for_each(|place| *place = rank);
        }
    }
    // In place: a step is large, and of a first plan there are as many as resources.
    for at in 0..ranks.len() {
        while let Some(rank) = ranks.get(at).copied().filter(|rank| *rank != at) {
            steps.swap(at, rank);
            ranks.swap(at, rank);
        }
    }
    steps
}

/// Returns the positions of steps in the order in which they are done. Depth first, without recursion.
fn needed_first(steps: &[Step]) -> Vec<usize> {
    let positions: std::collections::BTreeMap<&ResourceAddress, usize> =
        steps.iter().enumerate().map(|(position, step)| (&step.resource, position)).collect();
    let mut entered = vec![false; steps.len()];
    let mut ordered = Vec::with_capacity(steps.len());
    for start in 0..steps.len() {
        let mut open = vec![(start, false)];
        while let Some((position, needs_are_done)) = open.pop() {
            if needs_are_done {
                ordered.push(position);
            } else if let Some(entered) = entered.get_mut(position).filter(|entered| !**entered) {
                *entered = true;
                open.push((position, true));
                let needs = steps.get(position).into_iter().flat_map(|step| step.depends_on.iter().rev());
                open.extend(needs.filter_map(|need| Some((*positions.get(need)?, false))));
            }
        }
    }
    ordered
}
