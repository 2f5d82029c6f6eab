//! The codes of this crate.

use datasurface_platform::prelude::CodeInfo;

macro_rules! codes {
    ($($name:ident $kind:ident($code:literal, $summary:literal, $explanation:literal);)*) => {
        $(pub(crate) static $name: CodeInfo = CodeInfo::$kind(concat!("kafka/", $code), $summary, $explanation);)*

        /// Every code that this crate reports.
        pub static CODES: &[&CodeInfo] = &[$(&$name),*];
    };
}

codes! {
    SETTINGS error(
        "settings",
        "a setting has a value that Kafka or Connect does not take",
        "Brokers are named as `host:port`, Connect by the address of its REST API, and names of topics have letters, digits, `.`, `_` and `-` \
         only. Another value would be refused in the middle of an apply."
    );
    HINT error(
        "hint",
        "a hint about a dataset has another form than the platform reads",
        "A hint about a dataset may name `partitions` and `replication_factor` of its topic, each at least 1, and nothing else."
    );
    NOT_A_NUMBER warning(
        "not-a-number",
        "a column may have values that JSON has no numbers for",
        "In JSON there are neither NaN nor infinite numbers: they arrive as 0. If there are none at the source, waive this. Otherwise give the \
         column another type, or let another platform capture it, or an instance with `schema_registry`, whose topics are in Avro."
    );
    PRODUCER_WORDS note(
        "producer-words",
        "records in Avro have fewer words than their producer wrote",
        "Connectors register what the database declares as the schema of records, in Debezium's words: documentation, aliases, symbols of enums \
         and most logical types have no place in it, and defaults are those of the database. The registry has the schema of the producer as it \
         was written as the subject `<topic>-row`, for whoever wants to know what a field means."
    );
    COLUMN_NAME error(
        "column-name",
        "a column has a name that lists of Debezium cannot have",
        "Debezium is told of columns in lists with commas, semicolons, colons and dots between names, and Connect replaces what is in `${}`. \
         Give the column another name at its source, or let another platform capture it."
    );
    TABLE_NAME error(
        "table-name",
        "a table at its source has a name that is not made of letters, digits and `_`",
        "Debezium is told of tables by patterns, and makes the names of its events of their letters, digits and `_`: two tables could become one. \
         A name has one dot at most, behind its schema, which Oracle needs. Give the table another name, or let another platform capture it."
    );
    SOURCE_TYPE error(
        "source-type",
        "a column has values that do not leave their database as they are",
        "Oracle's log lacks large objects that did not change, its dates have a time of day, and JSON is a text or a large object to Oracle and to SQL \
         Server. Give the column the type that arrives, as a text of a length or a `Timestamp`, or let another platform capture it."
    );
    UNPROVED warning(
        "unproved",
        "a database of a producer is of an engine that no test has run",
        "Connectors for MySQL, SQL Server and Oracle are rendered, and their settings are validated by Debezium; nobody has seen one run that was \
         made here. How far such a source has read is not known: `status` says no time, and `run --until-idle` names the source. Records have no place \
         in the log, so a change that a source writes twice is two changes. Nothing says up to when its topics are complete, so other platforms \
         that need complete batches refuse them: let them capture it themselves. Try it with a database of your own, and waive this."
    );
    DATABASE_ADDRESS error(
        "database-address",
        "a database has an address that connectors do not take",
        "Hosts have letters, digits, `.`, `-`, `_` and `:` only, and names of databases neither control characters nor `${`, which Connect \
         would replace."
    );
    CREDENTIAL_KIND error(
        "credential-kind",
        "a database is opened with a credential that connectors do not take",
        "Connectors log in to databases with a user and a password, which Connect reads from a directory. Use a credential of the kind \
         `password`."
    );
    CREDENTIALS_DIFFER error(
        "credentials-differ",
        "one table of consumers would be written with two credentials",
        "A sink writes as one user. Give the workspaces that want one dataset in one container one credential, or none: then the secret of the \
         container is taken."
    );
    GRANTED_BY_STATEMENTS note(
        "granted-by-statements",
        "tables of consumers are granted by statements that somebody has to run",
        "Sinks write rows, and no rights. For each database of consumers a file of statements is rendered, which grants each table to the roles \
         that are entitled to it, and takes it from all others. The user of the sink runs it, before the first apply and whenever it changed; \
         until then, nobody else reads the tables."
    );
    TIMETABLE note(
        "timetable",
        "a capture has a timetable that has no effect",
        "Changes are streamed as they happen, whatever the timetable of a capture says."
    );
    SOURCE_KIND error(
        "source-kind",
        "data comes from something that this platform does not read",
        "This platform captures databases of producers, and receives what another platform publishes in the format `batches`, below the root that both \
         share, of datasets with a key. Let the other platform publish so, as a local platform with the setting `publish` does, or let it serve those who \
         want the data."
    );
    NOT_FLINK error(
        "not-flink",
        "a transformer is not written for Flink",
        "A transformer is a job of Flink that runs all the time: one SELECT for each output, of columns, comparisons, `CASE` and some functions, with \
         joins, groups and unions. Left out is what Flink computes otherwise than other engines do, as numbers that have no room for a result, what needs an \
         order of rows, and columns of types that Flink does not read of records as they are. The guide lists what is taken."
    );
    CONTINUOUS error(
        "continuous",
        "a transformer is to be started on a timetable, or by a signal from outside",
        "A transformer is a job of Flink that runs all the time, and makes of each change of an input what follows from it. Nothing of it waits for a \
         time or a signal. Let it be started when any input moved, or let another platform make it."
    );
    OTHER_KEY error(
        "other-key",
        "another key of data that is kept in a topic",
        "Records of a topic are told apart by their key, and so are rows of consumers. With another key, each record would be taken for a new one. \
         Declare another dataset, and let consumers move there."
    );
    OTHER_TYPE error(
        "other-type",
        "another type of a column that is kept",
        "Sinks add columns to tables of consumers, and change none. Declare another column, or another dataset."
    );
    REMOVED_COLUMN error(
        "removed-column",
        "a column that must have a value is removed, and tables of consumers keep it",
        "Sinks remove no column. A row without a value for it would be refused. Let the column take NULL in the tables of consumers and waive this, \
         or declare another dataset."
    );
    OTHER_TOPIC error(
        "other-topic",
        "a topic with data would get another name",
        "Kafka renames no topic. The new one would be empty, and what was promised of the old one would be lost. Leave the setting \
         `topic_prefix` as it is."
    );
    OTHER_PARTITIONS error(
        "other-partitions",
        "a topic with data would get another count of partitions or replicas",
        "With more partitions, records of one key would be in two of them, and their order would be lost; Kafka removes no partitions, and moves \
         replicas by its own tool. Leave the hint and the settings as they are, or move the replicas and waive this."
    );
    OTHER_FORMAT error(
        "other-format",
        "a topic with data would go on in another format",
        "What a topic has stays as it was written, and a sink reads JSON or Avro, not both. Declare another platform with another `topic_prefix`, and \
         move there: its topics begin with a snapshot."
    );
    OTHER_REGISTRY error(
        "other-registry",
        "topics with data would have their schemas in another registry",
        "Each record has the ID of its schema, which means nothing in another registry, and keys with other IDs are other keys. If it is the same \
         registry under another address, waive this."
    );
    UNREADABLE_BEFORE error(
        "unreadable-before",
        "a column must have a value that earlier records of a topic do not have",
        "The registry takes no schema by which earlier records cannot be read, and the source would fail. Let the column be null, or declare \
         another one."
    );
    OTHER_CLUSTER error(
        "other-cluster",
        "no broker is left of those that were named",
        "Topics do not move from cluster to cluster. If it is the same cluster, change the list in two steps, so that one broker is in both \
         lists, or waive this."
    );
    OTHER_SOURCE error(
        "other-source",
        "a dataset would be read from another database",
        "Connect remembers how far the log of a database was read, which has no meaning in another one. If it is the same database under another \
         address, waive this. If it is another one, declare another datastore."
    );
}
