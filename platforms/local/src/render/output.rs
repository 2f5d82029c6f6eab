//! What a transformer makes: a table for each output dataset, filled anew by its SELECT at each run, and captured from
//! there like any other source.

use super::in_database;
use crate::{
    attributes::{InputAttributes, OutputAttributes, OutputTable, with_attributes},
    config::LocalConfig,
    consumer_database::ConsumerDatabase,
    lint::codes,
    names::{self, address, path},
    prelude::*,
    sandbox::RUN,
    sql::{
        milestoned::{BATCH_OUT, StoredColumn},
        quote::{columns, insert_into, parenthesised, quoted, select},
        script::Script,
        select::one_select,
    },
};

pub(super) fn render(
    config: &LocalConfig,
    view: &NodeView,
    transform: &TransformFacts,
    rendering: &mut Rendering,
) -> Result<(), PlatformError> {
    let workspace = &transform.workspace;
    let called = &view.facts().called;
    let attributes = attributes(config, view.key().platform(), transform, called)?;
    let address = address::output(workspace);
    let mut script = Script::new(&address, &config.database)
        .note(format!("What the transformer of {} makes of its inputs, for {}.", called.workspace(workspace), called.datastore(&transform.output)))
        .note("A run: inputs, on a connection that can only read; then for each dataset clear, and load for each row")
        .note("of select, in one transaction. What it makes is captured, and in the transaction that merges it,")
        .note("see_input of database.sql: cut off before, the run is made again.")
        .note(format!("{RUN} is a word that nobody can guess: the SELECTs may read the inputs, and nothing else."));
    if let Some(file) = &attributes.container {
        script = script.with_attached(file, "main");
    }
    script = script
        .add_section("create", "Makes the tables that it fills.", create_outputs(&attributes))
        .add_section("inputs", "Makes the inputs visible.", inputs(&attributes));
    for output in &attributes.outputs {
        let name = &output.dataset;
        script = script
            .add_section(&select_section(name), "What is made.", [select_output(output)])
            .add_section(&clear_section(name), "Takes away what was made before.", [clear_output(output)])
            .add_section(&load_section(name), "Keeps a row.", [load_output(output)]);
    }
    let consumer_database =
        ConsumerDatabase::for_inputs(&transform.container_key, &transform.container, config)?;
    let mut resource = in_database(address, "output", view.facts());
    for input in &transform.inputs {
        resource = resource.dependency(consumer_database.resource(&transform.container_key, &input.key));
    }
    let path = path::sql("outputs", &[workspace.as_str()]);
    rendering.add(File::sql(&path, script.to_string())?, [with_attributes(resource, &attributes)?])
}

/// The section with the SELECT that makes a dataset.
pub(crate) fn select_section(dataset: &DatasetName) -> String {
    format!("select {dataset}")
}

/// The section that empties the table of a dataset.
pub(crate) fn clear_section(dataset: &DatasetName) -> String {
    format!("clear {dataset}")
}

/// The section that keeps a row of a dataset.
pub(crate) fn load_section(dataset: &DatasetName) -> String {
    format!("load {dataset}")
}

/// All that is known of a transformer's work, or what stands in the way of it. The facts are written in storage names; the
/// code of the transformer has the names of now, which `called` has.
pub(crate) fn attributes(
    config: &LocalConfig,
    platform: &PlatformName,
    transform: &TransformFacts,
    called: &StorageNames,
) -> Result<OutputAttributes, LintDiagnostic> {
    let consumer_database =
        ConsumerDatabase::for_inputs(&transform.container_key, &transform.container, config)?;
    let input = |dataset: &DatasetFacts| {
        let columns = dataset.schema.table().columns();
        let is_decimal = |column: &&Column| matches!(column.data_type(), DataType::Decimal { .. });
        InputAttributes {
            dataset: dataset.key.clone(),
            name: names::input(&called.dataset(&dataset.key)),
            table: consumer_database.table_name(platform, &dataset.key),
            columns: columns.iter().map(|column| column.name().to_string()).collect(),
            decimals: columns.iter().filter(is_decimal).map(|column| column.name().to_string()).collect(),
        }
    };
    let outputs = transform.outputs.iter();
    Ok(OutputAttributes {
        database: config.database.clone(),
        container: (consumer_database != ConsumerDatabase::Own).then(|| consumer_database.database(config)),
        inputs: transform.inputs.iter().map(input).collect(),
        outputs: outputs.map(|dataset| output(transform, dataset, called)).collect::<Result<_, _>>()?,
    })
}

fn output(
    transform: &TransformFacts,
    dataset: &DatasetFacts,
    called: &StorageNames,
) -> Result<OutputTable, LintDiagnostic> {
    let name = &dataset.key.dataset;
    let now = called.dataset(&dataset.key);
    let CodeArtifact::Sql { selects } = &transform.artifact else {
        return Err(LintDiagnostic::new(
            &codes::UNCLAIMED_ARTIFACT,
            format!("the transformer is `{}`", transform.artifact.technology()),
            "a local platform runs transformers in `sql`",
        ));
    };
    let Some(select) = selects.iter().find(|select| select.dataset == now.dataset) else {
        return Err(LintDiagnostic::new(
            &codes::NOT_ONE_SELECT,
            format!("no SELECT makes `{now}`"),
            "give the transformer one SELECT for each dataset of its output",
        ));
    };
    let select = one_select(&select.sql).map_err(|error| {
        LintDiagnostic::new(
            &codes::NOT_ONE_SELECT,
            format!("the SQL that makes `{now}` is not one SELECT: {error}"),
            "write one SELECT; its columns are those of the dataset's schema, by name",
        )
        .about(LintSubject::Select(name.clone()))
    })?;
    Ok(OutputTable {
        dataset: name.clone(),
        table: names::output(&transform.workspace, name),
        columns: StoredColumn::for_schema(dataset.schema.table()),
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

/// Two views for each input: the transformer knows the second one; only the first one, which nobody can name, may read the
/// table, which has earlier versions, too.
pub(crate) fn inputs(output: &OutputAttributes) -> Vec<String> {
    let create = |input: &InputAttributes| {
        let behind = quoted(&format!("{RUN}.{}", input.name));
        [
            format!(
                "CREATE TEMP VIEW {behind} AS\n{}\nFROM main.{}\nWHERE {} IS NULL;",
                select(&input.columns.iter().map(|column| input_column(input, column)).collect::<Vec<_>>()),
                quoted(&input.table),
                quoted(BATCH_OUT),
            ),
            format!(
                "CREATE TEMP VIEW {} AS\n{}\nFROM temp.{behind};",
                quoted(&input.name),
                select(&columns(input.columns.iter().map(String::as_str), "")),
            ),
        ]
    };
    output.inputs.iter().flat_map(create).collect()
}

/// A decimal is a number for the transformer as long as that loses no digit: texts would be compared as texts.
fn input_column(input: &InputAttributes, column: &String) -> String {
    let name = quoted(column);
    match input.decimals.contains(column) {
        false => name,
        true => format!(
            "CASE WHEN length(trim({name}, '-0.')) <= {EXACT_DIGITS} AND {name} GLOB '*[0-9]' \
             THEN CAST({name} AS REAL) ELSE {name} END AS {name}"
        ),
    }
}

/// So many decimal digits survive a floating point number.
const EXACT_DIGITS: usize = 15;

/// The SELECT stands on lines of its own, so that a comment at its end ends with it.
pub(crate) fn select_output(output: &OutputTable) -> String {
    format!("{}\nFROM (\n{}\n);", select(&output_columns(output)), output.select)
}

fn clear_output(output: &OutputTable) -> String {
    format!("DELETE FROM main.{};", quoted(&output.table))
}

fn load_output(output: &OutputTable) -> String {
    let parameters: Vec<String> = (1..=output.columns.len()).map(|number| format!("?{number}")).collect();
    let table = format!("main.{}", quoted(&output.table));
    format!("{}\nVALUES {};", insert_into(&table, &output_columns(output)), parenthesised(&parameters, 7))
}

fn output_columns(output: &OutputTable) -> Vec<String> {
    columns(output.columns.iter().map(|column| column.name.as_str()), "")
}
