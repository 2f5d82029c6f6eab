//! A rename is stated until the lock knows it.

use crate::{
    continued::{dataset, store, world},
    fixture::*,
    review::{judged, refusals},
};
use datasurface_broker::Lock;
use datasurface_model::*;

const TEAM: &str = "github:o/team@main";

fn others() -> [Datastore; 1] {
    [store("O", [dataset("d")])]
}

fn codes_of(old: &Ecosystem, new: &Ecosystem, lock: &Lock) -> Vec<String> {
    refusals(&judged([(old, lock), (new, lock)], TEAM, today())).into_iter().map(str::to_owned).collect()
}

/// The live model, and a change that only takes the statement of a rename away.
fn taken_away() -> Vec<(&'static str, [Ecosystem; 2])> {
    let of = |live: Datastore, settled: Datastore| [world([live], others()), world([settled], others())];
    let datastore = || store("N", [dataset("a")]);
    let datasets = [dataset("b").renamed_from("a"), dataset("b")].map(|dataset| store("S", [dataset]));
    let [live, settled] = datasets;
    let both = store("N", [dataset("b").renamed_from("a")]).renamed_from("S");
    vec![
        ("a datastore", of(datastore().renamed_from("S"), datastore())),
        ("a dataset", of(live, settled)),
        ("both", of(both, store("N", [dataset("b")]))),
    ]
}

#[test]
fn a_rename_is_not_taken_back_before_it_was_rendered() {
    for (kind, [live, settled]) in taken_away() {
        let site = Site::new();
        site.render(world([store("S", [dataset("a")])], others()), today());
        let codes = codes_of(&live, &settled, &site.lock());
        assert!(
            !codes.is_empty() && codes.iter().all(|code| code == "lock/unrendered-rename"),
            "{kind}: {codes:?}"
        );
        // The mirrors: it stays, it was rendered, and nothing was rendered ever.
        assert_eq!(codes_of(&live, &live, &site.lock()), [] as [&str; 0], "{kind}");
        site.render(live.clone(), today());
        for lock in [site.lock(), Lock::default()] {
            assert_eq!(codes_of(&live, &settled, &lock), [] as [&str; 0], "{kind}");
        }
    }
}
