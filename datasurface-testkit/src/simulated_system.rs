//! A model of the system that rendered resources are applied to: what is there, and whose data it holds.

use datasurface_broker::{Manifest, PlatformRecord, Target};
use datasurface_model::PlatformName;
use datasurface_platform::{Resource, ResourceAddress, SafePath, ScopeRecord, prelude::*};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A rendering of a platform at some time: the resources of each scope, and the transitions that are still in the target.
///
/// It is a copy, as another tool has one that follows a branch: later renderings do not change it.
#[derive(Clone, Debug, Default)]
pub struct RenderedState {
    scopes: BTreeMap<SafePath, Arc<ScopeRecord>>,
    transitions: BTreeMap<SafePath, Vec<StateTransition>>,
}

/// The content of a transition file that [`SimulatedSystem::apply`] executes: what a tool with a state for each scope must be told before
/// it compares that state with what is rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(crate = "self::serde", rename_all = "snake_case")]
pub enum StateTransition {
    /// The state takes up what is there under this address, if something is.
    Import(ResourceAddress),
    /// The state forgets the resource, which stays there.
    Forget(ResourceAddress),
}

/// A resource as it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedResource {
    /// The attributes of the resource, as they were applied last.
    pub attributes: BTreeMap<String, Value>,
    /// The names of all whose data was written into it since it was created.
    pub data: BTreeSet<String>,
}

/// A system that resources are applied to.
///
/// It is applied to in one of two ways. [`fold`](Self::fold) is what a platform's own runtime does: it compares all that is there with all
/// that is rendered, whatever was rendered in between. [`apply`](Self::apply) is what another tool does that has a state for each scope: it
/// executes transitions, and then compares each state with its scope. Both write data where `feeds` says so, so that a test sees which
/// data is lost, or mixed with that of something else.
#[derive(Debug)]
pub struct SimulatedSystem {
    feeds: fn(&Resource) -> Option<String>,
    resources: BTreeMap<ResourceAddress, SimulatedResource>,
    states: BTreeMap<SafePath, ScopeState>,
}

/// The state of a scope, as a tool keeps it.
#[derive(Debug, Default)]
struct ScopeState {
    addresses: BTreeSet<ResourceAddress>,
    /// The scope as it was applied last, unless transitions changed the state since.
    applied: Option<Arc<ScopeRecord>>,
}

impl RenderedState {
    /// Reads what is rendered for a platform.
    ///
    /// # Errors
    ///
    /// If the target cannot be read, or a transition file is no [`StateTransition`].
    pub fn read(
        target: &Target,
        platform: &PlatformName,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let Some(record) = target.manifest().and_then(|manifest: &Manifest| manifest.platform(platform))
        else {
            return Ok(Self::default());
        };
        let mut state = Self::default();
        for entry in &record.scopes {
            state.scopes.insert(entry.folder.clone(), Arc::clone(&entry.record));
        }
        for folder in &record.gone {
            state.scopes.entry(folder.clone()).or_default();
        }
        for path in transition_paths(record) {
            let folder = path.as_str().split_once("/transition/").and_then(|(folder, _)| folder.parse().ok());
            let Some(folder) = folder.filter(|folder| state.scopes.contains_key(folder)) else { continue };
            let content = target.read(&path.joined_to(&record.folder))?;
            state.transitions.entry(folder).or_default().push(serde_json::from_slice(&content)?);
        }
        Ok(state)
    }

    /// The resources of all scopes.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.scopes.values().flat_map(|scope| scope.resources.values())
    }
}

/// The transition files of a platform, in the order in which they were rendered.
fn transition_paths(record: &PlatformRecord) -> impl Iterator<Item = &SafePath> {
    record.earlier.iter().flat_map(|earlier| earlier.files.keys()).chain(record.transition.keys())
}

impl SimulatedSystem {
    /// Creates a system in which nothing is. `feeds` returns whose data is written into a resource whenever it is applied; none for one
    /// that holds no data, or is held and not fed.
    #[must_use]
    pub fn new(feeds: fn(&Resource) -> Option<String>) -> Self {
        Self { feeds, resources: BTreeMap::new(), states: BTreeMap::new() }
    }

    /// The resources that are there.
    #[must_use]
    pub fn resources(&self) -> &BTreeMap<ResourceAddress, SimulatedResource> {
        &self.resources
    }

    /// Makes what is there as it is rendered, in at most so many actions, as if the process was killed then. What is created comes before
    /// what goes. Returns whether all was done.
    pub fn fold(&mut self, rendered: &RenderedState, most_actions: usize) -> bool {
        let wanted: BTreeMap<&ResourceAddress, &Resource> =
            rendered.resources().map(|resource| (resource.address(), resource)).collect();
        let going = self.resources.keys().filter(|address| !wanted.contains_key(address)).cloned();
        let going: Vec<ResourceAddress> = going.collect();
        for resource in wanted.values().take(most_actions) {
            self.put(resource);
        }
        let left = most_actions.saturating_sub(wanted.len());
        for address in going.iter().take(left) {
            self.resources.remove(address);
        }
        wanted.len() <= most_actions && going.len() <= left
    }

    /// Applies all scopes, each with a state of its own: executes the transitions in their order, then creates, updates and destroys. Nothing is
    /// done about a scope that is as it was applied last: what another scope destroyed of it stays lost, so that a test sees it.
    ///
    /// # Errors
    ///
    /// If a state is to create what is there already, as a tool refuses that which did not make it.
    pub fn apply(&mut self, rendered: &RenderedState) -> Result<(), String> {
        let folders: BTreeSet<SafePath> = self.states.keys().chain(rendered.scopes.keys()).cloned().collect();
        for folder in &folders {
            let transitions = rendered.transitions.get(folder).map_or(&[][..], Vec::as_slice);
            let mut state = self.states.remove(folder).unwrap_or_default();
            for transition in transitions {
                let is_other = match transition {
                    StateTransition::Import(address) if self.resources.contains_key(address) => {
                        state.addresses.insert(address.clone())
                    }
                    StateTransition::Import(_) => false,
                    StateTransition::Forget(address) => state.addresses.remove(address),
                };
                if is_other {
                    state.applied = None;
                }
            }
            self.states.insert(folder.clone(), state);
        }
        for folder in folders {
            let state = self.states.remove(&folder).unwrap_or_default();
            // A folder that is not listed any more is one that the tool does not look at.
            let Some(wanted) = rendered.scopes.get(&folder) else {
                self.states.insert(folder, state);
                continue;
            };
            if state.applied.as_ref() == Some(wanted) {
                self.states.insert(folder, state);
                continue;
            }
            let resources = &wanted.resources;
            for address in state.addresses.iter().filter(|address| !resources.contains_key(*address)) {
                self.resources.remove(address);
            }
            for (address, resource) in resources {
                if !state.addresses.contains(address) && self.resources.contains_key(address) {
                    return Err(format!("`{address}` is to be created in `{folder}`, and is there already"));
                }
                self.put(resource);
            }
            if !resources.is_empty() {
                let (addresses, applied) = (resources.keys().cloned().collect(), Some(Arc::clone(wanted)));
                self.states.insert(folder, ScopeState { addresses, applied });
            }
        }
        Ok(())
    }

    /// Creates or updates one resource, and writes the data that feeds it.
    fn put(&mut self, resource: &Resource) {
        let attributes = resource.attributes().clone();
        let existing = self.resources.entry(resource.address().clone());
        let existing = existing
            .or_insert_with(|| SimulatedResource { attributes: BTreeMap::new(), data: BTreeSet::new() });
        existing.attributes = attributes;
        existing.data.extend((self.feeds)(resource));
    }
}
