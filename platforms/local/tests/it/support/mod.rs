//! What tests need from outside.

pub(crate) mod postgres;
mod skipped;

pub(crate) use skipped::skipped;
