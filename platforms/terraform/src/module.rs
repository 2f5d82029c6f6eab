//! Root modules: the configuration of one state, in files of JSON.

use crate::{
    block::{Block, Mode},
    declared::{self, Declared},
    expression::Reference,
    handle::Handle,
    is_identifier,
    root_configuration::RootConfiguration,
};
use datasurface_platform::{
    File, PlatformError, PlatformErrorKind, Rendering, Resource, ResourceAddress, Scope, graph::NodeKey,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A root module: all that one state has. There is one for each scope, with a state of its own, so that a change of one scope plans and
/// locks nothing else.
#[derive(Debug)]
pub struct Module {
    folder: Arc<str>,
    root: RootConfiguration,
    files: BTreeMap<String, Vec<Declared>>,
    others: Vec<(File, Vec<Resource>)>,
    without_resources: BTreeMap<NodeKey, String>,
    addresses: BTreeSet<Arc<str>>,
}

impl Module {
    /// Creates the root module of a scope.
    #[must_use]
    pub fn new(scope: &Scope, root: RootConfiguration) -> Self {
        Self {
            folder: scope.folder().into(),
            root,
            files: BTreeMap::new(),
            others: Vec::new(),
            without_resources: BTreeMap::new(),
            addresses: BTreeSet::new(),
        }
    }

    /// Adds a block to the file `<file>.tf.json`. What is declared for one node or dataset belongs in one file, so that no other node
    /// changes it.
    ///
    /// # Errors
    ///
    /// If type and label are used already, the label is no name in Terraform, an argument refers to another root module, or the
    /// resource holds data and nothing imports it: it could never be in another state.
    pub fn add(&mut self, file: &str, block: Block) -> Result<Handle, PlatformError> {
        let address: Arc<str> = block.address_of(&block.label).into();
        let refuse = |reason: &str| {
            Err(PlatformError::new(PlatformErrorKind::Rendering, format!("declaring `{address}`"))
                .caused_by(reason))
        };
        if !is_identifier(&block.label) {
            return refuse("its label is no name in Terraform");
        }
        let references: Vec<&Reference> =
            block.arguments.values().flat_map(|value| value.references()).collect();
        let is_foreign = |module: &Arc<str>| **module != *self.folder;
        let dependencies = block.dependencies.iter().map(|handle| &handle.module);
        if references.iter().map(|to| &to.module).chain(dependencies).any(is_foreign) {
            return refuse(
                "it refers to another root module, which it can reach by name or by a data source only",
            );
        }
        let import_id = block.import_id.clone().or_else(|| {
            let is_managed = block.mode == Mode::Managed;
            is_managed.then(|| block.resource_type.import_id(&block.arguments)).flatten()
        });
        if block.held_data.is_some() && import_id.is_none() {
            return refuse("it holds data, and nothing tells the id that imports it into another state");
        }
        if !self.addresses.insert(Arc::clone(&address)) {
            return refuse("its address is used twice");
        }
        let targets = references.iter().map(|to| &to.target);
        let targets: BTreeSet<ResourceAddress> = targets.map(|target| (&**target).into()).collect();
        let known =
            block.arguments.iter().filter_map(|(name, value)| Some((name.clone(), value.known_text()?)));
        let handle = Handle {
            module: Arc::clone(&self.folder),
            address: Arc::clone(&address),
            known: Arc::new(known.collect()),
        };
        let declared = Declared::new(block, &address, import_id, targets);
        self.files.entry(file.to_owned()).or_default().push(declared);
        Ok(handle)
    }

    /// Adds a file that is no configuration, such as a script, with the resources that it declares.
    pub fn add_file(&mut self, file: File, declares: impl IntoIterator<Item = Resource>) {
        self.others.push((file, declares.into_iter().collect()));
    }

    /// States that a node needs no resource here, for a reason that a person can read.
    pub fn nothing_for(&mut self, node: &NodeKey, reason: impl Into<String>) {
        self.without_resources.insert(node.clone(), reason.into());
    }

    /// Returns the files of the root module: its root configuration, and its blocks in the order of types and labels.
    ///
    /// # Errors
    ///
    /// If a file has no safe name, or two have one name.
    pub fn into_rendering(self) -> Result<Rendering, PlatformError> {
        let mut rendering = Rendering::new();
        rendering.add(self.root.file()?, [self.root.resource(&self.folder)])?;
        for (name, declared) in self.files {
            let file = File::json(&format!("{name}.tf.json"), &declared::configuration(&declared))?;
            rendering.add(file, declared.into_iter().map(|one| one.resource))?;
        }
        for (file, declares) in self.others {
            rendering.add(file, declares)?;
        }
        for (node, reason) in &self.without_resources {
            rendering.nothing_for(node, reason);
        }
        Ok(rendering)
    }
}
