//! The requests of this client, by what they are about.

pub(crate) mod acls;
pub(crate) mod cluster;
pub(crate) mod configs;
pub(crate) mod groups;
pub(crate) mod login;
pub(crate) mod records;
pub(crate) mod topics;
pub(crate) mod transactions;
pub(crate) mod users;
