//! Random sequences of proposed changes, each by one of two teams or by whoever reads their data: no change that a review accepts, and
//! that can be rendered, gives one owner what was stored of another one.

use crate::{
    fixture::*,
    review::{judged, refusals},
};
use datasurface_broker::Lock;
use datasurface_model::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const MODEL: &str = "github:o/model@main";
const READER: &str = "github:o/common@main";
const OWNERS: [&str; 2] = ["github:o/team@main", "github:o/other@main"];
const TEAMS: [&str; 2] = ["T", "U"];
const STORES: [&str; 2] = ["S", "R"];
const DATASETS: [&str; 2] = ["a", "b"];

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

/// What a team says of one dataset or datastore besides its name.
#[derive(Clone, Debug, Default, PartialEq)]
struct Said {
    former: Option<&'static str>,
    continues: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Store {
    former: Option<&'static str>,
    datasets: BTreeMap<&'static str, Said>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct World {
    teams: [BTreeMap<&'static str, Store>; 2],
    /// What is read, and promised for a year.
    sinks: BTreeSet<String>,
}

impl World {
    fn build(&self) -> Ecosystem {
        // There is always something to read.
        let sinks = self.sinks.iter().map(String::as_str).chain(["Base/x"]);
        let group = DatasetGroup::new("g").with_sinks(sinks);
        let group = group.with_retention(Retention::years(1));
        let reader = Workspace::new("W").with_container("Z/C/Lake").group(group);
        let source = DataContainer::sqlite("Source", "source.db").located("V/L");
        let common = Team::new()
            .container(source.readable_by(ContainerUser::Everyone))
            .container(DataContainer::sqlite("Lake", "lake.db").located("V/L"))
            .datastore(datastore(
                "Base",
                &Store { datasets: [("x", Said::default())].into(), ..Store::default() },
            ))
            .workspace(reader);
        let zone = GovernanceZone::new().team("C", READER, common);
        let of = |stores: &BTreeMap<&'static str, Store>| {
            stores.iter().fold(Team::new(), |team, (name, store)| team.datastore(datastore(name, store)))
        };
        let zone = self
            .teams
            .iter()
            .enumerate()
            .fold(zone, |zone, (number, stores)| zone.team(TEAMS[number], OWNERS[number], of(stores)));
        Ecosystem::new("E", MODEL, "github:o/live@main")
            .vendor(InfrastructureVendor::new("V").location("L"))
            .platform(minimal_platform("P"))
            .zone("Z", "github:o/zone@main", zone)
    }

    /// All datasets, each with the number of its team.
    fn datasets(&self) -> BTreeMap<DatasetKey, usize> {
        let mut all = BTreeMap::new();
        for (number, stores) in self.teams.iter().enumerate() {
            for (name, store) in stores {
                all.extend(store.datasets.keys().map(|dataset| (DatasetKey::new(*name, *dataset), number)));
            }
        }
        all
    }

    /// Makes one change, and returns who proposes it. `stored` has the storage names that are known.
    fn edit(&mut self, random: &mut Random, stored: &[String]) -> &'static str {
        let number = random.below(2);
        let (store, dataset) = (STORES[random.below(2)], DATASETS[random.below(2)]);
        let (other_store, other) = (STORES[random.below(2)], DATASETS[random.below(2)]);
        let own = &mut self.teams[number];
        match random.below(14) {
            0 | 1 => {
                own.entry(store).or_default().datasets.insert(dataset, Said::default());
            }
            2 | 3 => {
                let continues = random.one_of(stored).cloned();
                let said = Said { former: None, continues };
                own.entry(store).or_default().datasets.insert(dataset, said);
            }
            4 | 5 => {
                if let Some(known) = own.get_mut(store) {
                    known.datasets.remove(dataset);
                }
                own.retain(|_, store| !store.datasets.is_empty());
            }
            6 => {
                // Its own, or one that it says it had.
                let known = own.entry(store).or_default();
                known.datasets.remove(other);
                known.datasets.insert(dataset, Said { former: Some(other), continues: None });
            }
            7 => {
                let known = own.remove(other_store).unwrap_or_default();
                let renamed = Store { former: Some(other_store), ..known };
                own.insert(store, renamed);
                own.retain(|_, store| !store.datasets.is_empty());
            }
            8 => {
                for store in own.values_mut() {
                    store.former = None;
                    store.datasets.values_mut().for_each(|said| *said = Said::default());
                }
            }
            9 => {
                // A hand-over that the other one did not ask for.
                if let Some(given) = self.teams[number].remove(store) {
                    self.teams[1 - number].insert(store, given);
                }
            }
            10..=12 => {
                let key = format!("{store}/{dataset}");
                if !self.sinks.remove(&key) {
                    self.sinks.insert(key);
                }
                return READER;
            }
            _ => {
                let known = self.datasets();
                self.sinks = known.keys().map(ToString::to_string).collect();
                return READER;
            }
        }
        OWNERS[number]
    }
}

fn datastore(name: &str, store: &Store) -> Datastore {
    let capture = store.datasets.keys().fold(Capture::sql_snapshot("Z/C/Source"), |capture, dataset| {
        capture.table(*dataset, format!("{name}_{dataset}"))
    });
    let made = store.datasets.iter().map(|(name, Said { former, continues })| {
        let dataset = Dataset::new(*name, "id Integer key, text VarChar(10)");
        let dataset = former.iter().fold(dataset, |dataset, former| dataset.renamed_from(*former));
        continues.iter().fold(dataset, |dataset, key| dataset.continuing(key.as_str()))
    });
    let datastore = made.fold(Datastore::new(name), Datastore::dataset).captured(capture);
    store.former.iter().fold(datastore, |datastore, former| datastore.renamed_from(*former))
}

/// The storage name of a dataset, by the names in a lock.
fn stored_as(lock: &Lock, key: &DatasetKey) -> String {
    let text: Value = serde_json::from_str(&lock.to_text()).unwrap();
    let name = |kind: &str, path: &str, own: &str| {
        let entry =
            text.pointer("/storage/names").and_then(|names| names.get(kind)?.get(path)?.get("storage"));
        entry.and_then(Value::as_str).unwrap_or(own).to_owned()
    };
    let store = name("datastores", key.datastore.as_str(), key.datastore.as_str());
    format!("{store}/{}", name("datasets", &key.to_string(), key.dataset.as_str()))
}

/// How often something happened in all sequences.
#[derive(Debug, Default)]
struct Counts {
    accepted: usize,
    refused: usize,
    /// Refused for what is held, by the review or when it is rendered.
    for_held: usize,
    held: usize,
    taken_up: usize,
}

fn play(seed: u64, steps: usize, counts: &mut Counts) {
    let mut random = Random(seed);
    let site = Site::new();
    let mut world = World::default();
    // The team of all data that is there, by storage names.
    let mut owners: BTreeMap<String, usize> = BTreeMap::new();
    let mut before: Option<Ecosystem> = None;
    for _ in 0..steps {
        let lock = site.lock();
        let held: Vec<String> = owners.keys().cloned().collect();
        let mut next = world.clone();
        let source = next.edit(&mut random, &held);
        let after = next.build();
        if let Some(before) = &before {
            let report = judged([(before, &lock), (&after, &lock)], source, today());
            if !report.is_allowed() {
                counts.refused += 1;
                let is_for_held = refusals(&report).iter().any(|code| code.starts_with("lock/"));
                counts.for_held += usize::from(is_for_held);
                continue;
            }
        }
        if after.clone().validate(&Validation::on(today())).is_err() {
            continue;
        }
        match site.propose(after.clone(), today()) {
            Ok(_) => drop(site.render(after.clone(), today())),
            Err(refused) => {
                let is_for_held = refused.findings().codes().any(|code| code.starts_with("lock/"));
                counts.for_held += usize::from(is_for_held);
                continue;
            }
        }
        counts.accepted += 1;
        let now = site.lock();
        if let Some(before) = &before {
            // What the render wrote into the lock is no change of anything that is held.
            let report = judged([(before, &lock), (&after, &now)], MODEL, today());
            // A team that removes what its own dataset continues without effect is told so, once it is removed.
            let is_wrong = |code: &&str| code.starts_with("lock/") && *code != "lock/cannot-continue";
            let wrong: Vec<_> = refusals(&report).into_iter().filter(is_wrong).collect();
            assert_eq!(wrong, [] as [&str; 0], "seed {seed}: {next:#?}");
        }
        let shelves = site.target().manifest().unwrap().platforms()["P"]
            .scopes
            .iter()
            .flat_map(|entry| entry.record.resources.keys().map(ToString::to_string))
            .collect::<BTreeSet<_>>();
        let held: BTreeSet<String> =
            now.held(&"P".into()).iter().map(|held| held.holds.dataset.to_string()).collect();
        counts.held += held.len();
        let mut there = held.clone();
        for (key, team) in next.datasets() {
            let storage = stored_as(&now, &key);
            if let Some(owner) = owners.get(&storage) {
                assert_eq!(*owner, team, "seed {seed}: `{key}` is stored as `{storage}`: {next:#?}");
                let is_new = !world.datasets().contains_key(&key);
                counts.taken_up += usize::from(is_new);
            }
            if shelves.contains(&format!("shelf.{storage}")) {
                there.insert(storage.clone());
                owners.insert(storage, team);
            }
        }
        owners.retain(|storage, _| there.contains(storage));
        for storage in &held {
            assert!(owners.contains_key(storage), "seed {seed}: `{storage}` is held of nobody");
        }
        (world, before) = (next, Some(after));
    }
}

#[test]
fn no_accepted_change_gives_one_owner_what_is_held_of_another() {
    let mut counts = Counts::default();
    for seed in 0..26 {
        play(seed * 7919 + 1, 40, &mut counts);
    }
    // Whatever can happen does.
    let Counts { accepted, refused, for_held, held, taken_up } = counts;
    assert!(accepted > 100 && refused > 100 && for_held > 10, "{accepted} {refused} {for_held}");
    assert!(held > 20 && taken_up > 2, "{held} {taken_up}");
}
