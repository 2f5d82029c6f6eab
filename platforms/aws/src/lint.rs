//! Lint: whatever cannot be rendered is reported, each with a code that says what to do.

use crate::{
    capacity_hint::CapacityHint,
    codes,
    names::{Names, source_table},
    platform::BEST_LATENCY,
    quality::check_problems,
    render::{can_be_tagged, readers, readership_problems, select_of},
    settings::AwsSettings,
};
use datasurface_platform::prelude::*;
use std::collections::BTreeMap;

/// Columns of the files of DMS. Those of tables begin with `_`, as no column of the model does.
pub(crate) const RESERVED: [&str; 2] = ["op", "ar_change_seq"];

/// What the names of columns with values before a change begin with.
pub(crate) const BEFORE_IMAGE: &str = "BI_";

/// Reports the settings that AWS does not take.
pub(crate) fn report_settings(settings: &AwsSettings, names: &Names, found: &mut Reporter<'_>) {
    let problems = settings.problems().into_iter().chain(readership_problems(settings, names));
    for problem in problems {
        found.report(&codes::SETTINGS, problem, "correct it in the settings of the platform");
    }
}

/// Reports what a node asks for and does not get.
pub(crate) fn report_node(settings: &AwsSettings, node: &NodeView, found: &mut Reporter<'_>) {
    report_hint(settings, node, found);
    match node.detail() {
        NodeDetail::Ingest(ingest) => {
            for dataset in &ingest.datasets {
                report_columns(dataset, found);
                report_checks(dataset, found);
            }
            if let IngestSource::Platform { platform } = &ingest.source {
                report_received(settings, node, platform, &ingest.datasets, found);
            }
            if let Some(capture) = node.facts().capture() {
                report_capture(node, capture, &ingest.datasets, found);
            }
        }
        NodeDetail::Export(export) => {
            // A view has the columns of its dataset, also of one that another platform captures.
            report_columns(&export.dataset, found);
            report_target(node, export, found);
            report_principals(export, found);
        }
        NodeDetail::Transform(transform) => report_transform(transform, found),
        NodeDetail::Trigger(_) => {}
    }
}

/// Reports a hint about capacity that cannot be read.
fn report_hint(settings: &AwsSettings, node: &NodeView, found: &mut Reporter<'_>) {
    if let Err(error) = CapacityHint::read(settings, node) {
        let help = "name a `worker_type`, such as `G.2X`, or `workers`, 2 at least; of a datastore that is captured, an `instance_class` of \
                    `replication.pools`, or `max_capacity_units` where `replication.serverless` is set";
        found.report(&codes::HINT, format!("{error} fails"), help);
    }
}

/// Reports why the export job cannot write into a database of PostgreSQL.
fn report_target(node: &NodeView, export: &ExportFacts, found: &mut Reporter<'_>) {
    if export.container.kind().server().is_none() {
        return;
    }
    let named: Vec<_> = readers(export).map(|consumer| consumer.credential.as_ref()).collect();
    let differs = named.windows(2).any(|pair| pair.first() != pair.last());
    let is_password = |key: &CredentialKey| {
        node.declarations().credentials.get(key).copied().unwrap_or_default() == CredentialKind::Password
    };
    if differs || !named.iter().flatten().all(|key| is_password(key)) {
        let message = format!("`{}` is not written with one password", export.container_key);
        let help = "give its workspaces one credential of the kind `password`";
        found.report(&codes::TARGET_CREDENTIAL, message, help);
    }
    let limit = export.container.kind().max_identifier_length().unwrap_or(usize::MAX);
    for column in
        export.dataset.schema.table().columns().iter().filter(|one| one.name().as_str().len() > limit)
    {
        let about = LintSubject::Column(export.dataset.key.clone(), column.name().clone());
        let message = format!("`{}` is longer than {limit} bytes", column.name());
        found.report_about(&about, &codes::TARGET_COLUMN, message, "give it a shorter name");
    }
}

/// Reports the principals whose names no tag can have.
fn report_principals(export: &ExportFacts, found: &mut Reporter<'_>) {
    for consumer in readers(export) {
        for principal in consumer.entitlement.principals().filter(|principal| !can_be_tagged(principal)) {
            let about = LintSubject::Consumer(consumer.group.clone());
            let message =
                format!("`{principal}` may read `{}`, and no tag can name it", consumer.group.workspace);
            let help = "grant it to a principal of another name: letters, digits, spaces and `_.:/=+-@`, 100 characters at most";
            found.report_about(&about, &codes::PRINCIPAL_NAME, message, help);
        }
    }
}

/// Reports why the transform job cannot make the outputs of a transformer. The names in its SELECTs are judged with the model.
fn report_transform(transform: &TransformFacts, found: &mut Reporter<'_>) {
    for output in transform.outputs.iter().filter(|output| select_of(transform, output).is_none()) {
        let message = format!("no SELECT makes `{}`", output.key);
        found.report(
            &codes::NO_SELECT,
            message,
            "give the transformer one SELECT for each dataset of its output",
        );
    }
    let made = transform.outputs.iter().filter_map(|output| Some((output, select_of(transform, output)?)));
    for (output, select) in made {
        for problem in sql::not_spark(select) {
            let message = format!("the SELECT of `{}` is not Spark's: {problem}", output.key);
            let help = problem.instead.as_deref().unwrap_or("write it in the SQL of Spark 3.5");
            found.report(&codes::NOT_SPARK, message, help);
        }
    }
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for input in &transform.inputs {
        by_name.entry(input.key.input_name().to_lowercase()).or_default().push(format!("`{}`", input.key));
    }
    for inputs in by_name.into_values().filter(|inputs| inputs.len() > 1) {
        let message = format!("{} have one name in the SQL of the transformer", inputs.join(" and "));
        let help = "inputs are called `<datastore>_<dataset>`; rename one of them, or leave it out";
        found.report(&codes::INPUT_NAME, message, help);
    }
}

/// Reports what another platform captures, and cannot be received, or not in time.
fn report_received(
    settings: &AwsSettings,
    node: &NodeView,
    platform: &PlatformName,
    datasets: &[DatasetFacts],
    found: &mut Reporter<'_>,
) {
    for dataset in datasets {
        let about = LintSubject::Dataset(dataset.key.clone());
        let Some(table) = settings.foreign_table(node, &dataset.key) else {
            let offered = node.input(&dataset.key).map_or("nowhere", Offer::address);
            let message =
                format!("`{platform}` offers `{}` at `{offered}`, in a lake that is not known", dataset.key);
            let help = "name its account, region, database and bucket among `hand_overs.lakes`";
            found.report_about(&about, &codes::UNKNOWN_LAKE, message, help);
            continue;
        };
        let waits = table.lake.timetable.as_ref().and_then(Cron::longest_gap).map(|minutes| minutes * 60);
        let least = waits.map(|waits| Latency::seconds(waits + BEST_LATENCY.as_seconds()));
        if let Some((least, owed)) =
            least.zip(node.obligation().latency()).filter(|(least, owed)| least > owed)
        {
            let message = format!(
                "`{}` comes after {least} from `{platform}`, and is promised within {owed}",
                dataset.key
            );
            let help = "look for batches more often: `timetable` of the lake in `hand_overs.lakes`";
            found.report_about(&about, &codes::LATE_HAND_OVER, message, help);
        }
    }
}

fn report_columns(dataset: &DatasetFacts, found: &mut Reporter<'_>) {
    for column in dataset.schema.table().columns() {
        let about = LintSubject::Column(dataset.key.clone(), column.name().clone());
        let name = column.name().as_str();
        let lower = name.to_lowercase();
        if RESERVED.contains(&lower.as_str()) || lower.starts_with(&BEFORE_IMAGE.to_lowercase()) {
            let message = format!("`{}` has a column `{name}`, which files of DMS have already", dataset.key);
            found.report_about(&about, &codes::RESERVED_COLUMN, message, "give it another name");
        }
    }
}

/// Reports the quality checks that no job can make.
fn report_checks(dataset: &DatasetFacts, found: &mut Reporter<'_>) {
    for (check, problem) in check_problems(dataset) {
        let about = match check.columns() {
            [column] => LintSubject::Column(dataset.key.clone(), column.clone()),
            _ => LintSubject::Dataset(dataset.key.clone()),
        };
        let message = format!("the check `{}` of `{}` cannot be made: {problem}", check.kind(), dataset.key);
        let help = "accept values of a column with one way to write them, each as the column has it";
        found.report_about(&about, &codes::QUALITY_CHECK, message, help);
    }
}

fn report_capture(
    node: &NodeView,
    capture: &CaptureFacts,
    datasets: &[DatasetFacts],
    found: &mut Reporter<'_>,
) {
    if let Some(credential) = &capture.credential {
        let kind = node.declarations().credentials.get(credential).copied().unwrap_or_default();
        if kind != CredentialKind::Password {
            let message = format!("DMS cannot read with the credential `{credential}`, which is no password");
            found.report(&codes::CREDENTIAL_KIND, message, "use a credential of the kind `password`");
        }
    }
    for dataset in datasets {
        let (schema, table) = source_table(capture, &dataset.key.dataset);
        let is_literal = |name: &str| !name.is_empty() && !name.contains(['%', '[', ']', '/', '.', '"']);
        if !is_literal(schema) || !is_literal(table) {
            let message = format!("the source of `{}` has the name `{schema}.{table}`", dataset.key);
            let about = LintSubject::Dataset(dataset.key.clone());
            found.report_about(&about, &codes::TABLE_NAME, message, "give the table another name");
        }
    }
}
