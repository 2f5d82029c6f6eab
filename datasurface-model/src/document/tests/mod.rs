//! Tests of documents: nothing is lost, and what is wrong is said well.

mod details;
mod form;
mod laws;
mod refusals;
