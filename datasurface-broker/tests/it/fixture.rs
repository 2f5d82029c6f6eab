//! A small ecosystem, and the way from it to a target.

use crate::{minimal_platform::MinimalPlatform, sharing_platform::SharingPlatform};
use chrono::NaiveDate;
use datasurface_broker::{AsOf, Base, Broker, BrokerError, LOCK_FILE_NAME, Lock, Placed, Proposal, Target};
use datasurface_model::*;
use datasurface_platform::{Action, Effect, Registry};
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::TempDir;

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn today() -> NaiveDate {
    day("2026-11-21")
}

pub(crate) fn minimal_platform(name: &str) -> PlatformDeclaration {
    PlatformDeclaration::new(name, "shelf")
}

pub(crate) fn consumer(name: &str, group: DatasetGroup) -> Workspace {
    Workspace::new(name).with_container("Z/T/Lake").group(group)
}

/// A store of three datasets.
pub(crate) fn store(name: &str) -> Datastore {
    let dataset = |name: &str| Dataset::new(name, "id Integer key, text VarChar(10)");
    let store = Datastore::new(name).captured(Capture::sql_snapshot("Z/T/Source"));
    ["a", "b", "c"].into_iter().fold(store, |store, name| store.dataset(dataset(name)))
}

/// The store `S`, and whoever wants its datasets, on these platforms.
pub(crate) fn fixture(
    platforms: impl IntoIterator<Item = PlatformDeclaration>,
    consumers: impl IntoIterator<Item = Workspace>,
) -> Ecosystem {
    world_of(store("S"), platforms, consumers)
}

/// A store, and whoever wants its datasets, on these platforms.
pub(crate) fn world_of(
    store: Datastore,
    platforms: impl IntoIterator<Item = PlatformDeclaration>,
    consumers: impl IntoIterator<Item = Workspace>,
) -> Ecosystem {
    world_of_stores([store], platforms, consumers)
}

/// Several stores, and whoever wants their datasets, on these platforms.
pub(crate) fn world_of_stores(
    stores: impl IntoIterator<Item = Datastore>,
    platforms: impl IntoIterator<Item = PlatformDeclaration>,
    consumers: impl IntoIterator<Item = Workspace>,
) -> Ecosystem {
    let mut team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("V/L"))
        .container(DataContainer::sqlite("Lake", "lake.db").located("V/L"));
    team = stores.into_iter().fold(team, Team::datastore);
    for consumer in consumers {
        team = team.workspace(consumer);
    }
    let zone = GovernanceZone::new().team("T", "github:o/team@main", team);
    let mut ecosystem = Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .zone("Z", "github:o/zone@main", zone);
    for platform in platforms {
        ecosystem = ecosystem.platform(platform);
    }
    ecosystem
}

pub(crate) fn broker() -> Broker {
    Broker::new(Registry::new().with_plugin::<MinimalPlatform>().with_plugin::<SharingPlatform>())
}

pub(crate) fn place(ecosystem: Ecosystem, lock: &Lock) -> Result<Placed, BrokerError> {
    let checked = ecosystem.validate(&Validation::on(today())).unwrap();
    broker().place(checked.ecosystem(), lock)
}

pub(crate) fn codes(refused: &BrokerError) -> Vec<&str> {
    refused.findings().codes().collect()
}

/// A folder with a target, and a lock beside it.
pub(crate) struct Site {
    folder: TempDir,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn lock_path(&self) -> std::path::PathBuf {
        self.folder.path().join(LOCK_FILE_NAME)
    }

    pub(crate) fn lock(&self) -> Lock {
        fs::read_to_string(self.lock_path())
            .map_or_else(|_| Lock::default(), |text| Lock::from_text(&text).unwrap())
    }

    pub(crate) fn target(&self) -> Target {
        Target::open(self.folder.path().join("target")).unwrap()
    }

    pub(crate) fn forget_target(&self) {
        fs::remove_dir_all(self.folder.path().join("target")).unwrap();
    }

    pub(crate) fn propose(&self, ecosystem: Ecosystem, on: NaiveDate) -> Result<Proposal, BrokerError> {
        self.propose_as_of(ecosystem, on)
    }

    pub(crate) fn propose_as_of(
        &self,
        ecosystem: Ecosystem,
        as_of: impl Into<AsOf>,
    ) -> Result<Proposal, BrokerError> {
        self.propose_with(ecosystem, &self.lock(), as_of)
    }

    pub(crate) fn propose_with(
        &self,
        ecosystem: Ecosystem,
        lock: &Lock,
        as_of: impl Into<AsOf>,
    ) -> Result<Proposal, BrokerError> {
        let placed = place(ecosystem, lock)?;
        broker().propose(&placed, Base::Target(self.target().manifest()), as_of)
    }

    pub(crate) fn remake(&self, ecosystem: Ecosystem, on: NaiveDate) -> Proposal {
        let placed = place(ecosystem, &self.lock()).unwrap();
        let proposal = broker().propose(&placed, Base::Lost, on).unwrap();
        proposal.write(&mut self.target(), &self.lock_path()).unwrap();
        proposal
    }

    pub(crate) fn render(&self, ecosystem: Ecosystem, on: NaiveDate) -> Proposal {
        let proposal = self.propose(ecosystem, on).unwrap();
        proposal.write(&mut self.target(), &self.lock_path()).unwrap();
        proposal
    }

    /// Every file of the target and the lock, by path.
    pub(crate) fn bytes(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.folder.path(), self.folder.path(), &mut files);
        files
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            files.insert(path.strip_prefix(root).unwrap().display().to_string(), fs::read(&path).unwrap());
        }
    }
}

/// The steps of a plan, in order: what is done to what, with what effect.
pub(crate) fn steps(proposal: &Proposal, platform: &str) -> Vec<(Action, String, Effect)> {
    let plan = proposal.plan(&platform.into()).unwrap();
    plan.steps().iter().map(|step| (step.action, step.resource.to_string(), step.effect)).collect()
}
