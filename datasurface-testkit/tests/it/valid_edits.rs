//! Edits that platforms are checked with: most leave a valid ecosystem valid, and each kind changes something.

use datasurface_model::{Validate, Validation};
use datasurface_strategies::{AdjustmentKind, Edit, ecosystems, valid_edits};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use std::collections::BTreeSet;

#[test]
fn most_edits_leave_an_ecosystem_valid() {
    let mut runner = TestRunner::deterministic();
    let on = Validation::on("2026-11-21".parse().unwrap());
    let (mut changed, mut valid, mut kinds) = (0, 0, BTreeSet::new());
    for _ in 0..60 {
        let ecosystem = ecosystems().new_tree(&mut runner).unwrap().current();
        for _ in 0..12 {
            let edit = valid_edits().new_tree(&mut runner).unwrap().current();
            let edited = edit.apply(ecosystem.clone());
            if edited == ecosystem {
                continue;
            }
            changed += 1;
            if edited.validate(&on).is_ok() {
                valid += 1;
                if let Edit::Adjust(adjustment) = edit {
                    kinds.insert(adjustment.kind);
                }
            }
        }
    }
    assert!(changed > 500, "{changed} of 720 edits change something");
    assert!(valid * 100 >= changed * 90, "{valid} of {changed} edits are valid");
    assert_eq!(kinds, BTreeSet::from(AdjustmentKind::ALL));
}
