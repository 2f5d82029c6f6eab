//! The rules that a change of a schema can break.

/// A rule that says that a change breaks something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SchemaRule {
    /// A column is gone.
    ColumnRemoved,
    /// A column has another name.
    ColumnRenamed,
    /// A new column must not be null.
    NotNullAdded,
    /// A new field of an Avro record has no default.
    NoDefaultAdded,
    /// A field of an Avro record has another default, or none any more.
    DefaultChanged,
    /// An Avro record has another name.
    RecordRenamed,
    /// A schema is said in Avro's words, or is so no longer.
    FormChanged,
    /// A column has a type that cannot hold every value of the old one.
    TypeNarrowed,
    /// A column may be null now.
    BecameNullable,
    /// A column may not be null any more.
    BecameNotNull,
    /// The primary key is another one.
    KeyChanged,
    /// The table is partitioned in another way.
    PartitionChanged,
}

macro_rules! rules {
    ($($rule:ident($code:literal, $summary:literal, $explanation:literal);)*) => {
        impl SchemaRule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$rule),*];

            /// Returns the code of findings about the rule: stable, `schema-change/slug`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$rule => concat!("schema-change/", $code),)*
                }
            }

            /// Returns the summary of the finding, in one line.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$rule => $summary,)*
                }
            }

            /// Returns the explanation: why the change breaks something, and what to do instead.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self {
                    $(Self::$rule => $explanation,)*
                }
            }
        }
    };
}

rules! {
    ColumnRemoved(
        "column-removed",
        "a column is gone",
        "Whoever reads the column finds nothing any more. Deprecate the dataset, let its consumers agree and leave, and \
         take the column away after the sunset; or offer a new dataset beside the old one."
    );
    ColumnRenamed(
        "column-renamed",
        "a column has another name",
        "Data is kept, since the column says how it was called. But whoever reads it by the old name finds nothing. Add a \
         column of the new name instead, and retire the old one."
    );
    NotNullAdded(
        "not-null-added",
        "a new column must not be null",
        "Records that were captured before have no value for it, and history holds such records for as long as it is \
         kept. Let the column be null."
    );
    NoDefaultAdded(
        "no-default-added",
        "a new field of an Avro record has no default",
        "Records that were written before have no value for it: Avro puts the default in its place, and without one it \
         reads none of them. Give the field a default."
    );
    DefaultChanged(
        "default-changed",
        "a field of an Avro record has another default, or none any more",
        "Records that were written before there was the field are read with its default: they would come to say something \
         else, or could not be read any more. Leave the default as it is."
    );
    RecordRenamed(
        "record-renamed",
        "an Avro record has another name",
        "Avro finds by its name what a record is read as. Leave the name as it is: nobody but Avro sees it."
    );
    FormChanged(
        "form-changed",
        "a schema is said in Avro's words, or is so no longer",
        "An Avro record promises more than the table that it is: symbols, alternatives, units, defaults. Of a table nobody \
         knows them, so readers could lose them on the way from a record to a table and on to another record. Offer a new \
         dataset beside the old one."
    );
    TypeNarrowed(
        "type-narrowed",
        "a column has a type that cannot hold every value of the old one",
        "Types may widen: more length, more bits, more digits. Anything else loses values that are there, or that somebody \
         relies on. Add a column of the new type instead, and retire the old one."
    );
    BecameNullable(
        "became-nullable",
        "a column may be null now",
        "Whoever reads it may not expect that a value can be missing. Add a column instead, and retire the old one."
    );
    BecameNotNull(
        "became-not-null",
        "a column may not be null any more",
        "History that was kept may hold nulls, and would not fit. Add a column instead, and retire the old one."
    );
    KeyChanged(
        "key-changed",
        "the primary key is another one",
        "The key tells which record is which: with another one, the history of a record ends, and every copy is wrong \
         until it is made again. Offer a new dataset beside the old one."
    );
    PartitionChanged(
        "partition-changed",
        "the table is partitioned in another way",
        "Whoever reads partition by partition would miss data, or read it twice. Offer a new dataset beside the old one."
    );
}
