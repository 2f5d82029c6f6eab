//! NorthWind, from a database through topics into another database.

use crate::{
    engine::Site,
    site_model::{PATIENCE, model},
};
use datasurface_platform::prelude::*;
use postgres::Client;

/// What of the pipeline changes from revision to revision.
#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    /// The columns of customers.
    pub(crate) customers: &'static str,
    /// What the warehouse wants; without anything there is no warehouse.
    pub(crate) wanted: Vec<&'static str>,
}

/// The datasets of NorthWind, each with its columns. That of customers is the one that changes.
const DATASETS: [(&str, &str); 3] = [
    (
        "products",
        "product_id SmallInt key, product_name VarChar(40) not null, supplier_id SmallInt, unit_price Decimal(10,4), discontinued Boolean not null",
    ),
    ("suppliers", "supplier_id SmallInt key, company_name VarChar(40) not null, homepage VarChar"),
    ("orders", "order_id SmallInt key, customer_id VarChar(5), ordered_at Timestamp(UTC), freight Real"),
];

/// The customers at first. The source has a column more, which nobody declared.
pub(crate) const CUSTOMERS: &str =
    "customer_id VarChar(5) key, company_name VarChar(40) not null, country VarChar(15)";

impl Pipeline {
    pub(crate) fn ecosystem(&self, site: &Site) -> Ecosystem {
        let store = Datastore::new("NW_Data").captured(
            Capture::change_data_capture("USA/Team/Source").with_consistency(Consistency::SingleDataset),
        );
        let datasets = DATASETS.into_iter().chain([("customers", self.customers)]);
        let datasets = datasets.map(|(name, columns)| {
            let schema = match name == "suppliers" && site.registry.is_some() {
                true => Schema::from(AvroSchema::new(self.suppliers()).keyed(["supplier_id"])),
                false => Schema::from(columns),
            };
            Dataset::new(name, schema).classified("Public")
        });
        let store = datasets.fold(store, Datastore::dataset);
        let with = |team: Team| {
            let team = team.datastore(store);
            match self.wanted.is_empty() {
                true => team,
                false => team.workspace(
                    Workspace::new("Reporting")
                        .with_container("USA/Team/Warehouse")
                        .group(DatasetGroup::new("Now").with_sinks(self.wanted.iter().copied()))
                        .group(
                            DatasetGroup::new("Ever")
                                .sink("NW_Data/products")
                                .with_milestoning(Milestoning::Forensic)
                                .with_retention(Retention::years(1)),
                        ),
                ),
            }
        };
        model(site, PATIENCE, with)
    }

    /// The suppliers in the words of Avro, with a documentation that differs from plan to plan.
    pub(crate) fn suppliers(&self) -> Json {
        let doc = format!("One of whom the shop buys, for {} tables", self.wanted.len());
        let written = json!({"type": "record", "name": "Supplier", "namespace": "org.example", "doc": doc, "fields": [
            {"name": "supplier_id", "type": "int"},
            {"name": "company_name", "type": "string", "default": "", "doc": "As it is registered"},
            {"name": "homepage", "type": ["null", "string"], "default": null},
        ]});
        written.into()
    }
}

/// Makes the tables of the producer, with values that are easily lost on the way: NULLs, long texts, digits, microseconds.
pub(crate) fn fill(source: &mut Client) {
    source
        .batch_execute(
            "CREATE TABLE customers (customer_id varchar(5) PRIMARY KEY, company_name varchar(40) NOT NULL, country varchar(15), phone varchar(24));
             CREATE TABLE products (product_id smallint PRIMARY KEY, product_name varchar(40) NOT NULL, supplier_id smallint,
                unit_price numeric(10,4), discontinued boolean NOT NULL);
             CREATE TABLE suppliers (supplier_id smallint PRIMARY KEY, company_name varchar(40) NOT NULL, homepage text);
             CREATE TABLE orders (order_id smallint PRIMARY KEY, customer_id varchar(5), ordered_at timestamptz, freight real);
             INSERT INTO customers SELECT 'C' || n, 'Фирма \"' || n || '\"', CASE WHEN n % 3 > 0 THEN 'Land ' || n % 7 END, '+49 ' || n
                FROM generate_series(1, 300) n;
             INSERT INTO products SELECT n, 'P' || n, CASE WHEN n % 4 > 0 THEN n % 29 END, n * 1.2345, n % 2 = 0 FROM generate_series(1, 500) n;
             INSERT INTO suppliers SELECT n, 'S' || n,
                CASE WHEN n % 5 > 0 THEN (SELECT string_agg(md5(n || '/' || m), '') FROM generate_series(1, 300) m) END
                FROM generate_series(1, 29) n;
             INSERT INTO orders SELECT n, 'C' || n % 300, timestamptz '1996-07-04 00:00:00.123456+00' + n * interval '1 day 3.7 s',
                CASE WHEN n % 6 > 0 THEN n * 0.37 END FROM generate_series(1, 800) n;",
        )
        .unwrap();
}

/// Changes of every kind. The same seed makes the same changes.
pub(crate) fn change(source: &mut Client, seed: u32) {
    let changes = format!(
        "UPDATE products SET unit_price = unit_price + {seed}.0001, supplier_id = NULLIF(product_id % 5, 0) WHERE product_id % 7 = {seed} % 7;
         DELETE FROM products WHERE product_id % 11 = {seed} % 11;
         INSERT INTO products SELECT n, 'new ' || n, NULL, NULL, true FROM generate_series(1000 + {seed} * 50, 1030 + {seed} * 50) n;
         UPDATE suppliers SET company_name = 'S{seed} ' || supplier_id;
         UPDATE suppliers SET homepage = NULL WHERE supplier_id % 9 = {seed} % 9;
         UPDATE customers SET country = NULL WHERE customer_id LIKE '%{seed}';
         DELETE FROM customers WHERE customer_id LIKE '%{seed}2';
         INSERT INTO customers VALUES ('N{seed}', 'in between', 'X', '0'), ('M{seed}', 'again', NULL, NULL);
         DELETE FROM customers WHERE customer_id = 'N{seed}';
         UPDATE customers SET customer_id = 'K{seed}' WHERE customer_id = 'M{seed}';"
    );
    // Each statement is a transaction of its own.
    for statement in changes.split_inclusive(';') {
        source.batch_execute(statement).unwrap();
    }
}

/// The columns that are compared of each table, and its key.
fn columns(dataset: &str) -> (&'static str, &'static str) {
    match dataset {
        "customers" => ("customer_id, company_name, country", "customer_id"),
        "products" => ("product_id, product_name, supplier_id, unit_price, discontinued", "product_id"),
        "suppliers" => ("supplier_id, company_name, homepage", "supplier_id"),
        _ => ("order_id, customer_id, ordered_at AT TIME ZONE 'UTC', freight", "order_id"),
    }
}

/// The rows of a table, as texts, in order.
pub(crate) fn rows(database: &mut Client, table: &str, columns: &str, key: &str) -> Vec<String> {
    let query = format!("SELECT ROW({columns})::text FROM {table} ORDER BY {key}");
    // Before the first record, a sink has made no table.
    database.query(&query, &[]).unwrap_or_default().into_iter().map(|row| row.get(0)).collect()
}

/// The first difference between tables of the producer and of consumers; none if all are equal.
pub(crate) fn difference(source: &mut Client, warehouse: &mut Client, datasets: &[&str]) -> Option<String> {
    datasets.iter().find_map(|dataset| {
        let (columns, key) = columns(dataset);
        let wanted = rows(source, dataset, columns, key);
        let found = rows(warehouse, &format!("\"NW_Data__{dataset}\""), columns, key);
        assert!(!wanted.is_empty());
        let first = wanted.iter().zip(&found).find(|(wanted, found)| wanted != found);
        (wanted != found).then(|| {
            format!(
                "`{dataset}` has {} rows, and {} arrived; first difference: {first:?}",
                wanted.len(),
                found.len()
            )
        })
    })
}
