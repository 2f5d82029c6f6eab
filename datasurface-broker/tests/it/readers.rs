//! Readers: a plan says whom a change of a schema breaks, whatever the platform says of it.

use crate::fixture::*;
use datasurface_model::*;
use datasurface_platform::Meaning;
use std::collections::BTreeMap;

const BEFORE: &str = "id Integer key, text VarChar(10)";

/// The datasets `a`, read by `W` and by a transformer whose output `V` reads, and `b`, read by `U`.
fn world(a: &str) -> Ecosystem {
    let store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source"));
    let store = store.dataset(Dataset::new("a", a)).dataset(Dataset::new("b", BEFORE));
    let makes = DataTransformer::sql("O").select("made", "SELECT id FROM S_a");
    let transformer = consumer("Makes", DatasetGroup::new("in").sink("S/a")).with_transformer(makes);
    let reader = |name: &str, sink: &str| consumer(name, DatasetGroup::new("g").sink(sink));
    let readers = [transformer, reader("W", "S/a"), reader("V", "O/made"), reader("U", "S/b")];
    let output = Datastore::new("O").dataset(Dataset::new("made", "id Integer key"));
    world_of(store, [minimal_platform("P")], readers).edit_team("Z", "T", |team| team.datastore(output))
}

/// The meaning of each step of what becomes of the first world, by resource.
fn meanings(after: Ecosystem) -> BTreeMap<String, Meaning> {
    let site = Site::new();
    site.render(world(BEFORE), today());
    let proposal = site.propose(after, today()).unwrap();
    let steps = proposal.plan(&"P".into()).unwrap().steps();
    steps.iter().map(|step| (step.resource.to_string(), step.meaning.clone())).collect()
}

fn breaking<const N: usize>(groups: [&str; N]) -> Meaning {
    Meaning::Breaking(groups.map(GroupKey::from).into())
}

#[test]
fn whom_a_change_breaks_is_told_also_through_transformers() {
    let all = breaking(["Makes/in", "V/g", "W/g"]);
    for after in
        ["id Integer key", "id Integer key, text VarChar(5)", "id Integer key, text VarChar(10) not null"]
    {
        let meanings = meanings(world(after));
        assert_eq!(meanings["shelf.S/a"], all, "{after}");
        assert!(!meanings.contains_key("shelf.S/b"), "{meanings:?}");
    }
}

#[test]
fn a_change_that_breaks_nobody_means_what_the_platform_says() {
    let meanings = meanings(world("id Integer key, text VarChar(20), more Integer"));
    assert_eq!(meanings["shelf.S/a"], Meaning::Compatible);
    assert!(meanings.values().all(|meaning| !matches!(meaning, Meaning::Breaking(_))), "{meanings:?}");
}

#[test]
fn readers_are_found_by_the_storage_name_of_a_renamed_dataset() {
    let renamed = |columns: &str| {
        let store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source"));
        let store = store.dataset(Dataset::new("z", columns).renamed_from("a"));
        world_of(store, [minimal_platform("P")], [consumer("W", DatasetGroup::new("g").sink("S/z"))])
    };
    let site = Site::new();
    let store =
        Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source")).dataset(Dataset::new("a", BEFORE));
    let before =
        world_of(store, [minimal_platform("P")], [consumer("W", DatasetGroup::new("g").sink("S/a"))]);
    site.render(before, today());
    site.render(renamed(BEFORE), today());
    let narrowed = site.propose(renamed("id Integer key"), today()).unwrap();
    let shelf = narrowed.plan(&"P".into()).unwrap().steps().iter().find(|step| step.kind == "shelf").unwrap();
    assert_eq!((shelf.resource.to_string(), &shelf.meaning), ("shelf.S/a".to_owned(), &breaking(["W/g"])));
}
