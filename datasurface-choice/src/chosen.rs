//! The outcome of a choice, kept up from one version of an ecosystem to the next.
//!
//! Whatever a decision depends on is a version of the ecosystem, the claims of platforms, or another decision. So after an edit those tasks
//! are decided again that it may affect, groups first and then captures, outputs of transformers before their inputs; and wherever a
//! decision is another one, those that depend on it. One that is not affected is the one that it was.

use crate::{
    Choice,
    affected::Affected,
    capture::CaptureTask,
    decisions::is_in_graph,
    demand::Demand,
    group_index::{GroupIndex, read_by},
    latency,
    order::{self, Order},
    serve::ServingTask,
};
use datasurface_graph::{Assignments, Stage, Stages, datastores_needed};
use datasurface_model::{
    DatasetGroup, DatasetKey, DatastoreName, Diagnostic, Ecosystem, Entity, GroupKey, Located, PlatformName,
    Valid, Workspace,
};
use datasurface_platform::PlatformDescriptor;
use imbl::OrdMap;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The outcome of a choice: who serves and who captures, and what is to be said of it. Cheap to clone; a later choice can start from it.
#[derive(Clone, Debug)]
pub struct Chosen {
    ecosystem: Valid<Ecosystem>,
    platforms: Arc<BTreeMap<PlatformName, PlatformDescriptor>>,
    decided: Assignments,
    groups: GroupIndex,
    assignments: Assignments,
    /// The datastores that somebody needs, each with the platforms that capture it by a pin or by what was decided.
    needed: OrdMap<DatastoreName, BTreeSet<PlatformName>>,
    /// The platforms that serve a group, or capture a needed datastore by a pin or by what was decided, with the number of these.
    busy: BTreeMap<PlatformName, usize>,
    /// What is to be said of each group, if anything is.
    found_of_groups: OrdMap<GroupKey, Arc<[Diagnostic]>>,
    /// What is to be said of each capture, if anything is.
    found_of_captures: OrdMap<DatastoreName, Arc<[Diagnostic]>>,
    /// What is to be said of groups that are served too late.
    late: Vec<Diagnostic>,
    /// Whether transformers read each other in a circle: then what is decided depends on the order of all.
    is_circular: bool,
}

impl Chosen {
    /// The platforms that serve groups and capture datastores.
    #[must_use]
    pub fn assignments(&self) -> &Assignments {
        &self.assignments
    }

    /// Returns the findings about the choice.
    pub fn findings(&self) -> impl Iterator<Item = &Diagnostic> {
        let groups = self.found_of_groups.values().flat_map(|found| found.iter());
        let captures = self.found_of_captures.values().flat_map(|found| found.iter());
        groups.chain(captures).chain(&self.late)
    }

    /// Returns the groups that read a dataset, in order; those of transformers are included, whether these run or not.
    pub fn readers<'c>(&'c self, dataset: &'c DatasetKey) -> impl Iterator<Item = &'c GroupKey> {
        let reads = |key: &&GroupKey| {
            self.ecosystem.group(key).is_some_and(|group| group.sinks().get(dataset).is_some())
        };
        self.groups.readers(&dataset.datastore).filter(reads)
    }

    /// Whether somebody needs a datastore.
    #[must_use]
    pub fn needs(&self, datastore: &DatastoreName) -> bool {
        self.needed.contains_key(datastore)
    }

    pub(crate) fn ecosystem(&self) -> &Valid<Ecosystem> {
        &self.ecosystem
    }

    /// What was decided before.
    pub(crate) fn decided(&self) -> &Assignments {
        &self.decided
    }

    pub(crate) fn groups(&self) -> &GroupIndex {
        &self.groups
    }

    /// The platforms that have anything to do, whatever is decided now about captures.
    pub(crate) fn busy(&self) -> &BTreeMap<PlatformName, usize> {
        &self.busy
    }

    /// Chooses for everything.
    pub(crate) fn build(question: &Choice<'_>) -> Self {
        let platforms = question.platforms.iter();
        let platforms = platforms.map(|(name, descriptor)| ((*name).clone(), (*descriptor).clone()));
        let mut chosen = Self {
            ecosystem: question.ecosystem.clone(),
            platforms: Arc::new(platforms.collect()),
            decided: question.decided.clone(),
            groups: GroupIndex::default(),
            assignments: Assignments::default(),
            needed: OrdMap::new(),
            busy: BTreeMap::new(),
            found_of_groups: OrdMap::new(),
            found_of_captures: OrdMap::new(),
            late: Vec::new(),
            is_circular: false,
        };
        for datastore in question.ecosystem.datastores() {
            chosen.groups.add_datastore(&datastore.entity);
        }
        for workspace in question.ecosystem.workspaces() {
            chosen.groups.add_workspace(&workspace.entity);
            for group in workspace.entity.groups() {
                chosen.serve(question, &GroupKey::new(workspace.entity.name(), group.name()));
            }
        }
        let needed = datastores_needed(question.ecosystem, &chosen.assignments);
        for name in &needed {
            chosen.keep_needed(question, name, true);
        }
        let Order { datastores, is_circular } = order::outputs_first(question.ecosystem, &needed);
        for name in datastores {
            chosen.capture(question, name);
        }
        latency::check(question, &chosen.assignments, &mut chosen.late);
        Self { is_circular, ..chosen }
    }

    /// Chooses for what may be chosen otherwise than before; `None` if that may be anything.
    pub(crate) fn since(question: &Choice<'_>, earlier: &Self) -> Option<Self> {
        let is_same = question.platforms.iter().map(|(name, descriptor)| (*name, *descriptor));
        if earlier.is_circular || !is_same.eq(&*earlier.platforms) {
            return None;
        }
        let Affected { groups, mut datastores, index } = Affected::since(question, earlier)?;
        // When data comes is known of all ways together.
        if question.claims_latency() && index.is_any_in_time() {
            return None;
        }
        let mut chosen = Self {
            ecosystem: question.ecosystem.clone(),
            decided: question.decided.clone(),
            groups: index,
            late: Vec::new(),
            ..earlier.clone()
        };
        for key in &groups {
            if chosen.serve(question, key) {
                let group = consumer(question, key).map(|(_, group)| group);
                datastores.extend(group.into_iter().flat_map(read_by).cloned());
            }
        }
        let upstream = order::upstream(question.ecosystem, &datastores);
        let Order { datastores: order, is_circular } = order::outputs_first(question.ecosystem, &upstream);
        if is_circular {
            return None;
        }
        for name in &order {
            if datastores.contains(*name) && chosen.judge_need(question, name) {
                datastores.extend(order::inputs(question.ecosystem, name).into_iter().cloned());
            }
        }
        // A platform that is in use is preferred everywhere.
        if !chosen.busy.keys().eq(earlier.busy.keys()) {
            return None;
        }
        for name in order {
            if datastores.contains(name) && chosen.capture(question, name) {
                datastores.extend(order::inputs(question.ecosystem, name).into_iter().cloned());
            }
        }
        Some(chosen)
    }

    /// Chooses who serves a group, which may be gone, or feed a transformer. Returns whether it is served otherwise than before.
    fn serve(&mut self, question: &Choice<'_>, key: &GroupKey) -> bool {
        let (mut own, mut found) = (Assignments::default(), Vec::new());
        if let Some((workspace, group)) = consumer(question, key) {
            ServingTask::new(question, workspace, group).choose(&mut own, &mut found);
        }
        keep_found(&mut self.found_of_groups, key, found);
        let (before, after) = (self.assignments.group(key), own.group(key));
        if before == after {
            return false;
        }
        let [before, after] = [before, after].map(|stages| stages.cloned().unwrap_or_default());
        self.employ(platforms(&after), platforms(&before));
        self.assignments.replace_group(key.clone(), after);
        true
    }

    /// Judges whether somebody needs a datastore. Returns whether that is otherwise than before.
    fn judge_need(&mut self, question: &Choice<'_>, name: &DatastoreName) -> bool {
        let is_there = question.ecosystem.datastore(name).is_some();
        let is_needed = is_there && Demand::new(question, self, name).is_any(name);
        self.keep_needed(question, name, is_needed)
    }

    fn keep_needed(&mut self, question: &Choice<'_>, name: &DatastoreName, is_needed: bool) -> bool {
        let before = self.needed.remove(name);
        let was_needed = before.is_some();
        let now = if is_needed { known_captures(question, name) } else { BTreeSet::new() };
        self.employ(now.iter(), before.iter().flatten());
        if is_needed {
            self.needed.insert(name.clone(), now);
        }
        was_needed != is_needed
    }

    /// Chooses who captures a datastore, if somebody needs it. Returns whether it is captured otherwise than before.
    fn capture(&mut self, question: &Choice<'_>, name: &DatastoreName) -> bool {
        let (mut own, mut found) = (Assignments::default(), Vec::new());
        if let Some(store) = question.ecosystem.datastore(name).filter(|_| self.needs(name)) {
            let demand = Demand::new(question, self, name);
            CaptureTask::new(question, store, &demand, &self.busy).choose(&mut own, &mut found);
        }
        keep_found(&mut self.found_of_captures, name, found);
        let (before, after) = (self.assignments.primary_stages(name), own.primary_stages(name));
        if before == after {
            return false;
        }
        let after = after.cloned().unwrap_or_default();
        self.assignments.replace_primary(name.clone(), after);
        true
    }

    /// Counts the platforms of a task, and does not count those of before any more.
    fn employ<'p>(
        &mut self,
        now: impl Iterator<Item = &'p PlatformName>,
        before: impl Iterator<Item = &'p PlatformName>,
    ) {
        for platform in now {
            *self.busy.entry(platform.clone()).or_default() += 1;
        }
        for platform in before {
            if let Some(tasks) = self.busy.get_mut(platform) {
                *tasks = tasks.saturating_sub(1);
                if *tasks == 0 {
                    self.busy.remove(platform);
                }
            }
        }
    }
}

/// Returns a group that is served for somebody. One that feeds a transformer is not: that runs because somebody needs its output.
fn consumer<'a>(question: &Choice<'a>, key: &GroupKey) -> Option<(&'a Located<Workspace>, &'a DatasetGroup)> {
    let workspace = question.ecosystem.workspace(&key.workspace)?;
    let group = workspace.entity.groups().get(&key.group)?;
    workspace.entity.transformer().is_none().then_some((workspace, group))
}

/// The platforms that capture a datastore by a pin, or by what was decided.
fn known_captures(question: &Choice<'_>, name: &DatastoreName) -> BTreeSet<PlatformName> {
    let pinned = question.ecosystem.primary_pins().get(name).map(|pin| pin.platform());
    let store = question.ecosystem.datastore(name);
    let decided = store.map(|store| question.capturing(&store.entity)).unwrap_or_default();
    let decided = decided.into_iter().filter(is_in_graph).map(|(platform, _)| platform);
    decided.chain(pinned).cloned().collect()
}

/// The platforms that a decision keeps in the graph.
fn platforms(stages: &Stages) -> impl Iterator<Item = &PlatformName> {
    stages.iter().filter(|(_, stage)| **stage != Stage::Decommissioned).map(|(platform, _)| platform)
}

fn keep_found<K: Clone + Ord>(all: &mut OrdMap<K, Arc<[Diagnostic]>>, key: &K, found: Vec<Diagnostic>) {
    match found.is_empty() {
        true => drop(all.remove(key)),
        false => drop(all.insert(key.clone(), found.into())),
    }
}
