//! The general work of a diff: resources by address, whatever scope they are in.

use super::{
    JudgedChange, Judgement, PlacedChange, RenderingChange, ResourceChange, ScopeChange,
    comparison::{ChangeSide, ScopedResource, changes, differs, sides},
};
use crate::{
    error::{PlatformError, PlatformErrorKind},
    held::{Guard, HeldState},
    plan::{Action, Cause, Effect, Meaning, Plan, Step},
    rendering::{Resource, ResourceAddress},
    view::Scope,
};
use datasurface_graph::NodeKey;
use datasurface_model::{ContainerKey, DatasetKey, Diagnostic, ModelPath, PlatformName, segment};
use std::{collections::BTreeMap, sync::Arc};

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
            _ => Judgement::effect(Effect::None, String::new()),
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
        judge: impl FnMut(&JudgedChange<'_>) -> Judgement,
    ) -> Result<Plan, PlatformError> {
        self.structural_in_batch(|changes| {
            Ok(changes.iter().map(|placed| &placed.change).map(judge).collect())
        })
    }

    /// Derives the plan like [`structural_of_all`](Self::structural_of_all), of judgements that are made all at once, one for each change,
    /// in the same order: by a program, for which each question is a round trip.
    ///
    /// # Errors
    ///
    /// That of `judge`. If there are more or fewer judgements than changes, a scope cannot be loaded, or two scopes of one side have a
    /// resource of the same address.
    pub fn structural_in_batch(
        &self,
        judge: impl FnOnce(&[PlacedChange<'_>]) -> Result<Vec<Judgement>, PlatformError>,
    ) -> Result<Plan, PlatformError> {
        let scopes = self.scopes().collect::<Result<Vec<ScopeChange>, _>>()?;
        let (old, new) = sides(&scopes, self.newly_held())?;
        let changes = changes(&old, &new);
        let judgements = judge(&changes)?;
        if judgements.len() != changes.len() {
            let message =
                format!("{} changes were to be judged, and {} were", changes.len(), judgements.len());
            return Err(PlatformError::new(PlatformErrorKind::Internal, message));
        }
        let judged = changes.iter().zip(judgements).map(|(placed, judgement)| self.judged(placed, judgement));
        let mut steps: Vec<Step> = judged.collect();
        steps.extend(self.readdressed(&old, &new));
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
            held.iter().filter_map(|(address, held)| Some(self.held(new.resources.get(*address)?, held))),
        );
        Ok(Plan::new(steps))
    }

    /// The steps of resources that are in another scope, or only have another address than before.
    fn readdressed(&self, old: &ChangeSide<'_>, new: &ChangeSide<'_>) -> Vec<Step> {
        let mut steps = Vec::new();
        for (before, after) in
            new.resources.iter().filter_map(|(address, after)| Some((old.resources.get(address)?, after)))
        {
            let step = |action, reason| {
                let step =
                    self.step(after.scope, after.resource, action, Judgement::effect(Effect::None, reason));
                Step { meaning: Meaning::Metadata, ..step }
            };
            if before.scope != after.scope {
                let moved = step(Action::Move, format!("it was in {}", before.scope));
                steps.push(Step { moved_from: Some(before.scope.clone()), ..moved });
            }
            if let Some(was) =
                before.resource.rendered_as().filter(|_| !differs(before.resource, after.resource))
            {
                let renamed = step(Action::Update, format!("it was called `{was}`"));
                steps.push(Step { renamed_from: Some(was.clone()), ..renamed });
            }
        }
        steps
    }

    fn judged(&self, placed: &PlacedChange<'_>, judgement: Judgement) -> Step {
        match &placed.change {
            JudgedChange::Created(resource) => self.step(placed.scope, resource, Action::Create, judgement),
            JudgedChange::Retired(resource) => self.retired(placed.scope, resource, judgement),
            JudgedChange::Changed(change) => self.changed(placed.scope, change, judgement),
        }
    }

    fn changed(&self, scope: &Scope, change: &ResourceChange<'_>, judgement: Judgement) -> Step {
        let (action, carried_by) = (judgement.action, judgement.carried_by.clone());
        let step = self.step(scope, change.after, action, judgement);
        let meaning = match step.meaning {
            Meaning::Compatible if self.is_about_metadata(scope, change.after) => Meaning::Metadata,
            other => other,
        };
        let renamed_from = change.before.rendered_as().cloned();
        Step { meaning, carried_by, renamed_from, differences: change.differences(), ..step }
    }

    fn retired(&self, scope: &Scope, resource: &Resource, mut judgement: Judgement) -> Step {
        let released = match self.release_reason(resource.address()) {
            Some(Guard::Expired(day)) => format!("it was owed until {day}"),
            Some(Guard::Released(revision)) => format!("it was released at revision {}", revision.short()),
            None => String::new(),
        };
        let reasons = [released, judgement.reason].into_iter().filter(|reason| !reason.is_empty());
        judgement.reason = reasons.collect::<Vec<_>>().join("; ");
        if resource.held_data().is_some() {
            judgement.effect = Effect::DataLoss;
        }
        self.step(scope, resource, Action::Retire, judgement)
    }

    fn held(&self, placed: &ScopedResource<'_>, held: &HeldState) -> Step {
        let until = match held.owed_until {
            Some(until) => format!("until {until}"),
            None => "until it is released".to_owned(),
        };
        let dataset = &held.holds.dataset;
        let reason =
            format!("nobody asks for what was promised of `{dataset}` any more, but it is owed {until}");
        let judgement = Judgement::effect(Effect::None, reason);
        let step = self.step(placed.scope, placed.resource, Action::Hold, judgement);
        let cause = match step.cause.nodes.is_empty() {
            true => joined(self.causes_at(&held.node.facts().key_now(), Some(dataset))),
            false => step.cause,
        };
        Step { owed_until: held.owed_until, cause, ..step }
    }

    /// Whether all that changed of the nodes that a resource is there for is their metadata.
    fn is_about_metadata(&self, scope: &Scope, resource: &Resource) -> bool {
        let of_scope = self.shared_cause(scope).into_iter().flat_map(|cause| &cause.nodes);
        let nodes = resource.origins().iter().chain(of_scope);
        let mut changed = nodes.filter(|node| self.frame.causes.contains_key(*node)).peekable();
        changed.peek().is_some() && changed.all(|node| self.frame.metadata.contains(node))
    }

    /// A refusal, at the first node that the resource is there for.
    fn refused(
        &self,
        scope: &Scope,
        resource: &Resource,
        refused: Option<Box<Diagnostic>>,
    ) -> Option<Box<Diagnostic>> {
        let platform = ModelPath::root().child(segment::PLATFORMS, &self.platform().name);
        let of_scope = || self.shared_cause(scope).and_then(|cause| cause.nodes.first());
        let path = match resource.origins().first().or_else(of_scope) {
            Some(node) => platform.child(segment::NODES, node.to_string()),
            None => platform,
        };
        refused.map(|refused| Box::new(refused.with_path(path)))
    }

    fn step(&self, scope: &Scope, resource: &Resource, action: Action, judgement: Judgement) -> Step {
        Step {
            action,
            meaning: judgement.meaning,
            effect: judgement.effect,
            resource: resource.address().clone(),
            kind: resource.kind().into(),
            scope: scope.clone(),
            moved_from: None,
            reason: judgement.reason,
            cause: self.cause_of(scope, resource),
            owed_until: None,
            carried_by: None,
            differences: Vec::new(),
            refused: self.refused(scope, resource, judgement.refused),
            renamed_from: None,
            depends_on: resource.dependencies().clone(),
        }
    }

    /// The cause of the change of a shared scope.
    fn shared_cause(&self, scope: &Scope) -> Option<&Arc<Cause>> {
        match scope {
            Scope::Shared(key) => {
                let shared = &self.frame.shared;
                let at = shared.binary_search_by(|shared| shared.key.cmp(key)).ok()?;
                shared.get(at).map(|shared| &shared.cause)
            }
            Scope::Foundation | Scope::Shard(_) => None,
        }
    }

    /// The changes at the nodes that a resource is there for; in a shared scope, also those of the nodes whose share in it changed.
    fn cause_of(&self, scope: &Scope, resource: &Resource) -> Arc<Cause> {
        let dataset = resource.held_data().map(|held| &held.dataset);
        let at_origins = resource.origins().iter().flat_map(|node| self.causes_at(node, dataset));
        joined(self.shared_cause(scope).into_iter().chain(at_origins))
    }

    /// The changes at a node. What holds one dataset of a capture is there for the exports of that dataset: where some of these changed,
    /// the others are no cause.
    fn causes_at(&self, node: &NodeKey, dataset: Option<&DatasetKey>) -> Vec<&Arc<Cause>> {
        let causes = &self.frame.causes;
        let Some(change) = causes.get(node) else { return Vec::new() };
        let exports = dataset.into_iter().flat_map(|dataset| exports_of(change, node.platform(), dataset));
        let changes: Vec<&Arc<Cause>> = exports.filter_map(|export| causes.get(export)).collect();
        if changes.is_empty() { vec![change] } else { changes }
    }
}

/// Joins causes. Where there is one, it is that one itself: all resources of a shared scope have the cause of the scope, and both grow with the model.
fn joined<'c>(causes: impl IntoIterator<Item = &'c Arc<Cause>>) -> Arc<Cause> {
    let causes: Vec<&Arc<Cause>> = causes.into_iter().collect();
    let [one] = &causes[..] else {
        let nodes = causes.iter().flat_map(|cause| &cause.nodes).cloned().collect();
        let owners = causes.iter().flat_map(|cause| &cause.owners).cloned().collect();
        return Arc::new(Cause { nodes, owners });
    };
    Arc::clone(one)
}

/// The exports of a dataset among the nodes of a cause, which are beside each other there.
fn exports_of<'c>(
    cause: &'c Cause,
    platform: &PlatformName,
    dataset: &'c DatasetKey,
) -> impl Iterator<Item = &'c NodeKey> {
    let container = ContainerKey::new("", "", "").into();
    let first = NodeKey::Export { platform: platform.clone(), dataset: dataset.clone(), container };
    cause
        .nodes
        .iter_from(&first)
        .take_while(move |node| matches!(node, NodeKey::Export { dataset: other, .. } if other == dataset))
}

/// Whether a resource that stays is another thing than it was, not only there for others, or for longer.
fn runs_otherwise(before: Option<&ScopedResource<'_>>, after: Option<&ScopedResource<'_>>) -> bool {
    before.zip(after).is_some_and(|(before, after)| {
        let (before, after) = (before.resource, after.resource);
        before.kind() != after.kind() || before.attributes() != after.attributes()
    })
}
