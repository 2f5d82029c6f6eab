//! Law 21: a change that readers see is not said to be one of metadata. Law 26: a changed key of what owes earlier versions has a cost.

use super::{OnPlatform, ReportBuilder, alteration, lone_node::LoneNode, rendered_node::RenderedNode};
use crate::{harness::HarnessRun, law::Law};
use datasurface_graph::{DatasetFacts, Fingerprint, NodeDetail, NodeFacts};
use datasurface_model::DatasetKey;
use datasurface_platform::{
    Cause, ChangeHeader, Effect, Meaning, Plan, RenderingChange, Revision, Scope, SharedCause, Step,
};
use std::collections::{BTreeMap, BTreeSet};

/// Changes the schema of each dataset, and looks at the steps that are planned for what keeps its data, or delivers it.
pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    for lone in LoneNode::all(stage) {
        delivered(report, lone);
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
    let Some((before, plan)) = plan(lone, with_dataset(lone, &changed)) else {
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

/// The same of what is delivered or made. One step that says more is enough, where several resources do it.
fn delivered(report: &mut ReportBuilder, lone: LoneNode<'_>) {
    let mut facts = lone.view().facts().clone();
    let dataset = match &mut facts.detail {
        NodeDetail::Export(export) => Some(&mut export.dataset),
        NodeDetail::Transform(transform) => transform.outputs.first_mut(),
        NodeDetail::Ingest(_) | NodeDetail::Trigger(_) => None,
    };
    let Some(dataset) = dataset.filter(|_| lone.node.is_whole()) else {
        return;
    };
    let Some(changed) = alteration::without_column(dataset) else {
        return;
    };
    *dataset = changed;
    let Some((_, plan)) = plan(lone, facts) else {
        return;
    };
    if let Some(step) = plan.steps().first()
        && plan.steps().iter().all(|step| step.meaning == Meaning::Metadata)
    {
        let difference = "a column of what it delivers is removed, which the plan calls a change of metadata";
        let place = OnPlatform(&lone.call.platform, format!("`{}`", step.resource));
        report.report(Law::MeaningIsNotUnderstated, place, difference);
    }
}

/// One step that tells the cost is enough, where several resources keep the data.
fn cost(report: &mut ReportBuilder, lone: LoneNode<'_>, dataset: &DatasetFacts, changed: DatasetFacts) {
    let Some((before, plan)) = plan(lone, with_dataset(lone, &changed)) else {
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
fn plan(lone: LoneNode<'_>, new: NodeFacts) -> Option<(RenderedNode<'static>, Plan)> {
    let facts = lone.view().facts().clone();
    let revisions = [&facts, &new].map(|facts| Revision::new(Fingerprint::of(facts)));
    let (before, after) = (lone.render(facts).ok()?, lone.render(new).ok()?);
    let [from, to] = revisions;
    let key = lone.view().key();
    let cause = Cause { nodes: [key.clone()].into(), ..Cause::default() };
    let scopes = before.changes(&after, lone.call.view.scope());
    let shared = scopes.iter().filter_map(|changed| match &changed.scope {
        Scope::Shared(key) => Some(SharedCause { key: key.clone(), cause: cause.clone() }),
        Scope::Foundation | Scope::Shard(_) => None,
    });
    let header = ChangeHeader {
        shared: shared.collect(),
        platform: lone.call.view.platform().clone(),
        from: Some(from),
        to,
        newly_held: Vec::new(),
        released: BTreeMap::new(),
        causes: BTreeMap::from([(key.clone(), cause.clone())]),
        metadata: BTreeSet::new(),
    };
    let plan = lone.platform.diff(&RenderingChange::new(&header, &scopes)).ok()?;
    Some((before, plan))
}
