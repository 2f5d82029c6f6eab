//! Shapes: how what is written in a document is a part of paths. Types of a format derive theirs from their fields; places and
//! patches follow them.
//!
//! A shape says which members are segments of paths, which of them paths may leave out, and which members tell the elements of a
//! list apart. Nothing else knows the form of a document. Tests compare shapes with the segments of the model, with the types that
//! have them, and with the paths of all diagnostics.

mod follow;
mod leaf;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use datasurface_document_derive::Shaped;
pub(crate) use follow::{At, Inner, Member, inside, name};
pub(crate) use leaf::leaves;
pub(crate) use tree::Tree;

/// The shape of a value: its parts, as paths name them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// A text, a number or a word: nothing is inside.
    Leaf,
    /// Settings, and maps by names: what is inside is called as it is written.
    Free,
    /// An object.
    Object(&'static Object),
    /// A text, or an object that says the same.
    Short(&'static Short),
    /// One of several kinds: a word, or an object of one member.
    Choice(Members),
    /// A part of the thing around it, which paths may leave out.
    Transparent(&'static Self),
    /// A list, in which elements have names.
    List(&'static Self),
    /// A list of locations: objects, or texts of names that are inside each other. Locations are in locations, so that a constant
    /// would never end.
    Locations(fn() -> Self),
    /// A schema: an object that paths may leave out, or the text of its columns.
    Schema(&'static Self),
    /// A record of Avro, whose fields are columns.
    Avro,
}

/// The shape of what has a text form.
#[derive(Debug)]
pub(crate) struct Short {
    /// The shape of the object that says the same.
    pub(crate) object: Shape,
    /// The name in paths, if the value is written as this text.
    pub(crate) name: fn(&str) -> Option<String>,
}

impl Shape {
    /// Whether paths may leave out a member, or a kind, of this shape.
    pub(crate) fn may_be_left_out(self, is_kind: bool) -> bool {
        match self {
            Self::Transparent(_) | Self::Schema(_) | Self::Choice(_) => true,
            Self::Object(_) => is_kind,
            _ => false,
        }
    }

    /// The shape of the object, if it is one or says the same as one.
    pub(crate) fn object(self) -> Option<&'static Object> {
        match self {
            Self::Object(object) => Some(object),
            Self::Short(short) => short.object.object(),
            _ => None,
        }
    }

    /// The shape of what is in a list of this shape.
    pub(crate) fn element(self) -> Self {
        match self {
            Self::List(element) => *element,
            Self::Locations(element) => element(),
            _ => Self::Free,
        }
    }
}

/// Names, and the shapes of what is called so.
type Members = &'static [(&'static str, Shape)];

/// The shape of an object.
#[derive(Debug)]
pub(crate) struct Object {
    /// The members that tell it from others in a list, in the order in which paths name them.
    pub(crate) identified_by: &'static [&'static str],
    /// The separator of these in paths.
    pub(crate) separator: &'static str,
    pub(crate) members: Members,
}

/// A type of a format.
pub(crate) trait Shaped {
    const SHAPE: Shape;
}
