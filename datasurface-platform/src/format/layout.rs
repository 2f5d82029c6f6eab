//! Layouts: what each format of the vocabulary lays down, so that a reader needs to know nothing of the writer.

use super::{BatchesAddress, Format, IcebergAddress, KafkaTopicAddress, SqliteAddress};

/// The column with the number of the batch with which a version became true.
pub const BATCH_IN: &str = "batch_in";

/// The column with the number of the batch with which a version ceased to be true; without a value while it is true.
pub const BATCH_OUT: &str = "batch_out";

/// The properties of a format that its writers and readers agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatLayout {
    /// The form of an address. It is complete without the settings of whoever offers it.
    pub address: &'static str,
    /// The place of the columns of a dataset, and of the batches between which a version was true.
    pub versions: &'static str,
    /// The place in which batches are listed, with the time at which each became visible.
    pub batches: &'static str,
    /// The sign of a complete batch. Nothing of a batch without it may be read.
    pub complete: &'static str,
}

impl Format {
    /// Returns the layout; none for a format that is not in the vocabulary.
    #[must_use]
    pub fn layout(&self) -> Option<FormatLayout> {
        match self {
            Self::Sqlite => Some(SQLITE),
            Self::Batches => Some(BATCHES),
            Self::Iceberg => Some(ICEBERG),
            Self::KafkaTopic => Some(KAFKA_TOPIC),
            Self::Custom(_) => None,
        }
    }

    /// Returns whether a text is an address of the format; any text is one of a format that is not in the vocabulary.
    #[must_use]
    pub fn has_address(&self, address: &str) -> bool {
        match self {
            Self::Sqlite => SqliteAddress::read(address).is_some(),
            Self::Batches => BatchesAddress::read(address).is_some(),
            Self::Iceberg => IcebergAddress::read(address).is_some(),
            Self::KafkaTopic => KafkaTopicAddress::read(address).is_some(),
            Self::Custom(_) => true,
        }
    }
}

const SQLITE: FormatLayout = FormatLayout {
    address: "`<file>#<table>`; the file is relative to the root that the platforms of a host share",
    versions: "the table: its columns by name, then `batch_in` and `batch_out`",
    batches: "the table `datasurface_batches` of the same file: `datastore`, `dataset`, `batch`, `visible_at`",
    complete: "its row is in `datasurface_batches`: versions and rows are committed together",
};

const BATCHES: FormatLayout = FormatLayout {
    address: "`<folder>#<dataset>`; the folder is relative to the root that the platforms of a host share",
    versions: "the lines of `<batch>/<dataset>.jsonl`: an object with each column by name, `batch_in` and `batch_out`",
    batches: "the manifests, `<batch>.json`: each says which one it comes after, and lists the batches that it brings",
    complete: "the manifest of the batch is there",
};

const ICEBERG: FormatLayout = FormatLayout {
    address: "`<catalog>/<database>/<table>`, with a catalog as `glue://<account>/<region>`",
    versions: "the table: its columns by name, then `_valid_from` and `_valid_to`, which are times",
    batches: "the snapshots of the table",
    complete: "its snapshot is in the table's metadata",
};

const KAFKA_TOPIC: FormatLayout = FormatLayout {
    address: "`kafka://<host:port>,…/<topic>?encoding=<encoding>`, as needed with `&tls=true&login=…&progress=<topic>&registry=<URL>`",
    versions: "the records: the key has the columns of the key, the value those of the dataset; no value is a deletion",
    batches: "the offsets of all partitions at a moment",
    complete: "all records below those offsets are read, and the topic of progress, if there is one, has a record; with `&progress=` alone, none is known to be",
};
