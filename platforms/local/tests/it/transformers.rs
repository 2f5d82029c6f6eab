//! Transformers: inputs by name, outputs captured again.

use crate::{
    ground::{Ground, moved},
    northwind::{CUSTOMERS, NorthWind},
    scene::Scene,
    site::{Site, script, text},
};
use datasurface_platform::{graph::Stage, prelude::*};

/// A transformer that makes two datasets of two others.
fn two_of_two() -> Scene {
    let ecosystem = NorthWind::default().ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        let counting = DataTransformer::sql("Masked_NW_Data")
            .all_inputs_moved()
            .select(
                "customers",
                "SELECT customer_id, '***' AS company_name, (SELECT count(*) FROM NW_Data_products) AS city \
                 FROM NW_Data_customers",
            )
            .select("cities", "SELECT city, count(*) AS customers FROM NW_Data_customers GROUP BY city");
        let made = Datastore::new("Masked_NW_Data")
            .dataset(Dataset::new("customers", CUSTOMERS))
            .dataset(Dataset::new("cities", "city VarChar(15) key, customers Integer"));
        let reads = DatasetGroup::new("raw").sinks(["NW_Data/customers", "NW_Data/products"]);
        let board = DatasetGroup::new("all").sink("Masked_NW_Data/cities");
        let desk = "USA/NorthWindTeam/Desk";
        team.without_workspace(&"Mask".into())
            .without_datastore(&"Masked_NW_Data".into())
            .datastore(made)
            .workspace(Workspace::new("Mask").container(desk).group(reads).transformer(counting))
            .workspace(Workspace::new("Board").container(desk).group(board))
    });
    Scene::new(ecosystem, &NorthWind::assignments().serves("Local", "Board/all", Stage::Provisioned))
}

#[test]
fn a_transformer_waits_until_all_of_its_inputs_moved() {
    let ground = Ground::with(&two_of_two());
    ground.change_source(
        "INSERT INTO Customers VALUES ('A', 'a', 'x'), ('B', 'b', 'x'); INSERT INTO products VALUES (1, 'p', 1, 1)",
    );
    ground.run();
    let made = |dataset: &str| {
        let all = format!("SELECT * FROM Masked_NW_Data__{dataset} WHERE batch_out IS NULL ORDER BY 1");
        ground.rows("northwind.db", &all)
    };
    assert_eq!(made("customers"), ["A|***|1|1|-", "B|***|1|1|-"]);
    assert_eq!(made("cities"), ["x|2|1|-"]);

    ground.change_source("UPDATE Customers SET city = 'y' WHERE customer_id = 'B'");
    for expected in ["+0 ~1 -0 =1", "+0 ~0 -0 =2"] {
        let moved = moved(&ground.run());
        assert_eq!(moved.len(), 2, "it does not run: {moved:?}");
        assert!(moved[0].ends_with(expected), "{moved:?}");
    }
    ground.change_source("INSERT INTO products VALUES (2, 'q', 1, 1)");
    assert_eq!(
        moved(&ground.run())[2..],
        ["Masked_NW_Data/cities 2: +1 ~1 -0 =0", "Masked_NW_Data/customers 2: +0 ~2 -0 =0"],
        "it sees what moved before, too"
    );
    assert_eq!(made("cities"), ["x|1|2|-", "y|1|2|-"]);
}

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
