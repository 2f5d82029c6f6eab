//! Trees that shapes are followed in.

use crate::tree::{self, Node};
use serde_json::Value;

/// A value with values inside.
pub(crate) trait Tree {
    /// The members of an object, in the order of the document; of anything else, none.
    fn members(&self) -> impl Iterator<Item = (&str, &Self)>;

    /// The elements of a list; of anything else, none.
    fn elements(&self) -> impl Iterator<Item = &Self>;

    /// The text, if it is one.
    fn text(&self) -> Option<&str>;

    /// The member of this name.
    fn member(&self, name: &str) -> Option<&Self> {
        self.members().find(|(found, _)| *found == name).map(|(_, value)| value)
    }
}

impl Tree for Node<'_> {
    fn members(&self) -> impl Iterator<Item = (&str, &Self)> {
        Node::members(self).iter().map(|member| (member.name.as_ref(), &member.value))
    }

    fn elements(&self) -> impl Iterator<Item = &Self> {
        match &self.value {
            tree::Value::List(elements) => elements.iter(),
            _ => [].iter(),
        }
    }

    fn text(&self) -> Option<&str> {
        Node::text(self)
    }
}

impl Tree for Value {
    fn members(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    fn elements(&self) -> impl Iterator<Item = &Self> {
        self.as_array().into_iter().flatten()
    }

    fn text(&self) -> Option<&str> {
        self.as_str()
    }
}
