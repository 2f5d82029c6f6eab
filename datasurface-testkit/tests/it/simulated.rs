//! Random sequences of edits, renames, moves and renderings, applied to a simulated system: what is owed is there, and data of one dataset
//! never gets to another one, whether a runtime folds revisions or another tool applies them later.

mod states;
mod world;

use chrono::{Days, NaiveDate};
use datasurface_broker::{
    Base, Broker, BrokerError, LOCK_FILE_NAME, Lock, Placed, Proposal, RenderingId, Target,
    disk::{FailingDisk, RealDisk},
};
use datasurface_model::{Diagnostic, Severity, Validate, Validation};
use datasurface_platform::{Registry, Resource};
use datasurface_testkit::{RenderedState, SimulatedSystem};
use serde_json::{Value, json};
use states::States;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
};
use tempfile::TempDir;
use world::{Random, World};

/// Codes with which a merged lock is refused, before anything is lost.
const OF_LOCKS: [&str; 3] = ["lock/cannot-continue", "lock/name-twice", "lock/other-storage"];

/// The number of the dataset that a shelf is fed with: the one in the name of a column.
fn feeds(resource: &Resource) -> Option<String> {
    let is_fed = resource.attributes().get("fed").is_some_and(|fed| fed == true);
    is_fed.then(|| number_of(resource)).flatten()
}

fn number_of(resource: &Resource) -> Option<String> {
    let columns = resource.attributes().get("columns")?.to_string();
    let (_, rest) = columns.split_once("number_")?;
    Some(rest.chars().take_while(char::is_ascii_digit).collect())
}

/// A rendering that a tool may have, and the datasets that its consumers read.
#[derive(Clone)]
struct Commit {
    rendering: RenderingId,
    digits: String,
    state: RenderedState,
}

/// A target, the system that it describes, and what is owed there.
struct Site {
    folder: TempDir,
    system: SimulatedSystem,
    on: NaiveDate,
    /// The last day on which each dataset is owed that nobody wants any more.
    owed: BTreeMap<String, NaiveDate>,
    wanted: BTreeSet<String>,
    /// Whose data was ever there, as long as it is owed.
    known: BTreeSet<String>,
    case: String,
    merged_locks: usize,
}

impl Site {
    fn new(case: String) -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            system: SimulatedSystem::new(feeds),
            on: "2026-11-21".parse().unwrap(),
            owed: BTreeMap::new(),
            wanted: BTreeSet::new(),
            known: BTreeSet::new(),
            case,
            merged_locks: 0,
        }
    }

    fn broker() -> Broker {
        Broker::new(Registry::new().with_plugin::<States>())
    }

    fn lock_path(&self) -> std::path::PathBuf {
        self.folder.path().join(LOCK_FILE_NAME)
    }

    fn target(&self) -> Target {
        Target::open(self.folder.path().join("target")).unwrap()
    }

    fn placed(&self, world: &World, lock: &Lock) -> Result<Placed, BrokerError> {
        let mut lock = lock.clone();
        world.place(&mut lock);
        let checked = world.ecosystem().validate(&Validation::on(self.on)).unwrap();
        Self::broker().place(checked.ecosystem(), &lock)
    }

    fn propose(&self, world: &World, lock: &Lock) -> Result<Proposal, BrokerError> {
        let target = self.target();
        Self::broker().propose(&self.placed(world, lock)?, Base::Target(target.manifest()), self.on)
    }

    fn lock(&self) -> Lock {
        let text = fs::read_to_string(self.lock_path()).unwrap_or_default();
        if text.is_empty() { Lock::default() } else { Lock::from_text(&text).unwrap() }
    }

    /// Renders, and may be killed on the way; returns whether it was written after all.
    fn render(&mut self, world: &World, lock: Option<&Lock>, killed_after: Option<usize>) -> bool {
        let own = self.lock();
        let proposal = match lock.map(|lock| self.propose(world, lock)) {
            Some(Ok(proposal)) => proposal,
            // What does not fit is refused before anything is lost: then the own lock holds.
            Some(Err(refused)) => {
                let is_of_lock = |finding: &Diagnostic| {
                    finding.severity() != Severity::Error || OF_LOCKS.contains(&finding.code())
                };
                assert!(refused.findings().iter().all(is_of_lock), "{}: {refused:?}", self.case);
                self.propose(world, &own).unwrap()
            }
            None => {
                let proposal = self.propose(world, &own);
                proposal.map_err(|error| format!("{}: {error:?}", self.case)).unwrap()
            }
        };
        match killed_after {
            None => {
                proposal.write(&mut self.target(), &self.lock_path()).unwrap();
            }
            Some(after) => {
                let disk = FailingDisk::from_disk(Arc::new(RealDisk), after);
                if let Ok(mut target) = Target::open_with_disk(self.folder.path().join("target"), disk) {
                    let _ = proposal.write(&mut target, &self.lock_path());
                }
                self.target().finish(Some(&self.lock_path())).unwrap();
            }
        }
        if self.target().manifest() != Some(proposal.manifest()) {
            return false;
        }
        let now = world.numbers();
        for left in self.wanted.difference(&now) {
            self.owed.insert(left.clone(), self.on + Days::new(365));
        }
        self.owed.retain(|number, until| !now.contains(number) && *until >= self.on);
        self.known.retain(|number| now.contains(number) || self.owed.contains_key(number));
        self.wanted = now;
        true
    }

    fn commit(&self) -> Commit {
        let target = self.target();
        let manifest = target.manifest().unwrap();
        let rendering = manifest.rendering();
        let state = RenderedState::read(&target, &"P".into()).unwrap();
        Commit { rendering, digits: manifest.revision().to_string(), state }
    }

    /// Compares what is there with what is owed.
    fn judge(&mut self) {
        let things = self.system.resources();
        let mut there = BTreeSet::new();
        for (address, thing) in things {
            assert!(thing.data.len() <= 1, "{}: `{address}` has the data of several: {thing:?}", self.case);
            there.extend(thing.data.iter().cloned());
        }
        for number in &self.known {
            assert!(there.contains(number), "{}: {number} is lost: {things:#?}", self.case);
        }
        self.known = there;
        self.known.retain(|number| self.wanted.contains(number) || self.owed.contains_key(number));
    }
}

/// A member of an object, which becomes an object if it is not there.
fn member<'v>(object: &'v mut Value, name: &str) -> &'v mut Value {
    object.as_object_mut().unwrap().entry(name).or_insert_with(|| json!({}))
}

/// The lock with the storage names of another branch added to its own.
fn merged(lock: &Lock, other: &Lock) -> Lock {
    let read = |lock: &Lock| serde_json::from_str::<Value>(&lock.to_text()).unwrap();
    let (mut text, other) = (read(lock), read(other));
    let Some(theirs) = other.pointer("/storage/names").and_then(Value::as_object) else {
        return lock.clone();
    };
    let own = member(member(&mut text, "storage"), "names");
    for (kind, entries) in theirs {
        let own = member(own, kind).as_object_mut().unwrap();
        for (name, entry) in entries.as_object().unwrap() {
            own.entry(name).or_insert_with(|| entry.clone());
        }
    }
    Lock::from_text(&text.to_string()).unwrap()
}

/// Renders the next edit, unless it is skipped or killed; then it is taken back.
fn edit(site: &mut Site, world: &mut World, random: &mut Random) -> bool {
    let before = world.clone();
    world.edit(random);
    site.on = site.on + Days::new(random.below(120));
    let lock = match random.below(5) {
        // The lock is lost, and restored from the target.
        0 => Some(site.target().manifest().unwrap().recorded_lock().unwrap().clone()),
        // Another branch that began at the same revision was edited and placed, and its storage names are merged without that edit.
        1 => {
            let mut other = before.clone();
            other.edit(random);
            let own = site.lock();
            let theirs = site.placed(&other, &own).unwrap();
            let merged = merged(&own, theirs.lock());
            site.merged_locks += usize::from(merged != own);
            Some(merged)
        }
        _ => None,
    };
    let killed = (random.below(5) == 0).then(|| usize::try_from(random.below(60)).unwrap());
    let is_written = site.render(world, lock.as_ref(), killed);
    if !is_written {
        *world = before;
    }
    is_written
}

#[test]
fn nothing_is_lost_where_another_tool_applies_several_renderings_later() {
    let (mut applies, mut skipped, mut ambiguous, mut merged_locks) = (0, 0, 0, 0);
    for seed in 0..14 {
        let mut random = Random::new(seed);
        let mut site = Site::new(format!("seed {seed}"));
        let mut world = World::new();
        assert!(site.render(&world, None, None));
        let mut commits = vec![site.commit()];
        for step in 0..24 {
            site.case = format!("seed {seed}, step {step}");
            if edit(&mut site, &mut world, &mut random) {
                let commit = site.commit();
                if commits.last().is_none_or(|last| last.rendering != commit.rendering) {
                    commits.push(commit);
                }
            }
            if random.below(3) > 0 {
                continue;
            }
            // The tool has not seen all that was rendered, and nobody records what it did, or only later.
            let seen = usize::try_from(random.below(commits.len() as u64)).unwrap();
            skipped += seen;
            applies += 1;
            let commit = commits[seen].clone();
            commits.drain(..seen);
            site.system.apply(&commit.state).map_err(|error| format!("{}: {error}", site.case)).unwrap();
            site.judge();
            if random.below(2) == 0 {
                // Somebody may only know the revision.
                let by_revision = Site::broker().record_applied(&mut site.target(), Some(&commit.digits));
                match by_revision {
                    Ok(recorded) => assert_eq!(recorded.rendering, commit.rendering, "{}", site.case),
                    Err(error) => {
                        assert_eq!(error.diagnostic().code(), "target/unknown-revision");
                        ambiguous += 1;
                        let digits = commit.rendering.to_string();
                        Site::broker().record_applied(&mut site.target(), Some(&digits)).unwrap();
                    }
                }
            }
        }
        merged_locks += site.merged_locks;
    }
    assert!(applies > 80 && skipped > 30 && ambiguous > 0, "{applies} {skipped} {ambiguous}");
    assert!(merged_locks > 5, "merged locks add names: {merged_locks}");
}

#[test]
fn nothing_is_lost_where_a_runtime_folds_what_was_rendered_since_and_is_killed() {
    let (mut applies, mut killed) = (0, 0);
    for seed in 100..114 {
        let mut random = Random::new(seed);
        let mut site = Site::new(format!("seed {seed}"));
        let mut world = World::new();
        assert!(site.render(&world, None, None));
        for step in 0..24 {
            site.case = format!("seed {seed}, step {step}");
            edit(&mut site, &mut world, &mut random);
            if random.below(2) == 0 {
                continue;
            }
            let most =
                if random.below(2) == 0 { usize::try_from(random.below(5)).unwrap() } else { usize::MAX };
            let is_done = site.system.fold(&site.commit().state, most);
            site.judge();
            applies += 1;
            if is_done {
                let root = site.folder.path().to_owned();
                site.target().record_applied(&[("P".into(), None)].into(), &root).unwrap();
            } else {
                killed += 1;
            }
        }
    }
    assert!(applies > 120 && killed > 40, "{applies} {killed}");
}

/// What leads from each revision to the next one stays, in order, until it is recorded as applied.
#[test]
fn transitions_of_three_renderings_that_nobody_applied_stay() {
    let mut site = Site::new("moves".to_owned());
    let mut world = World::new();
    assert!(site.render(&world, None, None));
    site.system.apply(&site.commit().state).unwrap();
    Site::broker().record_applied(&mut site.target(), None).unwrap();
    // The dataset moves there, is joined by another one, and moves back: three renderings.
    world.move_to("second");
    assert!(site.render(&world, None, None));
    world.add("b");
    assert!(site.render(&world, None, None));
    world.move_to("third");
    assert!(site.render(&world, None, None));
    let transitions = || site.target().manifest().unwrap().platform(&"P".into()).unwrap().earlier.len();
    assert_eq!(site.target().manifest().unwrap().pending_renderings().len(), 3);
    assert!(transitions() > 0);
    let before = site.system.resources().clone();
    site.system.apply(&site.commit().state).unwrap();
    for (address, thing) in &before {
        assert_eq!(site.system.resources().get(address), Some(thing), "it moved, and was not made again");
    }
    Site::broker().record_applied(&mut site.target(), None).unwrap();
    assert_eq!(site.target().manifest().unwrap().platform(&"P".into()).unwrap().earlier.len(), 0);
}
