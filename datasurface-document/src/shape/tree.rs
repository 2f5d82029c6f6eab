//! Trees that shapes are followed in.

use super::Member;
use crate::tree::{self, Node};
use serde_json::Value;

/// A value with values inside.
pub(crate) trait Tree: Sized {
    /// The members of an object, in the order of the document; of anything else, none.
    fn members(&self) -> impl Iterator<Item = Member<'_, Self>>;

    /// The elements of a list; of anything else, none.
    fn elements(&self) -> impl Iterator<Item = &Self>;

    /// The text, if it is one.
    fn text(&self) -> Option<&str>;

    /// The member of this name.
    fn member(&self, name: &str) -> Option<&Self> {
        self.members().find(|member| member.name == name).map(|member| member.value)
    }
}

impl Tree for Node<'_> {
    fn members(&self) -> impl Iterator<Item = Member<'_, Self>> {
        let members = Node::members(self).iter();
        members.map(|member| Member { name: &member.name, extent: Some(member.extent), value: &member.value })
    }

    fn elements(&self) -> impl Iterator<Item = &Self> {
        match &self.value {
            tree::Value::List(elements) => elements.iter(),
            _ => [].iter(),
        }
    }

    fn text(&self) -> Option<&str> {
        match &self.value {
            tree::Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Tree for Value {
    fn members(&self) -> impl Iterator<Item = Member<'_, Self>> {
        let members = self.as_object().into_iter().flatten();
        members.map(|(name, value)| Member { name, extent: None, value })
    }

    fn elements(&self) -> impl Iterator<Item = &Self> {
        self.as_array().into_iter().flatten()
    }

    fn text(&self) -> Option<&str> {
        self.as_str()
    }
}
