//! How the records of a capture are read: from where, in which transaction, and by which SELECT.

use super::CheckedColumn;
use crate::{
    config::LocalConfig,
    consumer_database::unclear,
    file_name::{FileIdentity, compare, same_file, source_name_error},
    lint::codes,
    offer::{Transfer, select_of_input, upstream_of_input},
    prelude::*,
    server_settings::ServerSettings,
    sql::{milestoned::BATCH_OUT, postgres::read, quote::quoted, storage::watermark_bound_in_sqlite},
};

/// What a capture reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CaptureReads {
    /// Where the data is, and how it is reached; never a secret. None where a transformer makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<ContainerKind>,
    /// The credential that it is reached with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credential: Option<CredentialKey>,
    /// How a server is spoken to, if it is one and anything is set for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) server: Option<ServerSettings>,
    /// For how long reading a table of a file may take, if something is set for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sqlite_statement_timeout_seconds: Option<u32>,
    /// The folder of batches that is received before that, if another platform publishes there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) receives: Option<String>,
    /// What is read together.
    pub(crate) consistency: Consistency,
    /// Statements before the first one that reads; the last of them begins the transaction in which all is read.
    pub(crate) begin: Vec<String>,
    /// What starts it.
    pub(crate) trigger: CaptureStart,
    /// How each dataset is read.
    pub(crate) selects: Vec<Select>,
}

/// How the records of a dataset are read: its columns in order, as they are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Select {
    pub(crate) dataset: DatasetKey,
    /// All of them: a SELECT, or the address of a transformer's.
    pub(crate) read: String,
    /// Those that were not read yet: whose watermark is not below `:position`, the highest that was. What is just there
    /// may have come after it was read, so it is read again.
    pub(crate) since: Option<String>,
    /// The columns, as the values are judged.
    pub(crate) columns: Vec<CheckedColumn>,
    /// The name of the dataset in the batches that are received.
    pub(crate) published_as: Option<DatasetName>,
    /// The address of the topic that is read into the table, if there is one.
    pub(crate) topic: Option<String>,
}

/// What starts a capture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CaptureStart {
    /// A timetable.
    Cron(Cron),
    /// Something outside.
    External,
    /// The transformer of this workspace has run.
    Transformer(WorkspaceName),
    /// This platform, which captures for all, has a new batch.
    Platform(PlatformName),
}

impl CaptureReads {
    /// How the records of a capture are read, or what stands in the way. The facts are written in storage names;
    /// the capture has the names of now, which `called` has.
    pub(crate) fn build(
        config: &LocalConfig,
        view: &NodeView,
        ingest: &IngestFacts,
        called: &StorageNames,
    ) -> Result<Self, LintDiagnostic> {
        match &ingest.source {
            IngestSource::Container(capture) => from_container(config, capture, ingest, called),
            IngestSource::Transformer { workspace } => from_transformer(view, ingest, workspace),
            IngestSource::Platform { platform } => from_predecessor(config, view, ingest, platform),
        }
    }
}

/// The column that the source of a dataset is read by, if it is captured by a watermark.
pub(crate) fn watermark_of<'f>(ingest: &'f IngestFacts, dataset: &DatasetName) -> Option<&'f ColumnName> {
    let IngestSource::Container(facts) = &ingest.source else { return None };
    facts.capture.watermark_column(dataset)
}

/// How a kind of source is spoken to.
struct Dialect {
    begin: fn(&ServerSettings) -> Vec<String>,
    column: fn(&Column) -> String,
    table: fn(&str) -> String,
    since: fn(&Column) -> String,
}

/// SQLite has values of any kind in any column: what they are is judged while they are read.
fn name_of(column: &Column) -> String {
    quoted(column.name().as_str())
}

/// A transaction that reads sees one state of the database from its first read on.
const SQLITE: Dialect = Dialect {
    begin: |_| vec!["BEGIN".to_owned()],
    column: name_of,
    table: quoted,
    since: watermark_bound_in_sqlite,
};

const POSTGRES: Dialect = Dialect {
    begin: read::begin,
    column: read::read_column,
    table: read::quoted_table,
    since: read::watermark_condition,
};

fn from_container(
    config: &LocalConfig,
    facts: &CaptureFacts,
    ingest: &IngestFacts,
    called: &StorageNames,
) -> Result<CaptureReads, LintDiagnostic> {
    let capture = &facts.capture;
    let source = facts.container.kind();
    let unclaimed = || {
        LintDiagnostic::new(
            &codes::UNCLAIMED_CAPTURE,
            format!(
                "`{}` is captured by `{}` from the `{}` container `{}`",
                &ingest.datastore,
                capture.kind().technology(),
                source.technology(),
                &facts.container_key
            ),
            "a local platform captures by `sql_snapshot` and `sql_watermark` from `sqlite` and `postgres`; let another \
             platform capture it",
        )
    };
    if !matches!(capture.kind(), CaptureKind::SqlSnapshot { .. } | CaptureKind::SqlWatermark { .. }) {
        return Err(unclaimed());
    }
    let (dialect, server, file_timeout) = match source {
        ContainerKind::Sqlite { file } => {
            check_file(config, facts, file)?;
            (SQLITE, ServerSettings::default(), config.sqlite_statement_timeout_seconds)
        }
        ContainerKind::Postgres { host, port, .. } => (POSTGRES, config.server_settings(host, *port), None),
        _ => return Err(unclaimed()),
    };
    let trigger = match capture.trigger() {
        CaptureTrigger::Cron(cron) => CaptureStart::Cron(cron.clone()),
        // Whatever else there may be is started from outside.
        _ => CaptureStart::External,
    };
    let select = |dataset: &DatasetFacts| {
        let schema = dataset.schema.table();
        let columns: Vec<String> = schema.columns().iter().map(dialect.column).collect();
        let now = called.dataset(&dataset.key).dataset;
        let table = (dialect.table)(capture.table_name(&now));
        let read = format!("SELECT {} FROM {table}", columns.join(", "));
        let watermark = watermark_of(ingest, &now).and_then(|name| schema.column(name));
        let since = watermark.map(|column| format!("{read} WHERE {}", (dialect.since)(column)));
        Select {
            dataset: dataset.key.clone(),
            read,
            since,
            columns: CheckedColumn::for_dataset(dataset),
            published_as: None,
            topic: None,
        }
    };
    Ok(CaptureReads {
        source: Some(source.clone()),
        credential: facts.credential.clone(),
        receives: None,
        consistency: capture.consistency(),
        begin: (dialect.begin)(&server),
        server: Some(server).filter(|server| !server.is_default()),
        sqlite_statement_timeout_seconds: file_timeout,
        trigger,
        selects: ingest.datasets.iter().map(select).collect(),
    })
}

/// Whether a file can be a source.
fn check_file(config: &LocalConfig, facts: &CaptureFacts, file: &str) -> Result<(), LintDiagnostic> {
    let container = &facts.container_key;
    if let Some(error) = source_name_error(file) {
        return Err(LintDiagnostic::new(
            &codes::FILE_NAME,
            format!("the file name of the container `{container}` {error}"),
            "use the one name of the producer's own file, relative to the root or absolute, in one line",
        ));
    }
    match compare(file, &config.database) {
        FileIdentity::Unclear => Err(unclear(container, file, config)),
        // A host lets nobody capture from the store of a platform.
        FileIdentity::Different | FileIdentity::Same => Ok(()),
    }
}

/// What the SELECTs of a transformer of this platform return.
fn from_transformer(
    view: &NodeView,
    ingest: &IngestFacts,
    workspace: &WorkspaceName,
) -> Result<CaptureReads, LintDiagnostic> {
    let select = |dataset: &DatasetFacts| {
        let read = select_of_input(view, &dataset.key)?.to_string();
        let columns = CheckedColumn::for_dataset(dataset);
        Ok(Select {
            dataset: dataset.key.clone(),
            read,
            since: None,
            columns,
            published_as: None,
            topic: None,
        })
    };
    Ok(CaptureReads {
        source: None,
        credential: None,
        server: None,
        sqlite_statement_timeout_seconds: None,
        receives: None,
        consistency: Consistency::MultiDataset,
        begin: Vec::new(),
        trigger: CaptureStart::Transformer(workspace.clone()),
        selects: ingest.datasets.iter().map(select).collect::<Result<_, _>>()?,
    })
}

/// What another platform keeps in SQLite tables, or publishes in files or topics.
fn from_predecessor(
    config: &LocalConfig,
    view: &NodeView,
    ingest: &IngestFacts,
    platform: &PlatformName,
) -> Result<CaptureReads, LintDiagnostic> {
    let mut file: Option<String> = None;
    let mut receives = None;
    let mut credential = None;
    let mut selects = Vec::new();
    for dataset in &ingest.datasets {
        let upstream = upstream_of_input(config, view, dataset)?;
        let address = upstream.table;
        let expected = file.get_or_insert_with(|| address.file.clone());
        if !same_file(expected, &address.file) {
            return Err(LintDiagnostic::new(
                &codes::UNREADABLE_OFFER,
                format!("`{}` is offered in `{}`", &dataset.key, address.file),
                format!("all that is captured together must be in one file; the rest is in `{expected}`"),
            ));
        }
        let columns = dataset.schema.table().columns().iter();
        let columns: Vec<String> = columns.map(|column| quoted(column.name().as_str())).collect();
        let all = format!("SELECT {} FROM {}", columns.join(", "), quoted(&address.table));
        let latest = format!("{all} WHERE {} IS NULL", quoted(BATCH_OUT));
        let mut select = Select {
            dataset: dataset.key.clone(),
            read: latest,
            since: None,
            columns: CheckedColumn::for_dataset(dataset),
            published_as: None,
            topic: None,
        };
        match upstream.transfer {
            Transfer::None => {}
            Transfer::Batches(batches) => {
                receives = Some(batches.folder);
                select.published_as = Some(batches.dataset);
            }
            // The table has the last value of each key, and no versions.
            Transfer::Topic(topic, opens) => {
                select.read = all;
                select.topic = Some(topic.to_string());
                credential = opens;
            }
        }
        selects.push(select);
    }
    let file = file.unwrap_or_default().into();
    Ok(CaptureReads {
        source: Some(ContainerKind::Sqlite { file }),
        credential,
        receives,
        consistency: Consistency::MultiDataset,
        server: None,
        sqlite_statement_timeout_seconds: None,
        begin: (SQLITE.begin)(&ServerSettings::default()),
        trigger: CaptureStart::Platform(platform.clone()),
        selects,
    })
}
