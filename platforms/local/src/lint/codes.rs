//! The codes of this crate.

use datasurface_platform::prelude::CodeInfo;

macro_rules! codes {
    ($($name:ident($code:literal, $summary:literal, $explanation:literal);)*) => {
        $(pub(crate) static $name: CodeInfo = CodeInfo::error(concat!("local/", $code), $summary, $explanation);)*

        /// Every code that this crate reports.
        pub static CODES: &[&CodeInfo] = &[$(&$name),*];
    };
}

codes! {
    UNCLAIMED_CAPTURE(
        "unclaimed-capture",
        "a datastore is captured in a way that a local platform cannot do",
        "A local platform captures by `sql_snapshot`, from `sqlite` and `postgres` containers. Let another platform be \
         the primary of the datastore."
    );
    UNCLAIMED_CONTAINER(
        "unclaimed-container",
        "data is wanted in a container that a local platform cannot fill",
        "A local platform brings data to `sqlite` containers (its own database, or a file of the consumer) and to `postgres` \
         containers. Use such a container, or pin the group to another platform."
    );
    UNCLAIMED_ARTIFACT(
        "unclaimed-artifact",
        "a transformer is made of code that a local platform cannot run",
        "A local platform runs transformers in `sql`."
    );
    NOT_ONE_SELECT(
        "not-one-select",
        "an output dataset of a transformer is not made by one SELECT",
        "The SQL of each output dataset becomes part of a statement of ours, so it must be one SELECT whose quotes, \
         comments and parentheses are closed, and no line of it may begin as the sections of rendered files do."
    );
    RESERVED_COLUMN(
        "reserved-column",
        "a dataset has a column that every table here has already",
        "Tables keep the versions of a record, each with the batches between which it was true, in the columns \
         `batch_in` and `batch_out`. SQLite does not tell cases apart."
    );
    TOO_MANY_COLUMNS(
        "too-many-columns",
        "a dataset has more columns than a table of SQLite can have",
        "SQLite's tables have at most 2000 columns, two of which are `batch_in` and `batch_out`. Split the dataset, or \
         let another platform serve it."
    );
    COLUMN_TYPE(
        "column-type",
        "a column has a type whose values a local platform cannot keep",
        "SQLite keeps integers of 64 bits, floating point numbers up to binary64, text and bytes. Types that have no such \
         form in which equal values stay equal (wider numbers, intervals, variants, arrays, maps, structs, vectors, \
         geographies) are for another platform."
    );
    INPUT_NAME_CLASH(
        "input-name-clash",
        "two inputs of a transformer would have one name",
        "A transformer's SQL sees its inputs as `<datastore>_<dataset>`, and SQLite does not tell cases apart: `A_b` and \
         `c`, `A` and `b_c` are both `A_b_c`."
    );
    MISSING_OFFER(
        "missing-offer",
        "a dataset is not offered by whoever comes before",
        "What a node reads must be offered by the node before it, here or on another platform. If it is on another \
         platform, that one does not publish the dataset for others."
    );
    UNREADABLE_OFFER(
        "unreadable-offer",
        "a dataset is offered in a form that a local platform cannot read",
        "A local platform reads tables of SQLite files that another local platform, or it itself, keeps. Let a local \
         platform be the primary of the datastore, or serve the group elsewhere."
    );
    FILE_NAME(
        "file-name",
        "a database file has a name that cannot be used",
        "Rendered files name the database that they belong to in one line, so its name must fit there: not empty, no \
         control characters, no space at either end. Where data is kept, it must be the path of a file: not `:memory:`, \
         no URI (`file:…`, or with a `?`), no folder."
    );
    UNCLEAR_FILE(
        "unclear-file",
        "a database file has nearly the name of the platform's own",
        "The names differ in upper and lower case alone, or in `\\` and `/`. On some systems they are one file, and data \
         would be copied onto itself. Write both in the same way if they are one, or give one of them another name."
    );
    OWN_SOURCE(
        "own-source",
        "data is captured from the platform's own database",
        "The platform keeps what it captures in a database of its own, and would write into the source. Give the \
         platform another file: its setting `database`."
    );
}
