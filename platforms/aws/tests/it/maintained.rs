//! The rendered maintenance job, as it is, on Spark with Iceberg.

use crate::{encrypted::with_key_for, engine::Spark, shop::Shop, site::deployment};

#[test]
fn maintenance_changes_nothing_but_versions_whose_retention_is_over() {
    let Some(spark) = Spark::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&with_key_for("Public", Shop::new("states")).ecosystem()).unwrap();
    let (rendered, buckets) = (deployment.root().join("Lake"), folder.path().join("buckets"));
    let folders = [&rendered, &buckets].map(|path| path.to_str().unwrap());
    let printed = spark.run("check_maintain.py", &[&folders[..], &[&spark.jars()]].concat());
    assert!(printed.contains("maintained"), "{printed}");
}
