//! Formats: the vocabulary in which platforms hand data over to each other.

mod address;
mod batches;
mod claims;
mod layout;

pub use address::{BatchesAddress, IcebergAddress, KafkaTopicAddress, SqliteAddress, TopicEncoding};
pub use batches::{
    BatchCounts, BatchFolder, BatchManifest, BatchPart, PartColumn, PartContent, PartSchema, Publication,
    ReadBatch,
};
pub use claims::FormatClaims;
pub use layout::{BATCH_IN, BATCH_OUT, FormatLayout};

use datasurface_model::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A format in which a platform offers data.
///
/// What every format of the vocabulary says is in its [layout](Self::layout): any two platforms that name one can hand over. A platform may
/// have formats of its own beside them, by words of its own; those are read by whoever knows the word.
///
/// ```
/// use datasurface_platform::Format;
///
/// assert_eq!(Format::from("batches"), Format::Batches);
/// assert_eq!(Format::Batches.layout().unwrap().complete, "the manifest of the batch is there");
/// let own = Format::from("shelf");
/// assert_eq!((own.as_str(), own.layout()), ("shelf", None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Text", into = "Text")]
#[schemars(with = "String")]
#[non_exhaustive]
pub enum Format {
    /// A table of an SQLite file, with every version that is kept.
    Sqlite,
    /// A folder with a file of JSON lines for each batch.
    Batches,
    /// An Iceberg table of a catalog.
    Iceberg,
    /// A topic of a Kafka cluster.
    KafkaTopic,
    /// A format that is not in the vocabulary.
    Custom(CustomFormat),
}

/// The word of a format that is not in the vocabulary. It is made by [`Format::from`] alone, so that a word of the vocabulary is always
/// the variant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomFormat(Text);

impl CustomFormat {
    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Format {
    /// Every format of the vocabulary.
    pub const VOCABULARY: [Self; 4] = [Self::Sqlite, Self::Batches, Self::Iceberg, Self::KafkaTopic];

    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Batches => "batches",
            Self::Iceberg => "iceberg",
            Self::KafkaTopic => "kafka_topic",
            Self::Custom(word) => word.as_str(),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&str> for Format {
    fn from(word: &str) -> Self {
        let known = Self::VOCABULARY.into_iter().find(|format| format.as_str() == word);
        known.unwrap_or_else(|| Self::Custom(CustomFormat(word.into())))
    }
}

impl From<String> for Format {
    fn from(word: String) -> Self {
        word.as_str().into()
    }
}

impl From<&String> for Format {
    fn from(word: &String) -> Self {
        word.as_str().into()
    }
}

impl From<&Self> for Format {
    fn from(format: &Self) -> Self {
        format.clone()
    }
}

impl From<Text> for Format {
    fn from(word: Text) -> Self {
        word.as_str().into()
    }
}

impl From<Format> for Text {
    fn from(format: Format) -> Self {
        format.as_str().into()
    }
}
