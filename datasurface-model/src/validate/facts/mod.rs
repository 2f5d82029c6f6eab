//! Facts: what units tell about themselves to the rules of other units. Small answers to precise questions, looked
//! up in an index that is built from the units alone.

mod difference;
mod values;

pub(crate) use difference::{Difference, Subject};
pub(crate) use values::{Classified, DatasetFact, OutputFact, Transformer, WorkspaceFact};

use super::{
    names::Names,
    reference::Reference,
    unit::{Content, UnitKey, Units},
};
use crate::{
    ecosystem::{Dataset, Datastore, Ecosystem, Workspace},
    name::{ContainerKey, DatasetKey, DatastoreName, GroupKey, Name, Place, WorkspaceName},
    named::{Entity, Named},
};
use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, StrExt, ToSmolStr};
use std::sync::{Arc, OnceLock};

/// Everything that a rule can ask about. Where several units have one name, the first in canonical order answers.
#[derive(Debug)]
pub(crate) struct Facts {
    today: NaiveDate,
    frame: Arc<Ecosystem>,
    containers: FxHashSet<ContainerKey>,
    datastores: Members<Datastore>,
    workspaces: Members<Workspace>,
    producers: FxHashMap<DatastoreName, UnitKey>,
    transformers: Vec<Transformer>,
    names: GlobalNames,
}

/// Names for "did you mean", arranged when the first reference does not resolve.
#[derive(Debug, Default)]
struct GlobalNames {
    vendors: OnceLock<Names>,
    platforms: OnceLock<Names>,
    containers: OnceLock<Names>,
    datastores: OnceLock<Names>,
    workspaces: OnceLock<Names>,
}

impl Facts {
    pub(super) fn of(units: &Units, today: NaiveDate) -> Self {
        let mut facts = Self {
            today,
            frame: Arc::clone(units.frame()),
            containers: FxHashSet::default(),
            datastores: Members::default(),
            workspaces: Members::default(),
            producers: FxHashMap::default(),
            transformers: Vec::new(),
            names: GlobalNames::default(),
        };
        for (unit, content) in units.iter() {
            facts.add(unit, content);
        }
        facts
    }

    fn add(&mut self, unit: &UnitKey, content: &Content) {
        match content {
            Content::Ecosystem(_) | Content::Transformers | Content::Zone(_) => {}
            Content::Team(team) => self.containers.extend(unit.team().into_iter().flat_map(|key| {
                let names = team.containers().names();
                names.map(|name| ContainerKey::new(&key.zone, &key.team, name))
            })),
            Content::Datastore(datastore) => self.datastores.add(unit, datastore),
            Content::Workspace(workspace) => {
                self.workspaces.add(unit, workspace);
                if let Some(transformer) = workspace.data_transformer() {
                    let output = transformer.output().clone();
                    self.producers.entry(output).or_insert_with(|| unit.clone());
                    self.transformers
                        .push(Transformer { unit: unit.clone(), workspace: Arc::clone(workspace) });
                }
            }
        }
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.today
    }

    pub(super) fn exists(&self, reference: &Reference) -> bool {
        match reference {
            Reference::Vendor(name) => self.frame.vendors().get(name).is_some(),
            Reference::Location(place) => {
                let vendor = self.frame.vendors().get(place.vendor());
                vendor.is_some_and(|vendor| vendor.has(place))
            }
            Reference::Platform(name) => self.frame.platforms().get(name).is_some(),
            Reference::Container(key) => self.containers.contains(key),
            Reference::Datastore(name) => self.datastores.get(name).is_some(),
            Reference::Dataset(key) => self.found(key).is_some(),
            Reference::Workspace(name) => self.workspaces.get(name).is_some(),
            Reference::Group(key) => {
                let workspace = self.workspaces.get(&key.workspace);
                workspace.is_some_and(|found| found.entity.groups().get(&key.group).is_some())
            }
        }
    }

    pub(super) fn nearest(&self, reference: &Reference) -> Option<SmolStr> {
        let near = |names: &OnceLock<Names>, make: &dyn Fn() -> Names, wanted: &str| {
            names.get_or_init(make).nearest(wanted).map(SmolStr::from)
        };
        let (known, frame) = (&self.names, &self.frame);
        match reference {
            Reference::Vendor(name) => near(&known.vendors, &|| of_all(frame.vendors()), name.as_str()),
            Reference::Platform(name) => near(&known.platforms, &|| of_all(frame.platforms()), name.as_str()),
            Reference::Container(key) => {
                let texts = || self.containers.iter().map(ToSmolStr::to_smolstr).collect::<Vec<_>>();
                let names = || Names::of(texts().iter().map(SmolStr::as_str));
                near(&known.containers, &names, &key.to_smolstr())
            }
            Reference::Datastore(name) => near(&known.datastores, &|| self.datastores.names(), name.as_str()),
            Reference::Workspace(name) => near(&known.workspaces, &|| self.workspaces.names(), name.as_str()),
            Reference::Dataset(key) => {
                let store = self.datastores.get(&key.datastore)?;
                let names = || of_all(store.entity.datasets());
                let nearest = near(&store.inner, &names, key.dataset.as_str())?;
                Some(DatasetKey::new(&key.datastore, nearest.as_str()).to_smolstr())
            }
            Reference::Group(key) => {
                let workspace = self.workspaces.get(&key.workspace)?;
                let names = || of_all(workspace.entity.groups());
                let nearest = near(&workspace.inner, &names, key.group.as_str())?;
                Some(GroupKey::new(&key.workspace, nearest.as_str()).to_smolstr())
            }
            Reference::Location(place) => self.nearest_place(place),
        }
    }

    /// Corrects the first location of the path that does not exist, by its siblings.
    fn nearest_place(&self, place: &Place) -> Option<SmolStr> {
        let mut inside = self.frame.vendors().get(place.vendor())?.locations();
        let mut path = place.path().to_vec();
        let unknown = path.iter_mut().find_map(|name| match inside.get(name) {
            Some(location) => {
                inside = location.locations();
                None
            }
            None => Some(name),
        })?;
        let nearest = of_all(inside).nearest(unknown.as_str())?.into();
        *unknown = nearest;
        let corrected = Place::new(place.vendor(), path);
        self.exists(&Reference::Location(corrected.clone())).then(|| corrected.to_smolstr())
    }

    pub(super) fn datastore_unit(&self, datastore: &DatastoreName) -> Option<&UnitKey> {
        self.datastores.get(datastore).map(|found| &found.unit)
    }

    pub(super) fn first_datastore(&self, folded: &SmolStr) -> Option<&UnitKey> {
        self.datastores.first.get(folded)
    }

    pub(super) fn first_workspace(&self, folded: &SmolStr) -> Option<&UnitKey> {
        self.workspaces.first.get(folded)
    }

    pub(super) fn producer(&self, datastore: &DatastoreName) -> Option<&UnitKey> {
        self.producers.get(datastore)
    }

    pub(super) fn dataset(&self, key: &DatasetKey) -> Option<DatasetFact<'_>> {
        self.found(key).map(|dataset| DatasetFact { deprecation: dataset.deprecation() })
    }

    pub(super) fn classifications(&self, key: &DatasetKey) -> Classified<'_> {
        Classified(self.found(key))
    }

    pub(super) fn output(&self, datastore: &DatastoreName) -> Option<OutputFact<'_>> {
        self.datastores.get(datastore).map(|found| OutputFact(&found.entity))
    }

    pub(super) fn workspace(&self, name: &WorkspaceName) -> Option<WorkspaceFact> {
        self.workspaces
            .get(name)
            .map(|found| WorkspaceFact { transforms: found.entity.data_transformer().is_some() })
    }

    pub(super) fn transformers(&self) -> &[Transformer] {
        &self.transformers
    }

    fn found(&self, key: &DatasetKey) -> Option<&Dataset> {
        self.datastores.get(&key.datastore)?.entity.datasets().get(&key.dataset)
    }
}

/// The units of one kind, by name.
#[derive(Debug)]
struct Members<T: Entity> {
    by_name: FxHashMap<T::Name, Member<T>>,
    /// By name in lower case.
    first: FxHashMap<SmolStr, UnitKey>,
}

#[derive(Debug)]
struct Member<T> {
    unit: UnitKey,
    entity: Arc<T>,
    /// The names inside it.
    inner: OnceLock<Names>,
}

impl<T: Entity<Name: Name>> Members<T> {
    fn add(&mut self, unit: &UnitKey, entity: &Arc<T>) {
        let folded = entity.name().as_str().to_ascii_lowercase_smolstr();
        self.first.entry(folded).or_insert_with(|| unit.clone());
        self.by_name.entry(entity.name().clone()).or_insert_with(|| Member {
            unit: unit.clone(),
            entity: Arc::clone(entity),
            inner: OnceLock::new(),
        });
    }

    fn get(&self, name: &T::Name) -> Option<&Member<T>> {
        self.by_name.get(name)
    }

    fn names(&self) -> Names {
        Names::of(self.by_name.keys().map(Name::as_str))
    }
}

impl<T: Entity> Default for Members<T> {
    fn default() -> Self {
        Self { by_name: FxHashMap::default(), first: FxHashMap::default() }
    }
}

fn of_all<T: Entity<Name: Name>>(entities: &Named<T>) -> Names {
    Names::of(entities.names().map(Name::as_str))
}
