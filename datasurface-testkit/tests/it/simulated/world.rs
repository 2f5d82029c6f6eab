//! A small ecosystem that is edited at random.

use datasurface_broker::Lock;
use datasurface_graph::NodeKey;
use datasurface_model::*;
use std::collections::BTreeSet;

/// A generator of numbers that are the same each time.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        if all.is_empty() {
            None
        } else {
            all.get(usize::try_from(self.below(all.len() as u64)).unwrap()).copied()
        }
    }
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// A dataset, whatever it is called. Its number is in the name of a column.
#[derive(Clone)]
struct Living {
    number: usize,
    name: &'static str,
    former: Option<&'static str>,
    shard: &'static str,
}

/// Something that is renamed back and forth.
#[derive(Clone)]
struct Renamed {
    name: &'static str,
    former: Option<&'static str>,
}

impl Renamed {
    fn rename(&mut self, to: &'static str) {
        self.former = Some(std::mem::replace(&mut self.name, to));
    }
}

#[derive(Clone)]
pub(crate) struct World {
    store: Renamed,
    workspace: Renamed,
    datasets: Vec<Living>,
    next: usize,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            store: Renamed { name: "S", former: None },
            workspace: Renamed { name: "W", former: None },
            datasets: vec![Living { number: 0, name: "a", former: None, shard: "main" }],
            next: 1,
        }
    }

    pub(crate) fn numbers(&self) -> BTreeSet<String> {
        self.datasets.iter().map(|one| one.number.to_string()).collect()
    }

    /// Adds, drops, renames or moves a dataset, or renames what it is in, or what reads it.
    pub(crate) fn edit(&mut self, random: &mut Random) {
        let is_free = |name: &&&str| self.datasets.iter().all(|one| one.name != **name);
        let free: Vec<&'static str> = NAMES.iter().filter(is_free).copied().collect();
        let position = usize::try_from(random.below(self.datasets.len() as u64)).unwrap();
        match random.below(10) {
            0 | 1 => {
                if let Some(name) = random.one_of(&free) {
                    self.forget_former(name);
                    self.add(name);
                }
            }
            2 | 3 if self.datasets.len() > 1 => {
                self.datasets.remove(position);
            }
            4 => {
                if let Some(name) = random.one_of(&free) {
                    let was = self.datasets.get(position).unwrap().name;
                    self.forget_former(name);
                    self.forget_former(was);
                    let one = self.datasets.get_mut(position).unwrap();
                    (one.name, one.former) = (name, Some(was));
                }
            }
            5 | 6 => {
                let one = self.datasets.get_mut(position).unwrap();
                one.shard = if one.shard == "main" { "second" } else { "main" };
            }
            7 => self.store.rename(if self.store.name == "S" { "T" } else { "S" }),
            8 => self.workspace.rename(if self.workspace.name == "W" { "X" } else { "W" }),
            _ => {
                self.datasets.iter_mut().for_each(|one| one.former = None);
                (self.store.former, self.workspace.former) = (None, None);
            }
        }
    }

    /// Moves the first dataset to another shard.
    pub(crate) fn move_to(&mut self, shard: &'static str) {
        self.datasets.first_mut().unwrap().shard = shard;
    }

    /// Adds a dataset.
    pub(crate) fn add(&mut self, name: &'static str) {
        self.datasets.push(Living { number: self.next, name, former: None, shard: "main" });
        self.next += 1;
    }

    /// A former name is written as long as nothing else has it.
    fn forget_former(&mut self, name: &str) {
        self.datasets.iter_mut().filter(|one| one.former == Some(name)).for_each(|one| one.former = None);
    }

    /// Places each dataset in its shard.
    pub(crate) fn place(&self, lock: &mut Lock) {
        let placement = lock.placement_mut("P".into());
        let ingest: NodeKey = format!("Ingest/P/{}", self.store.name).parse().unwrap();
        for one in &self.datasets {
            placement.place_dataset(ingest.clone(), one.name.into(), one.shard.into());
        }
    }

    pub(crate) fn ecosystem(&self) -> Ecosystem {
        let store = Datastore::new(self.store.name).captured(Capture::sql_snapshot("Z/T/Source"));
        let store = match self.store.former {
            Some(former) => store.renamed_from(former),
            None => store,
        };
        let store = self.datasets.iter().fold(store, |store, one| {
            let dataset = Dataset::new(one.name, &*format!("id Integer key, number_{} Integer", one.number));
            store.dataset(match one.former {
                Some(former) => dataset.renamed_from(former),
                None => dataset,
            })
        });
        let sinks: Vec<String> =
            self.datasets.iter().map(|one| format!("{}/{}", self.store.name, one.name)).collect();
        let group = DatasetGroup::new("g").with_sinks(sinks.iter().map(String::as_str));
        let group = group.with_retention(Retention::years(1));
        let workspace = Workspace::new(self.workspace.name);
        let workspace = match self.workspace.former {
            Some(former) => workspace.renamed_from(former),
            None => workspace,
        };
        let team = Team::new()
            .container(DataContainer::sqlite("Source", "source.db").located("V/L"))
            .container(DataContainer::sqlite("Lake", "lake.db").located("V/L"))
            .datastore(store)
            .workspace(workspace.with_container("Z/T/Lake").group(group));
        let zone = GovernanceZone::new().team("T", "github:o/team@main", team);
        Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
            .vendor(InfrastructureVendor::new("V").location("L"))
            .platform(PlatformDeclaration::new("P", "states"))
            .zone("Z", "github:o/zone@main", zone)
    }
}
