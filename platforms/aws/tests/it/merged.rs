//! The rendered merge job, as it is, on Spark with Iceberg: late and repeated files, runs that die anywhere, another schema in the middle.

use crate::{
    engine::Spark,
    shop::{Shop, articles, customers, orders},
    site::deployment,
};
use datasurface_platform::prelude::*;
use std::path::{Path, PathBuf};

/// Renders a shop, and returns the folder of its instance.
fn rendered(folder: &Path, orders: Dataset) -> PathBuf {
    let shop = Shop { datasets: vec![orders, customers(), articles()], ..Shop::new("states") };
    let deployment = deployment(folder);
    deployment.render(&shop.ecosystem()).unwrap();
    deployment.root().join("Lake")
}

#[test]
fn live_and_history_are_those_of_an_independent_model() {
    let Some(spark) = Spark::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let wider = "id BigInt key, customer BigInt not null, amount Decimal(12,2), placed Timestamp(UTC), note VarChar(20)";
    let before = rendered(&folder.path().join("before"), orders());
    let after = rendered(&folder.path().join("after"), Dataset::new("orders", wider).classified("Public"));
    let buckets = folder.path().join("buckets");
    let folders = [&before, &after, &buckets].map(|path| path.to_str().unwrap());
    let printed = spark.run("check_merge.py", &[&folders[..], &[&spark.jars(), "0", "2"]].concat());
    assert!(printed.contains("2 trials"), "{printed}");
}
