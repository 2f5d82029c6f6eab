//! Schemas change: statements that keep what is there.

use crate::{
    example::plan,
    northwind::{CUSTOMERS, NorthWind},
    plans::files,
    set_aside::set_aside,
    site::{Site, text},
};
use datasurface_platform::prelude::*;

pub(crate) fn history(customers: &'static str) -> NorthWind {
    NorthWind { customers, milestoning: Milestoning::LiveAndForensic, ..NorthWind::default() }
}

fn customers_of(site: &Site) -> Vec<String> {
    site.rows(
        "northwind.db",
        "SELECT * FROM Sales__analysis__NW_Data__customers__history ORDER BY 1, batch_in",
    )
}

/// Two batches before a change, and the change.
fn changed(before: &'static str, after: &'static str) -> (Site, Plan) {
    let (before, after) = (history(before).example(), history(after).example());
    let site = Site::with(&before);
    for (batch, city) in [(1, "1"), (2, "02")] {
        let record = vec![text("A"), text("x"), text(city)];
        let rendering = before.rendering();
        site.batch(&rendering, "NW_Data/customers", batch, &[record]).unwrap();
    }
    let plan = plan(&before, &after);
    site.apply(&plan, &after.rendering());
    (site, plan)
}

#[test]
fn a_new_column_is_added_and_the_next_batch_fills_it() {
    let wider =
        "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15), vat VarChar(9)";
    let (site, plan) = changed(CUSTOMERS, wider);
    insta::assert_snapshot!(plan.to_string(), @r#"
    update  table table.NW_Data.customers, with a backfill: `vat` is new: NULL until the next batch brings it
    update  capture capture.NW_Data, in place: differs in datasets
    update  output output.Mask, in place: differs in inputs
    update  view view.Sales.analysis.NW_Data.customers, in place: shows the columns of its table
    "#);
    insta::assert_snapshot!(files(&plan), @r#"
    ######## shards/main/transition/2f948c6df81d-to-a1275d8fea25/001-update-table-NW_Data-customers.sql
    -- resource: table.NW_Data.customers
    -- database: northwind.db
    -- Versions that are there have NULL in a new column: what it was for them, nobody knows.
    -- The next batch closes those that it has values for, and opens them anew.

    -- [change] Adds columns.
    ALTER TABLE "NW_Data__customers" ADD COLUMN "vat" TEXT;

    ######## shards/main/transition/2f948c6df81d-to-a1275d8fea25/004-update-view-Sales-analysis-NW_Data-customers.sql
    -- resource: view.Sales.analysis.NW_Data.customers
    -- database: northwind.db

    -- [change] Makes the views anew.
    DROP VIEW IF EXISTS "Sales__analysis__NW_Data__customers";

    DROP VIEW IF EXISTS "Sales__analysis__NW_Data__customers__history";

    CREATE VIEW IF NOT EXISTS "Sales__analysis__NW_Data__customers" AS
    SELECT "customer_id", "company_name", "city", "vat"
    FROM "NW_Data__customers"
    WHERE "batch_out" IS NULL;

    CREATE VIEW IF NOT EXISTS "Sales__analysis__NW_Data__customers__history" AS
    SELECT "customer_id", "company_name", "city", "vat", "batch_in", "batch_out"
    FROM "NW_Data__customers";
    "#);
    let record = vec![text("A"), text("x"), text("02"), text("DE1")];
    let rendering = history(wider).example().rendering();
    site.batch(&rendering, "NW_Data/customers", 3, &[record]).unwrap();
    assert_eq!(customers_of(&site), ["A|x|1|-|1|2", "A|x|02|-|2|3", "A|x|02|DE1|3|-"]);
}

#[test]
fn a_column_that_is_kept_in_another_way_rebuilds_the_table_with_every_version() {
    let number = "customer_id VarChar(5) key, company_name VarChar(40) not null, city Integer";
    let (site, plan) = changed(CUSTOMERS, number);
    insta::assert_snapshot!(plan.to_string(), @r#"
    update  table table.NW_Data.customers, by a rebuild: `city` kept in another way
    update  capture capture.NW_Data, in place: differs in datasets
    update  view view.Sales.analysis.NW_Data.customers, in place: shows other values in `city` (breaks `Sales/analysis`)
    "#);
    assert_eq!(customers_of(&site), ["A|x|1|1|2", "A|x|2|2|-"]);
    assert_eq!(set_aside(&site, "city, batch_in, batch_out"), ["02|2|-"], "what is not the same as a number");
}

#[test]
fn a_column_that_goes_stays_aside_where_history_is_owed() {
    let (site, plan) = changed(CUSTOMERS, "customer_id VarChar(5) key, company_name VarChar(40) not null");
    insta::assert_snapshot!(plan.to_string(), @r#"
    update  table table.NW_Data.customers, by a rebuild: without `city`
    update  capture capture.NW_Data, in place: differs in datasets
    update  output output.Mask, in place: differs in inputs
    update  view view.Sales.analysis.NW_Data.customers, in place: loses `city` (breaks `Sales/analysis`)
    "#);
    insta::assert_snapshot!(files(&plan), @r#"
    ######## shards/main/transition/2f948c6df81d-to-a1275d8fea25/001-update-table-NW_Data-customers.sql
    -- resource: table.NW_Data.customers
    -- database: northwind.db
    -- What the new table cannot have stays in "NW_Data__customers.before_2f948c6df81d-to-a1275d8fea25_886554069268": its values were owed.
    -- Drop it by hand when nobody may ask for them any more.

    -- [change] Makes the table anew, with every version that was there.
    CREATE TABLE IF NOT EXISTS "NW_Data__customers.before_2f948c6df81d-to-a1275d8fea25_886554069268" (
      "customer_id" TEXT,
      "company_name" TEXT,
      "city" TEXT,
      "batch_in" INTEGER,
      "batch_out" INTEGER
    );

    INSERT INTO "NW_Data__customers.before_2f948c6df81d-to-a1275d8fea25_886554069268"
      ("customer_id", "company_name", "city", "batch_in", "batch_out")
    SELECT "customer_id", "company_name", "city", "batch_in", "batch_out"
    FROM "NW_Data__customers";

    CREATE TABLE "NW_Data__customers.before" AS
    SELECT * FROM "NW_Data__customers";

    DROP TABLE IF EXISTS "NW_Data__customers";

    CREATE TABLE IF NOT EXISTS "NW_Data__customers" (
      "customer_id" TEXT NOT NULL,
      "company_name" TEXT,
      "batch_in" INTEGER NOT NULL,
      "batch_out" INTEGER,
      PRIMARY KEY ("customer_id", "batch_in")
    );

    CREATE UNIQUE INDEX IF NOT EXISTS "NW_Data__customers.live"
      ON "NW_Data__customers" ("customer_id") WHERE "batch_out" IS NULL;
    CREATE INDEX IF NOT EXISTS "NW_Data__customers.opened"
      ON "NW_Data__customers" ("batch_in");
    CREATE INDEX IF NOT EXISTS "NW_Data__customers.closed"
      ON "NW_Data__customers" ("batch_out") WHERE "batch_out" IS NOT NULL;

    INSERT OR IGNORE INTO "NW_Data__customers"
      ("customer_id", "company_name", "batch_in", "batch_out")
    SELECT "customer_id", "company_name", "batch_in", "batch_out"
    FROM "NW_Data__customers.before";

    DROP TABLE "NW_Data__customers.before";

    ######## shards/main/transition/2f948c6df81d-to-a1275d8fea25/004-update-view-Sales-analysis-NW_Data-customers.sql
    -- resource: view.Sales.analysis.NW_Data.customers
    -- database: northwind.db

    -- [change] Makes the views anew.
    DROP VIEW IF EXISTS "Sales__analysis__NW_Data__customers";

    DROP VIEW IF EXISTS "Sales__analysis__NW_Data__customers__history";

    CREATE VIEW IF NOT EXISTS "Sales__analysis__NW_Data__customers" AS
    SELECT "customer_id", "company_name"
    FROM "NW_Data__customers"
    WHERE "batch_out" IS NULL;

    CREATE VIEW IF NOT EXISTS "Sales__analysis__NW_Data__customers__history" AS
    SELECT "customer_id", "company_name", "batch_in", "batch_out"
    FROM "NW_Data__customers";
    "#);
    assert_eq!(customers_of(&site), ["A|x|1|2", "A|x|2|-"]);
    assert_eq!(set_aside(&site, "city"), ["1", "02"]);
}

#[test]
fn another_key_keeps_what_fits_and_sets_aside_the_rest() {
    let other = "customer_id VarChar(5) not null, company_name VarChar(40) key, city VarChar(15)";
    let (site, plan) = changed(CUSTOMERS, other);
    assert!(plan.to_string().contains("by a rebuild: the key is another one"), "{plan}");
    assert_eq!(customers_of(&site), ["A|x|1|1|2", "A|x|02|2|-"]);
    let again = vec![text("B"), text("x"), text("3")];
    let rendering = history(other).example().rendering();
    site.batch(&rendering, "NW_Data/customers", 3, &[again]).unwrap();
    assert_eq!(customers_of(&site).len(), 3);
}

#[test]
fn a_wider_type_touches_no_data() {
    let wider = "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(30)";
    let (site, plan) = changed(CUSTOMERS, wider);
    assert!(plan.steps().iter().all(|step| step.effect <= Effect::InPlace), "{plan}");
    assert_eq!(customers_of(&site).len(), 2);
}

#[test]
fn copies_change_with_their_tables() {
    let server_fixture = |wind: NorthWind| NorthWind { file: "desk.db", ..wind }.example();
    let before = server_fixture(NorthWind::default());
    let site = Site::with(&before);
    site.open("desk.db")
        .execute_batch("INSERT INTO Local__NW_Data__customers VALUES ('A', 'x', 'Bonn', 1, NULL)")
        .unwrap();
    let wider =
        "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15), vat VarChar(9)";
    let after = server_fixture(history(wider));
    let plan = plan(&before, &after);
    insta::assert_snapshot!(plan.to_string(), @r#"
    update  table table.NW_Data.customers, with a backfill: `vat` is new: NULL until the next batch brings it
    update  copy copy.USA/NorthWindTeam/Desk.NW_Data.customers, with a backfill: `vat` is new: NULL until the next batch brings it
    update  copy copy.USA/NorthWindTeam/Desk.NW_Data.products, with a backfill: earlier versions come with the next batch
    update  table table.NW_Data.products, in place: earlier versions stay from now on
    update  capture capture.NW_Data, in place: differs in datasets
    update  output output.Mask, in place: differs in inputs
    update  view view.Sales.analysis.NW_Data.customers, in place: shows the columns of its table; shows versions that it did not show
    update  view view.Sales.analysis.NW_Data.products, in place: shows versions that it did not show
    "#);
    site.apply(&plan, &after.rendering());
    let rows = site.rows("desk.db", "SELECT * FROM Local__Sales__analysis__NW_Data__customers__history");
    assert_eq!(rows, ["A|x|Bonn|-|1|-"]);

    let elsewhere = history(wider).example();
    let moved = crate::example::plan(&after, &elsewhere);
    site.apply(&moved, &elsewhere.rendering());
    let left = site.rows("desk.db", "SELECT name FROM sqlite_schema WHERE name LIKE '%NW_Data__customers%'");
    assert_eq!(left, [] as [&str; 0]);
    assert!(customers_of(&site).is_empty());
}
