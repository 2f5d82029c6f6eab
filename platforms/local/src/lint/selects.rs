//! Whether the SELECTs of a transformer can run: SQLite compiles them over empty inputs.

use super::codes;
use crate::{
    attributes::{InputAttributes, OutputAttributes},
    prelude::*,
    render::{output_inputs, select_output},
    runtime::without_hint,
    sandbox::{Sandbox, SelectError, SelectLimits},
    sql::{
        milestoned::{BATCH_IN, BATCH_OUT},
        quote::{columns, quoted},
    },
};
use rusqlite::Error;

/// How long compiling may take.
const LIMITS: SelectLimits = SelectLimits { seconds: 5, ..SelectLimits::DEFAULT };

/// Reports each SELECT that cannot run.
pub(super) fn selects(transform: &TransformFacts, output: &OutputAttributes) -> Vec<LintDiagnostic> {
    let tables: Vec<String> = output.inputs.iter().map(empty_table).collect();
    let inputs = output_inputs(output).join("\n");
    let Ok(sandbox) = Sandbox::without_data(&tables.join("\n"), &inputs, LIMITS) else {
        // The tables themselves cannot be: that is reported of their datasets.
        return Vec::new();
    };
    let datastore = &transform.output;
    let fails = output.outputs.iter().filter_map(|output| {
        let error = sandbox.check(&select_output(output)).err()?;
        let finding = LintDiagnostic::new(
            &codes::SELECT_FAILS,
            format!("the SELECT that makes `{datastore}/{}` cannot run: {}", output.dataset, reason(error)),
            help(transform),
        );
        Some(finding.about(LintSubject::Select(output.dataset.clone())))
    });
    fails.collect()
}

fn empty_table(input: &InputAttributes) -> String {
    let mut names = columns(input.columns.iter().map(String::as_str), "");
    names.extend([quoted(BATCH_IN), quoted(BATCH_OUT)]);
    format!("CREATE TABLE {} ({});", quoted(&input.table), names.join(", "))
}

fn reason(error: SelectError) -> String {
    match error {
        // What SQLite says, without the statement, which is ours around the author's.
        SelectError::Sqlite(Error::SqlInputError { msg, .. } | Error::SqliteFailure(_, Some(msg))) => {
            without_hint(&msg)
        }
        other => other.to_string(),
    }
}

fn help(transform: &TransformFacts) -> String {
    let inputs: Vec<String> =
        transform.inputs.iter().map(|input| format!("`{}`", input.key.input_name())).collect();
    match inputs.is_empty() {
        true => "the transformer has no inputs; give its workspace a dataset group".to_owned(),
        false => format!(
            "its inputs are {}; return each column of the output's schema by its name",
            inputs.join(", ")
        ),
    }
}
