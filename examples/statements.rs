//! How long it takes to validate 10 000 transformers with statements of thirty lines, and again after an edit of one of them:
//! `cargo run --release --example statements`.

#![allow(clippy::print_stdout, reason = "it is a program")]

use chrono::NaiveDate;
use datasurface::model::{
    Capture, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
    InfrastructureVendor, Invalid, Team, Validate, Validation, Workspace,
};
use std::time::Instant;

const TRANSFORMERS: usize = 10_000;

/// How often an edit is repeated; each time it is another one.
const EDITS: usize = 1000;

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
        max(r.amount) AS largest,
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
    t.largest,
    CASE
        WHEN t.largest > 10000 THEN 'gold'
        WHEN t.largest > 1000 THEN 'silver'
        ELSE 'bronze'
    END AS grade,
    t.last_order
FROM Shop_customers AS c
LEFT JOIN totals AS t ON t.customer_id = c.customer_id
ORDER BY t.largest DESC
";

const MADE: &str = "customer_id Integer key, name VarChar(80), city VarChar(40), orders BigInt, largest Decimal(18,2), \
                    grade VarChar(10), last_order Date";

fn transformer(number: usize, edition: usize) -> Workspace {
    let sql = format!("{STATEMENT} LIMIT {}", 1000 + edition);
    Workspace::new(format!("Make{number:05}"))
        .with_container("Z/T/Lake")
        .group(DatasetGroup::new("inputs").with_sinks(["Shop/orders", "Shop/customers"]))
        .with_transformer(DataTransformer::sql(format!("Made{number:05}")).select("d", sql))
}

fn ecosystem() -> Ecosystem {
    let orders = "order_id BigInt key, customer_id Integer not null, amount Decimal(18,2), placed Date, note VarChar(200)";
    let customers = "customer_id Integer key, name VarChar(80), city VarChar(40), phone VarChar(20)";
    let shop = Datastore::new("Shop")
        .captured(Capture::sql_snapshot("Z/T/Source"))
        .dataset(Dataset::new("orders", orders))
        .dataset(Dataset::new("customers", customers));
    let team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("V/L"))
        .container(DataContainer::sqlite("Lake", "lake.db").located("V/L"))
        .datastore(shop);
    let team = (0..TRANSFORMERS).fold(team, |team, number| {
        team.datastore(Datastore::new(format!("Made{number:05}")).dataset(Dataset::new("d", MADE)))
    });
    let team = (0..TRANSFORMERS).fold(team, |team, number| team.workspace(transformer(number, 0)));
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .zone("Z", "github:o/zone@main", GovernanceZone::new().team("T", "github:o/team@main", team))
}

fn main() -> Result<(), Invalid> {
    let on = Validation::on(NaiveDate::MIN);
    let model = ecosystem();
    let start = Instant::now();
    let mut checked = model.validate(&on)?;
    let findings = checked.findings().len();
    println!(
        "{TRANSFORMERS} transformers, {findings} findings: {:.2?} with their compilation",
        start.elapsed()
    );
    let mut times = Vec::with_capacity(EDITS);
    for edition in 1..=EDITS {
        let edited = checked.ecosystem().clone().into_inner().edit_team("Z", "T", |team| {
            team.edit_workspace(&"Make05000".into(), |_| transformer(5000, edition))
        });
        let start = Instant::now();
        checked = edited.validate(&on.since(&checked))?;
        times.push(start.elapsed());
    }
    // The first one also arranges who depends on what, which nobody needs who validates once.
    let first = times.first().copied().unwrap_or_default();
    times.sort_unstable();
    let median = times.get(EDITS / 2).copied().unwrap_or_default();
    println!(
        "one edited: {median:.2?} in the median of {EDITS}, {first:.2?} the first time; {} units are judged again",
        checked.stats().checked().len()
    );
    Ok(())
}
