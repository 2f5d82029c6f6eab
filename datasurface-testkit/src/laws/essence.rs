//! The part of a resource that must not depend on where it is rendered, or beside which others.

use datasurface_platform::{Attributes, HeldData, Resource};

/// The kind, the attributes and the data of a resource.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Essence<'r> {
    kind: &'r str,
    attributes: &'r Attributes,
    data: Option<&'r HeldData>,
}

impl<'r> Essence<'r> {
    pub(super) fn new(resource: &'r Resource) -> Self {
        Self { kind: resource.kind(), attributes: resource.attributes(), data: resource.held_data() }
    }

    /// Returns the difference from another one, in words.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        if self.kind != other.kind {
            return Some("it is of another kind".to_owned());
        }
        if self.data != other.data {
            return Some("it holds other data".to_owned());
        }
        let mut names = self.attributes.keys().chain(other.attributes.keys());
        let differs = |name: &&String| self.attributes.get(*name) != other.attributes.get(*name);
        names.find(differs).map(|name| format!("its attribute `{name}` differs"))
    }
}
