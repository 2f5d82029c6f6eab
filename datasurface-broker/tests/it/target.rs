//! Lock and target must agree, and the same model gives the same bytes.

use crate::fixture::*;
use datasurface_broker::Lock;
use datasurface_model::*;
use datasurface_platform::Action;
use std::fs;

fn ecosystem() -> Ecosystem {
    fixture([minimal_platform("P")], [consumer("W", DatasetGroup::new("g").with_sinks(["S/a", "S/b"]))])
}

#[test]
fn rendering_again_changes_nothing_and_remaking_gives_the_same_bytes() {
    let site = Site::new();
    let first = site.render(ecosystem(), today());
    assert!(steps(&first, "P").iter().all(|(action, ..)| *action == Action::Create));
    let bytes = site.bytes();
    assert_eq!(steps(&site.render(ecosystem(), today()), "P"), []);
    assert_eq!(site.bytes(), bytes);
    site.forget_target();
    site.remake(ecosystem(), today());
    assert_eq!(site.bytes(), bytes);
}

#[test]
fn a_file_that_is_missing_is_written_again() {
    let site = Site::new();
    site.render(ecosystem(), today());
    let bytes = site.bytes();
    let path = bytes.keys().find(|path| path.contains("shelves")).unwrap();
    fs::remove_file(site.lock_path().parent().unwrap().join(path)).unwrap();
    assert_ne!(site.bytes(), bytes);
    site.render(ecosystem(), today());
    assert_eq!(site.bytes(), bytes);
}

#[test]
fn a_target_without_its_lock_and_a_lock_without_its_target_are_noticed() {
    let site = Site::new();
    site.render(ecosystem(), today());
    assert_eq!(
        codes(&site.propose_with(ecosystem(), &Lock::default(), today()).unwrap_err()),
        ["lock/missing"]
    );
    let lock = site.lock();
    let other = fixture([minimal_platform("P")], [consumer("W", DatasetGroup::new("g").sink("S/a"))]);
    site.render(other, today());
    assert_eq!(
        codes(&site.propose_with(ecosystem(), &lock, today()).unwrap_err()),
        ["target/other-revision"]
    );
    site.forget_target();
    assert_eq!(codes(&site.propose(ecosystem(), today()).unwrap_err()), ["target/missing"]);
}

#[test]
fn causes_name_the_nodes_and_their_owners() {
    let site = Site::new();
    site.render(ecosystem(), today());
    let more = fixture(
        [minimal_platform("P")],
        [consumer("W", DatasetGroup::new("g").with_sinks(["S/a", "S/b", "S/c"]))],
    );
    let proposal = site.propose(more, today()).unwrap();
    let update = proposal
        .plan(&"P".into())
        .unwrap()
        .steps()
        .iter()
        .find(|step| step.action == Action::Update)
        .unwrap();
    assert_eq!(update.resource, "job.Ingest/P/S".into());
    assert_eq!(
        update.cause.nodes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["Export/P/Z/T/Lake/S/c"]
    );
    assert_eq!(
        update.cause.owners.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["github:o/team@main"]
    );
}

/// Earlier versions made other fingerprints of scopes, and the same ones of nodes.
#[test]
fn what_is_rendered_is_the_same_where_its_scopes_had_other_fingerprints() {
    let site = Site::new();
    site.render(ecosystem(), today());
    let path = site.lock_path().parent().unwrap().join("target/.datasurface/manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for scope in manifest["platforms"][0]["scopes"].as_array_mut().unwrap() {
        scope["fingerprint"] = "0".repeat(64).into();
    }
    fs::write(&path, manifest.to_string()).unwrap();
    assert_eq!(steps(&site.propose(ecosystem(), today()).unwrap(), "P"), []);
    let group = DatasetGroup::new("g").with_sinks(["S/a", "S/b", "S/c"]);
    let proposal = site.propose(fixture([minimal_platform("P")], [consumer("W", group)]), today()).unwrap();
    for step in proposal.plan(&"P".into()).unwrap().steps() {
        let nodes: Vec<String> = step.cause.nodes.iter().map(ToString::to_string).collect();
        assert_eq!(nodes, ["Export/P/Z/T/Lake/S/c"], "{}", step.resource);
    }
    site.render(ecosystem(), today());
    assert_eq!(steps(&site.render(ecosystem(), today()), "P"), []);
}

#[test]
fn what_holds_a_dataset_is_there_for_the_exports_of_that_dataset() {
    let proposal = Site::new().propose(ecosystem(), today()).unwrap();
    let steps = proposal.plan(&"P".into()).unwrap().steps();
    let nodes = |resource: &str| {
        let step = steps.iter().find(|step| step.resource == resource.into()).unwrap();
        step.cause.nodes.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(nodes("shelf.S/b"), ["Export/P/Z/T/Lake/S/b"]);
    assert_eq!(nodes("job.Ingest/P/S"), ["Export/P/Z/T/Lake/S/a", "Export/P/Z/T/Lake/S/b"]);
}
