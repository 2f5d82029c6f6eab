//! Capture: how the data of a datastore is read.

use super::{CaptureTechnology, CaptureTrigger, Cron, Dataset};
use datasurface_schema::{ColumnName, ContainerKey, CredentialName, DatasetName, Entity, Set, Text, segment};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The capture of a datastore: the container, the means, the trigger, the credential, and the consistency.
///
/// ```
/// use datasurface_ecosystem::Capture;
/// let capture = Capture::kafka("EU/Sales/Events")
///     .source("orders", "sales.orders.v2")
///     .with_credential("events_reader");
/// assert_eq!(capture.source_name(&"orders".into()), "sales.orders.v2");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Capture {
    container: ContainerKey,
    kind: CaptureKind,
    consistency: Consistency,
    trigger: CaptureTrigger,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<CredentialName>,
}

/// The names that the source has for datasets: tables, topics, or prefixes of files.
pub type SourceNames = BTreeMap<DatasetName, Text>;

/// The watermark columns of datasets, by which new rows are recognized.
pub type WatermarkColumns = BTreeMap<DatasetName, ColumnName>;

/// The means by which the data is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
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
    /// The rows whose value in one column is greater than every value seen before, by SQL.
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
    #[serde(rename = "cdc", alias = "change_data_capture")]
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
        /// The format of the files.
        format: FileFormat,
        /// The prefix of the keys of each dataset's files; an empty one means every file of the container.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        prefixes: SourceNames,
    },
}

/// The format of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
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
    /// The technology.
    #[must_use]
    pub fn technology(&self) -> CaptureTechnology {
        match self {
            Self::SqlSnapshot { .. } => CaptureTechnology::SqlSnapshot,
            Self::SqlWatermark { .. } => CaptureTechnology::SqlWatermark,
            Self::ChangeDataCapture { .. } => CaptureTechnology::ChangeDataCapture,
            Self::Kafka { .. } => CaptureTechnology::Kafka,
            Self::ObjectFiles { .. } => CaptureTechnology::ObjectFiles,
        }
    }

    /// Returns the names that the source has for datasets, after the word for these: tables, topics or prefixes.
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

/// The consistency of a capture: the unit that is read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Consistency {
    /// Each dataset on its own.
    SingleDataset,
    /// The whole datastore in one transaction.
    MultiDataset,
}

impl Capture {
    /// Creates a capture by these means with an external trigger: the whole datastore in one transaction where the
    /// means support transactions, else each dataset on its own.
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

    /// Creates a capture of every row by SQL, the whole datastore in one transaction, with an external trigger.
    pub fn sql_snapshot(container: impl Into<ContainerKey>) -> Self {
        Self::new(container, CaptureKind::SqlSnapshot { tables: BTreeMap::new(), keyless: Set::new() })
    }

    /// Creates a capture of new rows, which have a greater value in a column than all before. Every dataset has that
    /// column, an integer or a timestamp that only grows.
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

    /// Creates a capture of every change from the log of the database.
    pub fn change_data_capture(container: impl Into<ContainerKey>) -> Self {
        Self::new(container, CaptureKind::ChangeDataCapture { tables: BTreeMap::new() })
    }

    /// Creates a capture of topics, one for each dataset: name them with [`source`](Self::source).
    pub fn kafka(container: impl Into<ContainerKey>) -> Self {
        Self::new(container, CaptureKind::Kafka { topics: BTreeMap::new() })
    }

    /// Creates a capture of files: set the prefix of the keys of a dataset's files with [`source`](Self::source).
    pub fn object_files(container: impl Into<ContainerKey>, format: FileFormat) -> Self {
        Self::new(container, CaptureKind::ObjectFiles { format, prefixes: BTreeMap::new() })
    }

    /// Adds the name that the source has for a dataset: the table, the topic, or the prefix of the keys of its files.
    #[must_use]
    pub fn source(mut self, dataset: impl Into<DatasetName>, source: impl Into<Text>) -> Self {
        self.kind.sources_mut().insert(dataset.into(), source.into());
        self
    }

    /// Adds a watermark column for one dataset, by which its new rows are recognized. A capture without watermarks is
    /// not changed.
    #[must_use]
    pub fn watermark(mut self, dataset: impl Into<DatasetName>, column: impl Into<ColumnName>) -> Self {
        if let CaptureKind::SqlWatermark { columns, .. } = &mut self.kind {
            columns.insert(dataset.into(), column.into());
        }
        self
    }

    /// Declares that a dataset has no key: each time, all of its table replaces the earlier content. A capture that
    /// does not read every row is not changed.
    #[must_use]
    pub fn keyless_dataset(mut self, dataset: impl Into<DatasetName>) -> Self {
        if let CaptureKind::SqlSnapshot { keyless, .. } = &mut self.kind {
            keyless.insert(dataset.into());
        }
        self
    }

    /// Adds the name of the table from which a dataset is read.
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

    /// Captures from another container, in the same way.
    pub(crate) fn within(mut self, container: ContainerKey) -> Self {
        self.container = container;
        self
    }

    /// Sets the credential for reading, by name: one of the datastore's own team.
    #[must_use]
    pub fn with_credential(mut self, credential: impl Into<CredentialName>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// Returns the capture without the attributes of datasets other than these. It costs what these are, however many there are besides.
    #[must_use]
    pub fn restricted_to(&self, datasets: &Set<&DatasetName>) -> Self {
        fn of<V: Clone>(
            map: &BTreeMap<DatasetName, V>,
            datasets: &Set<&DatasetName>,
        ) -> BTreeMap<DatasetName, V> {
            let entries = datasets.iter().filter_map(|dataset| map.get_key_value(*dataset));
            entries.map(|(dataset, value)| (dataset.clone(), value.clone())).collect()
        }
        let kind = match &self.kind {
            CaptureKind::SqlSnapshot { tables, keyless } => {
                let keyless = datasets.iter().filter(|dataset| keyless.contains(**dataset));
                CaptureKind::SqlSnapshot {
                    tables: of(tables, datasets),
                    keyless: keyless.map(|dataset| (*dataset).clone()).collect(),
                }
            }
            CaptureKind::SqlWatermark { column, columns, tables } => CaptureKind::SqlWatermark {
                column: column.clone(),
                columns: of(columns, datasets),
                tables: of(tables, datasets),
            },
            CaptureKind::ChangeDataCapture { tables } => {
                CaptureKind::ChangeDataCapture { tables: of(tables, datasets) }
            }
            CaptureKind::Kafka { topics } => CaptureKind::Kafka { topics: of(topics, datasets) },
            CaptureKind::ObjectFiles { format, prefixes } => {
                CaptureKind::ObjectFiles { format: *format, prefixes: of(prefixes, datasets) }
            }
        };
        Self {
            container: self.container.clone(),
            kind,
            consistency: self.consistency,
            trigger: self.trigger.clone(),
            credential: self.credential.clone(),
        }
    }

    /// The container from which the data is read.
    #[must_use]
    pub fn container(&self) -> &ContainerKey {
        &self.container
    }

    /// The means by which the data is read.
    #[must_use]
    pub fn kind(&self) -> &CaptureKind {
        &self.kind
    }

    /// The consistency: whether each dataset is read alone, or all in one transaction.
    #[must_use]
    pub fn consistency(&self) -> Consistency {
        self.consistency
    }

    /// The trigger.
    #[must_use]
    pub fn trigger(&self) -> &CaptureTrigger {
        &self.trigger
    }

    /// The name of the credential of the datastore's own team, if one is named.
    #[must_use]
    pub fn credential(&self) -> Option<&CredentialName> {
        self.credential.as_ref()
    }

    /// Returns the name that the source has for a dataset: that of the dataset, unless another one is declared.
    #[must_use]
    pub fn source_name<'a>(&'a self, dataset: &'a DatasetName) -> &'a str {
        let (_, sources) = self.kind.sources();
        sources.get(dataset).map_or(dataset.as_str(), Text::as_str)
    }

    /// Returns the column by which new rows of a dataset are recognized; none if the capture has no watermarks.
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

    /// Whether a dataset is declared to have no key.
    #[must_use]
    pub fn is_keyless(&self, dataset: &DatasetName) -> bool {
        self.keyless_datasets().any(|keyless| keyless == dataset)
    }

    /// Returns the former name of a renamed dataset for whose table no name is declared: the data is still read from
    /// the table of that former name.
    #[must_use]
    pub fn former_source<'a>(&self, dataset: &'a Dataset) -> Option<&'a DatasetName> {
        // Topics and files are always named.
        let is_of_tables = !matches!(self.kind, CaptureKind::Kafka { .. } | CaptureKind::ObjectFiles { .. });
        let (_, sources) = self.kind.sources();
        let is_unsaid = is_of_tables && !sources.contains_key(dataset.name());
        dataset.former_name().filter(|former| is_unsaid && *former != dataset.name())
    }

    /// Adds the former name as that of the table of a renamed dataset, if no name is declared for the table.
    #[must_use]
    pub fn with_former_source(self, dataset: &Dataset) -> Self {
        match self.former_source(dataset) {
            Some(former) => self.source(dataset.name(), former.as_str()),
            None => self,
        }
    }

    /// Returns the source's name for the table of a dataset.
    #[must_use]
    pub fn table_name<'a>(&'a self, dataset: &'a DatasetName) -> &'a str {
        self.source_name(dataset)
    }
}
