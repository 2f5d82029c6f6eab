//! What findings depend on, where parts of an ecosystem are not known.

use super::{
    access, capture, container, name, pin, platform, quality, reference, repository, schema, transformer,
    waivers, workspace,
};
use crate::diagnostic::CodeInfo;

/// Codes of findings about single values that are written: nothing that is written elsewhere would change them.
pub(in super::super) static WRITTEN_VALUE_CODES: &[&CodeInfo] = &[
    &capture::CRON,
    &capture::source::SYNTAX,
    &capture::TIME_ZONE,
    &container::ADDRESS,
    &name::DUPLICATE,
    &name::RESERVED_WORD,
    &name::SYNTAX,
    &pin::DUPLICATE,
    &pin::DUPLICATE_PLATFORM,
    &platform::DUPLICATE_HINT,
    &platform::VERSION,
    &quality::PARAMETER,
    &repository::CREDENTIAL_KIND,
    &repository::PASSWORD,
    &repository::SYNTAX,
    &schema::DUPLICATE_KEY_COLUMN,
    &schema::DUPLICATE_PARTITION_COLUMN,
    &schema::NESTED_KEY,
    &schema::NULLABLE_KEY,
    &schema::NULLABLE_PARTITION,
    &schema::TYPE_PARAMETER,
    &schema::UNKNOWN_COLLATION,
    &schema::UNKNOWN_TIME_ZONE,
    &schema::UNREADABLE,
    &transformer::CRON,
    &transformer::DUPLICATE_SELECT,
    &transformer::TIME_ZONE,
    &transformer::artifact::VERSION,
    &waivers::DUPLICATE,
    &workspace::DEADLINE_ZONE,
    &workspace::DUPLICATE_SINK,
];

/// Codes of findings that something does not exist: what is not known may declare it.
pub(in super::super) static ABSENCE_CODES: &[&CodeInfo] = &[
    &access::UNKNOWN_GROUP,
    &reference::UNKNOWN_CONTAINER,
    &reference::UNKNOWN_CREDENTIAL,
    &reference::UNKNOWN_DATASET,
    &reference::UNKNOWN_DATASTORE,
    &reference::UNKNOWN_LOCATION,
    &reference::UNKNOWN_PLATFORM,
    &reference::UNKNOWN_POLICY,
    &reference::UNKNOWN_TARGET,
    &reference::UNKNOWN_TEAM,
    &reference::UNKNOWN_VENDOR,
    &reference::UNKNOWN_ZONE,
    &transformer::UNKNOWN_OUTPUT,
    &waivers::UNKNOWN_PATH,
];
