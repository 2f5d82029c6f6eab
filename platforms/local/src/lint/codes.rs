//! The codes of this crate.

use datasurface_platform::prelude::CodeInfo;

macro_rules! codes {
    ($($severity:ident $name:ident($code:literal, $summary:literal, $explanation:literal);)*) => {
        $(pub(crate) static $name: CodeInfo = CodeInfo::$severity(concat!("local/", $code), $summary, $explanation);)*

        /// Every code that this crate reports.
        pub static CODES: &[&CodeInfo] = &[$(&$name),*];
    };
}

codes! {
    error UNCLAIMED_CAPTURE(
        "unclaimed-capture",
        "a datastore is captured in a way that a local platform cannot do",
        "A local platform captures by `sql_snapshot` and `sql_watermark`, from `sqlite` and `postgres` containers. Let another platform be \
         the primary of the datastore."
    );
    error UNCLAIMED_CONTAINER(
        "unclaimed-container",
        "data is wanted in a container that a local platform cannot fill",
        "A local platform brings data to `sqlite` containers (its own database, or a file of the consumer) and to `postgres` \
         containers. Use such a container, or pin the group to another platform."
    );
    error UNCLAIMED_ARTIFACT(
        "unclaimed-artifact",
        "a transformer is made of code that a local platform cannot run",
        "A local platform runs transformers in `sql`."
    );
    error NOT_ONE_SELECT(
        "not-one-select",
        "an output dataset of a transformer is not made by one SELECT",
        "The SQL of each output dataset becomes part of a statement of ours, so it must be one SELECT whose quotes, \
         comments and parentheses are closed, and no line of it may begin as the sections of rendered files do."
    );
    error SELECT_FAILS(
        "select-fails",
        "a SELECT of a transformer cannot run",
        "The SELECTs of a transformer are compiled by SQLite, over its inputs as `<datastore>_<dataset>` and nothing else: they read \
         columns that the inputs have, they have no parameters, and they return each column of the output's schema by its name."
    );
    error RESERVED_COLUMN(
        "reserved-column",
        "a dataset has a column that every table here has already",
        "Tables keep the versions of a record, each with the batches between which it was true, in the columns \
         `batch_in` and `batch_out`. SQLite does not tell cases apart."
    );
    error TOO_MANY_COLUMNS(
        "too-many-columns",
        "a dataset has more columns than a table can have",
        "SQLite's tables have at most 2000 columns, PostgreSQL's 1600; two of them are `batch_in` and `batch_out`. Split \
         the dataset, or let another platform serve it."
    );
    error INPUT_NAME_CLASH(
        "input-name-clash",
        "two inputs of a transformer would have one name",
        "A transformer's SQL sees its inputs as `<datastore>_<dataset>`, and SQLite does not tell cases apart: `A_b` and \
         `c`, `A` and `b_c` are both `A_b_c`."
    );
    error MISSING_OFFER(
        "missing-offer",
        "a dataset is not offered by whoever comes before",
        "What a node reads must be offered by the node before it, here or on another platform. If it is on another \
         platform, that one does not publish the dataset for others."
    );
    error UNREADABLE_OFFER(
        "unreadable-offer",
        "a dataset is offered in a form that a local platform cannot read",
        "A local platform reads tables of SQLite files that another local platform, or it itself, keeps, batches in files, and topics \
         in JSON or in Avro as Debezium writes it, of datasets with a key, where the writer says how far it has read its source. Let a local platform be the primary of the datastore, or serve \
         the group elsewhere."
    );
    error FILE_NAME(
        "file-name",
        "a database file has a name that cannot be used",
        "Rendered files name the database that they belong to in one line, so its name must fit there: not empty, no \
         control characters, no space at either end. Where data is kept, it must be the path of a file below the root: \
         not `:memory:`, no URI (`file:…`, or with a `?`), no folder, neither absolute nor upwards, and not the name of a \
         file that is made beside a database. Where data is only read, it may be anywhere, under one name: relative to the \
         root, or absolute, and never upwards; and not what a platform keeps beside its database, in a folder `….received`."
    );
    error UNCLEAR_FILE(
        "unclear-file",
        "a database file has nearly the name of the platform's own",
        "The names differ in upper and lower case alone, or in `\\` and `/`. On some systems they are one file, and data \
         would be copied onto itself. Write both in the same way if they are one, or give one of them another name."
    );
    error PRINCIPAL_NAME(
        "principal-name",
        "somebody is entitled whom PostgreSQL cannot have as a role",
        "In a `postgres` container, every principal of a workspace is a role of its name, which is granted the views of the \
         workspace. A role's name has 63 bytes at most, and is neither `public`, which is everybody, nor `none`."
    );
    note UNSEEN_DELETIONS(
        "unseen-deletions",
        "what is deleted at a source is not seen",
        "By its watermark, a source is asked for what is new or was changed. A record that was deleted is neither, so its \
         last version stays, until all of the source is read again: where a table or the way in which it is read changes. \
         Mark deletions at the source in a column of their own, or capture by `sql_snapshot`."
    );
    note NO_GRANTS(
        "no-grants",
        "an entitlement means nothing in an SQLite file",
        "SQLite knows no users: whoever can read a file can read all that is in it. Use the rights of the file, or a \
         `postgres` container, where views are granted."
    );
}
