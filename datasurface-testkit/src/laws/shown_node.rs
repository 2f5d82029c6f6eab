//! What can be seen of a node in a rendering: attributes of resources, and the texts of files that declare them.

use super::rendered_node::RenderedNode;
use datasurface_model::DatasetKey;
use datasurface_platform::{Attributes, File, Rendering, Resource, ResourceAddress};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The attributes of the resources that are there for a node, and the texts of the files that declare them.
#[derive(PartialEq)]
pub(super) struct ShownNode<'r> {
    resources: BTreeMap<&'r ResourceAddress, &'r Attributes>,
    texts: BTreeSet<&'r [u8]>,
}

impl<'r> ShownNode<'r> {
    pub(super) fn new(node: &'r RenderedNode<'_>) -> Self {
        Self::of(node, |_| true)
    }

    /// What is there of a node to keep a dataset; all of the node, if nothing keeps that.
    pub(super) fn keeping(node: &'r RenderedNode<'_>, dataset: &DatasetKey) -> Self {
        let keeper =
            Self::of(node, |resource| resource.held_data().is_some_and(|data| data.dataset == *dataset));
        if keeper.is_empty() { Self::new(node) } else { keeper }
    }

    fn of(node: &'r RenderedNode<'_>, is_shown: impl Fn(&Resource) -> bool) -> Self {
        let own = || node.own().filter(|(_, resource)| is_shown(resource));
        let files = own().filter_map(|(rendering, resource)| rendering.file(resource.file()?.as_str()));
        Self {
            resources: own().map(|(_, resource)| (resource.address(), resource.attributes())).collect(),
            texts: files.map(File::content).collect(),
        }
    }

    /// Whether there is nothing of the node.
    pub(super) fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// Whether a text occurs in an attribute or a file.
    pub(super) fn mentions(&self, text: &str) -> bool {
        let in_file = |content: &&[u8]| String::from_utf8_lossy(content).contains(text);
        self.resources.values().any(|attributes| attributes.values().any(|value| occurs(value, text)))
            || self.texts.iter().any(in_file)
    }
}

/// Words for everybody, as databases and brokers have them.
const UNRESTRICTED: [&str; 6] = ["*", "public", "everyone", "everybody", "allusers", "user:*"];

impl ShownNode<'_> {
    /// Whether everybody is granted what a principal is granted: in a list that names the principal, or in a statement of SQL.
    pub(super) fn is_unrestricted(&self, principal: &str) -> bool {
        let in_attributes =
            |attributes: &&Attributes| attributes.values().any(|value| is_open(value, principal));
        let in_statement = |text: &&[u8]| {
            let text = String::from_utf8_lossy(text).to_ascii_lowercase();
            text.contains("grant ") && text.contains(" to public")
        };
        self.resources.values().any(in_attributes) || self.texts.iter().any(in_statement)
    }
}

/// Whether a list names both a principal and everybody.
fn is_open(value: &Value, principal: &str) -> bool {
    match value {
        Value::Array(elements) => {
            let is_open_word = |element: &Value| {
                let word = element.as_str().map(str::to_ascii_lowercase);
                word.is_some_and(|word| UNRESTRICTED.contains(&word.as_str()))
            };
            let names = |element: &Value| occurs(element, principal);
            elements.iter().any(names) && elements.iter().any(is_open_word)
                || elements.iter().any(|element| is_open(element, principal))
        }
        Value::Object(members) => members.values().any(|member| is_open(member, principal)),
        _ => false,
    }
}

/// Whether a text occurs in any attribute or file of a rendering.
pub(super) fn is_shown(rendering: &Rendering, text: &str) -> bool {
    let in_attributes = |resource: &Resource| resource.attributes().values().any(|value| occurs(value, text));
    let in_file = |file: &File| String::from_utf8_lossy(file.content()).contains(text);
    rendering.resources().any(in_attributes) || rendering.files().any(in_file)
}

fn occurs(value: &Value, text: &str) -> bool {
    match value {
        Value::String(string) => string.contains(text),
        Value::Array(elements) => elements.iter().any(|element| occurs(element, text)),
        Value::Object(members) => {
            members.iter().any(|(name, member)| name.contains(text) || occurs(member, text))
        }
        _ => false,
    }
}
