//! What is written into boxes.

use crate::key::NodeKey;
use datasurface_model::is_visible;

/// What a person needs to know of a node whose platform is known.
pub(super) fn node_label(key: &NodeKey) -> String {
    visible(&match key {
        NodeKey::Export { container, dataset, .. } => format!("{dataset}\nin {container}"),
        NodeKey::Ingest { datastore, dataset: None, .. } => datastore.to_string(),
        NodeKey::Ingest { datastore, dataset: Some(dataset), .. } => format!("{datastore}/{dataset}"),
        NodeKey::Transform { workspace, .. } => format!("transform\n{workspace}"),
        NodeKey::Trigger { workspace, .. } => format!("trigger\n{workspace}"),
    })
}

/// The same text with all that would not be seen written out: it means something to terminals and readers of XML.
pub(super) fn visible(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut visible, character| {
        let is_in_xml = !matches!(character, '\u{fffe}' | '\u{ffff}');
        if is_visible(character) && is_in_xml || character == '\n' {
            visible.push(character);
        } else {
            visible.extend(character.escape_default());
        }
        visible
    })
}
