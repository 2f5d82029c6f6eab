//! One step of a path, from a value to what is inside of it.

use super::{Shape, Tree};
use datasurface_model::segment;
use std::borrow::Cow;

/// Something inside of a value.
pub(crate) struct Inner<'v, T> {
    /// What paths call it, if it has a name.
    pub(crate) called: Option<Cow<'v, str>>,
    /// Whether paths may leave it out.
    pub(crate) is_transparent: bool,
    pub(crate) at: At<'v>,
    pub(crate) value: &'v T,
    pub(crate) shape: Shape,
}

/// A place in a value.
#[derive(Clone, Copy)]
pub(crate) enum At<'v> {
    /// In the member of this name.
    Member(&'v str),
    /// In the element of this number, from 0.
    Element(usize),
}

impl<'v, T> Inner<'v, T> {
    fn member(name: &'v str, value: &'v T, shape: Shape) -> Self {
        let is_transparent = matches!(shape, Shape::Transparent(_) | Shape::Schema(_) | Shape::Choice(_));
        Self { called: Some(name.into()), is_transparent, at: At::Member(name), value, shape }
    }

    fn element(number: usize, called: Option<Cow<'v, str>>, value: &'v T, shape: Shape) -> Self {
        Self { called, is_transparent: false, at: At::Element(number), value, shape }
    }
}

/// Everything inside of a value of this shape, in the order of the document. What its type does not know is left out.
pub(crate) fn inside<'v, T: Tree>(shape: Shape, value: &'v T, meet: &mut dyn FnMut(Inner<'v, T>)) {
    match shape {
        Shape::Leaf => {}
        Shape::Transparent(shape) | Shape::Schema(shape) => inside(*shape, value, meet),
        Shape::Object(object) => {
            for (name, value) in value.members() {
                if let Some(shape) = known(object.members, name) {
                    meet(Inner::member(name, value, shape));
                }
            }
        }
        Shape::Choice(kinds) => {
            for (name, value) in value.members() {
                if let Some(shape) = known(kinds, name) {
                    meet(Inner { is_transparent: true, ..Inner::member(name, value, shape) });
                }
            }
        }
        Shape::Avro => {
            for (name, value) in value.members() {
                let called = if name == "fields" { segment::COLUMNS } else { name };
                meet(Inner { called: Some(called.into()), ..Inner::member(name, value, Shape::Free) });
            }
        }
        Shape::Free => {
            for (name, value) in value.members() {
                meet(Inner::member(name, value, Shape::Free));
            }
            for (number, element) in value.elements().enumerate() {
                meet(Inner::element(number, name(Shape::Free, element), element, Shape::Free));
            }
        }
        Shape::List(shape) => {
            for (number, element) in value.elements().enumerate() {
                meet(Inner::element(number, name(*shape, element), element, *shape));
            }
        }
        Shape::Locations(shape) => {
            for (number, element) in value.elements().enumerate() {
                let outermost = element.text().and_then(|text| text.split('/').next());
                let called = outermost.map(|name| name.trim().into()).or_else(|| name(shape(), element));
                meet(Inner::element(number, called, element, shape()));
            }
        }
    }
}

/// What paths call an element of this shape in a list.
pub(crate) fn name<T: Tree>(shape: Shape, element: &T) -> Option<Cow<'_, str>> {
    part(shape, element, " ")
}

/// What paths call a part of an identity, with this between parts of it.
fn part<'v, T: Tree>(shape: Shape, value: &'v T, separator: &str) -> Option<Cow<'v, str>> {
    match (shape, value.text()) {
        (Shape::Object(object), Some(text)) if object.separator == "/" => Some(without_blanks(text)),
        (_, Some(text)) => Some(text.into()),
        (Shape::Object(object), None) => {
            let said = object.told_by.iter().filter_map(|member| {
                let shape = known(object.members, member)?;
                part(shape, value.member(member)?, object.separator)
            });
            joined(said, object.separator)
        }
        (Shape::Choice(kinds), None) => {
            let (kind, about) = value.members().next()?;
            let about = known(kinds, kind).and_then(|shape| part(shape, about, separator));
            joined([Some(kind.into()), about].into_iter().flatten(), " ")
        }
        (Shape::List(shape), None) => {
            joined(value.elements().filter_map(|element| part(*shape, element, separator)), separator)
        }
        (Shape::Free, None) => value.member(segment::NAME)?.text().map(Cow::from),
        (Shape::Transparent(shape), None) => part(*shape, value, separator),
        (Shape::Leaf | Shape::Avro | Shape::Schema(_) | Shape::Locations(_), None) => None,
    }
}

fn known(shapes: &[(&'static str, Shape)], name: &str) -> Option<Shape> {
    shapes.iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape)
}

/// Parts with a separator between them; nothing if there is none.
fn joined<'v>(parts: impl Iterator<Item = Cow<'v, str>>, separator: &str) -> Option<Cow<'v, str>> {
    parts.reduce(|before, part| Cow::Owned(format!("{before}{separator}{part}")))
}

/// The same key, without blanks around the slashes, and without slashes at the end: a document may have them.
fn without_blanks(key: &str) -> Cow<'_, str> {
    if key.split('/').all(|part| !part.is_empty() && part.trim() == part) {
        return key.into();
    }
    let parts: Vec<&str> = key.split('/').map(str::trim).collect();
    parts.join("/").trim_end_matches('/').to_owned().into()
}
