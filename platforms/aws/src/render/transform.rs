//! Transformers: what the transform job makes of which inputs, and what starts it.

use super::{
    Context,
    access::Actor,
    alarm, definition_object, jobs,
    runs::{Runs, machine},
    start,
};
use crate::{
    definition::defined_columns,
    names::{Names, dataset_label, workspace_slug},
    types::{OBJECT, TABLE},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Module, label};
use serde_json::Value;
use std::collections::BTreeMap;

/// The transformers of a shard that are started alike.
#[derive(Debug, Default)]
struct Started<'t> {
    cron: Option<&'t Cron>,
    runs: Runs,
    promises: alarm::Promises,
}

/// The word for transformers that are started whenever a batch ended.
const MOVED: &str = "moved";

/// The kinds of definitions, which their names begin with.
pub(super) const TRANSFORMER: &str = "transformer";
pub(super) const TRIGGER: &str = "trigger";

/// Adds the definition of a transformer, or that of a trigger. Other nodes have none.
pub(super) fn add_definition(
    context: Context<'_>,
    module: &mut Module,
    node: &NodeView,
) -> Result<(), PlatformError> {
    let (kind, workspace, inputs, definition) = match node.detail() {
        NodeDetail::Transform(transform) => {
            let inputs = transform.inputs.iter().map(|input| &input.key).collect();
            (TRANSFORMER, &transform.workspace, inputs, transformer(context, node, transform)?)
        }
        NodeDetail::Trigger(facts) => {
            (TRIGGER, &facts.workspace, Vec::from_iter(&facts.inputs), trigger(context, node, facts))
        }
        NodeDetail::Ingest(_) | NodeDetail::Export(_) => return Ok(()),
    };
    let slug = workspace_slug(node, workspace);
    let label = format!("{kind}-{slug}");
    let object = definition_object::block(context, node, &label, key(kind, &slug), &definition);
    // The tables that it reads, also where nothing is exported.
    let tables = inputs
        .into_iter()
        .map(|input| format!("{}.{}", TABLE.name(), dataset_label(&node.facts().storage.dataset(input))));
    let object = tables.fold(object, Block::after);
    let object = if kind == TRIGGER { object.after(address(node, workspace)) } else { object };
    module.add(&label, object)?;
    Ok(())
}

/// Returns the address of the definition of a transformer.
pub(super) fn address(node: &NodeView, workspace: &WorkspaceName) -> String {
    format!("{}.{TRANSFORMER}-{}", OBJECT.name(), workspace_slug(node, workspace))
}

/// The key in the lake bucket of a definition of this kind.
pub(super) fn key(kind: &str, workspace: &str) -> String {
    format!("{kind}s/{workspace}.json")
}

fn transformer(
    context: Context<'_>,
    node: &NodeView,
    transform: &TransformFacts,
) -> Result<Value, PlatformError> {
    let inputs = transform.inputs.iter().map(|input| {
        let columns = defined_columns(input)?;
        let table = Names::table_of_input(node, &input.key)?;
        let mut names = transform.input_names(&input.key, &node.facts().called);
        let former_names = names.split_off(1);
        let mut declared = json!({
            // The names of now: the code has them.
            "name": names.concat(),
            "table": context.names.spark_table(&table),
            "columns": columns,
            // Yesterday's result may be an input of today's: that one is not waited for.
            "is_own": input.key.datastore == transform.output,
        });
        if let Some(declared) = declared.as_object_mut().filter(|_| !former_names.is_empty()) {
            declared.insert("former_names".to_owned(), json!(former_names));
        }
        Ok(declared)
    });
    let outputs = transform.outputs.iter().map(|output| {
        let definition = context.names.definition_key(output.storage_key());
        Ok(json!({
            "definition": context.settings.in_lake(&definition),
            "columns": defined_columns(output)?,
            "select": select(transform, output)?,
        }))
    });
    Ok(json!({
        "workspace": transform.workspace,
        "inputs": inputs.collect::<Result<Vec<_>, PlatformError>>()?,
        "outputs": outputs.collect::<Result<Vec<_>, PlatformError>>()?,
        "event": start::end_of_batch(start::detail(context).to_string().into()),
    }))
}

fn trigger(context: Context<'_>, node: &NodeView, trigger: &TriggerFacts) -> Value {
    // On a timetable, too, a transformer runs only if there is something new.
    let when = match &trigger.trigger {
        TransformTrigger::AllInputsMoved => "all_inputs_moved",
        TransformTrigger::AnyInputMoved | TransformTrigger::Cron(_) | TransformTrigger::External => {
            "any_input_moved"
        }
    };
    let transformer = context.settings.in_lake(&key(TRANSFORMER, &workspace_slug(node, &trigger.workspace)));
    json!({"transformer": transformer, "when": when, "inputs": trigger.inputs, "priority": node.obligation().priority()})
}

/// Returns the SELECT that makes an output.
fn select<'t>(transform: &'t TransformFacts, output: &DatasetFacts) -> Result<&'t str, PlatformError> {
    select_of(transform, output).ok_or_else(|| {
        let context = format!("making `{}`, of which there is no SELECT", output.key);
        PlatformError::new(PlatformErrorKind::Unsupported, context)
    })
}

/// Returns the SELECT that makes an output; none if the transformer has none, which lint reports.
pub(crate) fn select_of<'t>(transform: &'t TransformFacts, output: &DatasetFacts) -> Option<&'t str> {
    let CodeArtifact::Sql { selects } = &transform.artifact else {
        return None;
    };
    selects.iter().find(|select| select.dataset == output.key.dataset).map(|select| select.sql.as_str())
}

/// Adds the state machines that run the transformers whose triggers are in a shard.
pub(super) fn add_machines(
    context: Context<'_>,
    module: &mut Module,
    scope: &ScopeView,
) -> Result<(), PlatformError> {
    let Scope::Shard(shard) = scope.scope() else {
        return Ok(());
    };
    let mut started: BTreeMap<&str, Started<'_>> = BTreeMap::new();
    for node in scope.whole_nodes() {
        let NodeDetail::Trigger(trigger) = node.detail() else {
            continue;
        };
        let (word, cron) = match &trigger.trigger {
            TransformTrigger::AnyInputMoved | TransformTrigger::AllInputsMoved => (MOVED, None),
            TransformTrigger::Cron(cron) => (cron.as_str(), Some(cron)),
            TransformTrigger::External => (start::EXTERNAL, None),
        };
        let started = started.entry(word).or_default();
        started.cron = cron;
        started.promises.add(node);
        let definition = key(TRIGGER, &workspace_slug(node, &trigger.workspace));
        started.runs.add(
            node,
            Actor::transformer(node, &trigger.workspace),
            jobs::TRANSFORM.purpose,
            context.settings.in_lake(&definition),
        );
    }
    for (word, started) in started {
        let comment = format!("Runs the transformers that are started by `{word}`");
        let definition = machine(context, &comment, &started.runs, None);
        let label = label(&["transform", shard.as_str(), word]);
        let name = context.names.of_transformers(shard.as_str(), word);
        let machine =
            start::add_machine(context, module, "transformers", label, name, &started.runs, definition)?;
        alarm::add(context, module, &machine, &started.promises)?;
        match started.cron {
            Some(cron) => start::add_schedules(context, module, &machine, cron)?,
            None if word == MOVED => start::add_rule(context, module, &machine, context.names.instance())?,
            None => {}
        }
    }
    Ok(())
}
