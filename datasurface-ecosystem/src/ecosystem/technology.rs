//! Technologies: one word for each way of capture, kind of container and kind of code, in documents, descriptors, facts and on the wire.

use datasurface_schema::Text;
use serde::{Deserialize, Serialize};
use std::{
    borrow::Borrow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

/// Defines an enum of technologies, with the word of each.
///
/// The word is the identity: the variant of a plug-in that has a known word is the known technology.
macro_rules! technologies {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident => $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
        #[serde(from = "Text", into = "Text")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// A technology that only plug-ins know, by their word for it.
            Custom(Text),
        }

        impl $name {
            /// The words of the technologies that have a variant of their own.
            pub const WORDS: &[&str] = &[$($word),+];

            /// The word.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Custom(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    _ => Self::Custom(word.into()),
                }
            }
        }

        impl From<Text> for $name {
            fn from(word: Text) -> Self {
                word.as_str().into()
            }
        }

        impl From<$name> for Text {
            fn from(technology: $name) -> Self {
                technology.as_str().into()
            }
        }

        /// Sets of technologies can be asked for a word.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

technologies! {
    /// A way of capture.
    CaptureTechnology {
        /// Every row of every table, by SQL, each time.
        SqlSnapshot => "sql_snapshot",
        /// Rows that are newer than every one before, by SQL.
        SqlWatermark => "sql_watermark",
        /// Every change, from the log of the database.
        ChangeDataCapture => "cdc",
        /// The messages of Kafka topics.
        Kafka => "kafka",
        /// Files in an object storage.
        ObjectFiles => "object_files",
    }
}

technologies! {
    /// A technology of containers.
    ContainerTechnology {
        /// An SQLite database file.
        Sqlite => "sqlite",
        /// A DuckDB database file.
        DuckDb => "duckdb",
        /// A PostgreSQL database.
        Postgres => "postgres",
        /// A MySQL database.
        MySql => "mysql",
        /// A database of Microsoft SQL Server.
        SqlServer => "sql_server",
        /// An Oracle database.
        Oracle => "oracle",
        /// A DB2 database.
        Db2 => "db2",
        /// A Snowflake database.
        Snowflake => "snowflake",
        /// A bucket of an object storage.
        ObjectStorage => "object_storage",
        /// A Kafka cluster.
        Kafka => "kafka",
        /// A container that the platform provides.
        PlatformManaged => "platform_managed",
    }
}

technologies! {
    /// A kind of code that transformers run.
    ArtifactTechnology {
        /// Statements of SQL.
        Sql => "sql",
        /// A package of Python.
        Python => "python",
        /// An image of a container.
        Image => "image",
        /// A module of WebAssembly.
        Wasm => "wasm",
        /// A project of dbt.
        Dbt => "dbt",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_word_is_one_technology_however_it_was_made() {
        for word in ContainerTechnology::WORDS {
            let known = ContainerTechnology::from(*word);
            assert!(!matches!(known, ContainerTechnology::Custom(_)), "{word}");
            assert_eq!(known, ContainerTechnology::Custom((*word).into()));
            assert_eq!(known.to_string(), *word);
            assert_eq!(serde_json::to_value(&known).unwrap(), *word);
        }
        let other: ContainerTechnology = serde_json::from_str("\"iceberg\"").unwrap();
        assert!(matches!(&other, ContainerTechnology::Custom(word) if word == "iceberg"));
        assert_eq!(serde_json::to_value(&other).unwrap(), "iceberg");
    }

    #[test]
    fn a_set_is_asked_for_words() {
        let claimed: BTreeSet<CaptureTechnology> =
            CaptureTechnology::WORDS.iter().map(|word| CaptureTechnology::from(*word)).collect();
        assert_eq!(claimed.len(), CaptureTechnology::WORDS.len());
        assert!(CaptureTechnology::WORDS.iter().all(|word| claimed.contains(*word)));
        assert!(!claimed.contains("sap_odp"));
    }
}
