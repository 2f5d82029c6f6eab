//! Transformers: inputs by name, outputs captured again.

use crate::{
    northwind::NorthWind,
    site::{Site, script, text},
};
use datasurface_platform::prelude::*;

#[test]
fn outputs_are_made_of_inputs_and_captured() {
    for file in ["northwind.db", "desk.db"] {
        let wind = NorthWind {
            file,
            select: "SELECT city, '**' || ';' AS company_name, customer_id FROM NW_Data_customers; -- done",
            ..NorthWind::default()
        };
        let scene = wind.scene();
        let rendering = scene.rendering();
        let site = Site::with(&scene);
        let record = vec![text("A"), text("x"), text("Bonn")];
        site.batch(&rendering, "NW_Data/customers", 1, &[record]).unwrap();
        if file == "desk.db" {
            // What applying the copy does is tested elsewhere.
            site.open(file)
                .execute_batch("INSERT INTO Local__NW_Data__customers VALUES ('A', 'x', 'Bonn', 1, NULL)")
                .unwrap();
        }

        let output = script(&rendering, "output.Mask");
        let database = site.open(output.database());
        database.execute("ATTACH ?1 AS container", [site.path(file)]).unwrap();
        for section in ["inputs", "fill", "fill", "close"] {
            database
                .execute_batch(output.section(section).unwrap())
                .unwrap_or_else(|error| panic!("{error}\n{output}"));
        }
        let jobs: serde_json::Value =
            serde_json::from_str(rendering.file("jobs.json").unwrap().text().unwrap()).unwrap();
        let capture =
            jobs["jobs"].as_array().unwrap().iter().find(|job| job["job"] == "capture.Masked_NW_Data");
        let read = capture.unwrap()["datasets"][0]["read"].as_str().unwrap();
        assert_eq!(site.rows("northwind.db", read), ["A|**;|Bonn"]);
    }
}

#[test]
fn a_transform_job_is_found_by_its_trigger() {
    let rendering = NorthWind::default().scene().rendering();
    let needs = |address: &str| {
        let resource = rendering.resource(&address.into()).unwrap();
        let needs = resource.dependencies().iter().map(ResourceAddress::as_str);
        needs.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(needs("trigger.Mask"), "database table.NW_Data.customers");
    assert_eq!(needs("transform.Mask"), "database output.Mask trigger.Mask");
    assert_eq!(needs("output.Mask"), "database table.NW_Data.customers");
    assert_eq!(needs("capture.Masked_NW_Data"), "database output.Mask table.Masked_NW_Data.customers");
}
