//! The graph is what graph.md says: held against a specification of sets of names, on generated ecosystems.

mod bring_up;
mod coming_up;
mod deep;
mod frequent;
mod impact;
mod incremental;
mod labels;
mod laws;
mod paths;
mod picture;
mod platforms;
mod scale;
mod shards;
mod specification;
mod why;

use datasurface::{
    graph::{Assignments, IntentionGraphs, NoPrimaryError},
    model::{DatastoreName, Ecosystem, Valid},
};
use datasurface_testkit::strategies::{Shape, ecosystems, ecosystems_with};
use datasurface_testkit::strategy::assignments;
use picture::Picture;
use proptest::prelude::*;
use specification::specified;

/// An ecosystem, and what was decided about it.
type Case = (Ecosystem, Assignments);

/// Half of them with two platforms, between which data is handed over.
fn cases() -> impl Strategy<Value = Case> {
    let two_platforms = Shape { platforms: 2..=2, ..Shape::default() };
    prop_oneof![ecosystems(), ecosystems_with(two_platforms)].prop_flat_map(|ecosystem| {
        let assignments = assignments(&ecosystem);
        (Just(ecosystem), assignments)
    })
}

/// The same, but nobody decided who captures some of the datastores.
fn undecided_cases() -> impl Strategy<Value = Case> {
    (cases(), any::<(u16, u16)>()).prop_map(|((ecosystem, mut assignments), (some, more))| {
        let stores: Vec<DatastoreName> = assignments.primaries().map(|(store, _)| store.clone()).collect();
        let is_kept = |name: &DatastoreName| {
            let at = stores.iter().position(|store| store == name);
            at.is_some_and(|at| (some | more) >> (at % 16) & 1 == 1)
        };
        assignments.retain(|_| true, is_kept);
        (ecosystem, assignments)
    })
}

fn build(ecosystem: &Ecosystem, assignments: &Assignments) -> Result<IntentionGraphs, NoPrimaryError> {
    IntentionGraphs::build(&Valid::assume_valid(ecosystem.clone()), assignments)
}

proptest! {
    #[test]
    fn the_graph_is_what_is_specified((ecosystem, assignments) in cases()) {
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        let specified = specified(&ecosystem, &assignments).expect("every datastore has a primary");
        prop_assert_eq!(Picture::of(&graphs), specified);
    }

    #[test]
    fn a_missing_primary_is_named((ecosystem, assignments) in undecided_cases()) {
        let built = build(&ecosystem, &assignments);
        let built = built.map(|graphs| Picture::of(&graphs)).map_err(|error| error.datastores().clone());
        prop_assert_eq!(built, specified(&ecosystem, &assignments));
    }
}
