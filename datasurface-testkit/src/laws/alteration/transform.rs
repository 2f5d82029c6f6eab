//! Transformers: the code, its outputs, and when it runs.

use super::{Alteration, dataset::with_column};
use datasurface_graph::{NodeDetail, NodeFacts, TransformFacts, TriggerFacts};
use datasurface_model::{CodeArtifact, Text, TransformTrigger};

/// Returns other facts of a transformer: the code, the columns of each output. Who runs it where its inputs are kept need not know the container.
pub(super) fn all(facts: &NodeFacts, transform: &TransformFacts) -> Vec<Alteration> {
    let mut altered = Vec::new();
    let mut add = |fact: String, change: &dyn Fn(&mut TransformFacts)| {
        let mut changed = transform.clone();
        change(&mut changed);
        altered.push(Alteration::of_detail(fact, facts, NodeDetail::Transform(changed)));
    };
    add("code".to_owned(), &|transform| transform.artifact = other_code(&transform.artifact));
    for (at, output) in transform.outputs.iter().enumerate() {
        let fact = format!("columns of `{}`", output.key);
        add(fact, &|transform| {
            transform.outputs.iter_mut().skip(at).take(1).for_each(|output| *output = with_column(output));
        });
    }
    altered
}

/// Returns the facts of a trigger with another condition.
pub(super) fn other_trigger(facts: &NodeFacts, trigger: &TriggerFacts) -> Alteration {
    let mut changed = trigger.clone();
    changed.trigger = match trigger.trigger {
        TransformTrigger::AllInputsMoved => TransformTrigger::AnyInputMoved,
        _ => TransformTrigger::AllInputsMoved,
    };
    Alteration::of_detail("condition of the trigger".to_owned(), facts, NodeDetail::Trigger(changed))
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
