//! How long it takes to compile 10 000 statements of thirty lines: `cargo run --release -p datasurface-sql --example speed`.

#![allow(clippy::print_stdout, reason = "it is a program")]

use datasurface_schema::{DatasetKey, Schema};
use datasurface_sql::{Inputs, compile};
use std::{collections::BTreeMap, time::Instant};

/// Thirty lines, as people write them.
const STATEMENT: &str = "
WITH recent AS (
    SELECT o.order_id, o.customer_id, o.amount, o.placed
    FROM Shop_orders AS o
    WHERE o.placed >= '2026-01-01'
      AND o.amount IS NOT NULL
),
totals AS (
    SELECT
        r.customer_id,
        count(*) AS orders,
        sum(r.amount) AS total,
        max(r.placed) AS last_order
    FROM recent AS r
    GROUP BY r.customer_id
    HAVING count(*) > 1
)
SELECT
    c.customer_id,
    upper(c.name) AS name,
    coalesce(c.city, 'unknown') AS city,
    t.orders,
    t.total,
    CASE
        WHEN t.total > 10000 THEN 'gold'
        WHEN t.total > 1000 THEN 'silver'
        ELSE 'bronze'
    END AS grade,
    t.last_order
FROM Shop_customers AS c
LEFT JOIN totals AS t ON t.customer_id = c.customer_id
ORDER BY t.total DESC
";

fn main() {
    let orders = Schema::from(
        "order_id BigInt key, customer_id Integer not null, amount Decimal(18,2), placed Date, note VarChar(200)",
    );
    let customers =
        Schema::from("customer_id Integer key, name VarChar(80), city VarChar(40), phone VarChar(20)");
    let schemas = BTreeMap::from([
        (DatasetKey::new("Shop", "orders"), orders),
        (DatasetKey::new("Shop", "customers"), customers),
    ]);
    let start = Instant::now();
    let mut columns = 0;
    for number in 0..10_000 {
        let inputs = Inputs::new(schemas.keys(), |key| schemas.get(key));
        let sql = format!("{STATEMENT} LIMIT {number}");
        let made = compile(&sql, &inputs);
        columns += made.select().map_or(0, |select| select.columns.len() - select.problems.len());
    }
    let elapsed = start.elapsed();
    println!("{columns} columns of 10 000 statements in {elapsed:.2?}, {:.1?} each", elapsed / 10_000);
}
