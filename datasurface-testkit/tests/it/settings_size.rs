//! The instance is shown once for each scope: what views and fingerprints cost does not grow with settings times nodes.

use crate::declarations::proposal;
use datasurface_model::*;
use datasurface_platform::{NodeView, ScopeView, ScopedNode, graph::Fingerprint};
use std::collections::BTreeMap;

/// What a platform is shown: the bytes of all views, which are those that fingerprints hash, and the number of nodes.
struct Shown {
    bytes: usize,
    nodes: usize,
    fingerprints: BTreeMap<String, [Fingerprint; 2]>,
}

fn shown(datasets: usize, settings: usize, hints: usize) -> Shown {
    let names: Vec<String> = (0..datasets).map(|number| format!("d{number}")).collect();
    let capture = Capture::sql_snapshot("Z/T/Source").with_consistency(Consistency::SingleDataset);
    let store = names.iter().fold(Datastore::new("S").captured(capture), |store, name| {
        store.dataset(Dataset::new(name.as_str(), "id Integer key"))
    });
    let wanted = names.iter().map(|name| format!("S/{name}"));
    let group = wanted.fold(DatasetGroup::new("g"), |group, dataset| group.sink(dataset.as_str()));
    let notes: BTreeMap<String, String> =
        (0..settings).map(|number| (format!("note_{number}"), "nothing".to_owned())).collect();
    let platform = PlatformDeclaration::new("P", "cupboard").setting("notes", serde_json::json!(notes));
    // Hints about what nobody reads.
    let hinted = (0..hints).fold(platform, |platform, number| {
        let about = HintTarget::Dataset(DatasetKey::new("Other", format!("d{number}").as_str()));
        platform.hint(about, serde_json::json!({ "rows": number }))
    });
    let team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("Cellar"))
        .container(DataContainer::sqlite("Lake", "lake.db").located("Cellar"))
        .datastore(store)
        .workspace(Workspace::new("W").with_container("Z/T/Lake").group(group));
    let zone = GovernanceZone::new().team("T", "github:o/team@main", team);
    let ecosystem = Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("Cellar"))
        .zone("Z", "github:o/zone@main", zone)
        .platform(hinted);
    let proposal = proposal(ecosystem);
    let views: Vec<&ScopeView> = proposal.scopes().map(|(_, view)| view).collect();
    let size = |view: &&ScopeView| serde_json::to_vec(view).unwrap().len();
    let nodes = || views.iter().flat_map(|view| view.nodes()).map(ScopedNode::view);
    Shown {
        bytes: views.iter().map(size).sum(),
        nodes: nodes().count(),
        fingerprints: nodes()
            .map(|node: &NodeView| (node.key().to_string(), node.fingerprints(Fingerprint::of(&"P"))))
            .collect(),
    }
}

#[test]
fn ten_thousand_nodes_with_a_thousand_settings_are_shown_at_the_cost_of_one() {
    eprintln!("10 000 nodes: {} of 1 000 bytes", bytes_with_settings(5_000));
}

/// In views of fewer nodes, settings weigh more.
#[test]
fn two_thousand_nodes_with_a_thousand_settings_are_shown_at_the_cost_of_one() {
    eprintln!("2 000 nodes: {} of 1 000 bytes", bytes_with_settings(1_000));
}

/// Returns the bytes of views with 1 000 settings, in thousandths of those with one: at most a tenth more.
fn bytes_with_settings(datasets: usize) -> usize {
    let (one, many) = (shown(datasets, 1, 0), shown(datasets, 1_000, 0));
    assert_eq!((one.nodes, many.nodes), (2 * datasets, 2 * datasets));
    assert!(many.bytes > one.bytes, "the settings are shown");
    assert!(many.bytes * 10 <= one.bytes * 11, "{} bytes became {}", one.bytes, many.bytes);
    assert_eq!(one.fingerprints, many.fingerprints, "no view of a node has settings");
    many.bytes * 1_000 / one.bytes
}

#[test]
fn hints_about_other_things_enlarge_no_view() {
    let (none, many) = (shown(100, 1, 0), shown(100, 1, 1_000));
    assert_eq!(none.bytes, many.bytes);
}
