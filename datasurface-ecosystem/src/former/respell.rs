//! References written anew, in each part of a model that has any.

use super::{
    datastore,
    spelling::{
        FormerSpelling,
        SpellingKind::{self, Name, Part, ShortPart, Value},
    },
    walk, workspace,
};
use crate::{
    diagnostic::ModelPath,
    ecosystem::{
        Consent, ContainerUser, ContainerUsers, Ecosystem, GovernanceZone, Team, UnitPlace, Workspace,
    },
    reference::Reference,
};
use datasurface_schema::{
    ContainerKey, DatasetKey, DatasetName, DatastoreName, Entity, GroupKey, PolicyKey, PolicyName, Set,
    TeamKey, WorkspaceName, ZoneName, segment,
};
use rustc_hash::FxHashMap;

/// Writes references anew, and notes where.
pub(super) struct Respeller<'r> {
    names: &'r FxHashMap<Reference, Reference>,
    pub(super) found: Vec<FormerSpelling>,
}

impl<'r> Respeller<'r> {
    pub(super) fn new(names: &'r FxHashMap<Reference, Reference>) -> Self {
        Self { names, found: Vec::new() }
    }

    /// Notes the former names in a unit.
    pub(super) fn look_at(&mut self, ecosystem: &Ecosystem, place: &UnitPlace) {
        let path = place.path();
        match place {
            UnitPlace::Ecosystem => drop(self.ecosystem(ecosystem, &path)),
            UnitPlace::Transformers => {}
            UnitPlace::Zone(name) => {
                let zone = ecosystem.zones().get(name).and_then(|zone| zone.definition());
                zone.map(|zone| self.zone(zone, ecosystem, &path));
            }
            UnitPlace::Team(key) => {
                walk::team(ecosystem, key).map(|team| self.team(team, &path));
            }
            UnitPlace::Datastore(key, name) => {
                datastore(ecosystem, key, name).map(|store| self.datastore(store, &key.zone, &path));
            }
            UnitPlace::Workspace(key, name) => {
                workspace(ecosystem, key, name).map(|workspace| self.workspace(workspace, &path));
            }
        }
    }

    /// Writes a unit anew. What is declared twice stays as it is: it is an error anyway.
    pub(super) fn respell(&mut self, ecosystem: Ecosystem, place: &UnitPlace) -> Ecosystem {
        let path = place.path();
        let is_one = |name: &ZoneName| ecosystem.zones().get_all(name).count() == 1;
        let is_one_team = |key: &TeamKey| {
            let zone = ecosystem.zones().get(&key.zone).and_then(|zone| zone.definition());
            is_one(&key.zone) && zone.is_some_and(|zone| zone.teams().get_all(&key.team).count() == 1)
        };
        match place {
            UnitPlace::Ecosystem => self.ecosystem(&ecosystem, &path).unwrap_or(ecosystem),
            UnitPlace::Zone(name) if is_one(name) => {
                let written = ecosystem.clone();
                ecosystem.edit_zone(name.clone(), |zone| self.zone(&zone, &written, &path).unwrap_or(zone))
            }
            UnitPlace::Team(key) if is_one_team(key) => {
                ecosystem.edit_team(&key.zone, &key.team, |team| self.team(&team, &path).unwrap_or(team))
            }
            UnitPlace::Datastore(key, name) if is_one_team(key) => {
                ecosystem.edit_team(&key.zone, &key.team, |team| {
                    team.edit_datastore(name, |store| {
                        self.datastore(&store, &key.zone, &path).unwrap_or(store)
                    })
                })
            }
            UnitPlace::Workspace(key, name) if is_one_team(key) => {
                ecosystem.edit_team(&key.zone, &key.team, |team| {
                    team.edit_workspace(name, |workspace| {
                        self.workspace(&workspace, &path).unwrap_or(workspace)
                    })
                })
            }
            _ => ecosystem,
        }
    }

    /// What a name leads to: the thing that had it, or itself.
    pub(super) fn now(&self, reference: Reference) -> Reference {
        self.names.get(&reference).cloned().unwrap_or(reference)
    }

    fn zone_name(&self, name: &ZoneName) -> ZoneName {
        match self.now(Reference::Zone(name.clone())) {
            Reference::Zone(name) => name,
            _ => name.clone(),
        }
    }

    fn team_key(&self, key: &TeamKey) -> TeamKey {
        let there = TeamKey::new(self.zone_name(&key.zone), &key.team);
        match self.now(Reference::Team(there.clone())) {
            Reference::Team(key) => key,
            _ => there,
        }
    }

    fn policy_key(&self, key: &PolicyKey) -> PolicyKey {
        let there = PolicyKey::new(self.zone_name(&key.zone), &key.policy);
        match self.now(Reference::Policy(there.clone())) {
            Reference::Policy(key) => key,
            _ => there,
        }
    }

    /// Returns the present name of a policy that is written without its zone, which is called so now.
    pub(super) fn policy_in(&self, zone: &ZoneName, policy: &PolicyName) -> PolicyName {
        match self.now(Reference::Policy(PolicyKey::new(zone, policy))) {
            Reference::Policy(key) => key.policy,
            _ => policy.clone(),
        }
    }

    fn container_key(&self, key: &ContainerKey) -> ContainerKey {
        let team = self.team_key(&key.team_key());
        let there = ContainerKey::new(team.zone, team.team, &key.container);
        match self.now(Reference::Container(there.clone())) {
            Reference::Container(key) => key,
            _ => there,
        }
    }

    fn datastore_name(&self, name: &DatastoreName) -> DatastoreName {
        match self.now(Reference::Datastore(name.clone())) {
            Reference::Datastore(name) => name,
            _ => name.clone(),
        }
    }

    fn dataset_key(&self, key: &DatasetKey) -> DatasetKey {
        let there = DatasetKey::new(self.datastore_name(&key.datastore), &key.dataset);
        match self.now(Reference::Dataset(there.clone())) {
            Reference::Dataset(key) => key,
            _ => there,
        }
    }

    fn workspace_name(&self, name: &WorkspaceName) -> WorkspaceName {
        match self.now(Reference::Workspace(name.clone())) {
            Reference::Workspace(name) => name,
            _ => name.clone(),
        }
    }

    fn group_key(&self, key: &GroupKey) -> GroupKey {
        let there = GroupKey::new(self.workspace_name(&key.workspace), &key.group);
        match self.now(Reference::Group(there.clone())) {
            Reference::Group(key) => key,
            _ => there,
        }
    }

    /// The whole reference by present names.
    pub(super) fn reference(&self, reference: &Reference) -> Reference {
        match reference {
            Reference::Vendor(name) => Reference::Vendor(self.vendor_name(name)),
            Reference::Location(place) => Reference::Location(self.place(place)),
            Reference::Platform(name) => Reference::Platform(self.platform_name(name)),
            Reference::Zone(name) => Reference::Zone(self.zone_name(name)),
            Reference::Team(key) => Reference::Team(self.team_key(key)),
            Reference::Policy(key) => Reference::Policy(self.policy_key(key)),
            Reference::Container(key) => Reference::Container(self.container_key(key)),
            Reference::Datastore(name) => Reference::Datastore(self.datastore_name(name)),
            Reference::Dataset(key) => Reference::Dataset(self.dataset_key(key)),
            Reference::Workspace(name) => Reference::Workspace(self.workspace_name(name)),
            Reference::Group(key) => Reference::Group(self.group_key(key)),
            other => other.clone(),
        }
    }

    /// The names in a reference that something had before, each inside of what is around it now.
    pub(super) fn steps(&self, reference: &Reference) -> Vec<Reference> {
        let zone = |zone: &ZoneName| Reference::Zone(zone.clone());
        let team = |key: &TeamKey| Reference::Team(TeamKey::new(self.zone_name(&key.zone), &key.team));
        let store = |name: &DatastoreName| Reference::Datastore(name.clone());
        let workspace = |name: &WorkspaceName| Reference::Workspace(name.clone());
        let steps = match reference {
            Reference::Team(key) => vec![zone(&key.zone), team(key)],
            Reference::Policy(key) => {
                let own = PolicyKey::new(self.zone_name(&key.zone), &key.policy);
                vec![zone(&key.zone), Reference::Policy(own)]
            }
            Reference::Container(key) => {
                let inside = self.team_key(&key.team_key());
                let own = ContainerKey::new(inside.zone, inside.team, &key.container);
                vec![zone(&key.zone), team(&key.team_key()), Reference::Container(own)]
            }
            Reference::Dataset(key) => {
                let own = DatasetKey::new(self.datastore_name(&key.datastore), &key.dataset);
                vec![store(&key.datastore), Reference::Dataset(own)]
            }
            Reference::Group(key) => {
                let own = GroupKey::new(self.workspace_name(&key.workspace), &key.group);
                vec![workspace(&key.workspace), Reference::Group(own)]
            }
            Reference::Location(place) => self.steps_into(place),
            other => vec![other.clone()],
        };
        steps.into_iter().filter(|step| self.names.contains_key(step)).collect()
    }

    /// Notes that a reference is written by a former name.
    pub(super) fn note(&mut self, path: ModelPath, kind: SpellingKind, spelled: Reference, meant: Reference) {
        self.found.push(FormerSpelling { path, kind, spelled, meant });
    }

    pub(super) fn container(
        &mut self,
        key: &ContainerKey,
        at: impl FnOnce() -> (ModelPath, SpellingKind),
    ) -> Option<ContainerKey> {
        let now = self.container_key(key);
        (now != *key).then(|| {
            let (path, kind) = at();
            self.note(path, kind, Reference::Container(key.clone()), Reference::Container(now.clone()));
            now
        })
    }

    pub(super) fn dataset(
        &mut self,
        key: &DatasetKey,
        at: impl FnOnce() -> (ModelPath, SpellingKind),
    ) -> Option<DatasetKey> {
        let now = self.dataset_key(key);
        (now != *key).then(|| {
            let (path, kind) = at();
            self.note(path, kind, Reference::Dataset(key.clone()), Reference::Dataset(now.clone()));
            now
        })
    }

    /// Returns the present name of a dataset that is written without its datastore, which is called so now.
    pub(super) fn dataset_in(
        &mut self,
        datastore: &DatastoreName,
        dataset: &DatasetName,
        at: impl FnOnce() -> (ModelPath, SpellingKind),
    ) -> DatasetName {
        let spelled = Reference::Dataset(DatasetKey::new(datastore, dataset));
        match self.now(spelled.clone()) {
            Reference::Dataset(key) if key.dataset != *dataset => {
                let (path, kind) = at();
                let renamed = key.dataset.clone();
                self.note(path, kind, spelled, Reference::Dataset(key));
                renamed
            }
            _ => dataset.clone(),
        }
    }

    pub(super) fn datastore_ref(
        &mut self,
        name: &DatastoreName,
        at: impl FnOnce() -> (ModelPath, SpellingKind),
    ) -> Option<DatastoreName> {
        let now = self.datastore_name(name);
        (now != *name).then(|| {
            let (path, kind) = at();
            let (spelled, meant) = (Reference::Datastore(name.clone()), Reference::Datastore(now.clone()));
            self.note(path, kind, spelled, meant);
            now
        })
    }

    pub(super) fn team_ref(
        &mut self,
        key: &TeamKey,
        at: impl FnOnce() -> (ModelPath, SpellingKind),
    ) -> Option<TeamKey> {
        let now = self.team_key(key);
        (now != *key).then(|| {
            let (path, kind) = at();
            self.note(path, kind, Reference::Team(key.clone()), Reference::Team(now.clone()));
            now
        })
    }

    pub(super) fn zone_ref(
        &mut self,
        name: &ZoneName,
        at: impl FnOnce() -> (ModelPath, SpellingKind),
    ) -> Option<ZoneName> {
        let now = self.zone_name(name);
        (now != *name).then(|| {
            let (path, kind) = at();
            self.note(path, kind, Reference::Zone(name.clone()), Reference::Zone(now.clone()));
            now
        })
    }

    pub(super) fn workspace_ref(
        &mut self,
        name: &WorkspaceName,
        at: impl FnOnce() -> (ModelPath, SpellingKind),
    ) -> Option<WorkspaceName> {
        let now = self.workspace_name(name);
        (now != *name).then(|| {
            let (path, kind) = at();
            let (spelled, meant) = (Reference::Workspace(name.clone()), Reference::Workspace(now.clone()));
            self.note(path, kind, spelled, meant);
            now
        })
    }

    pub(super) fn group(
        &mut self,
        key: &GroupKey,
        at: impl FnOnce() -> (ModelPath, SpellingKind),
    ) -> Option<GroupKey> {
        let now = self.group_key(key);
        (now != *key).then(|| {
            let (path, kind) = at();
            self.note(path, kind, Reference::Group(key.clone()), Reference::Group(now.clone()));
            now
        })
    }

    fn zone(
        &mut self,
        zone: &GovernanceZone,
        ecosystem: &Ecosystem,
        path: &ModelPath,
    ) -> Option<GovernanceZone> {
        let before = self.found.len();
        let mut consents = Vec::new();
        for consent in zone.consents() {
            let Consent { team, workspace, output, of } = consent;
            let path = path.child(segment::CONSENTS, format!("{team} {workspace} {output} {of}"));
            let at = || (path.clone(), Part);
            let team = self.team_ref(team, at).unwrap_or_else(|| team.clone());
            let name = self.workspace_ref(workspace, at).unwrap_or_else(|| workspace.clone());
            // A consent names an output of the workspace as the workspace does.
            let found = super::workspace(ecosystem, &team, &name);
            let output = match found.and_then(|workspace| workspace.transformer()) {
                Some(transformer) => {
                    let store = self.datastore_name(transformer.output());
                    self.dataset_in(&store, output, || (path.clone(), ShortPart))
                }
                None => output.clone(),
            };
            consents.push(Consent::new(team, name, output, of.clone()));
        }
        let policies = self.policies(zone.policies(), path);
        (self.found.len() > before).then(|| {
            let zone = zone.clone().with_consents(consents);
            policies.into_iter().fold(zone, GovernanceZone::with_policies)
        })
    }

    fn users(&mut self, users: &Set<ContainerUser>, path: &ModelPath) -> Set<ContainerUser> {
        let mut all = Vec::new();
        for user in users {
            let at = || (path.entry(user.to_string()), Part);
            all.push(match user {
                ContainerUser::Everyone => ContainerUser::Everyone,
                ContainerUser::Zone(zone) => {
                    ContainerUser::Zone(self.zone_ref(zone, at).unwrap_or_else(|| zone.clone()))
                }
                ContainerUser::Team(team) => {
                    ContainerUser::Team(self.team_ref(team, at).unwrap_or_else(|| team.clone()))
                }
            });
        }
        all.into_iter().collect()
    }

    fn team(&mut self, team: &Team, path: &ModelPath) -> Option<Team> {
        let mut changed = None;
        for container in team.containers() {
            let path = path.child(segment::CONTAINERS, container.name());
            if let Some(places) = self.places(container.locations(), &path) {
                change(&mut changed, team, |team| {
                    team.edit_container(container.name(), |container| container.with_locations(places))
                });
            }
            let Some(users) = container.usable_by() else { continue };
            let before = self.found.len();
            let at = path.attribute(segment::USABLE_BY);
            let read = self.users(&users.read, &at.attribute(segment::READ));
            let write = self.users(&users.write, &at.attribute(segment::WRITE));
            if self.found.len() > before {
                change(&mut changed, team, |team| {
                    team.edit_container(container.name(), |container| {
                        container.with_users(ContainerUsers { read, write })
                    })
                });
            }
        }
        for credential in team.credentials() {
            let before = self.found.len();
            let path = path.child(segment::CREDENTIALS, credential.name());
            let mut opened = Vec::new();
            for key in credential.opens() {
                let at = || (path.child(segment::OPENS, key.to_string()), Part);
                opened.push(self.container(key, at).unwrap_or_else(|| key.clone()));
            }
            if self.found.len() > before {
                change(&mut changed, team, |team| {
                    team.edit_credential(credential.name(), |credential| credential.with_opened(opened))
                });
            }
        }
        changed
    }

    fn workspace(&mut self, workspace: &Workspace, path: &ModelPath) -> Option<Workspace> {
        let mut changed = None;
        if let Some(container) = workspace.container() {
            let at = || (path.attribute(segment::CONTAINER), Value);
            if let Some(key) = self.container(container, at) {
                change(&mut changed, workspace, |workspace| workspace.with_container(key));
            }
        }
        for group in workspace.groups() {
            let before = self.found.len();
            let path = path.child(segment::GROUPS, group.name());
            let mut sinks = Vec::new();
            for sink in group.sinks() {
                let key = sink.name();
                let at = || (path.child(segment::SINKS, key.to_string()), Name);
                sinks.push(match self.dataset(key, at) {
                    Some(now) => sink.clone().of(now),
                    None => sink.clone(),
                });
            }
            if self.found.len() > before {
                change(&mut changed, workspace, |workspace| {
                    workspace.edit_group(group.name(), |group| group.wanting(sinks))
                });
            }
            let at = || (path.attribute(segment::WISHED_PLATFORM), Value);
            if let Some(wish) = group.preferred_platform().and_then(|wish| self.platform_ref(wish, at)) {
                change(&mut changed, workspace, |workspace| {
                    workspace.edit_group(group.name(), |group| group.with_preferred_platform(wish))
                });
            }
        }
        if let Some(transformer) = workspace.transformer()
            && let Some(now) = self.transformer(transformer, &path.attribute(segment::TRANSFORMER))
        {
            change(&mut changed, workspace, |workspace| workspace.with_transformer(now));
        }
        changed
    }
}

/// Changes what was changed already, or else a copy.
pub(super) fn change<T: Clone>(changed: &mut Option<T>, from: &T, edit: impl FnOnce(T) -> T) {
    let present = changed.take().unwrap_or_else(|| from.clone());
    *changed = Some(edit(present));
}
