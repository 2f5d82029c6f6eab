//! Tests of documents: nothing is lost, and what is wrong is said well.

mod anything;
mod form;
mod json_schema;
mod laws;
mod refusals;
