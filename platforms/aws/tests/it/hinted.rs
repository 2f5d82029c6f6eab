//! Hints about workers: what is slow has more of them, and nothing else changes.

use crate::{rendered::Instance, shop::Shop, site::deployment};
use datasurface_platform::prelude::*;

fn shop(hints: impl IntoIterator<Item = (HintTarget, serde_json::Value)>) -> Ecosystem {
    let (totals, hints) = (Some(TransformTrigger::AnyInputMoved), hints.into_iter().collect());
    Shop { totals, hints, ..Shop::new("states") }.ecosystem()
}

/// The workers of each job, by its label.
fn workers(ecosystem: &Ecosystem) -> Vec<(String, String, u64)> {
    let instance = Instance::of_ecosystem(ecosystem, "Lake");
    let jobs = instance.of("aws_glue_job").map(|(label, job)| {
        (
            label.to_owned(),
            job["worker_type"].as_str().unwrap().to_owned(),
            job["number_of_workers"].as_u64().unwrap(),
        )
    });
    jobs.collect()
}

#[test]
fn jobs_have_the_workers_that_hints_name() {
    let hints = [
        (HintTarget::Datastore("Store".into()), json!({"worker_type": "G.2X", "workers": 10})),
        (HintTarget::Transformer("Totalling".into()), json!({"workers": 4})),
    ];
    let expected = [
        ("datastore-store-maintain", "G.2X", 10),
        ("datastore-store-merge", "G.2X", 10),
        ("datastore-totals-maintain", "G.1X", 2),
        ("transformer-Totalling-transform", "G.1X", 4),
    ];
    let expected = expected.map(|(label, kind, count)| (label.to_owned(), kind.to_owned(), count));
    assert_eq!(workers(&shop(hints)), expected);
}

#[test]
fn workers_that_glue_does_not_have_are_refused() {
    for (about, hint) in [
        (HintTarget::Datastore("Store".into()), json!({"workers": 1})),
        (HintTarget::Datastore("Store".into()), json!({"worker_type": "large"})),
        (HintTarget::Datastore("Store".into()), json!({"worker_typ": "G.2X"})),
        (HintTarget::Transformer("Totalling".into()), json!({"workers": "many"})),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let refusal = deployment(folder.path()).render(&shop([(about, hint)])).unwrap_err().to_string();
        assert!(refusal.contains("aws/hint"), "{refusal}");
    }
}
