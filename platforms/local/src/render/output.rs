//! What a transformer makes: each dataset by its SELECT, anew at each run. What it returns is captured like a source, and kept nowhere
//! before.

use super::in_database;
use crate::{
    attributes::{InputAttributes, OutputAttributes, OutputSelect, with_attributes},
    config::LocalConfig,
    consumer_database::ConsumerDatabase,
    lint::codes,
    names::{address, path},
    prelude::*,
    sandbox::RUN,
    sql::{
        milestoned::{BATCH_OUT, StoredColumn},
        quote::{columns, quoted, select},
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
        .note("A run: inputs, on a connection that can only read; then select for each dataset, in one snapshot. What it")
        .note("returns is staged and merged by the files of the tables, and in the transaction that merges it,")
        .note("see_input of database.sql is executed: cut off before, the run is made again.")
        .note(format!("{RUN} is a word that nobody can guess: the SELECTs may read the inputs, and nothing else."));
    if let Some(file) = &attributes.container {
        script = script.with_attached(file, "main");
    }
    script = script.add_section("inputs", "Makes the inputs visible.", inputs(&attributes));
    for output in &attributes.outputs {
        script =
            script.add_section(&select_section(&output.dataset), "What is made.", [select_output(output)]);
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
        let mut names = transform.input_names(&dataset.key, called);
        InputAttributes {
            dataset: dataset.key.clone(),
            former_names: names.split_off(1),
            name: names.concat(),
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
) -> Result<OutputSelect, LintDiagnostic> {
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
    Ok(OutputSelect {
        dataset: name.clone(),
        table: None,
        columns: StoredColumn::for_schema(dataset.schema.table()),
        select: select.to_owned(),
    })
}

/// Takes away the tables that an earlier version of this platform put outputs into.
pub(crate) fn drop_outputs(output: &OutputAttributes) -> Vec<String> {
    let tables = output.outputs.iter().filter_map(|output| output.table.as_deref());
    tables.map(|table| format!("DROP TABLE IF EXISTS {};", quoted(table))).collect()
}

/// A view behind each input, and one for each of its names: the transformer knows these; only the one behind, which nobody can name, may
/// read the table, which has earlier versions, too.
pub(crate) fn inputs(output: &OutputAttributes) -> Vec<String> {
    let create = |input: &InputAttributes| {
        let behind = quoted(&format!("{RUN}.{}", input.name));
        let first = format!(
            "CREATE TEMP VIEW {behind} AS\n{}\nFROM main.{}\nWHERE {} IS NULL;",
            select(&input.columns.iter().map(|column| input_column(input, column)).collect::<Vec<_>>()),
            quoted(&input.table),
            quoted(BATCH_OUT),
        );
        let names = std::iter::once(&input.name).chain(&input.former_names);
        let named = names.map(|name| {
            format!(
                "CREATE TEMP VIEW {} AS\n{}\nFROM temp.{behind};",
                quoted(name),
                select(&columns(input.columns.iter().map(String::as_str), "")),
            )
        });
        std::iter::once(first).chain(named).collect::<Vec<_>>()
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
pub(crate) fn select_output(output: &OutputSelect) -> String {
    format!("{}\nFROM (\n{}\n);", select(&output_columns(output)), output.select)
}

fn output_columns(output: &OutputSelect) -> Vec<String> {
    columns(output.columns.iter().map(|column| column.name.as_str()), "")
}
