//! The dialect in which the parser reads.

use sqlparser::dialect::{Dialect, SparkSqlDialect};
use std::any::TypeId;

/// Spark's dialect, with names in double quotes: the jobs set `spark.sql.ansi.doubleQuotedIdentifiers`.
#[derive(Debug)]
pub(super) struct Spark;

impl Dialect for Spark {
    fn dialect(&self) -> TypeId {
        TypeId::of::<SparkSqlDialect>()
    }

    fn is_delimited_identifier_start(&self, character: char) -> bool {
        matches!(character, '`' | '"')
    }

    fn is_identifier_start(&self, character: char) -> bool {
        SparkSqlDialect.is_identifier_start(character)
    }

    fn is_identifier_part(&self, character: char) -> bool {
        SparkSqlDialect.is_identifier_part(character)
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }

    fn supports_nested_comments(&self) -> bool {
        true
    }

    fn require_interval_qualifier(&self) -> bool {
        true
    }

    fn supports_values_as_table_factor(&self) -> bool {
        true
    }
}
