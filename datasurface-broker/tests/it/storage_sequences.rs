//! Random sequences of edits and renames: what is owed is there, and what was stored for one dataset is never read as another one.

use crate::fixture::*;
use chrono::{Days, NaiveDate};
use datasurface_broker::Proposal;
use datasurface_model::*;
use std::collections::{BTreeMap, BTreeSet};

/// A generator of numbers that are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        if all.is_empty() { None } else { all.get(self.below(all.len())) }
    }
}

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A dataset, whatever it is called. Its number is in the name of a column, by which its storage is recognized.
#[derive(Clone)]
struct Living {
    number: usize,
    name: &'static str,
    former: Option<&'static str>,
}

#[derive(Clone)]
struct World {
    datasets: Vec<Living>,
    stores: (&'static str, Option<&'static str>),
    platforms: (&'static str, Option<&'static str>),
    next: usize,
}

impl World {
    fn new() -> Self {
        let datasets = vec![Living { number: 0, name: "a", former: None }];
        Self { datasets, stores: ("S", None), platforms: ("P", None), next: 1 }
    }

    fn free(&self) -> Vec<&'static str> {
        let is_free = |name: &&&str| self.datasets.iter().all(|one| one.name != **name);
        NAMES.iter().filter(is_free).copied().collect()
    }

    /// A former name is told as long as nothing else has it, or had it.
    fn settle(&mut self, name: &str) {
        self.datasets.iter_mut().filter(|one| one.former == Some(name)).for_each(|one| one.former = None);
    }

    fn edit(&mut self, random: &mut Random) {
        match random.below(8) {
            0 | 1 => {
                if let Some(name) = random.one_of(&self.free()).copied() {
                    self.settle(name);
                    self.datasets.push(Living { number: self.next, name, former: None });
                    self.next += 1;
                }
            }
            2 if self.datasets.len() > 1 => {
                let gone = random.below(self.datasets.len());
                self.datasets.remove(gone);
            }
            3 | 4 => {
                if let Some(name) = random.one_of(&self.free()).copied() {
                    let position = random.below(self.datasets.len());
                    let was = self.datasets[position].name;
                    self.settle(name);
                    self.settle(was);
                    let former = Some(was);
                    self.datasets[position] = Living { name, former, ..self.datasets[position].clone() };
                }
            }
            5 => {
                let was = self.stores.0;
                self.stores = (if was == "S" { "T" } else { "S" }, Some(was));
            }
            6 => {
                let was = self.platforms.0;
                self.platforms = (if was == "P" { "Q" } else { "P" }, Some(was));
            }
            _ => self.datasets.iter_mut().for_each(|one| one.former = None),
        }
    }

    fn ecosystem(&self) -> Ecosystem {
        let store = Datastore::new(self.stores.0).captured(Capture::sql_snapshot("Z/T/Source"));
        let store = self.stores.1.map_or(store.clone(), |former| store.renamed_from(former));
        let store = self.datasets.iter().fold(store, |store, one| {
            let schema = format!("id Integer key, number_{} Integer", one.number);
            let dataset = Dataset::new(one.name, &*schema);
            store.dataset(one.former.map_or(dataset.clone(), |former| dataset.renamed_from(former)))
        });
        let sinks: Vec<String> =
            self.datasets.iter().map(|one| format!("{}/{}", self.stores.0, one.name)).collect();
        let group = DatasetGroup::new("g").with_sinks(sinks.iter().map(String::as_str));
        let platform = minimal_platform(self.platforms.0);
        let platform = self.platforms.1.map_or(platform.clone(), |former| platform.renamed_from(former));
        world_of(store, [platform], [consumer("W", group.with_retention(Retention::years(1)))])
    }
}

/// The address of each dataset whose data is there.
fn stored(proposal: &Proposal) -> BTreeMap<usize, String> {
    let mut stored = BTreeMap::new();
    for record in proposal.manifest().platforms().values() {
        for resource in record.scopes.iter().flat_map(|scope| scope.record.resources.values()) {
            if resource.held_data().is_some() {
                let columns = resource.attributes()["columns"].to_string();
                let from = columns.find("number_").unwrap() + "number_".len();
                let digits: String = columns[from..].chars().take_while(char::is_ascii_digit).collect();
                let other = stored.insert(digits.parse().unwrap(), resource.address().to_string());
                assert_eq!(other, None, "one dataset is stored once");
            }
        }
    }
    stored
}

#[test]
fn what_is_owed_stays_and_nothing_is_read_as_something_else() {
    for seed in 0..24 {
        let mut random = Random(seed);
        let site = Site::new();
        let mut world = World::new();
        let mut on = today();
        let mut known: BTreeMap<usize, String> = stored(&site.render(world.ecosystem(), on));
        let mut owed: BTreeMap<usize, NaiveDate> = BTreeMap::new();
        for step in 0..24 {
            let before: BTreeSet<usize> = world.datasets.iter().map(|one| one.number).collect();
            let written = world.clone();
            world.edit(&mut random);
            on = on.checked_add_days(Days::new(u64::try_from(random.below(120)).unwrap())).unwrap();
            let proposal = site.propose(world.ecosystem(), on);
            let proposal = proposal.unwrap_or_else(|error| panic!("seed {seed}, step {step}: {error:?}"));
            if random.below(4) == 0 {
                // Nobody writes this revision: the edit is taken back.
                world = written;
                continue;
            }
            proposal.write(&mut site.target(), &site.lock_path()).unwrap();
            let now: BTreeSet<usize> = world.datasets.iter().map(|one| one.number).collect();
            for number in before.difference(&now).chain(known.keys().filter(|one| !now.contains(*one))) {
                owed.entry(*number).or_insert(on + Days::new(365));
            }
            let there = stored(&proposal);
            let case = format!("seed {seed}, step {step}: {there:?}, and before {known:?}");
            assert!(now.iter().all(|number| there.contains_key(number)), "{case}");
            for (number, address) in &there {
                assert!(known.get(number).is_none_or(|before| before == address), "it moved: {case}");
                let others = known.iter().filter(|(other, at)| *other != number && *at == address);
                let is_owed = |other: &usize| owed.get(other).is_none_or(|until| *until >= on);
                assert!(others.clone().all(|(other, _)| !is_owed(other)), "it took {number}: {case}");
            }
            for (number, until) in &owed {
                let is_known = known.contains_key(number);
                assert!(!is_known || *until < on || there.contains_key(number), "{number} is lost: {case}");
            }
            known = there;
        }
    }
}
