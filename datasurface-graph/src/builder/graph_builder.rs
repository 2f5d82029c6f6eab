//! The builder of graphs: fragments, new or brought up to date.
//!
//! Consumers come before producers. First the workspaces that changed say anew what they want. Then the transformers
//! are settled, group by group, those of consumers first: whether they run, and what they owe, is known once all who
//! read their output are settled; what they want themselves is then known, too. So everything is passed on once.

use super::{
    NoPrimaryError,
    changes::Changes,
    drafts::FragmentBuilders,
    fragment::{FragmentBuilder, NotCaptured},
};
use crate::{
    demand::datastores_needed,
    facts::Consumer,
    fragments::{
        Fragments, KeyedContainer, ServedGroup, TransformerFragment, TransformerRun, WorkspaceFragment,
    },
    obligation::Obligation,
    transformers::{Group, Transformers, transforms},
};
use datasurface_model::{
    ContainerKey, DatasetGroup, DatasetKey, DatasetSink, Datastore, DatastoreName, Entity, Named,
    WorkspaceName,
};
use imbl::OrdMap;
use rustc_hash::FxHashMap;
use std::{collections::BTreeSet, sync::Arc};

pub(super) struct GraphBuilder {
    /// Its model and assignments are the new ones, its fragments still those of the old.
    fragments: Fragments,
    drafts: FragmentBuilders,
    /// Groups of transformers that have to be settled.
    unsettled: BTreeSet<usize>,
    /// Transformers of which something changed, and the datastores that did of those that they read or make.
    derived: FxHashMap<WorkspaceName, Vec<Arc<Datastore>>>,
    /// The group that is being settled.
    settling: Option<usize>,
    /// How many datastores, workspaces and transformers were worked out.
    effort: usize,
}

impl GraphBuilder {
    pub(super) fn new(fragments: Fragments) -> Self {
        Self {
            fragments,
            drafts: FragmentBuilders::default(),
            unsettled: BTreeSet::new(),
            derived: FxHashMap::default(),
            settling: None,
            effort: 0,
        }
    }

    /// Brings everything up to date that depends on what changed, and says how much work that was.
    pub(super) fn run(mut self, changes: &Changes) -> Result<(Fragments, usize), NoPrimaryError> {
        for container in &changes.containers {
            self.fragments.sites.remove(container);
        }
        if changes.transformers {
            // What a group owes follows from its members, and from who reads their output. Of the others, those are settled
            // that changes reach.
            let transformers = Arc::new(Transformers::new(&self.fragments.ecosystem));
            self.unsettled.extend(transformers.regrouped(&self.fragments.transformers));
            self.fragments.transformers = transformers;
        }
        for datastore in &changes.datastores {
            self.reconsider(datastore);
        }
        for workspace in &changes.workspaces {
            self.ask(workspace);
        }
        while let Some(group) = self.unsettled.pop_first() {
            self.decide_transformers(group);
        }
        self.finish()
    }

    /// The fragments, if everything that somebody needs is captured.
    fn finish(mut self) -> Result<(Fragments, usize), NoPrimaryError> {
        self.effort += self.derived.len();
        self.derive();
        let mut uncaptured = BTreeSet::new();
        for (name, draft) in self.drafts.into_sorted() {
            self.effort += 1;
            let before = draft.before().cloned();
            match draft.finish() {
                Err(NotCaptured) => {
                    uncaptured.insert(name);
                }
                Ok(None) => {
                    self.fragments.datastore_fragments.remove(&name);
                }
                Ok(Some(datastore_fragment)) => {
                    keep_or_insert(
                        &mut self.fragments.datastore_fragments,
                        name,
                        before.as_ref(),
                        datastore_fragment,
                    );
                }
            }
        }
        if uncaptured.is_empty() {
            return Ok((self.fragments, self.effort));
        }
        // Every problem in one go: also those behind an output that is made nowhere yet.
        let Fragments { ecosystem, assignments, .. } = &self.fragments;
        let mut datastores = datastores_needed(ecosystem, assignments);
        datastores.retain(|datastore| assignments.primary(datastore).is_none());
        datastores.append(&mut uncaptured);
        Err(NoPrimaryError { datastores })
    }

    /// Brings the fragments of transformers up to date of which something changed, or of what they read or make.
    fn derive(&mut self) {
        for draft in self.drafts.iter_mut() {
            let datastore = Arc::clone(&draft.datastore);
            if draft.before().is_some_and(|before| !Arc::ptr_eq(&before.datastore, &datastore)) {
                for transformer in draft.transformers() {
                    let changed = self.derived.entry(transformer.clone()).or_default();
                    // It may read several datasets of it.
                    if changed.last().is_none_or(|last| !Arc::ptr_eq(last, &datastore)) {
                        changed.push(Arc::clone(&datastore));
                    }
                }
            }
        }
        let Fragments { ecosystem, workplaces, transformer_fragments, .. } = &mut self.fragments;
        let datastore = |name: &DatastoreName| {
            let known = self.drafts.get(name).map(|draft| &draft.datastore);
            known.or_else(|| ecosystem.datastore(name).map(|located| &located.entity)).cloned()
        };
        for (name, changed) in self.derived.drain() {
            let before = transformer_fragments.get(&name).cloned();
            let now = workplaces.get(&name).and_then(|workspace_fragment| match &before {
                Some(before) => before.rebuild(workspace_fragment, &changed, datastore),
                None => TransformerFragment::build(workspace_fragment, datastore),
            });
            match now {
                Some(transformer_fragment) => {
                    keep_or_insert(transformer_fragments, name, before.as_ref(), transformer_fragment)
                }
                None => {
                    transformer_fragments.remove(&name);
                }
            }
        }
    }

    /// Looks at a datastore again: what it is, where it comes from, and who captures it.
    fn reconsider(&mut self, name: &DatastoreName) {
        if self.fragments.ecosystem.datastore(name).is_none() {
            self.fragments.datastore_fragments.remove(name);
        } else if self.fragments.datastore_fragments.contains_key(name) {
            self.touch(name);
        }
    }

    /// Asks a workspace again what it wants, and who serves it.
    fn ask(&mut self, name: &WorkspaceName) {
        self.effort += 1;
        let before = self.fragments.workplaces.get(name).cloned();
        let after = self.workspace_fragment(name, before.as_deref());
        let makers = self
            .output_of(name)
            .and_then(|output| Some(self.fragments.transformers.maker_of(&output)?.group));
        self.unsettled.extend(makers);
        self.replace(name, before.as_ref(), after);
    }

    /// A workspace as it is now. Whether its transformer runs is not settled yet.
    fn workspace_fragment(
        &mut self,
        name: &WorkspaceName,
        before: Option<&WorkspaceFragment>,
    ) -> Option<WorkspaceFragment> {
        let workspace = Arc::clone(&self.fragments.ecosystem.workspace(name)?.entity);
        let site = self.fragments.container(workspace.container()?)?;
        let credential = self.fragments.ecosystem.delivery_credential(name);
        let served = self.fragments.assignments.serving_workspace(name).filter_map(|(group, platform)| {
            let group = workspace.groups().get(&group.group)?;
            Some((group.name().clone(), platform.clone()))
        });
        let roots = served.collect();
        let run = before.and_then(WorkspaceFragment::run).filter(|_| transforms(&workspace)).cloned();
        Some(WorkspaceFragment::new(workspace, site, credential, roots, run, before))
    }

    /// Puts a workplace in the place of what it was before: what it does not want any more is taken back, and what it
    /// wants now is added.
    fn replace(
        &mut self,
        name: &WorkspaceName,
        before: Option<&Arc<WorkspaceFragment>>,
        after: Option<WorkspaceFragment>,
    ) {
        let after = after.filter(|after| !after.is_idle());
        let versions = before.map(AsRef::as_ref).into_iter().chain(&after);
        if versions.into_iter().any(|workspace_fragment| workspace_fragment.run().is_some()) {
            self.derived.entry(name.clone()).or_default();
        }
        if let Some(before) = before {
            self.take_back(before, after.as_ref());
        }
        if let Some(after) = &after {
            self.add(before.map(AsRef::as_ref), after);
        }
        match after {
            Some(after) => keep_or_insert(&mut self.fragments.workplaces, name.clone(), before, after),
            None => {
                self.fragments.workplaces.remove(name);
            }
        }
    }

    /// Takes back what a workspace wanted before, and does not want now.
    fn take_back(&mut self, before: &WorkspaceFragment, after: Option<&WorkspaceFragment>) {
        for service in before.services() {
            let Some(old) = before.group(service) else { continue };
            let now = after.and_then(|after| wanted_alike(service, after)).unwrap_or_default();
            let gone = old.sinks().difference(&now).filter(|(_, now)| now.is_none());
            let gone: Vec<&DatasetKey> = gone.filter_map(|(sink, _)| Some(sink?.name())).collect();
            for keys in gone.chunk_by(|one, other| one.datastore == other.datastore) {
                let draft = keys.first().and_then(|key| self.touch(&key.datastore));
                draft.into_iter().for_each(|draft| draft.forget(service, keys));
            }
        }
    }

    /// Adds what a workspace wants now, and did not want before.
    fn add(&mut self, before: Option<&WorkspaceFragment>, after: &WorkspaceFragment) {
        for service in after.services() {
            let Some(new) = after.group(service) else { continue };
            let then = before.and_then(|before| wanted_alike(service, before)).unwrap_or_default();
            let added = then.difference(new.sinks()).filter(|(then, _)| then.is_none());
            for (_, sink) in added {
                let Some(sink) = sink.map(Entity::name) else { continue };
                if let Some(draft) = self.touch(&sink.datastore) {
                    draft.add(service, &sink.dataset);
                }
            }
        }
    }

    /// Decides whether the transformers of a group run, where, and what they owe.
    fn decide_transformers(&mut self, group: usize) {
        let transformers = Arc::clone(&self.fragments.transformers);
        let Some(members) = transformers.group(group) else {
            return;
        };
        self.settling = Some(group);
        let owing = self.owed(members).map(Arc::new);
        for name in members.names() {
            self.effort += 1;
            let before = self.fragments.workplaces.get(name).cloned();
            let run = owing.as_ref().and_then(|owing| {
                let output = self.output_of(name)?;
                let primary = self.drafts.open(&output, &mut self.fragments)?.primary.clone()?;
                Some(TransformerRun { on: primary, owing: Arc::clone(owing) })
            });
            if before.as_ref().and_then(|before| before.run()) != run.as_ref() {
                let after = match &before {
                    Some(before) => Some(before.running(run)),
                    None => self
                        .workspace_fragment(name, None)
                        .map(|workspace_fragment| workspace_fragment.running(run)),
                };
                self.replace(name, before.as_ref(), after);
            }
        }
        self.settling = None;
    }

    /// What a group of transformers owes to those outside of it who need its output, and, if there are any, to its own
    /// members for what they read of each other; nothing if nobody outside needs anything.
    fn owed(&mut self, members: &Group) -> Option<Obligation> {
        let mut owed: Option<Obligation> = None;
        let mut inside = Obligation::default();
        for name in members.names() {
            let Some(output) = self.output_of(name) else {
                continue;
            };
            let workplaces = self.fragments.workplaces.clone();
            let draft = self.drafts.open(&output, &mut self.fragments);
            for need in draft.map(FragmentBuilder::needs).unwrap_or_default() {
                let service = &need.service;
                let workspace = &service.consumer.group.workspace;
                if !members.have(workspace) {
                    owed = Some(owed.unwrap_or_default().join(service.owed()));
                } else if workplaces
                    .get(workspace)
                    .is_some_and(|workspace_fragment| workspace_fragment.is_root(service))
                {
                    owed = Some(owed.unwrap_or_default().join(&service.consumer.is_owed()));
                }
            }
            if members.are_circular() {
                inside = inside.join(&self.owed_inside(name, members));
            }
        }
        owed.map(|owed| owed.join(&inside).across_transformer())
    }

    /// What is owed to those groups of a transformer's workspace that read what is made inside.
    fn owed_inside(&self, name: &WorkspaceName, members: &Group) -> Obligation {
        let ecosystem = &self.fragments.ecosystem;
        let Some(workspace) = ecosystem.workspace(name).map(|located| &located.entity) else {
            return Obligation::default();
        };
        let reads_inside = |group: &&DatasetGroup| {
            let mut makers =
                group.sinks().iter().filter_map(|sink| ecosystem.producer(&sink.name().datastore));
            makers.any(|maker| members.have(maker.entity.name()))
        };
        let groups = workspace.groups().iter().filter(reads_inside);
        groups.fold(Obligation::default(), |all, group| {
            all.join(&Consumer::new(workspace, group, None).is_owed())
        })
    }

    fn output_of(&self, name: &WorkspaceName) -> Option<DatastoreName> {
        let workspace = &self.fragments.ecosystem.workspace(name)?.entity;
        Some(workspace.transformer()?.output().clone())
    }

    /// A draft that is about to change, so that who makes the datastore has to be settled.
    fn touch(&mut self, name: &DatastoreName) -> Option<&mut FragmentBuilder> {
        let draft = self.drafts.open(name, &mut self.fragments)?;
        // What is being settled has reckoned with what it wants of itself.
        self.unsettled.extend(draft.makers.filter(|makers| Some(*makers) != self.settling));
        Some(draft)
    }
}

impl Fragments {
    /// The container of this key.
    pub(super) fn container(&mut self, key: &ContainerKey) -> Option<Arc<KeyedContainer>> {
        if let Some(site) = self.sites.get(key) {
            return Some(Arc::clone(site));
        }
        let container = self.ecosystem.container(key)?.clone();
        let site = Arc::new(KeyedContainer::new(key.clone(), container));
        self.sites.insert(key.clone(), Arc::clone(&site));
        Some(site)
    }
}

/// What the same group, served alike on the same platform, wants in another version of its workspace.
fn wanted_alike(service: &Arc<ServedGroup>, other: &WorkspaceFragment) -> Option<Named<DatasetSink>> {
    let same = other.service(service).filter(|same| *same == service)?;
    Some(other.group(same)?.sinks().clone())
}

/// What is equal to what was there before stays the same in memory, so that what is not is found fast.
fn keep_or_insert<K: Ord + Clone, V: PartialEq>(
    map: &mut OrdMap<K, Arc<V>>,
    key: K,
    before: Option<&Arc<V>>,
    value: V,
) {
    if before.is_none_or(|before| **before != value) {
        map.insert(key, Arc::new(value));
    }
}
