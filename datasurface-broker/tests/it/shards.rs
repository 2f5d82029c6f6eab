//! Shards: where a node is placed is no part of its identity.

use crate::fixture::*;
use cpu_time::ThreadTime;
use datasurface_broker::{Base, Lock};
use datasurface_graph::{IngestSource, NodeDetail};
use datasurface_model::*;
use datasurface_platform::{Action, Scope};
use std::time::Duration;

fn everything() -> Workspace {
    consumer("W", DatasetGroup::new("g").with_sinks(["S/a", "S/b"]))
}

#[test]
fn a_placement_in_the_lock_is_honoured_and_editing_it_moves_the_node_and_nothing_else() {
    let ecosystem = || fixture([minimal_platform("P")], [everything()]);
    let site = Site::new();
    site.render(ecosystem(), today());
    let mut lock = site.lock();
    let export = "Export/P/Z/T/Lake/S/b";
    lock.placement_mut("P".into()).place(export.parse().unwrap(), "second".into());
    let moved = site.propose_with(ecosystem(), &lock, today()).unwrap();
    let steps = moved.plan(&"P".into()).unwrap().steps().to_vec();
    let moves: Vec<_> = steps.iter().filter(|step| step.action == Action::Move).collect();
    assert_eq!(moves.len(), 1);
    assert_eq!(moves[0].resource, format!("job.{export}").into());
    assert_eq!(moves[0].moved_from, Some(Scope::Shard("main".into())));
    assert_eq!(moves[0].scope, Scope::Shard("second".into()));
    // The foundation lists the shards; nothing else is touched.
    let others: Vec<_> = steps.iter().filter(|step| step.action != Action::Move).collect();
    assert!(others.iter().all(|step| step.resource == "frame".into()), "{others:?}");
    assert_eq!(moved.manifest().platform(&"P".into()).unwrap().scopes.len(), 3);

    moved.write(&mut site.target(), &site.lock_path()).unwrap();
    assert_eq!(self::steps(&site.propose(ecosystem(), today()).unwrap(), "P"), []);
}

#[test]
fn a_link_between_shards_needs_an_offer() {
    let ecosystem = || fixture([minimal_platform("P").setting("silent", true)], [everything()]);
    let site = Site::new();
    site.render(ecosystem(), today());
    let mut lock = site.lock();
    lock.placement_mut("P".into()).place("Export/P/Z/T/Lake/S/b".parse().unwrap(), "second".into());
    let refused = site.propose_with(ecosystem(), &lock, today()).unwrap_err();
    assert_eq!(codes(&refused), ["offer/missing"]);
}

#[test]
fn nodes_are_spread_over_shards_and_what_cannot_be_divided_is_reported() {
    let ecosystem = |limit: i64| fixture([minimal_platform("P").setting("limit", limit)], [everything()]);
    let spread = Site::new().propose(ecosystem(1), today()).unwrap();
    let shards = spread.lock().placement(&"P".into()).unwrap().shards();
    assert!(shards.len() > 1, "{shards:?}");
    assert!(shards.contains("main"));
    let refused = Site::new().propose(ecosystem(0), today()).unwrap_err();
    assert_eq!(codes(&refused), ["shard/limit", "shard/limit"]);
    let found: Vec<_> =
        refused.findings().iter().map(|finding| (finding.path().to_string(), finding.message())).collect();
    let of = |dataset: &str| {
        let path = format!("zones/Z/teams/T/datastores/S/datasets/{dataset}");
        (path, format!("`S/{dataset}` in `Ingest/P/S` has 1 shelves, and a shard of `P` can have 0"))
    };
    let expected = [of("a"), of("b")];
    assert!(
        found
            .iter()
            .map(|(path, message)| (path, *message))
            .eq(expected.iter().map(|(path, message)| (path, message.as_str()))),
        "{found:?}"
    );
}

#[test]
fn whatever_is_too_much_alone_is_named_where_the_model_asks_for_it() {
    let refused = |setting: &str, store: Datastore| {
        let platform = minimal_platform("P").setting("limit", 1).setting(setting, 2);
        let ecosystem = world_of(store, [platform], [everything()]);
        let refused = Site::new().propose(ecosystem, today()).unwrap_err();
        assert!(codes(&refused).iter().all(|code| *code == "shard/limit"), "{:?}", codes(&refused));
        refused.findings().iter().map(|finding| finding.path().to_string()).collect::<Vec<_>>()
    };
    let one_by_one = || {
        let capture = Capture::sql_snapshot("Z/T/Source").with_consistency(Consistency::SingleDataset);
        store("S").captured(capture)
    };
    let datastore = "zones/Z/teams/T/datastores/S";
    assert_eq!(refused("weight_of_ingest", store("S")), [datastore]);
    let datasets = ["a", "b"].map(|dataset| format!("{datastore}/datasets/{dataset}"));
    assert_eq!(refused("weight_of_ingest", one_by_one()), datasets);
    let sinks = ["a", "b"].map(|dataset| format!("zones/Z/teams/T/workspaces/W/groups/g/sinks/S/{dataset}"));
    assert_eq!(refused("weight_of_export", store("S")), sinks);
}

#[test]
fn what_begins_to_be_held_weighs_in_the_change_that_begins_it() {
    let of = |consumers: [Workspace; 2]| {
        let platform = minimal_platform("P").setting("limit", 2).setting("weight_of_history", 1);
        let capture = Capture::sql_snapshot("Z/T/Source").with_consistency(Consistency::SingleDataset);
        world_of(store("S").captured(capture), [platform], consumers)
    };
    let live = |name: &str, dataset: &str| consumer(name, DatasetGroup::new("g").sink(dataset));
    let every_version = DatasetGroup::new("g").sink("S/a").with_milestoning(Milestoning::Forensic);
    let site = Site::new();
    site.render(
        of([live("L", "S/a"), consumer("F", every_version.with_retention(Retention::days(10)))]),
        today(),
    );

    // Without its history, which is owed for ten days more, the one dataset would leave room for the other.
    let changed = || of([live("L", "S/a"), live("M", "S/b")]);
    let rendered = site.render(changed(), today());
    assert!(!rendered.lock().held(&"P".into()).is_empty());
    let placement = |lock: &datasurface_broker::Lock| lock.placement(&"P".into()).unwrap().clone();
    let shard = |dataset: &str| {
        let ingest = format!("Ingest/P/S/{dataset}").parse().unwrap();
        placement(rendered.lock()).dataset_shard(&ingest, &dataset.into()).unwrap().to_string()
    };
    assert_eq!(shard("a"), "main", "what is new makes room");
    assert_ne!(shard("b"), "main");
    for step in steps(&rendered, "P") {
        assert_ne!(step.0, Action::Move, "{step:?}");
    }

    let again = site.propose(changed(), today()).unwrap();
    assert_eq!(steps(&again, "P"), []);
    assert_eq!(placement(again.lock()), placement(rendered.lock()));
}

#[test]
fn two_platforms_hand_over_by_offers_and_the_weaker_offer_is_refused() {
    let forensic = consumer("F", DatasetGroup::new("g").sink("S/a").with_milestoning(Milestoning::Forensic));
    let ecosystem = fixture([minimal_platform("P"), minimal_platform("Q")], [forensic, everything()])
        .group_pin("F/g", ["P"])
        .group_pin("W/g", ["Q"])
        .primary_pin("S", "Q");
    let proposal = Site::new().propose(ecosystem.clone(), today()).unwrap();
    let (_, shard) = proposal
        .scopes()
        .find(|(hosted, scope)| hosted.instance().name == "P" && *scope.scope() != Scope::Foundation)
        .unwrap();
    let ingest = shard.nodes().iter().find(|node| node.view().key().to_string() == "Ingest/P/S").unwrap();
    let input = &ingest.view().inputs()[0];
    assert_eq!(input.from.to_string(), "Ingest/Q/S");
    assert!(input.offer.custody().history, "the primary keeps what the other platform needs");

    let silent = ecosystem.platform(minimal_platform("R")).primary_pin("Unused", "R");
    let checked = silent.validate(&Validation::on(today())).unwrap();
    assert_eq!(checked.findings().codes().collect::<Vec<_>>(), ["reference/unknown-target"]);
}

/// Captured on their own, or together; ten to a shard. What was quadratic would take eight times as much again.
#[test]
fn what_is_spread_over_many_shards_is_proposed_in_proportion() {
    const TIMES: u32 = 8;
    let together = Capture::sql_snapshot("Z/T/Source");
    let alone = together.clone().with_consistency(Consistency::SingleDataset);
    for capture in [alone, together] {
        let best = |datasets: u32| (0..3).map(|_| time_to_propose(datasets, &capture)).min().unwrap();
        let (small, large) = (best(125), best(125 * TIMES));
        assert!(large < 3 * TIMES * small, "{TIMES} times the datasets: {small:?} became {large:?}");
    }
}

/// A capture with tables of other names, whose datasets are placed ten to a shard.
fn spread(datasets: u32, capture: &Capture) -> datasurface_broker::Placed {
    let names = || (0..datasets).map(|number| format!("d{number:05}"));
    let capture = names().fold(capture.clone(), |capture, name| {
        capture.table(name.as_str(), format!("table_{name}").as_str())
    });
    let store = names().fold(Datastore::new("S").captured(capture), |store, name| {
        store.dataset(Dataset::new(name.as_str(), "id Integer key, text VarChar(10)"))
    });
    let wanted = names().fold(DatasetGroup::new("g"), |group, name| group.sink(format!("S/{name}").as_str()));
    let platform = minimal_platform("P").setting("limit", 10);
    place(world_of(store, [platform], [consumer("W", wanted)]), &Lock::default()).unwrap()
}

fn time_to_propose(datasets: u32, capture: &Capture) -> Duration {
    let placed = spread(datasets, capture);
    let start = ThreadTime::now();
    let proposal = broker().propose(&placed, Base::Target(None), today()).unwrap();
    let took = start.elapsed();
    assert!(proposal.lock().placement(&"P".into()).unwrap().shards().len() as u32 >= datasets / 10);
    took
}

/// What the views of all shards show of the captures in them.
#[derive(Debug, Default)]
struct Shown {
    shards: usize,
    datasets: usize,
    tables: usize,
    other_shards: usize,
}

fn shown(datasets: u32, capture: &Capture) -> Shown {
    let proposal = broker().propose(&spread(datasets, capture), Base::Target(None), today()).unwrap();
    let mut shown = Shown::default();
    for (_, scope) in proposal.scopes().filter(|(_, scope)| !scope.is_foundation()) {
        shown.shards += 1;
        shown.other_shards += scope.shards().len();
        for node in scope.nodes() {
            let NodeDetail::Ingest(ingest) = node.view().detail() else {
                continue;
            };
            let IngestSource::Container(captured) = &ingest.source else {
                continue;
            };
            let (_, tables) = captured.capture.kind().sources();
            shown.datasets += ingest.datasets.len();
            shown.tables += tables.len();
            if !node.is_whole() {
                let placed: Vec<_> = node.datasets().map(|dataset| &dataset.key).collect();
                let seen: Vec<_> = ingest.datasets.iter().map(|dataset| &dataset.key).collect();
                assert_eq!(seen, placed, "of what is placed elsewhere, nothing is shown");
                assert_eq!(tables.len(), placed.len());
            }
        }
    }
    shown
}

/// The shard with the job of a capture is shown all of it, every other one what is placed there. So many shards see each dataset twice at
/// most.
#[test]
fn a_shard_is_shown_of_a_capture_what_is_placed_there() {
    let shown = shown(200, &Capture::sql_snapshot("Z/T/Source"));
    assert!(shown.shards >= 20, "{shown:?}");
    assert!((200..=400).contains(&shown.datasets), "{shown:?}");
    assert_eq!(shown.tables, shown.datasets, "{shown:?}");
    assert_eq!(shown.other_shards, 0, "only the foundation has the list of shards");
}

#[test]
fn settings_are_there_once_for_each_scope_and_never_for_each_node() {
    let recorded = |datasets: usize, settings: usize| {
        // The platform reads this setting for changes only, so that it is rendered nowhere.
        let platform = minimal_platform("P").setting("replaces_by", "x".repeat(settings));
        let names: Vec<String> = (0..datasets).map(|number| format!("d{number}")).collect();
        let store = names
            .iter()
            .fold(Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source")), |store, name| {
                store.dataset(Dataset::new(name.as_str(), "id Integer key"))
            });
        let group =
            DatasetGroup::new("g").with_sinks(names.iter().map(|name| DatasetKey::new("S", name.as_str())));
        let site = Site::new();
        let proposal = site.render(world_of(store, [platform], [consumer("W", group)]), today());
        let manifest = proposal.manifest().platform(&"P".into()).unwrap();
        assert_eq!(manifest.scopes.iter().map(|scope| scope.views.len()).sum::<usize>(), datasets);
        // Parts of manifests are compressed: what is in them is counted as text.
        let others = site.bytes().into_iter().filter(|(path, _)| !path.contains(".datasurface"));
        others.map(|(_, content)| content.len()).sum::<usize>() + proposal.manifest().to_json().unwrap().len()
    };
    const SETTINGS: usize = 10_000;
    for datasets in [10, 100] {
        let more = recorded(datasets, SETTINGS) - recorded(datasets, 0);
        assert_eq!(more, SETTINGS, "{datasets} datasets");
    }
}
