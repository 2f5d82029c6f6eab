//! What is said of statements, and what is not.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod flink;
mod flows;
mod former;
mod hostile;
mod lexical;
mod lineage;
mod passing;
mod problems;
mod spark;

use datasurface_schema::{DatasetKey, Schema};
use datasurface_sql::{Compilation, Inputs, SelectOutput, compile};
use std::collections::BTreeMap;

fn with_inputs<T>(judge: impl FnOnce(&Inputs<'_>) -> T) -> T {
    let orders = Schema::from("id Integer key, buyer Integer, amount Decimal(9,2), placed Date");
    let people = Schema::from("id Integer key, name VarChar(20), city VarChar(20)");
    let schemas = BTreeMap::from([
        (DatasetKey::new("Shop", "orders"), orders),
        (DatasetKey::new("Shop", "people"), people),
    ]);
    judge(&Inputs::new(schemas.keys(), |key| schemas.get(key)))
}

fn compiled(sql: &str) -> Compilation {
    with_inputs(|inputs| compile(sql, inputs))
}

fn select(sql: &str) -> SelectOutput {
    match compiled(sql) {
        Compilation::Select(select) => select,
        other => panic!("{sql}: {other:?}"),
    }
}
