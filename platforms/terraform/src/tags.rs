//! Tags: what people know of a node, on the resources that are there for it.

use datasurface_platform::{NodeView, PlatformInstance};
use std::collections::{BTreeMap, BTreeSet};

/// The longest value of a tag, in characters, of all clouds that limit it.
const VALUE_LIMIT: usize = 256;

/// Returns the tags of a node: its platform, and the teams, owners and production statuses of the parts of the model that it is there for.
/// Values have characters that every cloud allows.
#[must_use]
pub fn tags(instance: &PlatformInstance, node: &NodeView) -> BTreeMap<String, String> {
    let subjects = &node.metadata().subjects;
    let mut tags = BTreeMap::from([("datasurface_platform".to_owned(), value([instance.name.to_string()]))]);
    let mut add = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            tags.insert(format!("datasurface_{name}"), value(values));
        }
    };
    add("team", subjects.iter().map(|subject| subject.team.to_string()).collect());
    add("owner", subjects.iter().map(|subject| subject.owner.to_string()).collect());
    add("status", subjects.iter().map(|subject| subject.production_status.to_string()).collect());
    let deprecated = subjects.iter().filter(|subject| subject.deprecation.is_some());
    add("deprecated", deprecated.map(|subject| subject.name.clone()).collect());
    tags
}

/// The value of a tag: each text once, in order.
fn value(texts: impl IntoIterator<Item = String>) -> String {
    let texts: BTreeSet<String> = texts.into_iter().collect();
    let joined = texts.into_iter().collect::<Vec<_>>().join(" ");
    let allowed = |c: char| match c.is_ascii_alphanumeric() || " _.:/=+-@".contains(c) {
        true => c,
        false => '_',
    };
    joined.chars().map(allowed).take(VALUE_LIMIT).collect()
}
