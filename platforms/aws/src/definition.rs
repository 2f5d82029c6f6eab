//! Definitions of tables: what the merge job is told of a dataset.

use crate::{
    column_type::{ColumnType, Limits},
    names::{Names, source_table},
    quality::{DefinedCheck, defined_checks},
    settings::AwsSettings,
};
use datasurface_platform::prelude::*;
use serde_json::Value;

/// The definition of a table, as a job reads it from the lake bucket.
#[derive(Debug, Serialize)]
pub(crate) struct Definition<'d> {
    /// The table, as Spark names it, in the catalog that writes it by its key.
    table: String,
    /// The key of KMS that encrypts the table; none if S3 encrypts it by a key of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key: Option<String>,
    /// The folder with the files of changes; none if a transformer makes the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<String>,
    /// The table of another lake whose versions it has; none if they come from files or a transformer.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// The event that tells that a batch was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<Value>,
    columns: Vec<DefinedColumn<'d>>,
    key: &'d [ColumnName],
    /// What must hold of the records before they are visible.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<DefinedCheck<'d>>,
    retention: Retained,
    /// When the job runs, for whoever reads this; none if something else starts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    timetable: Option<&'d Cron>,
    /// How urgent what is captured is, also for whoever reads this: a branch of the state machine is for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<Priority>,
}

/// What the maintenance job keeps, each for so many days.
#[derive(Debug, Serialize)]
struct Retained {
    /// Versions after they were superseded; none if for ever.
    version_days: Option<u32>,
    /// The last versions of records that were deleted: as long as files of changes of them can be there.
    change_days: u32,
    /// Snapshots, for whoever reads one.
    snapshot_days: u32,
}

/// A column of a table.
#[derive(Debug, Serialize)]
pub(crate) struct DefinedColumn<'d> {
    name: &'d ColumnName,
    #[serde(rename = "type")]
    data_type: String,
    nullable: bool,
    #[serde(flatten)]
    limits: Limits,
}

impl<'d> Definition<'d> {
    /// Defines the table of a dataset, which is captured from a container, made by a transformer, or received from another lake.
    ///
    /// # Errors
    ///
    /// If a column has a type that nothing keeps, or what is received is in a lake that the settings do not have; lint reports both.
    pub(crate) fn new(
        settings: &'d AwsSettings,
        names: &Names,
        node: &'d NodeView,
        dataset: &'d DatasetFacts,
        event: &Value,
    ) -> Result<Self, PlatformError> {
        let table = dataset.schema.table();
        let capture = node.facts().capture();
        let files = capture.map(|capture| {
            let (schema, source) = source_table(capture, &dataset.key.dataset);
            let folder = names.files_folder(node, &dataset.storage_key().datastore);
            format!("s3://{}/{folder}/{schema}/{source}", settings.staging_bucket)
        });
        let source = match node.detail() {
            NodeDetail::Ingest(IngestFacts { source: IngestSource::Platform { platform }, .. }) => {
                let unknown = || {
                    let message =
                        format!("`{platform}` offers `{}` in a lake that is not known", dataset.key);
                    PlatformError::new(PlatformErrorKind::Unsupported, message)
                };
                Some(settings.foreign_table(node, &dataset.key).ok_or_else(unknown)?.in_spark())
            }
            _ => None,
        };
        let kms_key = settings.key_of(dataset);
        let catalog = settings.catalog_of(kms_key.as_deref());
        Ok(Self {
            table: names.spark_table_in(&catalog, &Names::table(dataset.storage_key())),
            kms_key,
            files,
            event: source.is_some().then(|| event.clone()),
            source,
            columns: defined_columns(dataset)?,
            key: table.key(),
            checks: defined_checks(dataset)?,
            retention: Retained {
                version_days: match dataset.custody.retention {
                    Some(RetentionPeriod::For(time)) => Some(time.as_days()),
                    Some(RetentionPeriod::ForEver) => None,
                    // No version was promised to anybody.
                    None => Some(0),
                },
                change_days: if capture.is_some() { settings.staging_days } else { 0 },
                snapshot_days: settings.maintenance.snapshot_days,
            },
            timetable: match capture.map(|capture| capture.capture.trigger()) {
                Some(CaptureTrigger::Cron(cron)) => Some(cron),
                Some(CaptureTrigger::External) | None => None,
            },
            priority: capture.and(node.obligation().priority()),
        })
    }
}

/// Returns the columns of a dataset, as jobs read them.
///
/// # Errors
///
/// If a column has a type that nothing keeps, which lint reports.
pub(crate) fn defined_columns(dataset: &DatasetFacts) -> Result<Vec<DefinedColumn<'_>>, PlatformError> {
    dataset.schema.table().columns().iter().map(DefinedColumn::new).collect()
}

impl<'d> DefinedColumn<'d> {
    fn new(column: &'d Column) -> Result<Self, PlatformError> {
        let kept = kept_type(column)?;
        Ok(Self {
            name: column.name(),
            data_type: kept.spark,
            nullable: column.is_nullable(),
            limits: kept.limits,
        })
    }
}

/// Returns the type in which a column is kept.
///
/// # Errors
///
/// If there is none, which lint reports.
pub(crate) fn kept_type(column: &Column) -> Result<ColumnType, PlatformError> {
    ColumnType::of(column.data_type()).map_err(|reason| {
        let context = format!("keeping the column `{}` of type `{}`", column.name(), column.data_type());
        PlatformError::new(PlatformErrorKind::Unsupported, context).caused_by(reason)
    })
}
