//! The general work of a diff: resources by address, whatever scope they are in.

use super::{AttributeDifference, Judgement, RenderingChange, ScopeRecord, attribute_difference};
use crate::{
    error::{PlatformError, PlatformErrorKind},
    held::{Guard, HeldState},
    plan::{Action, Cause, Effect, Meaning, Plan, Step},
    rendering::{FileRecord, Resource, ResourceAddress, SafePath},
    view::Scope,
};
use datasurface_graph::NodeKey;
use datasurface_model::{ContainerKey, DatasetKey, Diagnostic, ModelPath, PlatformName, segment};
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

/// A resource that is on both sides, and what it is, what it needs, what it holds or the file that declares it differs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ResourceChange<'a> {
    /// The resource as it was.
    pub before: &'a Resource,
    /// The resource as it is.
    pub after: &'a Resource,
}

impl ResourceChange<'_> {
    /// The names of the attributes that differ. None if only the text of its file does, or what it needs first.
    #[must_use]
    pub fn attributes(&self) -> BTreeSet<&str> {
        let names = self.before.attributes().keys().chain(self.after.attributes().keys());
        names
            .filter(|name| self.before.attributes().get(*name) != self.after.attributes().get(*name))
            .map(String::as_str)
            .collect()
    }

    /// Every value in the attributes that differs, ordered by path.
    #[must_use]
    pub fn differences(&self) -> Vec<AttributeDifference> {
        attribute_difference::between(self.before.attributes(), self.after.attributes())
    }
}

/// A change that a platform judges: of a resource that comes, stays and differs, or goes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum JudgedChange<'a> {
    /// A resource that was not there.
    Created(&'a Resource),
    /// A resource that stays and differs.
    Changed(ResourceChange<'a>),
    /// A resource that goes. Where it holds data, the effect is a loss of data, whatever the judgement says.
    Retired(&'a Resource),
}

/// One side of the change.
#[derive(Default)]
struct ChangeSide {
    resources: BTreeMap<ResourceAddress, ScopedResource>,
    files: BTreeMap<(Scope, SafePath), FileRecord>,
}

/// A resource, and where it is.
struct ScopedResource {
    scope: Scope,
    resource: Resource,
}

impl ChangeSide {
    /// Adds what a scope has. An address means one resource of a platform, whatever scope it is in.
    fn add(&mut self, scope: &Scope, record: ScopeRecord) -> Result<(), PlatformError> {
        for (address, resource) in record.resources {
            match self.resources.entry(address) {
                Entry::Vacant(vacant) => {
                    vacant.insert(ScopedResource { scope: scope.clone(), resource });
                }
                Entry::Occupied(other) => {
                    let (address, other) = (other.key(), &other.get().scope);
                    let said = format!("the resource `{address}` is in {other} and in {scope}");
                    return Err(PlatformError::new(PlatformErrorKind::Rendering, said));
                }
            }
        }
        self.files.extend(record.files.into_iter().map(|(path, file)| ((scope.clone(), path), file)));
        Ok(())
    }
}

impl RenderingChange<'_> {
    /// Derives the plan by comparing resources by address: a new resource is created, one that differs is judged, one with
    /// another scope is moved, one that begins to be held is held, and one that is gone is retired. The platform knows one
    /// thing better, so that is left to `judge`: the cost of the change of a resource.
    ///
    /// # Errors
    ///
    /// If a scope cannot be loaded, or two scopes of one side have a resource of the same address.
    pub fn structural(
        &self,
        mut judge: impl FnMut(&ResourceChange<'_>) -> Judgement,
    ) -> Result<Plan, PlatformError> {
        self.structural_of_all(|change| match change {
            JudgedChange::Changed(change) => judge(change),
            JudgedChange::Created(_) | JudgedChange::Retired(_) => {
                Judgement::effect(Effect::None, String::new())
            }
        })
    }

    /// Derives the plan like [`structural`](Self::structural), and leaves it to `judge` as well what it costs that a resource comes or
    /// goes: an initial load, a slot that is dropped. Of such a judgement, effect, meaning and reason count.
    ///
    /// # Errors
    ///
    /// If a scope cannot be loaded, or two scopes of one side have a resource of the same address.
    pub fn structural_of_all(
        &self,
        mut judge: impl FnMut(&JudgedChange<'_>) -> Judgement,
    ) -> Result<Plan, PlatformError> {
        let (old, new) = self.sides()?;
        let mut steps = Vec::new();
        for (address, after) in &new.resources {
            match old.resources.get(address) {
                None => {
                    let judgement = judge(&JudgedChange::Created(&after.resource));
                    let mut step = self.step(after, Action::Create, judgement.effect, judgement.reason);
                    step.meaning = judgement.meaning;
                    step.refused = self.refused(&after.resource, judgement.refused);
                    steps.push(step);
                }
                Some(before) => steps.extend(self.compare(before, after, &mut judge)),
            }
        }
        for (address, before) in &old.resources {
            if !new.resources.contains_key(address) {
                let judgement = judge(&JudgedChange::Retired(&before.resource));
                steps.push(self.retire(before, judgement));
            }
        }
        steps.extend(self.rewritten(&old, &new, &steps, &mut judge));
        // Holding says what it is that a resource loses. What else changes of it, or where, is still to be done: while
        // others use its dataset, it changes as any other does.
        let held: BTreeMap<&ResourceAddress, &HeldState> = self
            .newly_held()
            .iter()
            .filter(|held| new.resources.contains_key(&held.resource))
            .map(|held| (&held.resource, held))
            .collect();
        steps.retain(|step| {
            !held.contains_key(&step.resource)
                || step.action == Action::Move
                || runs_otherwise(old.resources.get(&step.resource), new.resources.get(&step.resource))
        });
        steps.extend(
            held.iter().filter_map(|(address, held)| Some(self.hold(new.resources.get(*address)?, held))),
        );
        Ok(Plan::new(steps))
    }

    fn sides(&self) -> Result<(ChangeSide, ChangeSide), PlatformError> {
        let (mut old, mut new) = (ChangeSide::default(), ChangeSide::default());
        for change in self.scopes() {
            let change = change?;
            old.add(&change.scope, change.old)?;
            new.add(&change.scope, change.new)?;
        }
        Ok((old, new))
    }

    fn compare(
        &self,
        before: &ScopedResource,
        after: &ScopedResource,
        judge: &mut impl FnMut(&JudgedChange<'_>) -> Judgement,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        if before.scope != after.scope {
            let reason = format!("it was in {}", before.scope);
            let mut step = self.step(after, Action::Move, Effect::None, reason);
            step.moved_from = Some(before.scope.clone());
            step.meaning = Meaning::Metadata;
            steps.push(step);
        }
        let was = before.resource.rendered_as();
        if differs(&before.resource, &after.resource) {
            let mut step = self.judged(before, after, judge);
            step.renamed_from = was.cloned();
            steps.push(step);
        } else if let Some(was) = was {
            let mut step = self.step(after, Action::Update, Effect::None, format!("it was called `{was}`"));
            step.meaning = Meaning::Metadata;
            step.renamed_from = Some(was.clone());
            steps.push(step);
        }
        steps
    }

    fn judged(
        &self,
        before: &ScopedResource,
        after: &ScopedResource,
        judge: &mut impl FnMut(&JudgedChange<'_>) -> Judgement,
    ) -> Step {
        let change = ResourceChange { before: &before.resource, after: &after.resource };
        let differences = change.differences();
        let judgement = judge(&JudgedChange::Changed(change));
        let mut step = self.step(after, judgement.action, judgement.effect, judgement.reason);
        step.meaning = match judgement.meaning {
            Meaning::Compatible if self.is_about_metadata(&after.resource) => Meaning::Metadata,
            other => other,
        };
        step.carried_by = judgement.carried_by;
        step.differences = differences;
        step.refused = self.refused(&after.resource, judgement.refused);
        step
    }

    /// Files whose text changed though nothing that they declare did, as after a change of the platform's version: their
    /// first resource stands for them.
    fn rewritten(
        &self,
        old: &ChangeSide,
        new: &ChangeSide,
        steps: &[Step],
        judge: &mut impl FnMut(&JudgedChange<'_>) -> Judgement,
    ) -> Vec<Step> {
        let stepped: BTreeSet<&ResourceAddress> = steps.iter().map(|step| &step.resource).collect();
        let mut explained: BTreeSet<(&Scope, &SafePath)> = BTreeSet::new();
        for side in [old, new] {
            let declared = side.resources.iter().filter(|(address, _)| stepped.contains(address));
            explained
                .extend(declared.filter_map(|(_, placed)| Some((&placed.scope, placed.resource.file()?))));
        }
        let mut rewritten = Vec::new();
        for (address, after) in &new.resources {
            let Some(path) = after.resource.file() else {
                continue;
            };
            let file = (after.scope.clone(), path.clone());
            let changed = old.files.get(&file) != new.files.get(&file);
            if changed && explained.insert((&after.scope, path)) {
                let before = old.resources.get(address);
                rewritten.extend(before.map(|before| self.judged(before, after, judge)));
            }
        }
        rewritten
    }

    fn hold(&self, placed: &ScopedResource, held: &HeldState) -> Step {
        let until = match held.owed_until {
            Some(until) => format!("until {until}"),
            None => "until it is released".to_owned(),
        };
        let dataset = &held.holds.dataset;
        let reason =
            format!("nobody asks for what was promised of `{dataset}` any more, but it is owed {until}");
        let mut step = self.step(placed, Action::Hold, Effect::None, reason);
        step.owed_until = held.owed_until;
        step
    }

    fn retire(&self, before: &ScopedResource, judgement: Judgement) -> Step {
        let holds = before.resource.held_data().is_some();
        let reason = match self.release_reason(before.resource.address()) {
            Some(Guard::Expired(day)) => format!("it was owed until {day}"),
            Some(Guard::Released(revision)) => format!("it was released at revision {}", revision.short()),
            None => String::new(),
        };
        let reasons = [reason, judgement.reason].into_iter().filter(|reason| !reason.is_empty());
        let effect = if holds { Effect::DataLoss } else { judgement.effect };
        let reason = reasons.collect::<Vec<_>>().join("; ");
        let mut step = self.step(before, Action::Retire, effect, reason);
        step.meaning = judgement.meaning;
        step.refused = self.refused(&before.resource, judgement.refused);
        step
    }

    /// Whether all that changed of the nodes that a resource is there for is their metadata.
    fn is_about_metadata(&self, resource: &Resource) -> bool {
        let mut changed =
            resource.origins().iter().filter(|node| self.frame.causes.contains_key(*node)).peekable();
        changed.peek().is_some() && changed.all(|node| self.frame.metadata.contains(node))
    }

    /// A refusal, at the first node that the resource is there for.
    fn refused(&self, resource: &Resource, refused: Option<Box<Diagnostic>>) -> Option<Box<Diagnostic>> {
        let platform = ModelPath::root().child(segment::PLATFORMS, &self.platform().name);
        let path = match resource.origins().first() {
            Some(node) => platform.child(segment::NODES, node.to_string()),
            None => platform,
        };
        refused.map(|refused| Box::new(refused.with_path(path)))
    }

    fn step(&self, placed: &ScopedResource, action: Action, effect: Effect, reason: String) -> Step {
        Step {
            action,
            meaning: Meaning::Compatible,
            effect,
            resource: placed.resource.address().clone(),
            kind: placed.resource.kind().to_owned(),
            scope: placed.scope.clone(),
            moved_from: None,
            reason,
            cause: self.cause_of(&placed.resource),
            owed_until: None,
            carried_by: None,
            differences: Vec::new(),
            refused: None,
            renamed_from: None,
            depends_on: placed.resource.dependencies().clone(),
        }
    }

    /// The changes at the nodes that a resource is there for. What holds one dataset of a capture is there for the exports of that
    /// dataset: where some of these changed, the others are no cause.
    fn cause_of(&self, resource: &Resource) -> Cause {
        let causes = &self.frame.causes;
        let mut all = Cause::default();
        for (node, change) in resource.origins().iter().filter_map(|node| causes.get_key_value(node)) {
            let exports = resource.held_data().map(|held| exports_of(change, node.platform(), &held.dataset));
            let exports = exports.into_iter().flatten().filter_map(|export| causes.get(export));
            let mut changes: Vec<&Cause> = exports.collect();
            if changes.is_empty() {
                changes.push(change);
            }
            for change in changes {
                all.nodes.extend(change.nodes.iter().cloned());
                all.owners.extend(change.owners.iter().cloned());
            }
        }
        all
    }
}

/// The exports of a dataset among the nodes of a cause, which are beside each other there.
fn exports_of<'c>(
    cause: &'c Cause,
    platform: &PlatformName,
    dataset: &'c DatasetKey,
) -> impl Iterator<Item = &'c NodeKey> {
    let container = ContainerKey::new("", "", "");
    let first = NodeKey::Export { platform: platform.clone(), dataset: dataset.clone(), container };
    cause
        .nodes
        .range(first..)
        .take_while(move |node| matches!(node, NodeKey::Export { dataset: other, .. } if other == dataset))
}

/// Whether a resource that stays is another thing than it was, not only there for others, or for longer.
fn runs_otherwise(before: Option<&ScopedResource>, after: Option<&ScopedResource>) -> bool {
    before.zip(after).is_some_and(|(before, after)| {
        let (before, after) = (&before.resource, &after.resource);
        before.kind() != after.kind() || before.attributes() != after.attributes()
    })
}

/// Where a resource is there from does not matter to what runs.
fn differs(old: &Resource, new: &Resource) -> bool {
    old.kind() != new.kind()
        || old.attributes() != new.attributes()
        || old.dependencies() != new.dependencies()
        || old.held_data() != new.held_data()
        || old.file() != new.file()
}
