//! Transformers that feed each other in a loop, and one that reads what it makes itself: state machines say what is run, and Spark runs it.

use crate::{
    engine::Spark,
    machines::{blocks, execute},
    shop::Shop,
    site::deployment,
};
use datasurface_platform::prelude::*;
use serde_json::Value;
use std::path::Path;

/// The member of the loop that a timetable starts. Without one, the model would be refused.
const BY_TIMETABLE: &str = "Forth";

/// A transformer that counts up to a limit what comes round to it, and hands it on.
fn counting(name: &str, input: &str) -> Workspace {
    let back = input.replace('/', "_");
    let select = format!(
        "SELECT o.id AS id, least(coalesce(b.turns + 1, 0), 1) AS turns FROM Store_orders o LEFT JOIN {back} b ON b.id = o.id"
    );
    member(name, DataTransformer::sql(name).select("steps", select))
        .group(DatasetGroup::new("Inputs").sink("Store/orders").sink(input))
}

fn member(name: &str, transformer: DataTransformer) -> Workspace {
    let transformer = match name {
        BY_TIMETABLE | "Own" => transformer.with_cron("0 6 * * *"),
        _ => transformer.with_trigger(TransformTrigger::AnyInputMoved),
    };
    Workspace::new(name).with_container("Europe/Sales/Views").with_transformer(transformer)
}

/// The shop, a loop of three transformers, and one that reads what it makes.
fn ecosystem() -> Ecosystem {
    let handing_on = |name: &str, input: &str| {
        let select = format!("SELECT id, turns FROM {}", input.replace('/', "_"));
        member(name, DataTransformer::sql(name).select("steps", select))
            .group(DatasetGroup::new("Inputs").sink(input))
    };
    let made = |name: &str| {
        let steps = Dataset::new("steps", "id BigInt key, turns Integer not null").classified("Public");
        Datastore::new(name).dataset(steps)
    };
    let reader = Workspace::new("Reader")
        .with_container("Europe/Sales/Views")
        .group(DatasetGroup::new("Steps").sink("Back/steps").sink("Own/steps"));
    Shop::new("states").ecosystem().edit_team("Europe", "Sales", |team| {
        let team =
            ["Forth", "Middle", "Back", "Own"].iter().fold(team, |team, name| team.datastore(made(name)));
        team.workspace(counting(BY_TIMETABLE, "Back/steps"))
            .workspace(handing_on("Middle", "Forth/steps"))
            .workspace(handing_on("Back", "Middle/steps"))
            .workspace(counting("Own", "Own/steps"))
            .workspace(reader)
    })
}

/// The definitions that the state machines of transformers run: by timetable, and whenever a batch ended.
fn started(root: &Path) -> Value {
    let machines = blocks(root, "shards/main/transformers.tf.json", "aws_sfn_state_machine");
    let mut runs = serde_json::Map::new();
    for machine in &machines {
        let definition: Value = serde_json::from_str(machine["definition"].as_str().unwrap()).unwrap();
        let (end, done) = execute(&definition, |_, _| Ok(json!({})));
        assert!(end.is_ok(), "{end:?}");
        let definitions = done.runs.iter().flat_map(|run| serde_json::from_str::<Vec<String>>(run).unwrap());
        let is_by_timetable = definition["Comment"].as_str().unwrap().contains("0 6 * * *");
        let key = if is_by_timetable { "timetable" } else { "event" };
        runs.insert(key.to_owned(), definitions.collect());
    }
    Value::Object(runs)
}

#[test]
fn a_loop_begins_turns_and_comes_to_rest_and_goes_on_after_a_failure() {
    let Some(spark) = Spark::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(&folder.path().join("rendered"));
    deployment.render(&ecosystem()).unwrap();
    let started = started(&deployment.root());
    let of = |key: &str| started[key].as_array().unwrap().len();
    assert_eq!((of("timetable"), of("event")), (2, 2), "{started}");
    let (rendered, buckets) = (deployment.root().join("Lake"), folder.path().join("buckets"));
    let [rendered, buckets] = [&rendered, &buckets].map(|path| path.to_str().unwrap());
    let printed = spark.run("check_loop.py", &[rendered, buckets, &spark.jars(), &started.to_string()]);
    assert!(printed.contains("it rests"), "{printed}");
}
