//! Datasets that are called otherwise.

use crate::{example::Example, northwind::NorthWind};
use datasurface_platform::{
    graph::{Assignments, Stage},
    prelude::*,
};

/// What reads the dataset `articles` of a datastore that is captured in this way.
fn read(capture: Capture, articles: Dataset) -> String {
    let ecosystem = NorthWind::default().ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        let group = DatasetGroup::new("all").sink("Shop/articles");
        team.datastore(Datastore::new("Shop").captured(capture.clone()).dataset(articles.clone()))
            .workspace(Workspace::new("Board").with_container("USA/NorthWindTeam/Desk").group(group))
    });
    let assignments: Assignments = NorthWind::assignments()
        .with_group("Local", "Board/all", Stage::Provisioned)
        .with_primary("Local", "Shop", Stage::Provisioned);
    let rendering = Example::new(ecosystem, &assignments).rendering();
    let jobs: serde_json::Value =
        serde_json::from_str(rendering.file("jobs.json").unwrap().text().unwrap()).unwrap();
    let job = jobs["jobs"].as_array().unwrap().iter().find(|job| job["job"] == "capture.Shop").unwrap();
    job["datasets"][0]["read"].as_str().unwrap().to_owned()
}

#[test]
fn a_renamed_dataset_is_read_from_the_table_that_it_was_read_from() {
    let source = || Capture::sql_snapshot("USA/NorthWindTeam/Source");
    let articles = || Dataset::new("articles", "id Integer key");
    for (capture, dataset, table) in [
        (source(), articles(), "articles"),
        (source(), articles().renamed_from("products"), "products"),
        (source().table("articles", "articles"), articles().renamed_from("products"), "articles"),
        (source().table("articles", "T_7"), articles().renamed_from("products"), "T_7"),
    ] {
        let read = read(capture, dataset);
        assert!(read.ends_with(&format!(" FROM \"{table}\"")), "{read}");
    }
}
