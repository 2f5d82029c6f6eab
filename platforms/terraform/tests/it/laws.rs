//! The platform keeps the laws that every platform must keep.

use crate::{
    lake::Lake,
    shop::{Shop, settings},
};
use datasurface_platform::prelude::*;
use datasurface_testkit::{Laws, northwind};

fn laws() -> Laws {
    Laws::for_plugin::<Lake>().with_settings(settings("states")).with_other_settings([
        (
            "terraform",
            json!({"backend": {"s3": {"bucket": "states", "region": "eu-west-1", "prefix": "lake"}}}),
        ),
        ("region", json!("eu-west-1")),
        ("role", json!("other-jobs")),
        ("job_labels", json!("job")),
    ])
}

#[test]
fn the_platform_keeps_them_on_northwind() {
    let report = laws().check(&laws().adapted(&northwind()));
    report.assert();
    assert!(report.counts.changes > 30, "{report}");
}

#[test]
fn the_platform_keeps_them_on_the_shop() {
    laws().check(&Shop::new("states").ecosystem()).assert();
}

#[test]
fn the_platform_keeps_them_on_generated_ecosystems() {
    laws().check_generated(6).assert();
}

#[test]
fn what_surrounds_a_process_is_not_rendered() {
    let report = laws().check_in_second_process(
        &laws().adapted(&northwind()),
        "laws::what_surrounds_a_process_is_not_rendered",
    );
    report.assert();
}
