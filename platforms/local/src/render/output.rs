//! What a transformer makes: a table for each output dataset, filled anew by its SELECT at each run, and captured from
//! there like any other source.

use super::{CONTAINER_SCHEMA, in_database};
use crate::{
    attributes::{InputAttributes, OutputAttributes, OutputTable, described},
    config::LocalConfig,
    lint::codes,
    names::{self, address, path},
    prelude::*,
    shelf::Shelf,
    sql::{
        milestoned::{BATCH_OUT, StoredColumn},
        quote::{columns, insert_into, quoted, select},
        script::Script,
        select::one_select,
    },
};

pub(super) fn render(
    config: &LocalConfig,
    node: &NodeKey,
    transform: &TransformFacts,
    rendering: &mut Rendering,
) -> Result<(), PlatformError> {
    let workspace = transform.workspace();
    let attributes = attributes(config, node, transform)?;
    let address = address::output(workspace);
    let mut script = Script::new(&address, &config.database)
        .note(format!("What the transformer of {workspace} makes of its inputs, for {}.", transform.output()))
        .note(
            "A run: inputs; then fill, in one transaction; then close. What it makes is captured, and in the",
        )
        .note("transaction that merges it, see_input of database.sql: cut off before, the run is made again.")
        .note("Its statements may read the inputs, and nothing else.");
    if let Some(file) = &attributes.container {
        script = script.reading(file, CONTAINER_SCHEMA);
    }
    let script = script
        .add("create", "Makes the tables that it fills.", create_outputs(&attributes))
        .add("inputs", "Makes the inputs visible.", inputs(&attributes))
        .add("fill", "Makes the outputs.", fill(&attributes))
        .add("close", "Takes the inputs away.", close(&attributes));
    let shelf = Shelf::of_inputs(transform.container_key(), transform.container(), config)?;
    let mut resource = in_database(address, "output", node);
    for input in transform.inputs() {
        resource = resource.depends_on(shelf.resource(transform.container_key(), input.key()));
    }
    let path = path::sql("outputs", &[workspace.as_str()]);
    rendering.add(File::sql(&path, script.to_string())?, [described(resource, &attributes)?])
}

/// All that is known of a transformer's work, or what stands in the way of it.
pub(crate) fn attributes(
    config: &LocalConfig,
    node: &NodeKey,
    transform: &TransformFacts,
) -> Result<OutputAttributes, Refusal> {
    let shelf = Shelf::of_inputs(transform.container_key(), transform.container(), config)?;
    let input = |dataset: &DatasetFacts| InputAttributes {
        dataset: dataset.key().clone(),
        name: names::input(dataset.key()),
        table: shelf.table_name(node.platform(), dataset.key()),
        columns: dataset.schema().table().columns().iter().map(|column| column.name().to_string()).collect(),
    };
    let outputs = transform.outputs().iter();
    Ok(OutputAttributes {
        database: config.database.clone(),
        container: (shelf != Shelf::Own).then(|| shelf.database(config)),
        inputs: transform.inputs().iter().map(input).collect(),
        outputs: outputs.map(|dataset| output(transform, dataset)).collect::<Result<_, _>>()?,
    })
}

fn output(transform: &TransformFacts, dataset: &DatasetFacts) -> Result<OutputTable, Refusal> {
    let name = &dataset.key().dataset;
    let CodeArtifact::Sql { selects } = transform.artifact() else {
        return Err(Refusal::new(
            &codes::UNCLAIMED_ARTIFACT,
            format!("the transformer is `{}`", transform.artifact().technology()),
            "a local platform runs transformers in `sql`",
        ));
    };
    let Some(select) = selects.iter().find(|select| select.dataset == *name) else {
        return Err(Refusal::new(
            &codes::NOT_ONE_SELECT,
            format!("no SELECT makes `{}`", dataset.key()),
            "give the transformer one SELECT for each dataset of its output",
        ));
    };
    let select = one_select(&select.sql).map_err(|problem| {
        Refusal::new(
            &codes::NOT_ONE_SELECT,
            format!("the SQL that makes `{}` is not one SELECT: {problem}", dataset.key()),
            "write one SELECT; its columns are those of the dataset's schema, by name",
        )
    })?;
    Ok(OutputTable {
        dataset: name.clone(),
        table: names::output(transform.workspace(), name),
        columns: StoredColumn::all_of(dataset.schema().table()),
        select: select.to_owned(),
    })
}

/// Makes the tables that a transformer fills.
pub(crate) fn create_outputs(output: &OutputAttributes) -> Vec<String> {
    let create = |output: &OutputTable| {
        let lines: Vec<String> = output.columns.iter().map(StoredColumn::nullable_declaration).collect();
        format!("CREATE TABLE IF NOT EXISTS {} (\n  {}\n);", quoted(&output.table), lines.join(",\n  "))
    };
    output.outputs.iter().map(create).collect()
}

/// Takes the tables away.
pub(crate) fn drop_outputs(output: &OutputAttributes) -> Vec<String> {
    let tables = output.outputs.iter();
    tables.map(|output| format!("DROP TABLE IF EXISTS {};", quoted(&output.table))).collect()
}

fn inputs(output: &OutputAttributes) -> Vec<String> {
    let schema = match output.container {
        None => "main",
        Some(_) => CONTAINER_SCHEMA,
    };
    let create = |input: &InputAttributes| {
        format!(
            "CREATE TEMP VIEW {} AS\n{}\nFROM {schema}.{}\nWHERE {} IS NULL;",
            quoted(&input.name),
            select(&columns(input.columns.iter().map(String::as_str), "")),
            quoted(&input.table),
            quoted(BATCH_OUT),
        )
    };
    output.inputs.iter().map(create).collect()
}

/// The SELECT stands on lines of its own, so that a comment at its end ends with it.
fn fill(output: &OutputAttributes) -> Vec<String> {
    let fill = |output: &OutputTable| {
        let names = columns(output.columns.iter().map(|column| column.name.as_str()), "");
        format!(
            "DELETE FROM main.{table};\n{}\n{}\nFROM (\n{}\n);",
            insert_into(&format!("main.{}", quoted(&output.table)), &names),
            select(&names),
            output.select,
            table = quoted(&output.table),
        )
    };
    output.outputs.iter().map(fill).collect()
}

fn close(output: &OutputAttributes) -> Vec<String> {
    let inputs = output.inputs.iter();
    inputs.map(|input| format!("DROP VIEW IF EXISTS temp.{};", quoted(&input.name))).collect()
}
