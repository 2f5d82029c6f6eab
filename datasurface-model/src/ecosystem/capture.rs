//! Capture: how the data of a datastore is read.

use super::{CaptureTrigger, Credential, Cron, Dataset};
use datasurface_schema::{ColumnName, ContainerKey, CredentialName, DatasetName, Entity, Set, Text, segment};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a datastore is captured: from where, when, with which credential, and what is read together.
///
/// ```
/// use datasurface_model::{Capture, Credential, CredentialKind};
/// let capture = Capture::kafka("EU/Sales/Events")
///     .source("orders", "sales.orders.v2")
///     .with_credential(Credential::new("events_reader", CredentialKind::Token));
/// assert_eq!(capture.source_name(&"orders".into()), "sales.orders.v2");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    container: ContainerKey,
    kind: CaptureKind,
    consistency: Consistency,
    trigger: CaptureTrigger,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<Credential>,
}

/// What the source calls the datasets: tables, topics, or prefixes of files.
pub type SourceNames = BTreeMap<DatasetName, Text>;

/// The columns by which it is told what is new in datasets.
pub type WatermarkColumns = BTreeMap<DatasetName, ColumnName>;

/// By which means the data is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CaptureKind {
    /// Every row of every table, by SQL, each time.
    SqlSnapshot {
        /// The source's name for a dataset's table, where it differs from the dataset's.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tables: SourceNames,
        /// The datasets that have no key: each time, all of the table takes the place of what was there before.
        #[serde(default, skip_serializing_if = "Set::is_empty")]
        keyless: Set<DatasetName>,
    },
    /// The rows whose value in one column is greater than any that was seen, by SQL.
    SqlWatermark {
        /// The column that every dataset has which names none of its own: an integer or a timestamp that only grows.
        column: ColumnName,
        /// The column of a dataset, where it is another one.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        columns: WatermarkColumns,
        /// The source's name for a dataset's table, where it differs from the dataset's.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tables: SourceNames,
    },
    /// Every change, from the log of the database.
    ChangeDataCapture {
        /// The source's name for a dataset's table, where it differs from the dataset's.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tables: SourceNames,
    },
    /// The messages of Kafka topics.
    Kafka {
        /// The topic of each dataset.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        topics: SourceNames,
    },
    /// Files in an object storage.
    ObjectFiles {
        /// How the files are written.
        format: FileFormat,
        /// For each dataset, what the keys of its files begin with; nothing, if that is every file of the container.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        prefixes: SourceNames,
    },
}

/// How files are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Comma-separated values (RFC 4180), the first line naming the columns.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// One JSON object in each line.
    JsonLines,
}

impl CaptureKind {
    /// What people call this way of capture; also what a platform's descriptor lists.
    #[must_use]
    pub fn technology(&self) -> &'static str {
        match self {
            Self::SqlSnapshot { .. } => "sql_snapshot",
            Self::SqlWatermark { .. } => "sql_watermark",
            Self::ChangeDataCapture { .. } => "cdc",
            Self::Kafka { .. } => "kafka",
            Self::ObjectFiles { .. } => "object_files",
        }
    }

    /// What the source calls the datasets, and the word for that: tables, topics or prefixes.
    #[must_use]
    pub fn sources(&self) -> (&'static str, &SourceNames) {
        match self {
            Self::SqlSnapshot { tables, .. }
            | Self::SqlWatermark { tables, .. }
            | Self::ChangeDataCapture { tables } => (segment::TABLES, tables),
            Self::Kafka { topics } => (segment::TOPICS, topics),
            Self::ObjectFiles { prefixes, .. } => (segment::PREFIXES, prefixes),
        }
    }

    fn sources_mut(&mut self) -> &mut SourceNames {
        match self {
            Self::SqlSnapshot { tables, .. }
            | Self::SqlWatermark { tables, .. }
            | Self::ChangeDataCapture { tables } => tables,
            Self::Kafka { topics } => topics,
            Self::ObjectFiles { prefixes, .. } => prefixes,
        }
    }
}

/// What is read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consistency {
    /// Each dataset on its own.
    SingleDataset,
    /// The whole datastore in one transaction.
    MultiDataset,
}

impl Capture {
    /// Reads by these means, whenever something outside says so: the whole datastore in one transaction where the
    /// means know transactions, else each dataset on its own.
    pub fn new(container: impl Into<ContainerKey>, kind: CaptureKind) -> Self {
        let consistency = match kind {
            CaptureKind::Kafka { .. } | CaptureKind::ObjectFiles { .. } => Consistency::SingleDataset,
            _ => Consistency::MultiDataset,
        };
        Self {
            container: container.into(),
            kind,
            consistency,
            trigger: CaptureTrigger::External,
            credential: None,
        }
    }

    /// Reads every row by SQL, the whole datastore in one transaction, whenever something outside says so.
    pub fn sql_snapshot(container: impl Into<ContainerKey>) -> Self {
        Self::new(container, CaptureKind::SqlSnapshot { tables: BTreeMap::new(), keyless: Set::new() })
    }

    /// Reads the rows that are new by a column that every dataset has, an integer or a timestamp that only grows.
    pub fn sql_watermark(container: impl Into<ContainerKey>, column: impl Into<ColumnName>) -> Self {
        Self::new(
            container,
            CaptureKind::SqlWatermark {
                column: column.into(),
                columns: BTreeMap::new(),
                tables: BTreeMap::new(),
            },
        )
    }

    /// Reads every change from the log of the database.
    pub fn change_data_capture(container: impl Into<ContainerKey>) -> Self {
        Self::new(container, CaptureKind::ChangeDataCapture { tables: BTreeMap::new() })
    }

    /// Reads topics, one for each dataset: say with [`source`](Self::source) which.
    pub fn kafka(container: impl Into<ContainerKey>) -> Self {
        Self::new(container, CaptureKind::Kafka { topics: BTreeMap::new() })
    }

    /// Reads files: say with [`source`](Self::source) what the keys of a dataset's files begin with.
    pub fn object_files(container: impl Into<ContainerKey>, format: FileFormat) -> Self {
        Self::new(container, CaptureKind::ObjectFiles { format, prefixes: BTreeMap::new() })
    }

    /// Says what the source calls a dataset: its table, its topic, or what the keys of its files begin with.
    #[must_use]
    pub fn source(mut self, dataset: impl Into<DatasetName>, source: impl Into<Text>) -> Self {
        self.kind.sources_mut().insert(dataset.into(), source.into());
        self
    }

    /// Tells what is new in a dataset by a column of its own. A capture that knows no watermarks stays as it is.
    #[must_use]
    pub fn watermark(mut self, dataset: impl Into<DatasetName>, column: impl Into<ColumnName>) -> Self {
        if let CaptureKind::SqlWatermark { columns, .. } = &mut self.kind {
            columns.insert(dataset.into(), column.into());
        }
        self
    }

    /// Says that a dataset has no key: each time, all of its table takes the place of what was there before. A capture that
    /// does not read every row stays as it is.
    #[must_use]
    pub fn keyless_dataset(mut self, dataset: impl Into<DatasetName>) -> Self {
        if let CaptureKind::SqlSnapshot { keyless, .. } = &mut self.kind {
            keyless.insert(dataset.into());
        }
        self
    }

    /// Reads a dataset from a table of another name.
    #[must_use]
    pub fn table(self, dataset: impl Into<DatasetName>, table: impl Into<Text>) -> Self {
        self.source(dataset, table)
    }

    /// Sets the consistency: whether each dataset is read on its own, or the whole datastore in one transaction.
    #[must_use]
    pub fn with_consistency(mut self, consistency: Consistency) -> Self {
        self.consistency = consistency;
        self
    }

    /// Sets a timetable as the trigger.
    #[must_use]
    pub fn with_cron(mut self, cron: impl Into<Cron>) -> Self {
        self.trigger = CaptureTrigger::Cron(cron.into());
        self
    }

    /// Reads with this credential; a name alone is that of a user and a password.
    #[must_use]
    pub fn with_credential(mut self, credential: impl Into<Credential>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// The same capture, without what it says of datasets other than these.
    #[must_use]
    pub fn restricted_to(&self, datasets: &Set<&DatasetName>) -> Self {
        let mut narrowed = self.clone();
        narrowed.kind.sources_mut().retain(|dataset, _| datasets.contains(dataset));
        match &mut narrowed.kind {
            CaptureKind::SqlWatermark { columns, .. } => {
                columns.retain(|dataset, _| datasets.contains(dataset));
            }
            CaptureKind::SqlSnapshot { keyless, .. } => {
                *keyless = keyless.iter().filter(|dataset| datasets.contains(dataset)).cloned().collect();
            }
            _ => {}
        }
        narrowed
    }

    /// From where.
    #[must_use]
    pub fn container(&self) -> &ContainerKey {
        &self.container
    }

    /// By which means.
    #[must_use]
    pub fn kind(&self) -> &CaptureKind {
        &self.kind
    }

    /// What is read together.
    #[must_use]
    pub fn consistency(&self) -> Consistency {
        self.consistency
    }

    /// When.
    #[must_use]
    pub fn trigger(&self) -> &CaptureTrigger {
        &self.trigger
    }

    /// With which credential.
    #[must_use]
    pub fn credential(&self) -> Option<&Credential> {
        self.credential.as_ref()
    }

    /// With which credential, by name.
    #[must_use]
    pub fn credential_name(&self) -> Option<&CredentialName> {
        self.credential.as_ref().map(Credential::name)
    }

    /// What the source calls a dataset: as the dataset, unless it says otherwise.
    #[must_use]
    pub fn source_name<'a>(&'a self, dataset: &'a DatasetName) -> &'a str {
        let (_, sources) = self.kind.sources();
        sources.get(dataset).map_or(dataset.as_str(), Text::as_str)
    }

    /// The column by which it is told what is new in a dataset; none if the capture knows no watermarks.
    #[must_use]
    pub fn watermark_column(&self, dataset: &DatasetName) -> Option<&ColumnName> {
        match &self.kind {
            CaptureKind::SqlWatermark { column, columns, .. } => Some(columns.get(dataset).unwrap_or(column)),
            _ => None,
        }
    }

    /// The datasets that have no key, in order.
    pub fn keyless_datasets(&self) -> impl Iterator<Item = &DatasetName> {
        let keyless = match &self.kind {
            CaptureKind::SqlSnapshot { keyless, .. } => Some(keyless),
            _ => None,
        };
        keyless.into_iter().flatten()
    }

    /// Whether a dataset is said to have no key.
    #[must_use]
    pub fn is_keyless(&self, dataset: &DatasetName) -> bool {
        self.keyless_datasets().any(|keyless| keyless == dataset)
    }

    /// The former name of a renamed dataset whose table nothing names: it is read from the table of that name, as before.
    #[must_use]
    pub fn former_source<'a>(&self, dataset: &'a Dataset) -> Option<&'a DatasetName> {
        // Topics and files are always named.
        let is_of_tables = !matches!(self.kind, CaptureKind::Kafka { .. } | CaptureKind::ObjectFiles { .. });
        let (_, sources) = self.kind.sources();
        let is_unsaid = is_of_tables && !sources.contains_key(dataset.name());
        dataset.former_name().filter(|former| is_unsaid && *former != dataset.name())
    }

    /// Names the table of a renamed dataset that is read from the table of its former name.
    #[must_use]
    pub fn with_former_source(self, dataset: &Dataset) -> Self {
        match self.former_source(dataset) {
            Some(former) => self.source(dataset.name(), former.as_str()),
            None => self,
        }
    }

    /// The source's name for the table of a dataset.
    #[must_use]
    pub fn table_name<'a>(&'a self, dataset: &'a DatasetName) -> &'a str {
        self.source_name(dataset)
    }
}
