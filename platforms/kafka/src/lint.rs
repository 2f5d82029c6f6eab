//! Lint: whatever cannot be rendered, or would not arrive as it was, is reported, each with a code that says what to do.

use crate::{
    codes,
    engine::{Engine, SourceTable},
    names::POSTGRES_LIMIT,
    producer_words,
    render::{self, Context},
    settings::KafkaSettings,
    topic_hint::TopicHint,
};
use datasurface_platform::{model::DatabaseServer, prelude::*};

/// The most words of a producer that a finding names.
const MOST_NAMED: usize = 5;

/// Reports the settings that Kafka or Connect does not take.
pub(crate) fn report_settings(settings: &KafkaSettings, found: &mut Reporter<'_>) {
    for problem in settings.problems() {
        found.report(&codes::SETTINGS, problem, "correct it in the settings of the platform");
    }
}

/// Reports what a node asks for and does not get.
pub(crate) fn report_node(context: Context<'_>, node: &NodeView, found: &mut Reporter<'_>) {
    let settings = context.settings;
    match node.detail() {
        NodeDetail::Ingest(ingest) => {
            for dataset in &ingest.datasets {
                report_dataset(settings, node, dataset, found);
            }
            match (node.facts().capture(), &ingest.source) {
                (Some(capture), _) => report_capture(node, capture, &ingest.datasets, found),
                (None, IngestSource::Transformer { .. }) => {}
                (None, IngestSource::Platform { .. }) => report_received(node, &ingest.datasets, found),
                (None, _) => {
                    let message = format!("`{}` is not captured from a database here", ingest.datastore);
                    found.report(&codes::SOURCE_KIND, message, "serve it by the platform that has the data");
                }
            }
        }
        NodeDetail::Export(export) => {
            report_columns(&export.dataset, found);
            if let Some(server) = export.container.kind().server() {
                report_grants(export, found);
                report_target(node, export, server, found);
            }
        }
        NodeDetail::Transform(transform) => report_transform(context, node, transform, found),
        NodeDetail::Trigger(trigger) => {
            if trigger.trigger != TransformTrigger::AnyInputMoved {
                let message = format!(
                    "the transformer of `{}` is to be started in another way than by what its inputs get",
                    trigger.workspace
                );
                let help = "let it follow its inputs, or let another platform make it";
                found.report(&codes::CONTINUOUS, message, help);
            }
        }
    }
}

/// Reports why a transformer is no job of Flink.
fn report_transform(
    context: Context<'_>,
    node: &NodeView,
    transform: &TransformFacts,
    found: &mut Reporter<'_>,
) {
    for output in &transform.outputs {
        report_columns(output, found);
    }
    if let Some(own) = transform.inputs.iter().find(|input| input.key.datastore == transform.output) {
        let message = format!("`{}` is made by the transformer that reads it", own.key);
        let help = "let another transformer read it: a job that reads what it writes never ends";
        found.report(&codes::NOT_FLINK, message, help);
    }
    if let Err(problem) = render::job_statements(context, "", node, transform) {
        let help = "write it in the forms that the guide lists, or let another platform make it";
        found.report(&codes::NOT_FLINK, problem.to_string(), help);
    }
}

fn report_dataset(
    settings: &KafkaSettings,
    node: &NodeView,
    dataset: &DatasetFacts,
    found: &mut Reporter<'_>,
) {
    let about = LintSubject::Dataset(dataset.key.clone());
    report_columns(dataset, found);
    let is_json = settings.schema_registry.is_none();
    for column in dataset.schema.table().columns() {
        if is_json && matches!(column.data_type(), DataType::Float(_)) {
            let about = LintSubject::Column(dataset.key.clone(), column.name().clone());
            let message = format!(
                "NaN and infinite numbers of `{}` in `{}` would arrive as 0",
                column.name(),
                dataset.key
            );
            let help = "waive this if there are none, or give it the type of decimal numbers";
            found.report_about(&about, &codes::NOT_A_NUMBER, message, help);
        }
    }
    if let Some(schema) = node.declarations().avro.get(&dataset.key) {
        report_words(dataset, &producer_words::lost(&schema.value()), found);
    }
    if let Err(error) = TopicHint::read(node, &dataset.key) {
        let help = "name `partitions` or `replication_factor`, each at least 1";
        found.report_about(&about, &codes::HINT, format!("{error} fails"), help);
    }
}

/// Reports what another platform has, and is not read from there.
fn report_received(node: &NodeView, datasets: &[DatasetFacts], found: &mut Reporter<'_>) {
    for dataset in datasets {
        let Err(problem) = render::batches_address(node, dataset) else { continue };
        let help = "let the other platform publish it as batches below the root that both share, or serve it by the platform that has the data";
        found.report_about(&LintSubject::Dataset(dataset.key.clone()), &codes::SOURCE_KIND, problem, help);
    }
}

/// Reports what the producer wrote, and records do not have.
fn report_words(dataset: &DatasetFacts, lost: &[String], found: &mut Reporter<'_>) {
    let more = lost.len().saturating_sub(MOST_NAMED);
    let Some(named) = lost.get(..lost.len() - more).filter(|named| !named.is_empty()) else { return };
    let others = if more > 0 { format!(", and {more} others") } else { String::new() };
    let message = format!("records of `{}` do not have {}{others}", dataset.key, named.join(", "));
    let help = "read the subject of the topic that ends in `-row`, which has what the producer wrote";
    let about = LintSubject::Dataset(dataset.key.clone());
    found.report_about(&about, &codes::PRODUCER_WORDS, message, help);
}

fn report_columns(dataset: &DatasetFacts, found: &mut Reporter<'_>) {
    for column in dataset.schema.table().columns() {
        let about = LintSubject::Column(dataset.key.clone(), column.name().clone());
        let name = column.name().as_str();
        let is_separator = |c: char| ",;:.\"\\{}$|".contains(c) || c.is_control();
        if name.contains(is_separator) || name.trim() != name || name.len() > POSTGRES_LIMIT {
            let message =
                format!("`{}` has a column `{name}`, which cannot be in a list of columns", dataset.key);
            found.report_about(&about, &codes::COLUMN_NAME, message, "give it another name at its source");
        }
    }
}

fn report_capture(
    node: &NodeView,
    capture: &CaptureFacts,
    datasets: &[DatasetFacts],
    found: &mut Reporter<'_>,
) {
    if let CaptureTrigger::Cron(cron) = capture.capture.trigger() {
        let message = format!("the timetable `{cron}` has no effect: changes are streamed as they happen");
        found.report(&codes::TIMETABLE, message, "remove the timetable");
    }
    if let Some(credential) = capture.credential.as_ref().filter(|key| !is_password(node, key)) {
        let message =
            format!("Debezium cannot read with the credential `{credential}`, which is no password");
        found.report(&codes::CREDENTIAL_KIND, message, "use a credential of the kind `password`");
    }
    let kind = capture.container.kind();
    if let (Some(server), Some(engine)) = (kind.server(), Engine::of(kind)) {
        report_address(&capture.container_key, server, found);
        report_engine(engine, capture, server, datasets, found);
    }
}

/// Reports what an engine does not give, and what its connector does not take.
fn report_engine(
    engine: Engine,
    capture: &CaptureFacts,
    server: DatabaseServer<'_>,
    datasets: &[DatasetFacts],
    found: &mut Reporter<'_>,
) {
    let container = &capture.container_key;
    if !engine.is_proved() {
        let message = format!("`{container}` is of {}, from which no test has captured", engine.name());
        found.report(&codes::UNPROVED, message, "try it with a database of your own, and waive this");
    }
    let (database, pluggable) = engine.databases(server.database);
    let is_of_database = |name: &str| is_plain(&name.replace(['-', '.'], "_"));
    let is_database = is_of_database(database) && pluggable.is_none_or(is_of_database);
    if engine.has_database_in_names() && !is_database {
        let message = format!(
            "`{container}` is the database `{}`, whose name is in those of its tables",
            server.database
        );
        found.report(&codes::DATABASE_ADDRESS, message, "give the database another name");
    }
    for dataset in datasets {
        let name = capture.capture.source_name(&dataset.key.dataset);
        let SourceTable { schema, table } = engine.table(server.database, name);
        // That of MySQL is the database.
        let is_schema = engine == Engine::MySql || is_plain(&schema);
        if !is_schema || !is_plain(&table) {
            let message = format!("the source of `{}` has the name `{schema}.{table}`", dataset.key);
            let about = LintSubject::Dataset(dataset.key.clone());
            found.report_about(&about, &codes::TABLE_NAME, message, "give the table another name");
        }
        for column in dataset.schema.table().columns() {
            report_read_column(engine, &dataset.key, column, found);
        }
    }
}

fn report_read_column(engine: Engine, dataset: &DatasetKey, column: &Column, found: &mut Reporter<'_>) {
    let about = LintSubject::Column(dataset.clone(), column.name().clone());
    let name = column.name().as_str();
    if let Some(reason) = engine.unread(column.data_type()) {
        let message =
            format!("`{name}` of `{dataset}` is not read from {} as it is: {reason}", engine.name());
        found.report_about(&about, &codes::SOURCE_TYPE, message, "give it the type that arrives");
    }
    // Records have the names of the database, and consumers those of the model.
    if engine == Engine::Oracle && name.chars().any(char::is_lowercase) {
        let message = format!("`{name}` of `{dataset}` is called `{}` by Oracle", name.to_uppercase());
        found.report_about(&about, &codes::COLUMN_NAME, message, "call it so in the model, too");
    }
}

/// Whether a name has letters, digits and `_` only.
fn is_plain(name: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && name.len() <= POSTGRES_LIMIT && name.chars().all(is_of_name)
}

/// Reports why a sink cannot write into a database.
fn report_target(
    node: &NodeView,
    export: &ExportFacts,
    server: DatabaseServer<'_>,
    found: &mut Reporter<'_>,
) {
    report_address(&export.container_key, server, found);
    let named: Vec<_> = export.consumers.iter().map(|consumer| consumer.credential.as_ref()).collect();
    if named.windows(2).any(|pair| pair.first() != pair.last()) {
        let message =
            format!("`{}` is written to `{}` with two credentials", export.dataset.key, export.container_key);
        found.report(&codes::CREDENTIALS_DIFFER, message, "give its workspaces one credential");
    }
    for credential in named.into_iter().flatten().filter(|key| !is_password(node, key)) {
        let message = format!("a sink cannot write with the credential `{credential}`, which is no password");
        found.report(&codes::CREDENTIAL_KIND, message, "use a credential of the kind `password`");
    }
}

fn report_address(container: &ContainerKey, server: DatabaseServer<'_>, found: &mut Reporter<'_>) {
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    let is_database = !server.database.contains("${") && !server.database.contains(char::is_control);
    if server.host.is_empty() || !server.host.chars().all(is_host) || !is_database {
        let message = format!("`{container}` is `{}` on `{}`", server.database, server.host);
        found.report(&codes::DATABASE_ADDRESS, message, "give the host or the database another name");
    }
}

/// Reports that rendered statements grant in a database of consumers, and that somebody has to run them.
fn report_grants(export: &ExportFacts, found: &mut Reporter<'_>) {
    for consumer in export.consumers.iter().filter(|one| !one.entitlement.is_empty()) {
        let granted: Vec<String> = consumer.entitlement.principals().map(|one| format!("`{one}`")).collect();
        let message = format!(
            "statements that are rendered for `{}` grant to {} what `{}` may read, and nothing runs them",
            export.container_key,
            granted.join(" and "),
            consumer.group
        );
        let help = "let the user of the sink run them after each change; the roles must be there";
        found.report(&codes::GRANTED_BY_STATEMENTS, message, help);
    }
}

fn is_password(node: &NodeView, key: &CredentialKey) -> bool {
    node.declarations().credentials.get(key).copied().unwrap_or_default() == CredentialKind::Password
}
