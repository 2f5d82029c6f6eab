//! A node as it was rendered, where data goes from one instance of a platform to another.

use super::StoredView;
use datasurface_graph::NodeKey;
use datasurface_platform::Offer;
use imbl::OrdMap;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;

/// The nodes of an instance, by their storage names. Versions that come from each other share what is the same.
pub type RenderedNodes = OrdMap<NodeKey, Arc<RenderedNode>>;

/// A node as it was rendered: its view, and what it offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenderedNode {
    /// The view that the node was rendered from.
    #[serde(deserialize_with = "unread")]
    pub view: StoredView,
    /// The offers to others. Another version of the plug-in might offer something else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
}

/// Most plans take all instances forward, and need no view: it stays text until somebody asks for it.
fn unread<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StoredView, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(StoredView::from_text)
}
