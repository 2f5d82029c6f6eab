//! Blocks: resources and data sources, before they are added to a root module.

use crate::{expression::Expression, handle::Handle, resource_type::ResourceType};
use datasurface_platform::{HeldData, NodeView, ResourceAddress, graph::NodeKey};
use std::collections::{BTreeMap, BTreeSet};

/// A resource or a data source: its arguments, and what the host needs to know of it.
///
/// A label is made of [storage names](crate::label()). No two resources of a platform have one type and one label, in whatever states they
/// are: the host identifies a resource by its address.
#[derive(Clone, Debug)]
#[must_use = "a block does nothing until it is added to a root module"]
pub struct Block {
    pub(crate) resource_type: &'static ResourceType,
    pub(crate) mode: Mode,
    pub(crate) label: String,
    pub(crate) arguments: BTreeMap<String, Expression>,
    pub(crate) dependencies: Vec<Handle>,
    pub(crate) other_states: BTreeSet<ResourceAddress>,
    pub(crate) origins: BTreeSet<NodeKey>,
    pub(crate) held_data: Option<HeldData>,
    pub(crate) prevents_destruction: bool,
    pub(crate) ignored: BTreeSet<String>,
    pub(crate) places: BTreeSet<String>,
    pub(crate) former_label: Option<String>,
    pub(crate) import_id: Option<String>,
}

/// Whether Terraform makes a thing, or looks it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Managed,
    Data,
}

impl Block {
    /// Declares a resource.
    pub fn resource(resource_type: &'static ResourceType, label: impl Into<String>) -> Self {
        Self::new(resource_type, Mode::Managed, label.into())
    }

    /// Declares a data source: a thing that is looked up by its arguments, since its name is not known beforehand.
    pub fn data_source(resource_type: &'static ResourceType, label: impl Into<String>) -> Self {
        Self::new(resource_type, Mode::Data, label.into())
    }

    fn new(resource_type: &'static ResourceType, mode: Mode, label: String) -> Self {
        Self {
            resource_type,
            mode,
            label,
            arguments: BTreeMap::new(),
            dependencies: Vec::new(),
            other_states: BTreeSet::new(),
            origins: BTreeSet::new(),
            held_data: None,
            prevents_destruction: false,
            ignored: BTreeSet::new(),
            places: BTreeSet::new(),
            former_label: None,
            import_id: None,
        }
    }

    /// Sets an argument, or a nested block. One that is [null](Expression::null) is left out.
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<Expression>) -> Self {
        let value = value.into();
        if value != Expression::null() {
            self.arguments.insert(name.into(), value);
        }
        self
    }

    /// Adds a resource that must be there first, although no argument refers to it.
    pub fn depends_on(mut self, other: &Handle) -> Self {
        self.dependencies.push(other.clone());
        self
    }

    /// Adds a resource of another state that must be there first. Terraform knows nothing of it: the host plans by it.
    pub fn after(mut self, other: impl Into<ResourceAddress>) -> Self {
        self.other_states.insert(other.into());
        self
    }

    /// Adds a node that it is there for.
    pub fn for_node(self, node: &NodeView) -> Self {
        self.origin(node.key())
    }

    /// Adds a node that it is there for, by its key.
    pub fn origin(mut self, node: &NodeKey) -> Self {
        self.origins.insert(node.clone());
        self
    }

    /// Marks the resource as holding data that cannot be made again. Terraform refuses to destroy it while it is declared.
    pub fn with_held_data(mut self, data: impl Into<HeldData>) -> Self {
        self.held_data = Some(data.into());
        self.preventing_destruction()
    }

    /// Makes Terraform refuse to destroy the resource while it is declared.
    pub fn preventing_destruction(mut self) -> Self {
        self.prevents_destruction = true;
        self
    }

    /// Makes Terraform ignore these arguments, or parts of them, once the resource is there: `storage_descriptor`, or
    /// `parameters[\"owner\"]`. Something else owns them from then on.
    pub fn ignoring<A: Into<String>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.ignored.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Adds a [place that the resource occupies](datasurface_platform::Resource::occupying).
    pub fn occupying(mut self, place: impl Into<String>) -> Self {
        self.places.insert(place.into());
        self
    }

    /// Sets the label that an earlier version of the plug-in gave the resource. Terraform moves it within its state.
    pub fn formerly(mut self, label: impl Into<String>) -> Self {
        self.former_label = Some(label.into());
        self
    }

    /// Sets the id that imports the resource into another state, where the arguments do not tell it: an ARN that follows from names.
    pub fn with_import_id(mut self, id: impl Into<String>) -> Self {
        self.import_id = Some(id.into());
        self
    }

    /// The address of the resource under a label.
    pub(crate) fn address_of(&self, label: &str) -> String {
        match self.mode {
            Mode::Managed => format!("{}.{label}", self.resource_type.name()),
            Mode::Data => format!("data.{}.{label}", self.resource_type.name()),
        }
    }
}
