//! A short revisions on NorthWind: what is accepted, what is refused, and why.

use chrono::NaiveDate;
use datasurface::{
    change::{ChangeControl, ChangeSource},
    model::*,
};
use std::{
    error::Error,
    io::{self, Write},
};

const NORTHWIND: &str = "github:northwind/data@main";
const LOOKALIKE: &str = "github:northw1nd/data@main";
const REPORTS: &str = "github:northwind/reports@main";

const CUSTOMERS: &str = "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15)";
const ORDERS: &str = "order_id SmallInt key, customer_id VarChar(5), order_date Date";

/// The model that is live, and the day that it is.
struct Story {
    live: Valid<Ecosystem>,
    today: NaiveDate,
}

/// Plays the revisions from its beginning to its end.
pub(crate) fn play(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let begin = day("2026-01-05")?;
    let wants_customers = || [DatasetSink::new("NW_Data/customers")];
    let live = ecosystem(NORTHWIND, vec![customers(CUSTOMERS), orders()], wants_customers());
    let mut revisions = Story { live: live.validate(&Validation::on(begin))?.into_ecosystem(), today: begin };

    writeln!(out, "NorthWind offers its suppliers, too, and longer names of cities.\n")?;
    let wide = CUSTOMERS.replace("city VarChar(15)", "city VarChar(30)");
    let suppliers = Dataset::new("suppliers", "supplier_id SmallInt key, company_name VarChar(40) not null");
    let with = |customers: Dataset| vec![customers, orders(), suppliers.clone()];
    revisions.propose(out, ecosystem(NORTHWIND, with(customers(&wide)), wants_customers()), NORTHWIND)?;

    writeln!(out, "NorthWind has no use for cities any more.\n")?;
    let narrow = CUSTOMERS.replace(", city VarChar(15)", "");
    revisions.propose(out, ecosystem(NORTHWIND, with(customers(&narrow)), wants_customers()), NORTHWIND)?;

    writeln!(out, "Somebody who looks much like NorthWind takes its team over.\n")?;
    revisions.propose(out, ecosystem(LOOKALIKE, with(customers(&wide)), wants_customers()), LOOKALIKE)?;

    writeln!(out, "NorthWind announces that its customers will move to another system.\n")?;
    let deprecation =
        Deprecation::new(day("2026-02-01")?, "they move to the new system").with_sunset(day("2026-03-31")?);
    let retiring = || with(customers(&wide).deprecated(deprecation.clone()));
    revisions.propose(out, ecosystem(NORTHWIND, retiring(), wants_customers()), NORTHWIND)?;

    writeln!(out, "The reports agree, and go on for two months.\n")?;
    revisions.today = day("2026-01-20")?;
    let agreed = DatasetSink::new("NW_Data/customers").with_consent_until(day("2026-03-15")?);
    revisions.propose(out, ecosystem(NORTHWIND, retiring(), [agreed]), REPORTS)?;

    writeln!(out, "Then they read orders instead.\n")?;
    revisions.today = day("2026-03-10")?;
    let wants_orders = || [DatasetSink::new("NW_Data/orders")];
    revisions.propose(out, ecosystem(NORTHWIND, retiring(), wants_orders()), REPORTS)?;

    writeln!(out, "The sunset is over, and NorthWind takes the customers away.\n")?;
    revisions.today = day("2026-04-01")?;
    revisions.propose(
        out,
        ecosystem(NORTHWIND, vec![orders(), suppliers.clone()], wants_orders()),
        NORTHWIND,
    )?;
    Ok(())
}

impl Story {
    /// Judges a change, and makes it if it is allowed.
    fn propose(&mut self, out: &mut impl Write, new: Ecosystem, source: &str) -> io::Result<()> {
        // Of an invalid model, too, there is something to say.
        let (new, is_valid) = match new.validate(&Validation::on(self.today)) {
            Ok(checked) => (checked.into_ecosystem(), true),
            Err(invalid) => (Valid::assume_valid(invalid.into_ecosystem()), false),
        };
        let report = ChangeControl::new(ChangeSource::new(source), self.today).judge(&self.live, &new);
        for line in report.to_string().lines() {
            writeln!(out, "{}", if line.is_empty() { String::new() } else { format!("    {line}") })?;
        }
        writeln!(out)?;
        if is_valid && report.is_allowed() {
            self.live = new;
        }
        Ok(())
    }
}

/// NorthWind, owned by this repository, with these datasets; and a workspace of reports that wants these of them.
fn ecosystem<const N: usize>(owner: &str, datasets: Vec<Dataset>, wanted: [DatasetSink; N]) -> Ecosystem {
    let store = Datastore::new("NW_Data")
        .captured(Capture::sql_snapshot("USA/NorthWindTeam/NorthWindDB"))
        .with_datasets(datasets);
    let data = Team::new()
        .container(DataContainer::sqlite("NorthWindDB", "northwind.db").located("Azure/USA"))
        .datastore(store);
    let workspace = Workspace::new("Reporting")
        .with_container("USA/ReportsTeam/ReportsDB")
        .group(DatasetGroup::new("Monthly").with_sinks(wanted));
    let reports = Team::new()
        .container(DataContainer::sqlite("ReportsDB", "reports.db").located("Azure/USA"))
        .workspace(workspace);
    let zone = GovernanceZone::new().team("NorthWindTeam", owner, data).team("ReportsTeam", REPORTS, reports);
    Ecosystem::new("NorthWind", "github:northwind/model@main", "github:northwind/live@main")
        .vendor(InfrastructureVendor::new("Azure").location("USA"))
        .zone("USA", "github:northwind/usa@main", zone)
}

fn customers(schema: &str) -> Dataset {
    Dataset::new("customers", schema)
}

fn orders() -> Dataset {
    Dataset::new("orders", ORDERS)
}

fn day(text: &str) -> Result<NaiveDate, Box<dyn Error>> {
    Ok(text.parse()?)
}
