//! Replacing a resource destroys what it holds, unless something carries that over.

use crate::fixture::*;
use datasurface_model::*;
use datasurface_platform::Action;

/// The dataset `S/a` with these columns, whose consumers are promised as much.
fn world(carrier: &str, columns: &str, consumers: impl IntoIterator<Item = Workspace>) -> Ecosystem {
    let store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source"));
    let platform = minimal_platform("P").setting("replaces_by", carrier);
    world_of(store.dataset(Dataset::new("a", columns)), [platform], consumers)
}

fn promised(name: &str, years: u32) -> Workspace {
    let group = DatasetGroup::new("g").sink("S/a").with_milestoning(Milestoning::LiveAndForensic);
    consumer(name, group.with_retention(Retention::years(years)))
}

const BEFORE: &str = "id Integer key";
const AFTER: &str = "id Integer key, more Integer";

#[test]
fn what_holds_data_is_replaced_only_if_its_data_is_carried_over() {
    for (carrier, is_refused) in
        [("nothing", true), ("other_file", true), ("other_frame", true), ("file", false), ("frame", false)]
    {
        let site = Site::new();
        site.render(world(carrier, BEFORE, [promised("W", 1)]), today());
        match site.propose(world(carrier, AFTER, [promised("W", 1)]), today()) {
            Err(refused) => {
                assert_eq!(codes(&refused), ["plan/unguarded"], "{carrier}");
                assert!(is_refused, "{carrier}");
            }
            Ok(proposal) => {
                let steps = steps(&proposal, "P");
                assert!(
                    steps.iter().any(|(action, _, _)| *action == Action::Replace),
                    "{carrier}: {steps:?}"
                );
                assert!(!is_refused, "{carrier}");
            }
        }
    }
}

#[test]
fn what_is_held_is_never_replaced() {
    let site = Site::new();
    let both = || [promised("W", 2), promised("V", 1)];
    site.render(world("file", BEFORE, both()), today());
    site.render(world("file", BEFORE, [promised("V", 1)]), today());
    assert_eq!(site.lock().held(&"P".into()).len(), 1);
    let refused = site.propose(world("file", AFTER, [promised("V", 1)]), today()).unwrap_err();
    assert_eq!(codes(&refused), ["plan/unguarded"]);
}

#[test]
fn a_place_is_occupied_once_over_all_instances() {
    let world = |rooms: [&str; 2]| {
        let [p, q] = rooms;
        let platforms = [minimal_platform("P").setting("room", p), minimal_platform("Q").setting("room", q)];
        let ecosystem = world_of(store("S"), platforms, [promised("W", 1), promised("V", 1)]);
        ecosystem.group_pin("W/g", ["P"]).group_pin("V/g", ["Q"]).primary_pin("S", "P")
    };
    let refused = Site::new().propose(world(["attic", "attic"]), today()).unwrap_err();
    assert_eq!(codes(&refused), ["platform/place-twice"]);
    assert!(Site::new().propose(world(["attic", "cellar"]), today()).is_ok());
}

#[test]
fn a_platform_refuses_a_change_unless_that_is_waived() {
    let world = |columns: &str| {
        let store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source"));
        let platform = minimal_platform("P").setting("refuses", true);
        world_of(store.dataset(Dataset::new("a", columns)), [platform], [promised("W", 1)])
    };
    let site = Site::new();
    site.render(world(BEFORE), today());
    let refused = site.propose(world(AFTER), today()).unwrap_err();
    let errors: Vec<&Diagnostic> =
        refused.findings().iter().filter(|finding| finding.severity() == Severity::Error).collect();
    let [error] = errors.as_slice() else { panic!("{refused:?}") };
    assert_eq!(
        (error.code(), error.message()),
        ("plan/refused", "`shelf.S/a`: columns of a shelf differ (`shelf/refused`)")
    );
    let path = error.path().to_string();
    assert_eq!(path, "zones/Z/teams/T/datastores/S", "the place in the model");
    let waiver = Waiver::new("plan/refused", &*path, "it may be made again", day("2026-12-31"));
    let waived = site.propose(world(AFTER).waiver(waiver), today()).unwrap();
    assert_eq!(waived.waived().codes().collect::<Vec<_>>(), ["plan/refused"]);
    let shelf = steps(&waived, "P").into_iter().find(|(_, resource, _)| resource == "shelf.S/a").unwrap();
    assert_eq!(shelf.2, datasurface_platform::Effect::Rebuild);
}
