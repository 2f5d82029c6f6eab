//! What a platform renders: files, and the resources that they declare.

mod file;
mod path;
mod resource;
mod wire;

pub use file::{File, FileRecord};
pub use path::{SafePath, SafePathError};
pub use resource::{Resource, ResourceAddress};

pub(crate) use path::is_device;

use crate::{
    change::ScopeRecord,
    error::{PlatformError, PlatformErrorKind},
};
use datasurface_graph::NodeKey;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Files and the resources that they declare. They are added together, so that they cannot drift apart: every file
/// declares something, and every resource is in a file.
///
/// One that arrives from another program is added piece by piece, by the same rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "wire::RenderingWire")]
#[schemars(with = "wire::RenderingWire")]
pub struct Rendering {
    files: BTreeMap<SafePath, File>,
    resources: BTreeMap<ResourceAddress, Resource>,
    nothing: BTreeMap<NodeKey, String>,
    folded_paths: BTreeSet<String>,
}

impl From<Rendering> for ScopeRecord {
    /// Attributes are packed: those of each kind as what they do not have in common with those of its first resource.
    fn from(Rendering { files, mut resources, .. }: Rendering) -> Self {
        let mut firsts: BTreeMap<String, Resource> = BTreeMap::new();
        for resource in resources.values_mut() {
            match firsts.get(resource.kind()) {
                Some(first) => resource.pack(first),
                None => drop(firsts.insert(resource.kind().to_owned(), resource.clone())),
            }
        }
        Self { files: files.into_iter().map(|(path, file)| (path, file.record())).collect(), resources }
    }
}

impl Rendering {
    /// Creates an empty rendering.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a rendering of these resources, each as [a JSON file of its own](Self::add_json).
    ///
    /// # Errors
    ///
    /// If two resources have one address, or the address of one makes no safe path.
    pub fn from_resources(resources: impl IntoIterator<Item = Resource>) -> Result<Self, PlatformError> {
        let mut rendering = Self::new();
        for resource in resources {
            rendering.add_json(resource)?;
        }
        Ok(rendering)
    }

    /// Adds a file and the resources that it declares, or nothing.
    ///
    /// # Errors
    ///
    /// If the file declares no resource, its path is used already (also if it differs in case only), or an address is used
    /// twice.
    pub fn add(
        &mut self,
        file: File,
        declares: impl IntoIterator<Item = Resource>,
    ) -> Result<(), PlatformError> {
        let refuse = |message: String| Err(PlatformError::new(PlatformErrorKind::Rendering, message));
        let path = file.path().clone();
        let folded_path = path.case_folded();
        if self.folded_paths.contains(&folded_path) {
            return refuse(format!("the file `{path}` is rendered twice"));
        }
        let mut declared = BTreeMap::new();
        for resource in declares {
            let address = resource.address().clone();
            if self.resources.contains_key(&address) || declared.contains_key(&address) {
                return refuse(format!("the address `{address}` is used twice"));
            }
            declared.insert(address, resource.declared_in(path.clone()));
        }
        if declared.is_empty() {
            return refuse(format!("the file `{path}` declares no resource"));
        }
        self.folded_paths.insert(folded_path);
        self.resources.extend(declared);
        self.files.insert(path, file);
        Ok(())
    }

    /// Adds a resource as a JSON file of its own, which is called as its address and shows its attributes.
    ///
    /// # Errors
    ///
    /// If the address is used already (also if it differs in case only), makes no safe path, or an attribute cannot be written as JSON.
    pub fn add_json(&mut self, resource: Resource) -> Result<(), PlatformError> {
        let file = File::json(&format!("{}.json", resource.address()), resource.attributes())?;
        self.add(file, [resource])
    }

    /// States that a node needs no resource, for a reason that a person can read. Of every other node, at least one resource must be rendered.
    pub fn nothing_for(&mut self, node: &NodeKey, reason: impl Into<String>) {
        self.nothing.insert(node.clone(), reason.into());
    }

    /// The nodes that need no resource, each with the reason.
    #[must_use]
    pub fn nodes_without_resources(&self) -> &BTreeMap<NodeKey, String> {
        &self.nothing
    }

    /// The files, ordered by path.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &File> {
        self.files.values()
    }

    /// Returns the file at this path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    /// The resources, ordered by address.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = &Resource> {
        self.resources.values()
    }

    /// Returns the resource of this address.
    #[must_use]
    pub fn resource(&self, address: &ResourceAddress) -> Option<&Resource> {
        self.resources.get(address)
    }
}
