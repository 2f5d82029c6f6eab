//! What is rendered, and planned where all of it changes, takes as long as there are datasets.

use crate::{
    encrypted::DEFAULT,
    laws::laws_with,
    shop::{Shop, settings},
    site::{deployment, plan},
};
use cpu_time::ThreadTime;
use datasurface_platform::prelude::*;
use datasurface_testkit::Synthetic;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// How much more there is the second time.
const TIMES: u32 = 4;

/// Returns how long the processor works for a first revision, and for one in which each capture and each table differs.
fn times(synthetic: &Synthetic) -> [(&'static str, Duration); 2] {
    // A key that is replaced changes its alias alone; without one, each table and each target differs.
    let revisions =
        [("kms_key", json!(DEFAULT)), ("former_kms_keys", json!([DEFAULT]))].map(|(setting, value)| {
            let mut settings = settings("states");
            settings[setting] = value;
            settings["replication"] = json!({"quotas": {"endpoints_per_instance": 1000}});
            laws_with(settings).adapted(&synthetic.ecosystem())
        });
    let quickest = (0..2).map(|_| {
        let folder = tempfile::tempdir().unwrap();
        let deployment = deployment(folder.path());
        revisions.each_ref().map(|ecosystem| {
            let start = ThreadTime::now();
            deployment.render(ecosystem).unwrap();
            start.elapsed()
        })
    });
    let [first, next] = quickest.reduce(|one, other| [one[0].min(other[0]), one[1].min(other[1])]).unwrap();
    [("the first revision", first), ("the next one", next)]
}

#[test]
fn a_revision_takes_as_long_as_there_are_datasets() {
    let synthetic = |datastores: u32, datasets: u32| {
        Synthetic::new(datastores as usize)
            .with_datasets_per_datastore(datasets as usize)
            .with_columns_per_dataset(3)
    };
    for (small, large) in
        [(synthetic(15, 2), synthetic(15 * TIMES, 2)), (synthetic(1, 20), synthetic(1, 20 * TIMES))]
    {
        for ((what, small), (_, large)) in times(&small).into_iter().zip(times(&large)) {
            assert!(
                large < 2 * TIMES * small,
                "{what}: {TIMES} times the datasets: {small:?} became {large:?}"
            );
        }
    }
}

/// A shared scope has more resources and more nodes that share it in a larger model, and each node is a cause of each resource: if each of them had
/// a list of its own, a plan would grow with the square of the model.
#[test]
fn all_that_is_made_in_a_shared_scope_has_one_cause_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop { reports: Some(5432), ..Shop::new("states") };
    let revision = deployment(folder.path()).render(&shop.ecosystem()).unwrap();
    let mut causes = BTreeMap::<_, Vec<_>>::new();
    for step in plan(&revision).steps().iter().filter(|step| matches!(step.scope, Scope::Shared(_))) {
        causes.entry(&step.scope).or_default().push(&step.cause);
    }
    assert!(causes.values().any(|causes| causes.len() > 2), "{causes:?}");
    for (scope, causes) in causes {
        assert!(causes.iter().all(|cause| Arc::ptr_eq(cause, causes[0])), "{scope}");
    }
}
