//! What is worth testing is in at least one graph in ten, and not merely in its ecosystem.

use super::{
    build, cases,
    picture::{Picture, Source},
};
use datasurface::graph::{Assignments, NodeKey, Stage};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn what_is_interesting_is_frequent() {
    let mut runner = TestRunner::deterministic();
    let samples = 300;
    let mut seen = BTreeMap::<&str, u32>::new();
    for _ in 0..samples {
        let (ecosystem, assignments) = cases().new_tree(&mut runner).expect("a case").current();
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        for (what, is_there) in features(&Picture::of(&graphs), &assignments) {
            *seen.entry(what).or_default() += u32::from(is_there);
        }
    }
    for (what, count) in &seen {
        assert!(*count >= samples / 10, "{what}: {count} of {samples}\n{seen:#?}");
        assert!(*count < samples, "{what}: always");
    }
}

fn features(picture: &Picture, assignments: &Assignments) -> Vec<(&'static str, bool)> {
    let exports = || {
        let nodes = picture.nodes.iter();
        nodes.filter(|(key, _)| matches!(key, NodeKey::Export { .. }))
    };
    let sources = || picture.nodes.iter().filter_map(|(_, node)| node.source.as_ref());
    let stages: BTreeSet<Stage> =
        assignments.groups().flat_map(|(_, platforms)| platforms.values().copied()).collect();
    let moves = assignments.primaries().filter(|(_, platforms)| platforms.len() > 1);
    vec![
        ("a transformer", sources().any(|source| matches!(source, Source::Transformer(_)))),
        ("a transformer that reads itself", reads_itself(picture)),
        (
            "a dataset captured on its own",
            picture.nodes.iter().any(|(key, _)| matches!(key, NodeKey::Ingest { dataset: Some(_), .. })),
        ),
        ("a decommissioned assignment", stages.contains(&Stage::Decommissioned)),
        ("a provisioning assignment", stages.contains(&Stage::Provisioning)),
        ("an export for several groups", exports().any(|(_, node)| node.consumers.len() > 1)),
        (
            "an export for several workspaces",
            exports().any(|(_, node)| {
                let workspaces: BTreeSet<_> = node.consumers.iter().map(|group| &group.workspace).collect();
                workspaces.len() > 1
            }),
        ),
        ("a hand-over", !picture.handovers.is_empty()),
        ("a primary that moves", moves.count() > 0),
        (
            "a platform that is not declared",
            picture.platforms.iter().any(|name| name.as_str() == "Gone platform"),
        ),
    ]
}

/// Whether an export of a transformer's output is an input of the same transformer.
fn reads_itself(picture: &Picture) -> bool {
    let made_by = picture.edges.iter().filter_map(|(from, to)| match (from, to) {
        (NodeKey::Transform { workspace, .. }, NodeKey::Ingest { datastore, .. }) => {
            Some((workspace, datastore))
        }
        _ => None,
    });
    let made_by: BTreeSet<_> = made_by.collect();
    picture.edges.iter().any(|(from, to)| match (from, to) {
        (NodeKey::Export { dataset, .. }, NodeKey::Trigger { workspace, .. }) => {
            made_by.contains(&(workspace, &dataset.datastore))
        }
        _ => false,
    })
}
