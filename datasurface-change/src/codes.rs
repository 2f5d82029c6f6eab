//! The codes of change control; those about schemas are beside their rules.

use datasurface_model::{CodeInfo, SchemaRule};

macro_rules! codes {
    ($($name:ident($make:ident, $code:literal, $summary:literal, $explanation:literal);)*) => {
        $(pub(super) static $name: CodeInfo = CodeInfo::$make($code, $summary, $explanation);)*

        /// Every code of change control, but those about schemas, which are in [`SCHEMA_CODES`].
        pub static CODES: &[&CodeInfo] = &[$(&$name),*];
    };
}

codes! {
    NOT_YOURS(
        error,
        "authorization/not-yours",
        "a change touches what its source does not own",
        "A repository may change what it owned before the change, and nothing else. Propose this part of the change in \
         the repository that owns it, or let that repository approve exactly this proposal."
    );
    NEEDS_APPROVAL(
        error,
        "authorization/needs-approval",
        "a change needs the approval of somebody who relied on how things were",
        "Whoever gave a team access, by an approval or by opening a container, trusted the team's owner; and the policies of a zone \
         hold for the datastores in it, and for what is captured from its containers and delivered to them. A new owner of that name, \
         and a datastore or a container in use that leaves the zone, need their approval of exactly this proposal, unless they take the name from their list first. So does what takes a name for which somebody left \
         a pin, a waiver or a consent, and a team's name by which the lock knows stored data."
    );
    DATASET_REMOVED(
        error,
        "dataset-change/removed",
        "a dataset is gone that was not retired",
        "Deprecate it with a sunset first, let its consumers agree and leave, and remove it after that day."
    );
    DATASET_RENAMED(
        error,
        "dataset-change/renamed",
        "a dataset has another name",
        "What was built is kept, since the dataset says how it was called, and whoever wants it by its old name is led to it with a \
         warning. Nothing else can have the old name before they all write the new one: tell them."
    );
    INVALID_ROWS(
        error,
        "dataset-change/invalid-rows",
        "what becomes of rows that break the schema is different",
        "With `set_aside`, rows that break the schema are missing where the data is read, and everything else goes on. Without \
         it, one such row keeps the whole dataset as it was, and those that were set aside are kept no longer. Whoever counts on the \
         one is not served by the other: agree with the consumers, or offer another dataset beside this one."
    );
    DATASTORE_REMOVED(
        error,
        "datastore-change/removed",
        "a datastore is gone that was not retired",
        "Deprecate it with a sunset first, let its consumers agree and leave, and remove it after that day."
    );
    DATASTORE_RENAMED(
        error,
        "datastore-change/renamed",
        "a datastore has another name",
        "What was built is kept, since the datastore says how it was called, and whoever wants its datasets by its old name is led to \
         them with a warning. Nothing else can have the old name before they all write the new one: tell them."
    );
    UNREADABLE(
        error,
        "dataset-change/unreadable",
        "a schema changed that can be read neither before nor after",
        "Nobody can tell what the change means for those who use the dataset. Make the schema readable first, in a change of \
         its own."
    );
    NO_CONSENT(
        error,
        "retirement/no-consent",
        "a dataset is deprecated, and a consumer did not agree",
        "Announce it first: a deprecation since a later day needs nobody's consent yet. By that day, each consumer says \
         until when it accepts deprecated data, or leaves."
    );
    SUNSET_CLOSER(
        error,
        "retirement/sunset-closer",
        "a sunset is earlier than the day until which consumers agreed to stay",
        "They agreed to use deprecated data until a day, and the dataset was to be there. Let the sunset be no earlier than \
         that, or let them agree to an earlier day or leave first. A later sunset is free."
    );
    JOINED_AFTER_SUNSET(
        error,
        "retirement/joined-after-sunset",
        "a group begins to use a dataset whose last day is over",
        "From the day after the sunset on, whoever owns the dataset may take it away; nobody who joins now could rely on it. Use \
         another dataset, or agree on a later sunset with its owner first."
    );
    SUNSET_PASSED(
        warning,
        "retirement/sunset-passed",
        "a sunset is set to a day that is over",
        "Nobody could see it coming. Choose a day that gives consumers time, even if there is none today."
    );
}

/// A rule about schemas, as a code.
const fn schema_code(rule: SchemaRule) -> CodeInfo {
    CodeInfo::error(rule.code(), rule.summary(), rule.explanation())
}

macro_rules! schema_codes {
    ($($name:ident = $rule:ident;)*) => {
        $(static $name: CodeInfo = schema_code(SchemaRule::$rule);)*

        /// The codes about schemas.
        pub static SCHEMA_CODES: &[&CodeInfo] = &[$(&$name),*];
    };
}

schema_codes! {
    COLUMN_REMOVED = ColumnRemoved;
    COLUMN_RENAMED = ColumnRenamed;
    NOT_NULL_ADDED = NotNullAdded;
    NO_DEFAULT_ADDED = NoDefaultAdded;
    DEFAULT_CHANGED = DefaultChanged;
    RECORD_RENAMED = RecordRenamed;
    FORM_CHANGED = FormChanged;
    TYPE_NARROWED = TypeNarrowed;
    BECAME_NULLABLE = BecameNullable;
    BECAME_NOT_NULL = BecameNotNull;
    KEY_CHANGED = KeyChanged;
    PARTITION_CHANGED = PartitionChanged;
}

/// The code of a rule about schemas.
pub(super) fn code_of(rule: SchemaRule) -> Option<&'static CodeInfo> {
    SCHEMA_CODES.iter().copied().find(|info| info.code == rule.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_about_schemas_has_its_code() {
        assert_eq!(SCHEMA_CODES.len(), SchemaRule::ALL.len());
        assert!(SchemaRule::ALL.iter().all(|rule| code_of(*rule).is_some()));
    }
}
