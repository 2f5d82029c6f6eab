//! The rendered export job, as it is, on Spark with Iceberg and a real PostgreSQL.

use crate::{
    engine::Spark,
    postgres::{PASSWORD, Server},
    shop::{DATABASE, Shop, articles, customers, orders},
    site::deployment,
};
use datasurface_platform::prelude::*;
use std::path::{Path, PathBuf};

/// Renders a shop with reports in PostgreSQL, and returns the folder of its instance.
fn rendered(folder: &Path, orders: Dataset, port: u16) -> PathBuf {
    let mut shop =
        Shop { datasets: vec![orders, customers(), articles()], reports: Some(port), ..Shop::new("states") };
    shop.settings["export_ssl_mode"] = json!("disable");
    let deployment = deployment(folder);
    deployment.render(&shop.ecosystem()).unwrap();
    deployment.root().join("Lake")
}

#[test]
fn a_database_of_consumers_has_what_an_independent_model_has() {
    let Some((spark, server)) = Spark::find_with_postgres().zip(Server::start()) else { return };
    server.renew(DATABASE, "template0");
    let folder = tempfile::tempdir().unwrap();
    let wider = "id BigInt key, customer BigInt not null, amount Decimal(12,2), placed Timestamp(UTC), note VarChar(20)";
    let before = rendered(&folder.path().join("before"), orders(), server.port);
    let wider = Dataset::new("orders", wider).classified("Public");
    let after = rendered(&folder.path().join("after"), wider, server.port);
    let buckets = folder.path().join("buckets");
    let folders = [&before, &after, &buckets].map(|path| path.to_str().unwrap());
    let printed = spark.run("check_export.py", &[&folders[..], &[&spark.jars(), PASSWORD]].concat());
    assert!(printed.contains("6 batches"), "{printed}");
}
