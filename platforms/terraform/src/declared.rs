//! Blocks that were added to a root module: how they are written, and what the host compares.

use crate::{
    attributes::{ARGUMENTS, IMPORT_ID, LIFECYCLE, PREVENT_DESTROY},
    block::{Block, Mode},
};
use datasurface_platform::{Resource, ResourceAddress};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// A block that was added.
#[derive(Debug)]
pub(crate) struct Declared {
    mode: Mode,
    type_name: &'static str,
    label: String,
    body: BTreeMap<String, Json>,
    pub(crate) resource: Resource,
}

impl Declared {
    pub(crate) fn new(
        block: Block,
        address: &str,
        import_id: Option<String>,
        targets: BTreeSet<ResourceAddress>,
    ) -> Self {
        let arguments = block.arguments.iter().map(|(name, value)| (name.clone(), value.to_json()));
        let mut body: BTreeMap<String, Json> = arguments.collect();
        let type_name = block.resource_type.name();
        let kind = match block.mode {
            Mode::Managed => type_name.to_owned(),
            Mode::Data => format!("data.{type_name}"),
        };
        let explicit: BTreeSet<&str> = block.dependencies.iter().map(|handle| &*handle.address).collect();
        let mut resource = Resource::new(address, kind)
            .attribute(ARGUMENTS, &body)
            .with_dependencies(targets)
            .with_dependencies(block.other_states.iter().map(ResourceAddress::as_str))
            .with_dependencies(explicit.iter().copied());
        if !explicit.is_empty() {
            body.insert("depends_on".to_owned(), json!(explicit));
        }
        let mut lifecycle = BTreeMap::new();
        if block.prevents_destruction {
            lifecycle.insert(PREVENT_DESTROY, json!(true));
        }
        if !block.ignored.is_empty() {
            lifecycle.insert("ignore_changes", json!(block.ignored));
        }
        if !lifecycle.is_empty() {
            resource = resource.attribute(LIFECYCLE, &lifecycle);
            body.insert("lifecycle".to_owned(), json!(lifecycle));
        }
        if let Some(id) = import_id {
            resource = resource.attribute(IMPORT_ID, id);
        }
        if let Some(label) = &block.former_label {
            resource = resource.formerly(block.address_of(label));
        }
        resource = block.origins.iter().fold(resource, Resource::origin);
        resource = block.places.into_iter().fold(resource, Resource::occupying);
        if let Some(data) = block.held_data {
            resource = resource.with_held_data(data);
        }
        Self { mode: block.mode, type_name, label: block.label, body, resource }
    }
}

/// The blocks of a file, by mode, type and label, in order.
pub(crate) type Configuration<'d> =
    BTreeMap<&'static str, BTreeMap<&'static str, BTreeMap<&'d str, &'d BTreeMap<String, Json>>>>;

/// Returns the configuration of a file with these blocks.
pub(crate) fn configuration(declared: &[Declared]) -> Configuration<'_> {
    let mut blocks = Configuration::new();
    for one in declared {
        let mode = match one.mode {
            Mode::Managed => "resource",
            Mode::Data => "data",
        };
        blocks.entry(mode).or_default().entry(one.type_name).or_default().insert(&one.label, &one.body);
    }
    blocks
}
