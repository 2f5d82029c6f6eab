//! The rendered job that receives from another lake, as it is, on Spark with Iceberg: what it shows is what the lake shows.

use crate::{
    engine::Spark,
    federation::Federation,
    shop::{articles, customers, orders},
    site::deployment,
};
use datasurface_platform::prelude::*;
use std::path::{Path, PathBuf};

/// Renders both instances, and returns their folders.
fn rendered(folder: &Path, orders: Dataset) -> [PathBuf; 2] {
    let mut federation = Federation::new("states");
    federation.shop.datasets = vec![orders, customers(), articles()];
    let deployment = deployment(folder);
    deployment.render(&federation.ecosystem()).unwrap();
    ["Lake", "Reports"].map(|platform| deployment.root().join(platform))
}

#[test]
fn live_and_history_are_those_of_the_lake_whatever_happens_to_both() {
    let Some(spark) = Spark::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let wider = "id BigInt key, customer BigInt not null, amount Decimal(12,2), placed Timestamp(UTC), note VarChar(20)";
    let before = rendered(&folder.path().join("before"), orders());
    let after = rendered(&folder.path().join("after"), Dataset::new("orders", wider).classified("Public"));
    let buckets = folder.path().join("buckets");
    let folders = [&before[0], &before[1], &after[0], &after[1], &buckets].map(|path| path.to_str().unwrap());
    let printed = spark.run("check_receive.py", &[&folders[..], &[&spark.jars(), "0"]].concat());
    assert!(printed.contains("versions compared"), "{printed}");
}
