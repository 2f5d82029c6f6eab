//! Random sequences of edits, renames, kills, lost locks and merged locks: what is owed is there, and what was stored for one dataset is
//! never read as another one.

use crate::fixture::*;
use chrono::{Days, NaiveDate};
use datasurface_broker::{
    Lock, Manifest, Proposal, Target,
    disk::{FailingDisk, RealDisk},
};
use datasurface_graph::NodeKey;
use datasurface_model::*;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

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
    /// The storage name of the data that it took up.
    continues: Option<String>,
}

/// A name that goes back and forth between two, and the one before it.
type Swung = (&'static str, Option<&'static str>);

#[derive(Clone)]
struct World {
    /// The platform of this name.
    declared: fn(&str) -> PlatformDeclaration,
    datasets: Vec<Living>,
    store: Swung,
    platform: Swung,
    workspace: Swung,
    group: Swung,
    container: Swung,
    team: Swung,
    zone: Swung,
    next: usize,
}

fn swing(name: &mut Swung, [one, other]: [&'static str; 2]) {
    let was = name.0;
    *name = (if was == one { other } else { one }, Some(was));
}

impl World {
    fn new(declared: fn(&str) -> PlatformDeclaration) -> Self {
        Self {
            declared,
            datasets: vec![Living { number: 0, name: "a", former: None, continues: None }],
            store: ("S", None),
            platform: ("P", None),
            workspace: ("W", None),
            group: ("g", None),
            container: ("Lake", None),
            team: ("T", None),
            zone: ("Z", None),
            next: 1,
        }
    }

    fn free(&self) -> Vec<&'static str> {
        let is_free = |name: &&&str| self.datasets.iter().all(|one| one.name != **name);
        NAMES.iter().filter(is_free).copied().collect()
    }

    /// A former name is told as long as nothing else has it, or had it.
    fn settle(&mut self, name: &str) {
        self.datasets.iter_mut().filter(|one| one.former == Some(name)).for_each(|one| one.former = None);
    }

    /// `known` has the addresses of all data that is there.
    fn edit(&mut self, random: &mut Random, known: &BTreeMap<usize, String>) {
        match random.below(15) {
            0 | 1 => {
                if let Some(name) = random.one_of(&self.free()).copied() {
                    self.settle(name);
                    self.datasets.push(Living { number: self.next, name, former: None, continues: None });
                    self.next += 1;
                }
            }
            2 if self.datasets.len() > 1 => {
                let gone = random.below(self.datasets.len());
                self.datasets.remove(gone);
            }
            3..=5 => {
                if let Some(name) = random.one_of(&self.free()).copied() {
                    let position = random.below(self.datasets.len());
                    let was = self.datasets[position].name;
                    self.settle(name);
                    self.settle(was);
                    let former = Some(was);
                    self.datasets[position] = Living { name, former, ..self.datasets[position].clone() };
                }
            }
            13 | 14 => {
                let numbers = self.numbers();
                let held: Vec<(usize, String)> = known
                    .iter()
                    .filter(|(number, _)| !numbers.contains(*number))
                    .map(|(n, a)| (*n, a.clone()))
                    .collect();
                let (held, name) = (random.one_of(&held), random.one_of(&self.free()).copied());
                if let (Some((number, address)), Some(name)) = (held, name) {
                    self.settle(name);
                    let continues = address.strip_prefix("shelf.").map(str::to_owned);
                    self.datasets.push(Living { number: *number, name, former: None, continues });
                }
            }
            6 => swing(&mut self.store, ["S", "U"]),
            7 => swing(&mut self.platform, ["P", "Q"]),
            8 => swing(&mut self.workspace, ["W", "V"]),
            9 => swing(&mut self.group, ["g", "h"]),
            10 => swing(&mut self.container, ["Lake", "Pond"]),
            11 => match random.below(2) {
                0 => swing(&mut self.team, ["T", "R"]),
                _ => swing(&mut self.zone, ["Z", "Y"]),
            },
            _ => {
                for one in &mut self.datasets {
                    (one.former, one.continues) = (None, None);
                }
                let Self { store, platform, workspace, group, container, team, zone, .. } = self;
                for name in [store, platform, workspace, group, container, team, zone] {
                    name.1 = None;
                }
            }
        }
    }

    fn key(&self, dataset: &Living) -> DatasetKey {
        DatasetKey::new(self.store.0, dataset.name)
    }

    fn ecosystem(&self) -> Ecosystem {
        macro_rules! renamed {
            ($thing:expr, $name:ident) => {{
                let thing = $thing;
                self.$name.1.map_or(thing.clone(), |former| thing.renamed_from(former))
            }};
        }
        let place = format!("{}/{}", self.zone.0, self.team.0);
        let store = Datastore::new(self.store.0).captured(Capture::sql_snapshot(&*format!("{place}/Source")));
        let store = self.datasets.iter().fold(renamed!(store, store), |store, one| {
            let schema = format!("id Integer key, number_{} Integer", one.number);
            let dataset = Dataset::new(one.name, &*schema);
            let dataset = one.former.map_or(dataset.clone(), |former| dataset.renamed_from(former));
            let continues = one.continues.as_deref();
            store.dataset(continues.map_or(dataset.clone(), |storage| dataset.continuing(storage)))
        });
        let sinks: Vec<String> = self.datasets.iter().map(|one| self.key(one).to_string()).collect();
        let group = DatasetGroup::new(self.group.0).with_sinks(sinks.iter().map(String::as_str));
        let group = renamed!(group.with_retention(Retention::years(1)), group);
        let workspace = Workspace::new(self.workspace.0).group(group);
        let workspace = workspace.with_container(&*format!("{place}/{}", self.container.0));
        let lake = DataContainer::sqlite(self.container.0, "lake.db").located("V/L");
        let team = Team::new()
            .container(DataContainer::sqlite("Source", "source.db").located("V/L"))
            .container(renamed!(lake, container))
            .datastore(store)
            .workspace(renamed!(workspace, workspace));
        let team = TeamDeclaration::new(self.team.0, "github:o/team@main").defined(team);
        let zone = ZoneDeclaration::new(self.zone.0, "github:o/zone@main")
            .defined(GovernanceZone::new().team_declaration(renamed!(team, team)));
        Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
            .vendor(InfrastructureVendor::new("V").location("L"))
            .platform(renamed!((self.declared)(self.platform.0), platform))
            .zone_declaration(renamed!(zone, zone))
    }

    fn numbers(&self) -> BTreeSet<usize> {
        self.datasets.iter().map(|one| one.number).collect()
    }
}

/// The resources of a target.
fn resources(manifest: &Manifest) -> impl Iterator<Item = &datasurface_platform::Resource> {
    let scopes = manifest.platforms().values().flat_map(|record| &record.scopes);
    scopes.flat_map(|scope| scope.record.resources.values())
}

/// The address of each dataset whose data is there.
fn stored(manifest: &Manifest) -> BTreeMap<usize, String> {
    let mut stored = BTreeMap::new();
    for resource in resources(manifest).filter(|one| one.held_data().is_some()) {
        let columns = resource.attributes()["columns"].to_string();
        let from = columns.find("number_").unwrap() + "number_".len();
        let digits: String = columns[from..].chars().take_while(char::is_ascii_digit).collect();
        let other = stored.insert(digits.parse().unwrap(), resource.address().to_string());
        assert_eq!(other, None, "one dataset is stored once");
    }
    stored
}

/// The address that the consumers of each dataset read, by its name of now.
fn read(manifest: &Manifest) -> BTreeMap<DatasetKey, String> {
    let mut read = BTreeMap::new();
    for resource in resources(manifest) {
        for origin in resource.origins() {
            if let NodeKey::Export { dataset, .. } = origin
                && resource.kind() == "job"
            {
                let text = resource.attributes()["reads"].to_string();
                let from = text.find("shelf.").unwrap();
                let address: String = text[from..].chars().take_while(|c| *c != '"').collect();
                assert_eq!(read.insert(dataset.clone(), address), None);
            }
        }
    }
    read
}

/// What a sequence knows of data, whatever it is called.
struct Books {
    known: BTreeMap<usize, String>,
    owed: BTreeMap<usize, NaiveDate>,
    living: BTreeSet<usize>,
}

impl Books {
    /// Compares what is there after a step with what was known, and remembers it.
    fn judge(&mut self, world: &World, manifest: &Manifest, on: NaiveDate, case: &str) {
        let Self { known, owed, living } = self;
        let now = world.numbers();
        for number in living.difference(&now).chain(known.keys().filter(|one| !now.contains(*one))) {
            owed.entry(*number).or_insert(on + Days::new(365));
        }
        owed.retain(|number, _| !now.contains(number));
        let there = stored(manifest);
        let case = format!("{case}: {there:?}, and before {known:?}");
        assert!(now.iter().all(|number| there.contains_key(number)), "{case}");
        for (number, address) in &there {
            assert!(known.get(number).is_none_or(|before| before == address), "it moved: {case}");
            let others = known.iter().filter(|(other, at)| *other != number && *at == address);
            let is_owed = |other: &usize| owed.get(other).is_none_or(|until| *until >= on);
            assert!(others.clone().all(|(other, _)| !is_owed(other)), "it took {number}: {case}");
        }
        for (number, until) in owed.iter() {
            let is_known = known.contains_key(number);
            assert!(!is_known || *until < on || there.contains_key(number), "{number} is lost: {case}");
        }
        let read = read(manifest);
        for dataset in &world.datasets {
            assert_eq!(read.get(&world.key(dataset)), there.get(&dataset.number), "another is read: {case}");
        }
        *known = there;
        *living = now;
    }
}

/// Writes, and is killed on the way. Returns whether the proposal was written after all.
fn write_killed(site: &Site, proposal: &Proposal, after: usize) -> bool {
    let root = site.target().root().to_owned();
    let disk = FailingDisk::from_disk(Arc::new(RealDisk), after);
    let written = Target::open_with_disk(&root, disk)
        .map(|mut target| proposal.write(&mut target, &site.lock_path()).is_ok());
    let mut target = site.target();
    target.finish(Some(&site.lock_path())).unwrap();
    let is_there = target.manifest() == Some(proposal.manifest());
    assert!(is_there || !written.unwrap_or(false));
    is_there
}

/// The lock of a site without some of the entries about storage.
fn damaged(lock: &Lock, random: &mut Random) -> Lock {
    let mut text: Value = serde_json::from_str(&lock.to_text()).unwrap();
    let Some(storage) = text.get_mut("storage").and_then(Value::as_object_mut) else { return lock.clone() };
    if random.below(3) == 0 {
        storage.remove("left");
    }
    for names in
        storage.get_mut("names").and_then(Value::as_object_mut).into_iter().flat_map(|all| all.values_mut())
    {
        names.as_object_mut().unwrap().retain(|_, _| random.below(2) == 0);
    }
    Lock::from_text(&text.to_string()).unwrap()
}

/// The lock with the storage names of another branch added to its own.
fn merged(lock: &Lock, other: &Lock) -> Lock {
    let [mut text, other] = [lock, other].map(|lock| serde_json::from_str::<Value>(&lock.to_text()).unwrap());
    let no_names = serde_json::Map::new();
    let theirs = other["storage"]["names"].as_object().unwrap_or(&no_names);
    for (kind, entries) in theirs {
        for (name, entry) in entries.as_object().unwrap() {
            let names = text["storage"]["names"].as_object().cloned().unwrap_or_default();
            if names.get(kind).is_none_or(|names| names.get(name).is_none()) {
                text["storage"]["names"][kind][name] = entry.clone();
            }
        }
    }
    Lock::from_text(&text.to_string()).unwrap()
}

/// Codes with which a damaged or merged lock is refused, before anything is lost.
const OF_LOCKS: [&str; 3] = ["lock/cannot-continue", "lock/name-twice", "lock/other-storage"];

#[test]
fn what_is_owed_stays_and_nothing_is_read_as_something_else() {
    what_is_owed_stays_on(minimal_platform, 0..20);
}

#[test]
fn what_is_owed_stays_where_shelves_share_a_key_and_a_window() {
    what_is_owed_stays_on(|name| PlatformDeclaration::new(name, "hall").setting("key", "k"), 20..32);
}

#[test]
fn what_is_owed_stays_where_data_is_in_shared_scopes() {
    let hall =
        |name: &str| PlatformDeclaration::new(name, "hall").setting("key", "k").setting("chests", true);
    what_is_owed_stays_on(hall, 32..44);
}

fn what_is_owed_stays_on(declared: fn(&str) -> PlatformDeclaration, seeds: std::ops::Range<u64>) {
    let mut refused_locks = 0;
    for seed in seeds {
        let mut random = Random(seed);
        let site = Site::new();
        let mut world = World::new(declared);
        let mut on = today();
        let first = site.render(world.ecosystem(), on);
        let known = stored(first.manifest());
        let mut books = Books { known, owed: BTreeMap::new(), living: world.numbers() };
        for step in 0..24 {
            let written = world.clone();
            world.edit(&mut random, &books.known);
            on = on.checked_add_days(Days::new(u64::try_from(random.below(120)).unwrap())).unwrap();
            let case = format!("seed {seed}, step {step}");
            let own = site.lock();
            let lock = match random.below(6) {
                // The lock is lost, and restored from the target.
                0 => site.target().manifest().unwrap().recorded_lock().unwrap().clone(),
                1 => damaged(&own, &mut random),
                2 => {
                    // Another branch that began at the same revision placed its own edit, and is merged without it.
                    let mut other = written.clone();
                    other.edit(&mut random, &books.known);
                    merged(&own, place(other.ecosystem(), &own).unwrap().lock())
                }
                _ => own.clone(),
            };
            let proposal = match site.propose_with(world.ecosystem(), &lock, on) {
                Err(refused) if lock != own => {
                    assert!(
                        codes(&refused).iter().all(|code| OF_LOCKS.contains(code)),
                        "{case}: {refused:?}"
                    );
                    refused_locks += 1;
                    site.propose(world.ecosystem(), on)
                }
                proposal => proposal,
            };
            let proposal = proposal.map_err(|error| format!("{case}: {error:?}")).unwrap();
            let is_written = match random.below(4) {
                // Nobody writes this revision.
                0 => false,
                1 => write_killed(&site, &proposal, random.below(60)),
                _ => {
                    proposal.write(&mut site.target(), &site.lock_path()).unwrap();
                    true
                }
            };
            if !is_written {
                // The edit is taken back.
                world = written;
                continue;
            }
            books.judge(&world, site.target().manifest().unwrap(), on, &case);
        }
    }
    assert!(refused_locks > 3, "damage is noticed where it matters: {refused_locks}");
}
