//! The rendered transform job, as it is, on Spark with Iceberg: what it makes is what PostgreSQL makes with the same SELECT.

use crate::{
    encrypted::with_key_for,
    engine::Spark,
    laws::laws,
    postgres::{PASSWORD, Server},
    shop::{Shop, articles, customers, orders},
    site::deployment,
};
use datasurface_platform::prelude::*;
use datasurface_testkit::northwind_masked;
use std::path::{Path, PathBuf};

/// Renders an ecosystem, and returns the folder of its instance.
fn rendered(folder: &Path, ecosystem: &Ecosystem, instance: &str) -> PathBuf {
    let deployment = deployment(folder);
    deployment.render(ecosystem).unwrap();
    deployment.root().join(instance)
}

fn check(program: &str, ecosystem: &Ecosystem, instance: &str) -> Option<String> {
    let (spark, server) = Spark::find_with_postgres().zip(Server::start())?;
    server.renew("consumers", "template0");
    let folder = tempfile::tempdir().unwrap();
    let rendered = rendered(&folder.path().join("rendered"), ecosystem, instance);
    let buckets = folder.path().join("buckets");
    let folders = [&rendered, &buckets].map(|path| path.to_str().unwrap());
    let port = server.port.to_string();
    Some(spark.run(program, &[&folders[..], &[&spark.jars(), &port, PASSWORD]].concat()))
}

#[test]
fn masked_customers_are_what_postgres_makes_of_them() {
    // Its databases are at addresses that only exist in the model.
    let northwind = laws().adapted(&northwind_masked());
    let Some(printed) = check("check_masking.py", &northwind, "LegacyA") else { return };
    assert!(printed.contains("6 batches"), "{printed}");
}

#[test]
fn totals_are_what_postgres_makes_of_them_whatever_fails() {
    let totals = Some(TransformTrigger::AllInputsMoved);
    // The statement still has the former name of an input.
    let clients = Dataset::new("clients", customers().schema().clone()).classified("Public");
    let datasets = vec![orders(), clients.renamed_from("customers"), articles()];
    // Tables are written by another catalog than the one that reads them.
    let shop = with_key_for("Public", Shop { reports: Some(5432), totals, datasets, ..Shop::new("states") });
    let Some(printed) = check("check_totals.py", &shop.ecosystem(), "Lake") else { return };
    assert!(printed.contains("8 batches"), "{printed}");
}
