//! When the power goes, a target is the old one or the new one, whatever reached the disk of what nobody waited for.

use super::{
    Place, Store, Wanted, for_each_database, forgetting_disk::ForgettingDisk, killed, stores::current_store,
};
use crate::output::{
    Target,
    disk::{Disk, FailingDisk},
};
use std::{collections::BTreeMap, sync::Arc};

/// A loss: whether a change of a name is lost, by its number and by how many there are before it is known.
type Loss = fn(usize) -> bool;

/// All, none, the later ones, the first one, and some: file systems keep the order of changes in one folder, and not all keep it between folders.
const LOSSES: [Loss; 7] = [
    |_| true,
    |_| false,
    |number| number >= 1,
    |number| number == 0,
    |number| number >= 4,
    |number| number % 2 == 0,
    |number| number % 3 != 1,
];

fn open(place: &Place, disk: impl Disk + 'static) -> Target {
    place.open_on(disk).unwrap()
}

fn before() -> Place {
    let place = Place::new();
    killed::old().write(&mut open(&place, ForgettingDisk::default()), &place.lock()).unwrap();
    place
}

/// Everything in a place, and its parts.
fn all(place: &Place) -> (BTreeMap<String, Option<String>>, Vec<String>) {
    (place.all(), place.parts())
}

fn after(place: Place, new: &Wanted) -> Place {
    new.write(&mut open(&place, ForgettingDisk::default()), &place.lock()).unwrap();
    place
}

#[test]
fn a_change_happens_as_a_whole_or_not_at_all() {
    all_outcomes(|| (before(), Arc::new(ForgettingDisk::default())));
}

/// What one write did not wait for is lost in the middle of the next one.
#[test]
fn so_does_the_next_one() {
    all_outcomes(|| {
        let (place, disk) = (Place::new(), Arc::new(ForgettingDisk::default()));
        killed::old().write(&mut open(&place, Arc::clone(&disk)), &place.lock()).unwrap();
        (place, disk)
    });
}

fn all_outcomes(start: fn() -> (Place, Arc<ForgettingDisk>)) {
    let new = killed::new();
    let (all_before, all_after) = (all(&before()), all(&after(before(), &new)));
    let mut outcomes = [0, 0];
    // A server takes longer than all else. What a disk loses does not depend on it.
    let losses = if current_store() == Store::Postgres { 3 } else { LOSSES.len() };
    for loss in LOSSES.into_iter().take(losses) {
        for allowed in 0.. {
            let (place, disk) = start();
            let failing = FailingDisk::from_disk(Arc::clone(&disk), allowed);
            let written = new.write(&mut place.open_failing(failing).unwrap(), &place.lock());
            disk.cut_power(loss);

            // The power goes once more, in the middle of recovery.
            let disk = Arc::new(ForgettingDisk::default());
            let failing = FailingDisk::from_disk(Arc::clone(&disk), allowed % 7);
            let _ = place.open_failing(failing).unwrap().finish(Some(&place.lock()));
            disk.cut_power(loss);
            open(&place, ForgettingDisk::default()).finish(Some(&place.lock())).unwrap();

            let target = open(&place, ForgettingDisk::default());
            assert!(target.inspect().unwrap().is_empty(), "after {allowed} changes");
            let is_new = target.manifest() == Some(&new.manifest());
            let expected = if is_new { &all_after } else { &all_before };
            assert_eq!(all(&place), *expected, "after {allowed} changes");
            assert!(is_new || target.manifest() == Some(&killed::old().manifest()));
            assert!(is_new || written.is_err(), "what was written stays");
            outcomes[usize::from(is_new)] += 1;
            assert_eq!(all(&after(place, &new)), all_after);
            if written.is_ok() {
                break;
            }
        }
    }
    assert!(outcomes.iter().all(|number| *number > 7 * losses), "{outcomes:?}");
}

for_each_database!(a_change_happens_as_a_whole_or_not_at_all, so_does_the_next_one);
