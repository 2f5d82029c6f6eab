//! The target, and a model of the system that is made of it: what is there, and whose data it has.

use crate::{
    company::{Company, RETENTION},
    platform::Shelves,
};
use chrono::{Days, NaiveDate};
use datasurface::{
    broker::{
        Base, Broker, LOCK_FILE_NAME, Lock, Placed, Proposal, Target,
        disk::{FailingDisk, RealDisk},
    },
    model::PlatformName,
    platform::{Resource, prelude::Registry},
};
use datasurface_testkit::{RenderedState, SimulatedSystem};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub(crate) fn broker() -> Broker {
    Broker::new(Registry::new().with_plugin::<Shelves>())
}

fn open(folder: &Path) -> Result<Target> {
    Ok(Target::open(folder.join("target"))?)
}

/// The position of the dataset that a resource is about: the number in the name of a column.
fn number_of(resource: &Resource) -> Option<String> {
    let columns = resource.attributes().get("columns")?.to_string();
    let (_, rest) = columns.split_once("number_")?;
    Some(rest.chars().take_while(char::is_ascii_digit).collect())
}

/// Whose data a resource is fed with.
fn feeds(resource: &Resource) -> Option<String> {
    let is_fed = resource.attributes().get("fed").is_none_or(|fed| fed == true);
    is_fed.then(|| number_of(resource)).flatten()
}

/// A target, the system that follows it, and what is owed there.
pub(crate) struct Site {
    folder: PathBuf,
    /// The target and the lock as they were written, or as they are read again after a kill.
    pub(crate) target: Target,
    pub(crate) lock: Lock,
    system: SimulatedSystem,
    /// What consumers read, as of the last rendering: the teams to which each dataset is delivered, by its number.
    wanted: Vec<Vec<usize>>,
    /// The last day on which each dataset is owed that nobody reads any more.
    owed: BTreeMap<usize, NaiveDate>,
    /// The datasets whose data was there, and has to stay.
    known: BTreeSet<usize>,
}

impl Site {
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        Ok(Self {
            folder: folder.to_owned(),
            target: open(folder)?,
            lock: Lock::default(),
            system: SimulatedSystem::new(feeds),
            wanted: Vec::new(),
            owed: BTreeMap::new(),
            known: BTreeSet::new(),
        })
    }

    fn lock_path(&self) -> PathBuf {
        self.folder.join(LOCK_FILE_NAME)
    }

    /// Writes a proposal, killed after so many operations of the disk, if at all. Returns whether it was written after all.
    pub(crate) fn write(&mut self, proposal: &Proposal, killed_after: Option<usize>) -> Result<bool> {
        let path = self.lock_path();
        let Some(after) = killed_after else {
            proposal.write(&mut self.target, &path)?;
            self.lock = proposal.lock().clone();
            return Ok(true);
        };
        let disk = FailingDisk::from_disk(Arc::new(RealDisk), after);
        if let Ok(mut target) = Target::open_with_disk(self.folder.join("target"), disk) {
            // It fails, or was done before its disk failed.
            let _ = proposal.write(&mut target, &path);
        }
        self.target = open(&self.folder)?;
        self.target.finish(Some(&path))?;
        self.lock =
            fs::read_to_string(&path).map_or_else(|_| Ok(Lock::default()), |text| Lock::from_text(&text))?;
        Ok(self.target.manifest() == Some(proposal.manifest()))
    }

    /// Notes what is wanted and owed since a rendering was written.
    pub(crate) fn rendered(&mut self, company: &Company, on: NaiveDate) {
        self.wanted.resize(company.datasets.len(), Vec::new());
        for ((number, wanted), dataset) in self.wanted.iter_mut().enumerate().zip(&company.datasets) {
            let (was, is) = (!wanted.is_empty(), !dataset.readers.is_empty());
            if was && !is {
                self.owed.insert(number, on + Days::new(RETENTION.into()));
            }
            if *wanted != dataset.readers {
                wanted.clone_from(&dataset.readers);
            }
        }
        let is_wanted = |dataset: &usize| !self.wanted[*dataset].is_empty();
        self.owed.retain(|dataset, until| !is_wanted(dataset) && *until >= on);
        self.known.retain(|dataset| is_wanted(dataset) || self.owed.contains_key(dataset));
    }

    /// Applies what is rendered, as a tool does that follows the target.
    pub(crate) fn apply(&mut self) -> Result<()> {
        self.system.apply(&RenderedState::read(&self.target, &PlatformName::from("P"))?)?;
        broker().record_applied(&mut self.target, None)?;
        Ok(())
    }

    /// Compares what is there with what is wanted and owed.
    pub(crate) fn judge(&mut self) -> Result<()> {
        let mut there = BTreeSet::new();
        let mut delivered = BTreeSet::new();
        for (address, thing) in self.system.resources() {
            let number = thing.data.first().map(|number| number.parse::<usize>()).transpose()?;
            let Some(number) = number else { return Err(format!("`{address}` is empty").into()) };
            if thing.data.len() > 1 {
                return Err(format!("`{address}` has the data of several: {:?}", thing.data).into());
            }
            match thing.attributes.get("team").and_then(|team| team.as_str()) {
                Some(team) => drop(delivered.insert((number, team))),
                None => drop(there.insert(number)),
            }
        }
        let lost = self.known.difference(&there).next();
        if let Some(lost) = lost {
            return Err(format!("the data of {lost} is lost").into());
        }
        for (dataset, readers) in self.wanted.iter().enumerate().filter(|(_, readers)| !readers.is_empty()) {
            let is_delivered =
                |reader: &usize| delivered.contains(&(dataset, &*crate::company::team(*reader)));
            if !there.contains(&dataset) || !readers.iter().all(is_delivered) {
                return Err(format!("{dataset} is not where its readers {readers:?} are").into());
            }
        }
        let is_kept = |dataset: &usize| !self.wanted[*dataset].is_empty() || self.owed.contains_key(dataset);
        if let Some(forgotten) = there.iter().find(|dataset| !is_kept(dataset)) {
            return Err(format!("{forgotten} is neither wanted nor owed, and still there").into());
        }
        self.known = there;
        Ok(())
    }

    /// The bytes of the lock, and of what the target remembers.
    pub(crate) fn state_bytes(&self) -> Result<[u64; 2]> {
        let mut open = vec![self.folder.join("target").join(".datasurface")];
        let mut bytes = 0;
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                match entry.file_type()?.is_dir() {
                    true => open.push(entry.path()),
                    false => bytes += entry.metadata()?.len(),
                }
            }
        }
        Ok([fs::metadata(self.lock_path())?.len(), bytes])
    }

    /// Renders a model into a target of its own, from nothing: what is there cannot be less.
    pub(crate) fn from_nothing(placed: &Placed, on: NaiveDate) -> Result<[u64; 2]> {
        let folder = tempfile::tempdir()?;
        let mut site = Self::new(folder.path())?;
        let proposal = broker().propose(placed, Base::Target(None), on)?;
        site.write(&proposal, None)?;
        site.state_bytes()
    }
}
