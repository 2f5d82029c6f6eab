//! Engines: the databases of producers whose logs Debezium reads, and how each names its tables.
//!
//! Sources of PostgreSQL are run by tests. Those of other engines are rendered, and validated by their connectors, and nothing here has seen one run.
//! What PostgreSQL gives, and they do not:
//!
//! | | PostgreSQL | others |
//! |---|---|---|
//! | the place of a change in the log, by which a change that is written twice is found | `source.lsn` | nothing that has an order of its own |
//! | the time up to which the log was read | in the offset that Connect keeps | none in an idle database |
//! | messages, by which readers know up to when topics are complete | in the log | none |
//! | what the log keeps for a source | the state of a slot | none: the log goes when its time is over |

use datasurface_platform::prelude::*;

/// An engine of a database of producers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Engine {
    Postgres,
    #[serde(rename = "mysql")]
    MySql,
    SqlServer,
    Oracle,
}

/// The longest text that Oracle has outside of a large object, in characters.
const LONGEST_TEXT: u32 = 4000;

/// The longest value of bytes that Oracle has outside of a large object.
const LONGEST_BYTES: u32 = 2000;

/// The reason why large objects are left to others.
const LARGE: &str = "the log lacks a large object that did not change";

/// The place of a table at its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceTable {
    /// The schema; the database for MySQL, which has none. Empty where nobody knows it.
    pub(crate) schema: String,
    pub(crate) table: String,
}

impl Engine {
    /// The engines.
    pub(crate) const ALL: [Self; 4] = [Self::Postgres, Self::MySql, Self::SqlServer, Self::Oracle];

    /// Returns the engine of a container; none of one that is not captured here.
    pub(crate) fn of(container: &ContainerKind) -> Option<Self> {
        match container {
            ContainerKind::Postgres { .. } => Some(Self::Postgres),
            ContainerKind::MySql { .. } => Some(Self::MySql),
            ContainerKind::SqlServer { .. } => Some(Self::SqlServer),
            ContainerKind::Oracle { .. } => Some(Self::Oracle),
            _ => None,
        }
    }

    /// The word for its containers in models.
    pub(crate) fn technology(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
            Self::SqlServer => "sql_server",
            Self::Oracle => "oracle",
        }
    }

    /// The name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
            Self::SqlServer => "SQL Server",
            Self::Oracle => "Oracle",
        }
    }

    /// Whether its sources are run by tests, and its log says what the table above says.
    pub(crate) fn is_proved(self) -> bool {
        self == Self::Postgres
    }

    /// Whether its log has messages, by which readers know up to when topics are complete.
    pub(crate) fn has_messages(self) -> bool {
        self == Self::Postgres
    }

    /// Returns the place of a table that a model calls so, in a database of the engine.
    pub(crate) fn table(self, database: &str, name: &str) -> SourceTable {
        let (schema, table) = match self {
            // A name may say its own database, and there are no schemas.
            Self::MySql => {
                let own = name.split_once('.').filter(|(first, _)| *first == database);
                (database, own.map_or(name, |(_, table)| table))
            }
            Self::Postgres => name.split_once('.').unwrap_or(("public", name)),
            Self::SqlServer => name.split_once('.').unwrap_or(("dbo", name)),
            // The usual one is that of a user who owns tables, and Debezium reads as another one.
            Self::Oracle => name.split_once('.').unwrap_or(("", name)),
        };
        let cased = |name: &str| match self {
            // Names that are not in quotes are in upper case, and names with quotes are refused.
            Self::Oracle => name.to_ascii_uppercase(),
            _ => name.to_owned(),
        };
        SourceTable { schema: cased(schema), table: cased(table) }
    }

    /// Returns the databases that an address names: the one that is logged in to, and the pluggable one within it, which Oracle may have behind a
    /// slash.
    pub(crate) fn databases(self, database: &str) -> (&str, Option<&str>) {
        match (self, database.split_once('/')) {
            (Self::Oracle, Some((container, pluggable))) => (container, Some(pluggable)),
            _ => (database, None),
        }
    }

    /// Whether the name of a database is part of the names of its tables: then it has what those may have.
    pub(crate) fn has_database_in_names(self) -> bool {
        self != Self::Postgres
    }

    /// Returns the reason why values of a type do not leave a database of the engine as they are; none if they do.
    pub(crate) fn unread(self, data_type: &DataType) -> Option<&'static str> {
        match (self, data_type) {
            (Self::SqlServer | Self::Oracle, DataType::Variant { .. }) => {
                Some("the database has it as a text or as a large object")
            }
            (Self::Oracle, DataType::Date) => Some("a date has a time of day there, and is a `Timestamp`"),
            (Self::Oracle, DataType::Binary { size }) if is_beyond(*size, LONGEST_BYTES) => Some(LARGE),
            (Self::Oracle, DataType::Char { length, .. } | DataType::NChar { length, .. })
                if is_beyond(Some(*length), LONGEST_TEXT) =>
            {
                Some(LARGE)
            }
            (Self::Oracle, DataType::VarChar { length, .. } | DataType::NVarChar { length, .. })
                if is_beyond(*length, LONGEST_TEXT) =>
            {
                Some(LARGE)
            }
            _ => None,
        }
    }
}

fn is_beyond(length: Option<u32>, longest: u32) -> bool {
    length.is_none_or(|length| length > longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_named_as_its_engine_names_it() {
        for (engine, name, schema, table) in [
            (Engine::Postgres, "orders", "public", "orders"),
            (Engine::Postgres, "sales.Orders", "sales", "Orders"),
            (Engine::MySql, "orders", "shop", "orders"),
            (Engine::MySql, "shop.orders", "shop", "orders"),
            (Engine::MySql, "other.orders", "shop", "other.orders"),
            (Engine::SqlServer, "orders", "dbo", "orders"),
            (Engine::Oracle, "sales.orders", "SALES", "ORDERS"),
            (Engine::Oracle, "orders", "", "ORDERS"),
        ] {
            let expected = SourceTable { schema: schema.to_owned(), table: table.to_owned() };
            assert_eq!(engine.table("shop", name), expected, "{engine:?} {name}");
        }
    }

    #[test]
    fn a_large_object_of_oracle_is_not_read() {
        let reads = |columns: &DataType| Engine::Oracle.unread(columns).is_none();
        assert!(reads(&DataType::varchar(4000)) && !reads(&DataType::varchar(4001)));
        assert!(!reads(&DataType::varchar(None)) && !reads(&DataType::Date));
        assert!(!reads(&DataType::Binary { size: None }) && reads(&DataType::Binary { size: Some(16) }));
        assert_eq!(Engine::MySql.unread(&DataType::Binary { size: None }), None);
    }
}
