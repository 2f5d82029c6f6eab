//! Transformers: the code, its outputs, and when it runs.

use super::{
    Alteration, changed,
    dataset::{stored_elsewhere, with_column, with_storage},
    offered_elsewhere,
};
use datasurface_graph::{DatasetFacts, NodeDetail, NodeFacts, NodeKey, TransformFacts, TriggerFacts};
use datasurface_model::{CodeArtifact, DatasetKey, Text, TransformTrigger};
use datasurface_platform::{NodeView, ResolvedOffer};

/// Returns other facts of a transformer: the code, the columns and the storage name of each output. Who runs it where its inputs are kept need
/// not know the container.
pub(super) fn all(facts: &NodeFacts, transform: &TransformFacts) -> Vec<Alteration> {
    let altered = |fact: String, transform: TransformFacts| {
        Alteration::of_detail(fact, facts, NodeDetail::Transform(transform))
    };
    let code = changed(transform, |transform| transform.artifact = other_code(&transform.artifact));
    let mut all = vec![altered("code".to_owned(), code).seen()];
    for output in &transform.outputs {
        let other = |fact: &str, changed: &DatasetFacts| {
            let replace = |one: &DatasetFacts| if one.key == changed.key { changed } else { one }.clone();
            let outputs = transform.outputs.iter().map(replace).collect();
            let changed = super::changed(transform, |transform| transform.outputs = outputs);
            altered(format!("{fact} of `{}`", output.key), changed)
        };
        all.push(other("columns", &with_column(output)).seen());
        let renamed = other("storage name", &stored_elsewhere(output));
        all.push(Alteration { facts: with_storage(renamed.facts, output), ..renamed });
    }
    all
}

/// Returns other facts of a trigger: the condition and, where it waits for its inputs, another one of these.
pub(super) fn triggers(view: &NodeView, trigger: &TriggerFacts) -> Vec<Alteration> {
    let waits_for_all = trigger.trigger == TransformTrigger::AllInputsMoved;
    let altered = |fact: &str, trigger: TriggerFacts| {
        Alteration::of_detail(fact, view.facts(), NodeDetail::Trigger(trigger))
    };
    let other = match waits_for_all {
        true => TransformTrigger::AnyInputMoved,
        false => TransformTrigger::AllInputsMoved,
    };
    let mut all =
        vec![altered("condition of the trigger", changed(trigger, |trigger| trigger.trigger = other)).seen()];
    if waits_for_all || trigger.trigger == TransformTrigger::AnyInputMoved {
        all.extend(trigger.inputs.first().map(|input| {
            let other = DatasetKey::new(&input.datastore, "another_input");
            let replace = |one: &DatasetKey| if one == input { &other } else { one }.clone();
            let inputs = trigger.inputs.iter().map(replace).collect();
            let offers = view.inputs().iter().map(|offer| match offer.offer.dataset() == input {
                true => offer_of(offer, &other),
                false => offer.clone(),
            });
            Alteration {
                inputs: Some(offers.collect()),
                ..altered("input of the trigger", changed(trigger, |trigger| trigger.inputs = inputs))
            }
        }));
    }
    all
}

/// The offer of another dataset, at another address.
fn offer_of(input: &ResolvedOffer, dataset: &DatasetKey) -> ResolvedOffer {
    let from = match &input.from {
        NodeKey::Export { platform, container, .. } => NodeKey::Export {
            platform: platform.clone(),
            container: container.clone(),
            dataset: dataset.clone(),
        },
        other => other.clone(),
    };
    ResolvedOffer::new(from, offered_elsewhere(&input.offer, dataset))
}

/// Code of the same technology that is something else: a statement with fewer rows, a package of another name.
fn other_code(code: &CodeArtifact) -> CodeArtifact {
    let mut other = code.clone();
    let rename = |name: &mut Text| *name = format!("{name}_other").into();
    match &mut other {
        CodeArtifact::Sql { selects } => {
            for select in selects {
                select.sql = format!("SELECT * FROM ({}) AS other LIMIT 17", select.sql);
            }
        }
        CodeArtifact::Python { package, .. } => rename(package),
        CodeArtifact::Image { image, .. } => rename(image),
        CodeArtifact::Wasm { module, .. } => rename(module),
        CodeArtifact::Dbt { project, .. } => rename(project),
    }
    other
}
