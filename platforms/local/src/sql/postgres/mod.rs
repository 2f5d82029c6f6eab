//! What is particular to PostgreSQL.

pub(crate) mod copy;
pub(crate) mod read;
pub(crate) mod types;
