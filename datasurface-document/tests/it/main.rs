//! Tests through the public surface of the crate: nothing is lost, and what is wrong is said well.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a test is the finding")]

mod errors;
mod files;
mod form;
mod former_headers;
mod header_slips;
mod json_schema;
mod laws;
mod lost_documents;
mod no_json;
mod partial;
mod places;
mod related_places;
mod reload;
mod sarif;
mod sentinels;
mod several_errors;
mod sharing_example;
mod syntaxes;
mod technologies;
mod unread;
