//! Renderings between programs. A program that was not written with this crate keeps to no rules by itself, so what
//! arrives is added piece by piece: the rules of [`Rendering::add`] hold for whatever is a rendering.

use super::{File, Rendering, Resource, SafePath};
use crate::error::{PlatformError, PlatformErrorKind};
use datasurface_graph::NodeKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

/// A rendering that was not looked at yet.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RenderingWire {
    files: Vec<File>,
    resources: Vec<Resource>,
    #[serde(default)]
    nothing: BTreeMap<NodeKey, String>,
}

#[derive(Serialize)]
struct RenderingWireRef<'a> {
    files: Vec<&'a File>,
    resources: Vec<&'a Resource>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    nothing: &'a BTreeMap<NodeKey, String>,
}

impl Serialize for Rendering {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let leaving = RenderingWireRef {
            files: self.files().collect(),
            resources: self.resources().collect(),
            nothing: self.nodes_without_resources(),
        };
        leaving.serialize(serializer)
    }
}

impl TryFrom<RenderingWire> for Rendering {
    type Error = PlatformError;

    fn try_from(arriving: RenderingWire) -> Result<Self, PlatformError> {
        let mut declared: BTreeMap<Option<SafePath>, Vec<Resource>> = BTreeMap::new();
        for resource in arriving.resources {
            declared.entry(resource.file().cloned()).or_default().push(resource);
        }
        let mut rendering = Self { nothing: arriving.nothing, ..Self::new() };
        for file in arriving.files {
            let declares = declared.remove(&Some(file.path().clone())).unwrap_or_default();
            rendering.add(file, declares)?;
        }
        match declared.into_values().flatten().next() {
            None => Ok(rendering),
            Some(astray) => Err(PlatformError::new(
                PlatformErrorKind::Rendering,
                format!("the resource `{}` is in no rendered file", astray.address()),
            )),
        }
    }
}
