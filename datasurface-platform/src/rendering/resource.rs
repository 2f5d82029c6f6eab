//! Resources: what a rendering makes exist.

use super::SafePath;
use crate::{held::HeldData, view::NodeView};
use datasurface_graph::NodeKey;
use datasurface_model::{DatasetKey, JsonObject, Set, Text};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

/// The identity of a resource on its platform, in whatever form the platform likes: `table.NW_Data.customers`. What
/// holds data is addressed by dataset, so that a change of how a datastore is captured rebuilds nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ResourceAddress(Arc<str>);

impl ResourceAddress {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for ResourceAddress {
    fn from(address: T) -> Self {
        Self(address.into().into())
    }
}

impl fmt::Display for ResourceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ResourceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A thing that exists because it was rendered: a table, a job, a bucket. Cheap to clone, and to compare with a clone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Resource(Arc<Content>);

// Of the many resources of a scope an edit changes a few, and whoever plans looks at all of them: so they are shared, and `Arc` compares what is
// one in memory at once.
/// A thing that exists because it was rendered: a table, a job, a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Resource", deny_unknown_fields)]
struct Content {
    address: ResourceAddress,
    #[schemars(with = "String")]
    kind: Text,
    #[schemars(with = "BTreeMap<String, Value>")]
    attributes: JsonObject,
    origin: Set<NodeKey>,
    depends_on: Set<ResourceAddress>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holds: Option<Box<HeldData>>,
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    occupies: Set<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    formerly: Option<ResourceAddress>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rendered_as: Option<ResourceAddress>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<SafePath>,
}

impl Resource {
    /// Creates a resource of some kind, in the words of the platform.
    pub fn new(address: impl Into<ResourceAddress>, kind: impl Into<Text>) -> Self {
        Self(Arc::new(Content {
            address: address.into(),
            kind: kind.into(),
            attributes: JsonObject::default(),
            origin: Set::new(),
            depends_on: Set::new(),
            holds: None,
            occupies: Set::new(),
            formerly: None,
            rendered_as: None,
            file: None,
        }))
    }

    /// Creates a resource that is there once for a node. Its address is its kind and the slug of the node, `job.NW_Data`.
    pub fn for_node(kind: &str, node: &NodeView) -> Self {
        Self::new(format!("{kind}.{}", node.slug()), kind).origin(node.key())
    }

    /// Creates a resource that is there once for a dataset. Its address is its kind and the slug of the dataset,
    /// `table.NW_Data-customers`, whichever node it is there for.
    /// The slug is made of the storage name of the dataset.
    pub fn for_dataset(kind: &str, node: &NodeView, dataset: &DatasetKey) -> Self {
        Self::new(format!("{kind}.{}", node.dataset_slug(dataset)), kind).origin(node.key())
    }

    /// Adds an attribute: attributes are all that a change is judged by. A value that cannot be written as JSON becomes
    /// null.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<Text>, value: impl Serialize) -> Self {
        self.content().attributes.insert(name, value);
        self
    }

    /// Adds a node that the resource is there for.
    #[must_use]
    pub fn origin(mut self, node: &NodeKey) -> Self {
        self.content().origin.insert(node.clone());
        self
    }

    /// Adds a resource that must be there first.
    #[must_use]
    pub fn dependency(mut self, other: impl Into<ResourceAddress>) -> Self {
        self.content().depends_on.insert(other.into());
        self
    }

    /// Resources that must be there first.
    #[must_use]
    pub fn with_dependencies<A: Into<ResourceAddress>>(
        mut self,
        others: impl IntoIterator<Item = A>,
    ) -> Self {
        self.content().depends_on.extend(others.into_iter().map(Into::into));
        self
    }

    /// Marks the resource as holding data that cannot be made again.
    #[must_use]
    pub fn with_held_data(mut self, data: impl Into<HeldData>) -> Self {
        self.content().holds = Some(Box::new(data.into()));
        self
    }

    /// Adds a place that the resource occupies: something that is there once, whatever platform makes it, such as
    /// `postgres://host/database/schema.table`. Two resources that occupy one place are refused, also those of two instances.
    #[must_use]
    pub fn occupying(mut self, place: impl Into<String>) -> Self {
        self.content().occupies.insert(place.into());
        self
    }

    /// Sets the address that an earlier version of the plug-in gave the resource. It is the same resource: what it holds, and what is
    /// still promised of it, goes on under the address of now. It may be said for as long as a target can have the former address.
    #[must_use]
    pub fn formerly(mut self, address: impl Into<ResourceAddress>) -> Self {
        self.content().formerly = Some(address.into());
        self
    }

    /// Returns the resource under the addresses of now: its own, and those that it depends on. It remembers the address that it was
    /// rendered with. `renamed` has the addresses of now by former ones.
    #[must_use]
    pub fn readdressed(mut self, renamed: &BTreeMap<ResourceAddress, ResourceAddress>) -> Self {
        let now = |address: ResourceAddress| renamed.get(&address).cloned().unwrap_or(address);
        let content = self.content();
        content.depends_on = std::mem::take(&mut content.depends_on).into_iter().map(now).collect();
        if let Some(address) = renamed.get(&content.address) {
            content.rendered_as = Some(std::mem::replace(&mut content.address, address.clone()));
        }
        self
    }

    pub(super) fn declared_in(mut self, file: SafePath) -> Self {
        let content = self.content();
        content.file = Some(file);
        content.attributes.condense();
        self
    }

    /// Keeps of the attributes what they do not have in common with those of another resource.
    pub(super) fn pack(&mut self, like: &Self) {
        self.content().attributes.pack(&like.0.attributes);
    }

    fn content(&mut self) -> &mut Content {
        Arc::make_mut(&mut self.0)
    }

    /// The identity of the resource on the platform.
    #[must_use]
    pub fn address(&self) -> &ResourceAddress {
        &self.0.address
    }

    /// The kind of the resource, in the words of the platform.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The attributes, by name.
    #[must_use]
    pub fn attributes(&self) -> &BTreeMap<String, Value> {
        self.0.attributes.members()
    }

    /// Returns an attribute as the type that it was written from; `None` if it has none or another form. Other than all [attributes](Self::attributes), it is not kept.
    #[must_use]
    pub fn attribute_as<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.0.attributes.member_as(name)
    }

    /// The nodes that it is there for.
    #[must_use]
    pub fn origins(&self) -> &Set<NodeKey> {
        &self.0.origin
    }

    /// The resources that must be there first.
    #[must_use]
    pub fn dependencies(&self) -> &Set<ResourceAddress> {
        &self.0.depends_on
    }

    /// The data that it holds and that cannot be made again.
    #[must_use]
    pub fn held_data(&self) -> Option<&HeldData> {
        self.0.holds.as_deref()
    }

    /// The places that it occupies, in order.
    #[must_use]
    pub fn occupied_places(&self) -> &Set<String> {
        &self.0.occupies
    }

    /// The address that an earlier version of the plug-in gave the resource, if it says so.
    #[must_use]
    pub fn former_address(&self) -> Option<&ResourceAddress> {
        self.0.formerly.as_ref()
    }

    /// The address that the resource was rendered with, on the old side of a change that gives it another one.
    #[must_use]
    pub fn rendered_as(&self) -> Option<&ResourceAddress> {
        self.0.rendered_as.as_ref()
    }

    /// The file that declares it; none before it was added to a rendering.
    #[must_use]
    pub fn file(&self) -> Option<&SafePath> {
        self.0.file.as_ref()
    }
}

// On the wire, a resource is its content.
impl JsonSchema for Resource {
    fn schema_name() -> Cow<'static, str> {
        Content::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        Content::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Content::json_schema(generator)
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
