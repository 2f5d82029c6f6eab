//! Metadata: what people know of a node, and what becomes of a plan when nothing else changes.

use crate::fixture::*;
use datasurface_broker::Base;
use datasurface_model::*;
use datasurface_platform::{Meaning, NodeMetadata, Step};

fn labelled() -> PlatformDeclaration {
    minimal_platform("P").setting("labels", true)
}

fn world(platform: PlatformDeclaration, edit: impl FnOnce(Ecosystem) -> Ecosystem) -> Ecosystem {
    edit(fixture([platform], [consumer("W", DatasetGroup::new("g").with_sinks(["S/a", "S/b"]))]))
}

/// What changes when an ecosystem is edited.
fn changed(platform: PlatformDeclaration, edit: impl FnOnce(Ecosystem) -> Ecosystem) -> Vec<Step> {
    let site = Site::new();
    site.render(world(platform.clone(), |same| same), today());
    let proposal = site.propose(world(platform, edit), today()).unwrap();
    proposal.plan(&"P".into()).unwrap().steps().to_vec()
}

fn documented(ecosystem: Ecosystem) -> Ecosystem {
    ecosystem.edit_dataset("S/a", |dataset| dataset.documented("what was ordered"))
}

fn metadata(ecosystem: Ecosystem, node: &str) -> NodeMetadata {
    let placed = place(ecosystem, &datasurface_broker::Lock::default()).unwrap();
    let proposal = broker().propose(&placed, Base::Target(None), today()).unwrap();
    let scopes: Vec<_> = proposal.scopes().map(|(_, scope)| scope.clone()).collect();
    let nodes = scopes.iter().flat_map(|scope| scope.whole_nodes());
    nodes.filter(|view| view.key().to_string() == node).map(|view| view.metadata().clone()).next().unwrap()
}

#[test]
fn a_change_of_metadata_is_one_that_no_reader_can_see_with_its_cause() {
    let steps = changed(labelled(), documented);
    let [shelf, of_b] = steps.as_slice() else { panic!("both datasets are of one capture: {steps:?}") };
    assert_eq!(
        (shelf.resource.to_string(), of_b.resource.to_string()),
        ("shelf.S/a".into(), "shelf.S/b".into())
    );
    for step in [shelf, of_b] {
        assert_eq!(step.meaning, Meaning::Metadata, "{step:?}");
        let owners: Vec<String> = step.cause.owners.iter().map(ToString::to_string).collect();
        assert_eq!(owners, ["github:o/team@main"]);
    }
    assert_eq!(shelf.differences.len(), 1);
}

#[test]
fn what_a_platform_does_not_show_changes_nothing() {
    assert_eq!(changed(minimal_platform("P"), documented), []);
}

#[test]
fn a_change_of_facts_beside_metadata_is_one_of_facts() {
    let more = |ecosystem: Ecosystem| {
        documented(ecosystem).edit_dataset("S/a", |dataset| {
            Dataset::new(dataset.name().clone(), "id Integer key, text VarChar(10), more Integer")
        })
    };
    let steps = changed(labelled(), more);
    assert!(steps.iter().all(|step| step.meaning == Meaning::Compatible), "{steps:?}");
}

#[test]
fn a_change_of_settings_is_one_of_facts() {
    let site = Site::new();
    site.render(world(labelled(), |same| same), today());
    let moved = world(labelled().setting("room", "attic"), documented);
    let proposal = site.propose(moved, today()).unwrap();
    let steps = proposal.plan(&"P".into()).unwrap().steps();
    assert!(!steps.is_empty() && steps.iter().all(|step| step.meaning == Meaning::Compatible), "{steps:?}");
}

#[test]
fn owners_documentation_status_and_deprecations_are_told_of_each_kind_of_node() {
    let output = Datastore::new("O")
        .documented("what it makes")
        .dataset(Dataset::new("a", "id Integer key").documented("of the output"));
    let makes = DataTransformer::sql("O").select("a", "SELECT id FROM S_a");
    let consent = DatasetSink::new("S/a").with_consent_until(day("2027-01-01"));
    let transformer = consumer("T", DatasetGroup::new("raw").sink(consent))
        .documented(Documentation::markdown("*How*"))
        .in_production()
        .with_transformer(makes);
    let reader = consumer("W", DatasetGroup::new("g").sink("O/a"));
    let old = Deprecation::new(day("2026-01-01"), "too old");
    let ecosystem = fixture([minimal_platform("P")], [transformer, reader])
        .edit_team("Z", "T", |team| team.datastore(output))
        .edit_datastore("S", |store| store.documented("the shop").deprecated(old.clone()));

    let captured = metadata(ecosystem.clone(), "Ingest/P/S");
    let [shop] = captured.subjects.as_slice() else { panic!("{captured:?}") };
    assert_eq!((shop.name.as_str(), shop.team.to_string().as_str()), ("S", "Z/T"));
    assert_eq!(shop.owner.to_string(), "github:o/team@main");
    assert_eq!(shop.documentation.as_ref().map(Documentation::text), Some("the shop"));
    assert_eq!(shop.deprecation.as_ref().map(Deprecation::reason), Some("too old"));

    let made = metadata(ecosystem.clone(), "Transform/P/T");
    assert_eq!(made.subjects[0].production_status, ProductionStatus::Production);
    assert_eq!(made.subjects[0].documentation.as_ref().unwrap().format(), TextFormat::Markdown);
    let of_output = made.datasets[&DatasetKey::new("O", "a")].documentation.clone();
    assert_eq!(of_output, Some(Documentation::plain("of the output")));

    let exported = metadata(ecosystem, "Export/P/Z/T/Lake/O/a");
    let names: Vec<&str> = exported.subjects.iter().map(|subject| subject.name.as_str()).collect();
    assert_eq!(names, ["W"], "the consumers");
}

#[test]
fn what_is_held_keeps_what_was_known_of_it() {
    let site = Site::new();
    let kept = || consumer("W", DatasetGroup::new("g").sink("S/a").with_retention(Retention::days(30)));
    site.render(documented(fixture([labelled()], [kept()])), today());
    let left = site.propose(documented(fixture([labelled()], [])), today()).unwrap();
    let steps: Vec<String> = left
        .plan(&"P".into())
        .unwrap()
        .steps()
        .iter()
        .map(|step| format!("{:?} {}", step.action, step.resource))
        .collect();
    assert!(steps.contains(&"Hold shelf.S/a".to_owned()), "{steps:?}");
    let held = &left.lock().held(&"P".into())[0];
    let known = &held.node.metadata().datasets[&DatasetKey::new("S", "a")];
    assert_eq!(known.documentation.as_ref().map(Documentation::text), Some("what was ordered"));
}
