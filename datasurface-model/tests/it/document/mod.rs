//! Documents: nothing is lost, and what is wrong is said well.

mod form;
mod json_schema;
mod laws;
mod no_json;
mod refusals;
mod reload;
mod syntaxes;
