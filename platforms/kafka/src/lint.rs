//! Lint: whatever cannot be rendered, or would not arrive as it was, is reported, each with a code that says what to do.

use crate::{
    codes,
    column_type::kept_type,
    names::{POSTGRES_LIMIT, source_table},
    settings::KafkaSettings,
    topic_hint::TopicHint,
};
use datasurface_platform::{model::DatabaseServer, prelude::*};

/// Reports the settings that Kafka or Connect does not take.
pub(crate) fn report_settings(settings: &KafkaSettings, found: &mut Reporter<'_>) {
    for problem in settings.problems() {
        found.report(&codes::SETTINGS, problem, "correct it in the settings of the platform");
    }
}

/// Reports what a node asks for and does not get.
pub(crate) fn report_node(settings: &KafkaSettings, node: &NodeView, found: &mut Reporter<'_>) {
    match node.detail() {
        NodeDetail::Ingest(ingest) => {
            for dataset in &ingest.datasets {
                report_dataset(node, dataset, found);
            }
            match node.facts().capture() {
                Some(capture) => report_capture(node, capture, &ingest.datasets, found),
                None => {
                    let message = format!("`{}` is not captured from a database here", ingest.datastore);
                    found.report(&codes::SOURCE_KIND, message, "serve it by the platform that has the data");
                }
            }
        }
        NodeDetail::Export(export) => {
            report_columns(&export.dataset, found);
            report_grants(settings, export, found);
            if let Some(server) = export.container.kind().server() {
                report_target(node, export, server, found);
            }
        }
        NodeDetail::Trigger(_) | NodeDetail::Transform(_) => {}
    }
}

fn report_dataset(node: &NodeView, dataset: &DatasetFacts, found: &mut Reporter<'_>) {
    let about = LintSubject::Dataset(dataset.key.clone());
    report_columns(dataset, found);
    for column in dataset.schema.table().columns() {
        if matches!(column.data_type(), DataType::Float(_)) {
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
    if let Err(error) = TopicHint::read(node, &dataset.key) {
        let help = "name `partitions` or `replication_factor`, each at least 1";
        found.report_about(&about, &codes::HINT, format!("{error} fails"), help);
    }
    if !dataset.checks.is_empty() {
        let message = format!("`{}` has checks that nothing runs on a stream", dataset.key);
        found.report_about(&about, &codes::CHECKS, message, "remove them, or take another platform");
    }
    if dataset.invalid_rows == InvalidRows::SetAside {
        let message = format!("invalid rows of `{}` cannot be set aside on a stream", dataset.key);
        found.report_about(&about, &codes::SET_ASIDE, message, "let them fail, or take another platform");
    }
}

fn report_columns(dataset: &DatasetFacts, found: &mut Reporter<'_>) {
    for column in dataset.schema.table().columns() {
        let about = LintSubject::Column(dataset.key.clone(), column.name().clone());
        let name = column.name().as_str();
        if let Err(reason) = kept_type(column.data_type()) {
            let message =
                format!("`{}` has a column `{name}` of type `{}`: {reason}", dataset.key, column.data_type());
            found.report_about(&about, &codes::COLUMN_TYPE, message, "give it another type at its source");
        }
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
    if let Some(server) = capture.container.kind().server() {
        report_address(&capture.container_key, server, found);
    }
    for dataset in datasets {
        let (schema, table) = source_table(capture, &dataset.key.dataset);
        let is_plain = |name: &str| {
            let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            !name.is_empty() && name.len() <= POSTGRES_LIMIT && name.chars().all(is_of_name)
        };
        if !is_plain(schema) || !is_plain(table) {
            let message = format!("the source of `{}` has the name `{schema}.{table}`", dataset.key);
            let about = LintSubject::Dataset(dataset.key.clone());
            found.report_about(&about, &codes::TABLE_NAME, message, "give the table another name");
        }
    }
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

/// Reports principals whom nothing grants what they may read: Kafka knows users alone. In a database of consumers, rendered statements grant, and
/// somebody has to run them.
fn report_grants(settings: &KafkaSettings, export: &ExportFacts, found: &mut Reporter<'_>) {
    let is_database = export.container.kind().server().is_some();
    for consumer in &export.consumers {
        let is_granted =
            |one: &&Principal| is_database || (settings.acls && matches!(one, Principal::Service(_)));
        let listed = |left: Vec<&Principal>| {
            left.into_iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(" and ")
        };
        let (granted, left): (Vec<&Principal>, Vec<&Principal>) =
            consumer.entitlement.principals().partition(is_granted);
        if is_database && !granted.is_empty() {
            let message = format!(
                "statements that are rendered for `{}` grant to {} what `{}` may read, and nothing runs them",
                export.container_key,
                listed(granted),
                consumer.group
            );
            let help = "let the user of the sink run them after each change; the roles must be there";
            found.report(&codes::GRANTED_BY_STATEMENTS, message, help);
        }
        if !left.is_empty() {
            let message = format!("nothing grants to {} what `{}` may read", listed(left), consumer.group);
            let help = "grant it where the data is read, and not in the model";
            found.report(&codes::NOT_GRANTED, message, help);
        }
    }
}

fn is_password(node: &NodeView, key: &CredentialKey) -> bool {
    node.declarations().credentials.get(key).copied().unwrap_or_default() == CredentialKind::Password
}
