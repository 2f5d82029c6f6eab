//! The codes of this crate.

use datasurface_platform::prelude::CodeInfo;

macro_rules! codes {
    ($($name:ident($code:literal, $summary:literal, $explanation:literal);)*) => {
        $(pub(crate) static $name: CodeInfo = CodeInfo::error(concat!("aws/", $code), $summary, $explanation);)*

        /// Every code that this crate reports of its own; those of `datasurface-terraform` come beside them.
        pub static CODES: &[&CodeInfo] = &[$(&$name),*];
    };
}

codes! {
    SETTINGS(
        "settings",
        "a setting has a value that AWS does not take",
        "Names of accounts, regions, buckets and keys have forms, and DMS runs in two subnets at least. AWS would refuse another value in the \
         middle of an apply."
    );
    RESERVED_COLUMN(
        "reserved-column",
        "a column has a name that is used beside those of the dataset",
        "Files of DMS have the columns `Op` and `ar_change_seq`, and `BI_` before the name of a column is its value before a change. Spark does \
         not tell cases apart. Give the column another name at its source, or let another platform capture it."
    );
    HINT(
        "hint",
        "a hint about capacity has another form than the platform reads",
        "A hint about a datastore or a transformer may name the `worker_type` and the `workers` of its jobs, 2 at least. One about a datastore \
         that is captured may name the `instance_class` of its replication instance, which is one of `replication.pools`, or, where \
         `replication.serverless` is set, the `max_capacity_units` of its replication. It may name nothing else."
    );
    QUALITY_CHECK(
        "quality-check",
        "a quality check is about values that no job can compare",
        "Accepted values are compared as their column has them: whole and decimal numbers with all their digits, which must have a place in the column, dates as `2026-01-31`. \
         A moment or bytes can be written in many ways, of which a text is only one. Accept values of another column, or let another platform capture \
         the data."
    );
    CREDENTIAL_KIND(
        "credential-kind",
        "a source is read with a credential that DMS does not take",
        "DMS reads PostgreSQL with a user and a password, which it finds in Secrets Manager. Use a credential of the kind `password`."
    );
    TABLE_NAME(
        "table-name",
        "a table at its source has a name that DMS would take for a pattern",
        "In table mappings of DMS, `%` is any text and brackets hold a set of characters, and the name of a table has one dot at most, behind its \
         schema; files of changes are in a folder of that name. Give the table another name, or let another platform capture it: DMS follows no \
         changes of a view."
    );
    TARGET_CREDENTIAL(
        "target-credential",
        "a database of consumers is written without a single password",
        "The export job writes into a database of PostgreSQL as one user, whose name and password it finds in Secrets Manager. Give the workspaces \
         of one container one credential of the kind `password`, or give none: then the secret of the container is taken."
    );
    TARGET_COLUMN(
        "target-column",
        "a column has a name that PostgreSQL would cut",
        "PostgreSQL keeps the first 63 bytes of a name. Give the column a shorter one, or read it in Athena."
    );
    PRINCIPAL_NAME(
        "principal-name",
        "a principal has a name that no tag can have",
        "The role of a principal is taken by sessions with a tag that names the principal. Keys of tags have 128 characters at most: letters, digits, spaces and \
         `_.:/=+-@`. Let the workspace be read by a principal of another name."
    );
    NOT_SPARK(
        "not-spark",
        "a SELECT of a transformer has something that Spark does not take, or reads in a way of its own",
        "Transformers run in the SQL of Spark 3.5, with names in double quotes and ANSI rules. Each form, each function with the count of its arguments, and \
         each type of a cast must be Spark's; it would fail when it first runs otherwise. Write the form that the finding names, or let another \
         platform run the transformer."
    );
    NO_SELECT(
        "no-select",
        "an output of a transformer is made by no SELECT",
        "The transform job makes each dataset of an output by a SELECT of its own. Give the transformer one for each dataset."
    );
    INPUT_NAME(
        "input-name",
        "two inputs of a transformer would have one name",
        "The SQL of a transformer sees its inputs as `<datastore>_<dataset>`, and Spark does not tell cases apart: `A_b` and `c`, `A` and `b_c` are \
         both `A_b_c`. Rename one of them, or leave it out."
    );
    UNKNOWN_LAKE(
        "unknown-lake",
        "what another platform captures is in a lake that the settings do not have",
        "The address of a table names a catalog and a database, and no bucket and no key, by which roles are allowed to read. Name account, region, database, \
         bucket and keys of the lake in `hand_overs.lakes`, or let this platform capture the data itself."
    );
    LATE_HAND_OVER(
        "late-hand-over",
        "what another platform captures is looked for too rarely for what is promised of it",
        "New batches of a lake in another account or region are looked for by a timetable in the settings. The longest time between two starts, and that of a run, are \
         more than consumers were promised to wait. Look more often, or ask for less."
    );
    OTHER_KEY(
        "other-key",
        "another key of data that is kept",
        "Versions are told apart by their key. With another key, each record would be taken for a new one. Declare another dataset, and let \
         consumers move there."
    );
    UNREADABLE_KEY(
        "unreadable-key",
        "data that is kept was encrypted by a key that no role may use any more",
        "What is stored already stays encrypted by the key that it was written by, until it is written again. Name that key in `former_kms_keys`, by which roles may \
         read and nothing is written, until no object has it any more."
    );
    TARGET_ENCRYPTION(
        "target-encryption",
        "a target of DMS that is there would change from S3's keys to a key of KMS",
        "DMS changes a target from one key of KMS to another one, or to S3's own keys, and never from those to a key of KMS. Keep the settings as they are, or \
         declare another platform with a `kms_key`, and let consumers move there."
    );
    OTHER_TYPE(
        "other-type",
        "another type of a column whose values are kept",
        "Iceberg widens a type in place: `int` to `bigint`, `float` to `double`, and a decimal number to more digits of the same scale. Values that \
         are kept cannot get any other type. Declare another column, or another dataset."
    );
}
