//! SQL, written as a person would write it by hand.

pub(crate) mod check;
pub(crate) mod copy;
pub(crate) mod decimal;
pub(crate) mod engine;
pub(crate) mod keyless;
pub(crate) mod milestoned;
pub(crate) mod postgres;
pub(crate) mod predecessor;
pub(crate) mod published;
pub(crate) mod quote;
pub(crate) mod received;
pub(crate) mod rejected;
pub(crate) mod retention;
pub(crate) mod scan;
pub(crate) mod schema_version;
pub(crate) mod script;
pub(crate) mod select;
pub(crate) mod statements;
pub(crate) mod storage;
pub(crate) mod topic_table;
pub(crate) mod verify;
pub(crate) mod watermark;
