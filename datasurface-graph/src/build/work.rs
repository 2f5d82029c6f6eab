//! Work in progress: an estate that is being brought up to date.
//!
//! Consumers come before producers. First the workspaces that changed say anew what they want. Then the transformers
//! are settled, group by group, those of consumers first: whether they run, and what they owe, is known once all who
//! read their output are settled; what they want themselves is then known, too. So everything is passed on once.

use super::{
    NoPrimary,
    changes::Changes,
    draft::{Draft, NotCaptured},
};
use crate::{
    demand::datastores_needed,
    estate::{Derivation, Estate, Origin, Run, Site, Workplace},
    facts::Consumer,
    obligation::Obligation,
    transformers::{Transformers, transforms},
};
use datasurface_model::{ContainerKey, DatasetGroup, DatastoreName, Entity, WorkspaceName};
use imbl::OrdMap;
use rustc_hash::{FxHashMap, FxHashSet};
use std::{collections::BTreeSet, sync::Arc};

pub(super) struct Work {
    /// Its model and assignments are the new ones, its fragments still those of the old.
    estate: Estate,
    drafts: FxHashMap<DatastoreName, Draft>,
    /// Groups of transformers that have to be settled.
    unsettled: BTreeSet<usize>,
    /// Transformers of which something changed.
    derived: FxHashSet<WorkspaceName>,
    /// The group that is being settled.
    settling: Option<usize>,
}

impl Work {
    pub(super) fn on(estate: Estate) -> Self {
        Self {
            estate,
            drafts: FxHashMap::default(),
            unsettled: BTreeSet::new(),
            derived: FxHashSet::default(),
            settling: None,
        }
    }

    /// Brings everything up to date that depends on what changed.
    pub(super) fn carry_out(mut self, changes: &Changes) -> Result<Estate, NoPrimary> {
        for container in &changes.containers {
            self.estate.sites.remove(container);
        }
        if changes.transformers {
            self.estate.transformers = Arc::new(Transformers::of(&self.estate.ecosystem));
            self.unsettled.extend(0..self.estate.transformers.len());
        }
        for datastore in &changes.datastores {
            self.reconsider(datastore);
        }
        for workspace in &changes.workspaces {
            self.ask(workspace);
        }
        while let Some(group) = self.unsettled.pop_first() {
            self.settle(group);
        }
        self.finish()
    }

    /// The estate, if everything that somebody needs is captured.
    fn finish(mut self) -> Result<Estate, NoPrimary> {
        let mut drafts: Vec<_> = self.drafts.into_iter().collect();
        drafts.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut uncaptured = BTreeSet::new();
        for (name, draft) in drafts {
            let before = self.estate.supplies.get(&name);
            if before.is_some_and(|before| !Arc::ptr_eq(&before.datastore, &draft.datastore)) {
                self.derived.extend(draft.transformers().cloned());
            }
            match draft.finish() {
                Err(NotCaptured) => {
                    uncaptured.insert(name);
                }
                Ok(None) => {
                    self.estate.supplies.remove(&name);
                }
                Ok(Some(supply)) => keep_or_insert(&mut self.estate.supplies, name, supply),
            }
        }
        if !uncaptured.is_empty() {
            // Every problem in one go: also those behind an output that is made nowhere yet.
            let Estate { ecosystem, assignments, .. } = &self.estate;
            let mut datastores = datastores_needed(ecosystem, assignments);
            datastores.retain(|datastore| assignments.primary(datastore).is_none());
            datastores.append(&mut uncaptured);
            return Err(NoPrimary { datastores });
        }
        for name in self.derived {
            let workplace = self.estate.workplaces.get(&name);
            match workplace.and_then(|workplace| Derivation::of(workplace, &self.estate.ecosystem)) {
                Some(derivation) => keep_or_insert(&mut self.estate.derivations, name, derivation),
                None => {
                    self.estate.derivations.remove(&name);
                }
            }
        }
        Ok(self.estate)
    }

    /// Looks at a datastore again: what it is, where it comes from, and who captures it.
    fn reconsider(&mut self, name: &DatastoreName) {
        if self.estate.ecosystem.datastore(name).is_none() {
            self.estate.supplies.remove(name);
        } else if self.estate.supplies.contains_key(name) {
            self.touch(name);
        }
    }

    /// Asks a workspace again what it wants, and who serves it.
    fn ask(&mut self, name: &WorkspaceName) {
        let before = self.estate.workplaces.get(name).cloned();
        let after = self.workplace(name, before.as_deref());
        self.unsettled.extend(self.estate.transformers.group_of(name));
        self.replace(name, before.as_deref(), after);
    }

    /// A workspace as it is now. Whether its transformer runs is not settled yet.
    fn workplace(&mut self, name: &WorkspaceName, before: Option<&Workplace>) -> Option<Workplace> {
        let workspace = Arc::clone(self.estate.ecosystem.workspace(name)?.entity());
        let site = self.estate.site(workspace.container_key()?)?;
        let mut workplace = Workplace::new(&workspace, site, before);
        workplace.roots = self
            .estate
            .assignments
            .serving_workspace(name)
            .filter_map(|(group, platform)| {
                let group = workspace.groups().get(&group.group)?;
                Some((self.estate.platform_id(platform)?, group.name().clone()))
            })
            .collect();
        workplace.run = before.and_then(|before| before.run.clone()).filter(|_| transforms(&workspace));
        Some(workplace)
    }

    /// Puts a workplace in the place of what it was before: what it does not want any more is taken back, and what it
    /// wants now is added.
    fn replace(&mut self, name: &WorkspaceName, before: Option<&Workplace>, after: Option<Workplace>) {
        let after = after.filter(|after| !after.is_idle());
        let runs = |workplace: Option<&Workplace>| workplace.is_some_and(|it| it.run.is_some());
        if runs(before) || runs(after.as_ref()) {
            self.derived.insert(name.clone());
        }
        match before {
            Some(before) => self.exchange_wants(name, before, after.as_ref()),
            None => {
                for want in after.iter().flat_map(Workplace::wants) {
                    if let Some(draft) = self.touch(&want.dataset.datastore) {
                        draft.add(&want);
                    }
                }
            }
        }
        match after {
            Some(after) => keep_or_insert(&mut self.estate.workplaces, name.clone(), after),
            None => {
                self.estate.workplaces.remove(name);
            }
        }
    }

    fn exchange_wants(&mut self, name: &WorkspaceName, before: &Workplace, after: Option<&Workplace>) {
        let old = before.wants_by_store();
        let new = after.map(Workplace::wants_by_store).unwrap_or_default();
        for (store, wants) in &new {
            let known = old.get(store);
            if known == Some(wants) {
                continue;
            }
            if let Some(draft) = self.touch(store) {
                if known.is_some() {
                    draft.forget(name);
                }
                wants.iter().for_each(|want| draft.add(want));
            }
        }
        for store in old.keys().filter(|store| !new.contains_key(*store)) {
            if let Some(draft) = self.touch(store) {
                draft.forget(name);
            }
        }
    }

    /// Decides whether the transformers of a group run, where, and what they owe.
    fn settle(&mut self, group: usize) {
        self.settling = Some(group);
        let transformers = Arc::clone(&self.estate.transformers);
        let owing = self.owed(&transformers, group).map(Arc::new);
        for name in transformers.group(group) {
            let before = self.estate.workplaces.get(name).cloned();
            let run = owing.as_ref().and_then(|owing| {
                let output = self.output_of(name)?;
                Some(Run { on: self.draft(&output)?.primary?, owing: Arc::clone(owing) })
            });
            let now = before.as_ref().and_then(|before| before.run.clone());
            if now != run {
                let current = match &before {
                    Some(before) => Some(Workplace::clone(before)),
                    None => self.workplace(name, None),
                };
                self.replace(name, before.as_deref(), current.map(|current| Workplace { run, ..current }));
            }
        }
        self.settling = None;
    }

    /// What a group of transformers owes to those outside of it who need its output, and, if there are any, to its own
    /// members for what they read of each other; nothing if nobody outside needs anything.
    fn owed(&mut self, transformers: &Transformers, group: usize) -> Option<Obligation> {
        let is_inside = |name: &WorkspaceName| transformers.group_of(name) == Some(group);
        let mut owed: Option<Obligation> = None;
        let mut inside = Obligation::default();
        for name in transformers.group(group) {
            let Some(output) = self.output_of(name) else {
                continue;
            };
            let workplaces = self.estate.workplaces.clone();
            for need in self.draft(&output).into_iter().flat_map(|draft| &draft.needs) {
                let consumer = &need.reader.consumer;
                let workspace = &consumer.group.workspace;
                if !is_inside(workspace) {
                    owed = Some(owed.unwrap_or_default().join(&need.reader.is_owed()));
                } else if workplaces
                    .get(workspace)
                    .is_some_and(|it| it.is_root(need.platform, &consumer.group.group))
                {
                    owed = Some(owed.unwrap_or_default().join(&consumer.is_owed()));
                }
            }
            inside = inside.join(&self.owed_inside(name, is_inside));
        }
        owed.map(|owed| owed.join(&inside).across_transformer())
    }

    /// What is owed to those groups of a transformer's workspace that read what is made inside.
    fn owed_inside(&self, name: &WorkspaceName, is_inside: impl Fn(&WorkspaceName) -> bool) -> Obligation {
        let ecosystem = &self.estate.ecosystem;
        let Some(workspace) = ecosystem.workspace(name).map(|located| located.entity()) else {
            return Obligation::default();
        };
        let reads_inside = |group: &&DatasetGroup| {
            let mut makers =
                group.wanted().iter().filter_map(|sink| ecosystem.producer(&sink.name().datastore));
            makers.any(|maker| is_inside(maker.entity().name()))
        };
        let groups = workspace.groups().iter().filter(reads_inside);
        groups.fold(Obligation::default(), |all, group| all.join(&Consumer::new(workspace, group).is_owed()))
    }

    fn output_of(&self, name: &WorkspaceName) -> Option<DatastoreName> {
        let workspace = self.estate.ecosystem.workspace(name)?.entity();
        Some(workspace.data_transformer()?.output().clone())
    }

    /// A draft that is about to change, so that who makes the datastore has to be settled.
    fn touch(&mut self, name: &DatastoreName) -> Option<&mut Draft> {
        let settling = self.settling;
        let makers = self.draft(name)?.makers;
        // What is being settled has reckoned with what it wants of itself.
        self.unsettled.extend(makers.filter(|makers| Some(*makers) != settling));
        self.drafts.get_mut(name)
    }

    /// The draft of a datastore, made from what is there if there is none yet.
    fn draft(&mut self, name: &DatastoreName) -> Option<&mut Draft> {
        if !self.drafts.contains_key(name) {
            let mut draft = self.estate.draft(name)?;
            if let Some(before) = self.estate.supplies.get(name) {
                draft.take_over(before);
            }
            self.drafts.insert(name.clone(), draft);
        }
        self.drafts.get_mut(name)
    }
}

impl Estate {
    /// The draft of a datastore that nobody needs yet.
    fn draft(&mut self, name: &DatastoreName) -> Option<Draft> {
        let datastore = Arc::clone(self.ecosystem.datastore(name)?.entity());
        let maker = self.ecosystem.producer(name).map(|maker| maker.entity());
        let origin = match maker.filter(|maker| transforms(maker)) {
            Some(maker) => Origin::Made { by: maker.name().clone() },
            None => {
                let capture = datastore.capture()?.clone();
                Origin::Captured { site: self.site(capture.container())?, capture }
            }
        };
        let primary = self.assignments.primary(name).and_then(|platform| self.platform_id(platform));
        let capturing = self.assignments.capturing(name);
        let capturing = capturing.filter_map(|platform| self.platform_id(platform)).collect();
        let makers = match &origin {
            Origin::Made { by } => self.transformers.group_of(by),
            Origin::Captured { .. } => None,
        };
        Some(Draft { datastore, origin, makers, primary, capturing, needs: Vec::new() })
    }

    /// The container of this key.
    fn site(&mut self, key: &ContainerKey) -> Option<Arc<Site>> {
        if let Some(site) = self.sites.get(key) {
            return Some(Arc::clone(site));
        }
        let container = self.ecosystem.container(key)?.clone();
        let site = Arc::new(Site { key: key.clone(), container });
        self.sites.insert(key.clone(), Arc::clone(&site));
        Some(site)
    }
}

/// What is equal stays the same in memory, so that what is not is found fast.
fn keep_or_insert<K: Ord + Clone, V: PartialEq>(map: &mut OrdMap<K, Arc<V>>, key: K, value: V) {
    if map.get(&key).is_none_or(|known| **known != value) {
        map.insert(key, Arc::new(value));
    }
}
