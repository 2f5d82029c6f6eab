//! One step of a path, from a value to what is inside of it.

use super::{Members, Shape, Tree};
use crate::tree::Extent;
use datasurface_model::segment;
use std::borrow::Cow;

/// Something inside of a value.
pub(crate) struct Inner<'v, T> {
    /// The segment of a path that leads to it, if it has a name.
    pub(crate) name: Option<Cow<'v, str>>,
    /// Whether paths may leave it out.
    pub(crate) is_transparent: bool,
    pub(crate) at: At<'v>,
    pub(crate) value: &'v T,
    pub(crate) shape: Shape,
}

/// A place in a value.
#[derive(Clone, Copy)]
pub(crate) enum At<'v> {
    /// The member of this name, and the extent of the name where one is known.
    Member(&'v str, Option<Extent>),
    /// The element of this number, from 0.
    Element(usize),
}

/// A member of an object.
pub(crate) struct Member<'v, T> {
    pub(crate) name: &'v str,
    /// The extent of the name, where one is known.
    pub(crate) extent: Option<Extent>,
    pub(crate) value: &'v T,
}

impl<'v, T> Inner<'v, T> {
    fn member(member: &Member<'v, T>, shape: Shape, is_kind: bool) -> Self {
        let &Member { name, extent, value } = member;
        let is_transparent = shape.may_be_left_out(is_kind);
        Self { name: Some(name.into()), is_transparent, at: At::Member(name, extent), value, shape }
    }

    fn element(number: usize, name: Option<Cow<'v, str>>, value: &'v T, shape: Shape) -> Self {
        Self { name, is_transparent: false, at: At::Element(number), value, shape }
    }
}

/// Visits everything inside of a value of this shape, in the order of the document. What its type does not know is left out.
pub(crate) fn inside<'v, T: Tree>(shape: Shape, value: &'v T, visit: &mut dyn FnMut(Inner<'v, T>)) {
    match shape {
        Shape::Leaf => {}
        Shape::Transparent(shape) | Shape::Schema(shape) => inside(*shape, value, visit),
        Shape::Short(short) => inside(short.object, value, visit),
        Shape::Object(object) => {
            for member in value.members() {
                if let Some(shape) = known(object.members, member.name) {
                    visit(Inner::member(&member, shape, false));
                }
            }
        }
        Shape::Choice(kinds) => {
            for member in value.members() {
                if let Some(shape) = known(kinds, member.name) {
                    visit(Inner::member(&member, shape, true));
                }
            }
        }
        Shape::Avro => {
            for member in value.members().filter(|member| member.name == "fields") {
                let columns = Inner::member(&member, Shape::Free, false);
                visit(Inner { name: Some(segment::COLUMNS.into()), ..columns });
            }
        }
        Shape::Free => {
            for member in value.members() {
                visit(Inner::member(&member, Shape::Free, false));
            }
            for (number, element) in value.elements().enumerate() {
                visit(Inner::element(number, name(Shape::Free, element), element, Shape::Free));
            }
        }
        Shape::List(shape) => {
            for (number, element) in value.elements().enumerate() {
                visit(Inner::element(number, name(*shape, element), element, *shape));
            }
        }
        Shape::Locations(shape) => {
            for (number, element) in value.elements().enumerate() {
                let outermost = element.text().and_then(|text| text.split('/').next());
                let name = outermost.map(|name| name.trim().into()).or_else(|| name(shape(), element));
                visit(Inner::element(number, name, element, shape()));
            }
        }
    }
}

/// The segment of a path that leads to an element of this shape in a list.
pub(crate) fn name<T: Tree>(shape: Shape, element: &T) -> Option<Cow<'_, str>> {
    part(shape, element, " ")
}

/// A part of the name of an element, with this between parts of it.
fn part<'v, T: Tree>(shape: Shape, value: &'v T, separator: &str) -> Option<Cow<'v, str>> {
    match (shape, value.text()) {
        (Shape::Short(short), Some(text)) => Some((short.name)(text).map_or(text.into(), Cow::Owned)),
        (_, Some(text)) => Some(text.into()),
        (Shape::Short(short), None) => part(short.object, value, separator),
        (Shape::Object(object), None) => {
            let parts = object.identified_by.iter().filter_map(|member| {
                let shape = known(object.members, member)?;
                part(shape, value.member(member)?, object.separator)
            });
            joined(parts, object.separator)
        }
        (Shape::Choice(kinds), None) => {
            let kind = value.members().next()?;
            let about = known(kinds, kind.name).and_then(|shape| part(shape, kind.value, separator));
            joined([Some(kind.name.into()), about].into_iter().flatten(), " ")
        }
        (Shape::List(shape), None) => {
            joined(value.elements().filter_map(|element| part(*shape, element, separator)), separator)
        }
        (Shape::Free, None) => value.member(segment::NAME)?.text().map(Cow::from),
        (Shape::Transparent(shape), None) => part(*shape, value, separator),
        (Shape::Leaf | Shape::Avro | Shape::Schema(_) | Shape::Locations(_), None) => None,
    }
}

fn known(members: Members, name: &str) -> Option<Shape> {
    members.iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape)
}

/// Parts with a separator between them; nothing if there is none.
fn joined<'v>(parts: impl Iterator<Item = Cow<'v, str>>, separator: &str) -> Option<Cow<'v, str>> {
    parts.reduce(|before, part| Cow::Owned(format!("{before}{separator}{part}")))
}
