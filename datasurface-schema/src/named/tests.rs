use super::*;
use crate::name::DatasetName;
use proptest::{collection::vec, prelude::*};

/// Something with a name and a little content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Thing(DatasetName, u8);

impl Entity for Thing {
    type Name = DatasetName;

    fn name(&self) -> &DatasetName {
        &self.0
    }
}

fn thing(number: u16, content: u8) -> Thing {
    Thing(format!("thing_{number:05}").into(), content)
}

#[derive(Clone, Debug)]
enum Step {
    Insert(u16, u8),
    Remove(u16),
    Extend(Vec<u16>),
}

fn steps(names: u16) -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..names, 0..3_u8).prop_map(|(number, content)| Step::Insert(number, content)),
        5 => (0..names).prop_map(Step::Remove),
        1 => vec(0..names, 0..40).prop_map(Step::Extend),
    ]
}

fn apply(step: &Step, named: &mut Named<Thing>, model: &mut Vec<Thing>) {
    match step {
        Step::Insert(number, content) => {
            named.insert(thing(*number, *content));
            model.push(thing(*number, *content));
        }
        Step::Remove(number) => {
            let name = thing(*number, 0).0;
            let first = model.iter().find(|thing| thing.0 == name).cloned();
            assert_eq!(named.remove(&name), first);
            model.retain(|thing| thing.0 != name);
        }
        Step::Extend(numbers) => {
            named.extend(numbers.iter().map(|number| thing(*number, 7)));
            model.extend(numbers.iter().map(|number| thing(*number, 7)));
        }
    }
    model.sort();
}

/// What the difference of two sorted lists is, by looking at all of both.
fn differing(old: &[Thing], new: &[Thing]) -> Vec<(Option<Thing>, Option<Thing>)> {
    let names: std::collections::BTreeSet<_> = old.iter().chain(new).map(|thing| &thing.0).collect();
    let mut pairs = Vec::new();
    for name in names {
        let of =
            |things: &[Thing]| things.iter().filter(|thing| thing.0 == *name).cloned().collect::<Vec<_>>();
        let (old, new) = (of(old), of(new));
        for at in 0..old.len().max(new.len()) {
            pairs.push((old.get(at).cloned(), new.get(at).cloned()));
        }
    }
    pairs.retain(|(old, new)| old != new);
    pairs
}

proptest! {
    #[test]
    fn a_collection_is_a_sorted_list(
        start in vec((0..400_u16, 0..3_u8), 0..600),
        changes in vec(steps(400), 0..60),
        more in vec(steps(400), 0..60),
    ) {
        let mut model: Vec<Thing> = start.iter().map(|(number, content)| thing(*number, *content)).collect();
        model.sort();
        let mut named: Named<Thing> = model.iter().rev().cloned().collect();
        for step in &changes {
            apply(step, &mut named, &mut model);
        }
        let (old, old_model) = (named.clone(), model.clone());
        for step in &more {
            apply(step, &mut named, &mut model);
        }
        // Each is what it should be, though they share nodes.
        for (named, model) in [(&old, &old_model), (&named, &model)] {
            prop_assert!(named.iter().eq(model));
            prop_assert_eq!(named.iter().len(), model.len());
            for at in 0..=model.len() {
                prop_assert_eq!(named.get_index(at), model.get(at));
            }
            for number in 0..400 {
                let name = thing(number, 0).0;
                let first = model.iter().position(|thing| thing.0 == name);
                prop_assert_eq!(named.index_of(&name), first);
                prop_assert_eq!(named.get(&name), first.and_then(|at| model.get(at)));
                let near = named.near(&name);
                prop_assert!(near.len() <= WIDTH && near.iter().find(|thing| thing.0 == name) == named.get(&name));
            }
            let anew: Named<Thing> = model.iter().cloned().collect();
            prop_assert!(anew == *named);
        }
        prop_assert_eq!(old == named, old_model == model);
        prop_assert_eq!(old.cmp(&named), old_model.cmp(&model));
        let found: Vec<_> = old.difference(&named).map(|(old, new)| (old.cloned(), new.cloned())).collect();
        prop_assert_eq!(found, differing(&old_model, &model));
    }
}

#[test]
fn what_is_shared_is_not_looked_at() {
    use std::sync::atomic::{AtomicUsize, Ordering as Memory};
    static COMPARED: AtomicUsize = AtomicUsize::new(0);

    /// Counts how often it is compared.
    #[derive(Clone, Debug, Eq, PartialOrd, Ord)]
    struct Counting(DatasetName, u8);

    impl PartialEq for Counting {
        fn eq(&self, other: &Self) -> bool {
            COMPARED.fetch_add(1, Memory::Relaxed);
            self.0 == other.0 && self.1 == other.1
        }
    }

    impl Entity for Counting {
        type Name = DatasetName;

        fn name(&self) -> &DatasetName {
            &self.0
        }
    }

    let counting = |number: usize, content: u8| Counting(format!("thing_{number:06}").into(), content);
    for size in [1000, 100_000] {
        let old: Named<Counting> = (0..size).map(|number| counting(2 * number, 0)).collect();
        for number in [0, 1, size / 2, size, 2 * size - 3, 2 * size - 2, 2 * size + 1] {
            let mut new = old.clone();
            new.remove(&counting(number, 0).0);
            new.insert(counting(number, 1));
            COMPARED.store(0, Memory::Relaxed);
            assert_eq!(old.difference(&new).count(), 1);
            assert!(COMPARED.load(Memory::Relaxed) <= 64, "{}", COMPARED.load(Memory::Relaxed));
        }
    }
}
