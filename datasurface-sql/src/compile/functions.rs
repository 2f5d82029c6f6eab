//! The functions that engines have by themselves.

use super::expression::last_name;
use sqlparser::ast::Function;
use std::{collections::HashSet, sync::LazyLock};

/// The names of functions of values and of aggregates, as PostgreSQL 15, DuckDB 2.0, SQLite 3.40 and Spark 3.5 list them, with some of other
/// engines, in lower case.
static NAMES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("functions.txt").split_whitespace().collect());

/// Whether a function is one that an engine has by itself. Any other one was made by somebody, and does what they say that it does.
pub(super) fn is_built_in(function: &Function) -> bool {
    last_name(function).is_none_or(|name| NAMES.contains(&*name.to_ascii_lowercase()))
}
