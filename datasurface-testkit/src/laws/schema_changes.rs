//! Law 21, of columns that are gone: that is not said to be metadata of what keeps the data. Law 26: a changed key of what owes earlier versions has a cost.

use super::{OnPlatform, ReportBuilder, alteration, lone_node::LoneNode, rendered_node::RenderedNode};
use crate::{harness::HarnessRun, law::Law};
use datasurface_graph::{DatasetFacts, Fingerprint, NodeFacts};
use datasurface_model::DatasetKey;
use datasurface_platform::{
    Cause, ChangeHeader, Effect, Meaning, Plan, RenderingChange, Revision, Scope, SharedCause, Step,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Changes the schema of each dataset, and looks at the steps that are planned for what keeps its data, or delivers it.
pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    for lone in LoneNode::all(stage) {
        for dataset in lone.node.datasets() {
            if let Some(changed) = alteration::without_column(dataset) {
                meaning(report, lone, dataset, changed);
            }
            let owes_versions = dataset.custody.history || dataset.custody.retention.is_some();
            if let Some(changed) = alteration::with_key(dataset).filter(|_| owes_versions) {
                cost(report, lone, dataset, changed);
            }
        }
    }
}

/// Change control says of a removed column that it breaks readers.
fn meaning(report: &mut ReportBuilder, lone: LoneNode<'_>, dataset: &DatasetFacts, changed: DatasetFacts) {
    let Some((before, plan)) = planned(lone, &with_dataset(lone, &changed)) else {
        return;
    };
    for step in steps(&before, &plan, dataset.storage_key()) {
        if step.meaning == Meaning::Metadata {
            let difference = format!(
                "a column of `{}` is removed, which the plan calls a change of metadata",
                dataset.key
            );
            let place = OnPlatform(&lone.call.platform, format!("`{}`", step.resource));
            report.report(Law::MeaningIsNotUnderstated, place, difference);
        }
    }
}

/// One step that tells the cost is enough, where several resources keep the data.
fn cost(report: &mut ReportBuilder, lone: LoneNode<'_>, dataset: &DatasetFacts, changed: DatasetFacts) {
    let Some((before, plan)) = planned(lone, &with_dataset(lone, &changed)) else {
        return;
    };
    let steps = steps(&before, &plan, dataset.storage_key());
    let tells =
        |step: &&Step| step.refused.is_some() || step.carried_by.is_some() || step.effect >= Effect::Backfill;
    if !plan.transition_files().is_empty() || steps.iter().any(tells) {
        return;
    }
    for step in steps {
        let difference = format!(
            "the key of `{}` is another one and earlier versions are owed, but the plan says `{step}`",
            dataset.key
        );
        let place = OnPlatform(&lone.call.platform, format!("`{}`", step.resource));
        report.report(Law::KeyChangesCost, place, difference);
    }
}

/// The steps on what keeps the data of a dataset.
fn steps<'p>(before: &RenderedNode<'_>, plan: &'p Plan, dataset: &DatasetKey) -> Vec<&'p Step> {
    let keeps = |step: &&Step| {
        let held = before.resource(&step.resource).and_then(|resource| resource.held_data());
        held.is_some_and(|held| held.dataset == *dataset)
    };
    plan.steps().iter().filter(keeps).collect()
}

/// The facts of a node with a changed dataset.
fn with_dataset(lone: LoneNode<'_>, changed: &DatasetFacts) -> NodeFacts {
    let replace = |old: DatasetFacts| Some(if old.key == changed.key { changed.clone() } else { old });
    lone.view().facts().clone().map_datasets(replace)
}

/// Renders a node with other facts, and asks for the way there. None if that fails: other laws tell.
fn planned(lone: LoneNode<'_>, new: &NodeFacts) -> Option<(RenderedNode<'static>, Plan)> {
    let (before, after) = (lone.render(lone.view().facts().clone()).ok()?, lone.render(new.clone()).ok()?);
    let plan = plan(lone, &before, &after, new)?;
    Some((before, plan))
}

/// Asks for the way from what is rendered for a node to what is rendered with other facts. None if that fails.
pub(super) fn plan(
    lone: LoneNode<'_>,
    before: &RenderedNode<'_>,
    after: &RenderedNode<'_>,
    new: &NodeFacts,
) -> Option<Plan> {
    let [from, to] = [lone.view().facts(), new].map(|facts| Revision::new(Fingerprint::of(facts)));
    let key = lone.view().key();
    let cause = Arc::new(Cause { nodes: [key.clone()].into(), ..Cause::default() });
    let scopes = before.changes(after, lone.call.view.scope());
    let shared = scopes.iter().filter_map(|changed| match &changed.scope {
        Scope::Shared(key) => Some(SharedCause { key: key.clone(), cause: Arc::clone(&cause) }),
        Scope::Foundation | Scope::Shard(_) => None,
    });
    let header = ChangeHeader {
        shared: shared.collect(),
        platform: lone.call.view.platform().clone(),
        from: Some(from),
        to,
        newly_held: Vec::new(),
        released: BTreeMap::new(),
        causes: BTreeMap::from([(key.clone(), cause)]),
        metadata: BTreeSet::new(),
    };
    lone.platform.diff(&RenderingChange::new(&header, &scopes)).ok()
}
