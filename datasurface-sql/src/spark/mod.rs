//! The SQL of Spark 3.5, with names in double quotes and ANSI rules: what of a statement it does not take.
//!
//! What is accepted is listed, form by form; whatever is not named is refused. So a form that the parser knows from another engine, or
//! learns in a newer version, is no accident at run time.

mod dialect;
mod expression;
mod function;
mod query;
mod types;

use crate::{lexical, read::Text};
use dialect::Spark;
use sqlparser::ast::{Expr, Query};
use std::{collections::BTreeSet, fmt};

/// A part of a statement that Spark does not take, or reads in another way than other engines do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotSpark {
    /// The part, and what about it is not taken.
    pub reason: String,
    /// The form to write instead, where one is known.
    pub instead: Option<String>,
}

impl NotSpark {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), instead: None }
    }
}

impl fmt::Display for NotSpark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// Returns what Spark does not take of a statement, in order and each once: forms, functions, counts of their arguments, and types of casts. The
/// types of values are not compared, and columns are those of [`compile`](crate::compile).
#[must_use]
pub fn not_spark(sql: &str) -> Vec<NotSpark> {
    if let Some((form, line)) = lexical::ambiguity(sql) {
        let reason = format!("Spark reads {} (line {line}) in a way of its own", form.characters);
        return vec![NotSpark { reason, instead: Some(format!("write {}", form.instead)) }];
    }
    match Text::read_as(sql, &Spark) {
        Ok(Text::Query(query)) => {
            let mut checker = Checker::default();
            checker.query(&query);
            checker.refused.into_iter().collect()
        }
        Ok(Text::NotOneSelect(problem)) => vec![NotSpark::new(problem.to_string())],
        Ok(Text::Unread(unread)) => vec![NotSpark::new(unread.reason)],
        Err(reason) => vec![NotSpark::new(reason)],
    }
}

/// What was refused of a statement so far. Queries recurse, whose depth the parser limits; expressions can be deeper, and wait in lists.
#[derive(Debug, Default)]
struct Checker {
    refused: BTreeSet<NotSpark>,
}

/// The parts of an expression or a query that are looked at next.
#[derive(Debug, Default)]
struct Parts<'e> {
    expressions: Vec<&'e Expr>,
    queries: Vec<&'e Query>,
}

impl Checker {
    /// Refuses a form, if it is there.
    fn refuse(&mut self, is_there: bool, form: &str) {
        if is_there {
            self.refused
                .insert(NotSpark::new(format!("Spark lacks {form}, or reads it in a way of its own")));
        }
    }

    /// Refuses something for which there is another form.
    fn refuse_for(&mut self, reason: String, instead: &str) {
        self.refused.insert(NotSpark { reason, instead: Some(instead.to_owned()) });
    }
}
