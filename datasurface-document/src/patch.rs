//! Patches: the application of a suggestion to a document. Its path is resolved as the paths of findings are.

use super::{
    DocumentError, from_value,
    header::DocumentHeader,
    shape::{At, Object, Shape, inside, name},
    to_value, v1,
};
use datasurface_model::{Ecosystem, ModelPath, Patch, Suggestion, segment};
use serde_json::{Map, Value};
use std::collections::VecDeque;

/// An error of a suggestion that does not fit an ecosystem.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PatchError {
    /// A path at which the ecosystem has nothing.
    #[error("there is nothing at {0} that the suggestion could be about")]
    NothingThere(ModelPath),
    /// A result that is no ecosystem.
    #[error("what comes of the suggestion cannot be read")]
    Unreadable(#[source] DocumentError),
}

/// Applies a suggestion to an ecosystem and returns the result. The original is not changed.
///
/// ```
/// use datasurface_document as document;
/// use datasurface_model::{Ecosystem, InfrastructureVendor, PlatformDeclaration, Validate, Validation};
///
/// let on = Validation::on(chrono::NaiveDate::MIN);
/// let slip = Ecosystem::new("NorthWind", "github:nw/model@main", "github:nw/live@main")
///     .vendor(InfrastructureVendor::new("Azure").location("Europe"))
///     .platform(PlatformDeclaration::new("Local", "local").located("Azure/Europa"));
/// let invalid = slip.validate(&on).unwrap_err();
/// let suggestion = invalid.findings().iter().find_map(|finding| finding.suggestion()).unwrap();
/// let mended = document::apply_suggestion(suggestion, invalid.ecosystem())?;
/// assert!(mended.validate(&on).is_ok());
/// # Ok::<(), document::PatchError>(())
/// ```
///
/// # Errors
///
/// If the ecosystem has nothing at the path of the suggestion, which was made for another ecosystem then; or if the
/// result is no ecosystem.
pub fn apply_suggestion(suggestion: &Suggestion, ecosystem: &Ecosystem) -> Result<Ecosystem, PatchError> {
    let mut document = to_value(ecosystem);
    patch(suggestion, &mut document).ok_or_else(|| PatchError::NothingThere(suggestion.path.clone()))?;
    from_value(document).map_err(PatchError::Unreadable)
}

/// A place in a document, and the shape of what is there.
struct Place {
    /// As JSON Pointer.
    pointer: String,
    shape: Shape,
}

/// Does what is suggested; nothing if there is nothing at the place.
fn patch(suggestion: &Suggestion, document: &mut Value) -> Option<()> {
    let path: Vec<&str> = suggestion.path.segments().collect();
    let mut found = find(document, &path);
    if found.is_empty() && matches!(suggestion.patch, Patch::Add(_)) {
        create_list(document, &path)?;
        found = find(document, &path);
    }
    let last = found.last()?;
    match &suggestion.patch {
        Patch::Remove => remove(document, &last.pointer),
        Patch::Put(value) => found.iter().try_for_each(|place| {
            *document.pointer_mut(&place.pointer)? = value.value();
            Some(())
        }),
        Patch::Add(element) => found.iter().try_for_each(|place| add(document, place, &element.value())),
        Patch::Rename(name) => found.iter().try_for_each(|place| rename(document, place, name)),
    }
}

/// The places to which a path leads, in the order of the document. Schemas and locations on the way become objects: a text has no
/// parts.
fn find(document: &mut Value, path: &[&str]) -> Vec<Place> {
    let mut found = vec![Place { pointer: String::new(), shape: v1::shape(&DocumentHeader::Ecosystem) }];
    for segment in path {
        found = found.iter().flat_map(|place| inner_places(document, place, segment)).collect();
    }
    found
}

/// The places inside of another one to which this segment leads.
fn inner_places(document: &mut Value, place: &Place, segment: &str) -> Vec<Place> {
    let mut found = Vec::new();
    let mut rest = VecDeque::from([Place { pointer: place.pointer.clone(), shape: place.shape }]);
    // What the thing says itself comes before what it has inside.
    while found.is_empty()
        && let Some(Place { pointer, shape }) = rest.pop_front()
    {
        let Some(value) = document.pointer_mut(&pointer) else { continue };
        v1::write_in_full(shape, value);
        inside(shape, &*value, &mut |inner| {
            let place = || Place { pointer: inner.at.pointer(&pointer), shape: inner.shape };
            if inner.name.as_deref() == Some(segment) {
                found.push(place());
            }
            if inner.is_transparent {
                rest.push_back(place());
            }
        });
    }
    found
}

/// Creates the empty list that a path leads to, and the objects around it, where a document leaves them out.
fn create_list(document: &mut Value, path: &[&str]) -> Option<()> {
    let there = (0..path.len())
        .rev()
        .find(|end| path.get(..*end).is_some_and(|start| !find(document, start).is_empty()))?;
    let place = find(document, path.get(..there)?).pop()?;
    let (mut value, mut shape) = (document.pointer_mut(&place.pointer)?, place.shape);
    for missing in path.get(there..)? {
        loop {
            let members = shape.object()?.members;
            if let Some((_, inner)) = members.iter().find(|(name, _)| name == missing) {
                shape = *inner;
                break;
            }
            // Paths leave out what is only around.
            let is_around = |(_, shape): &&(&str, Shape)| matches!(shape, Shape::Transparent(_));
            let (name, Shape::Transparent(inner)) = members.iter().find(is_around)? else { return None };
            (value, shape) = (value.get_mut(*name)?, **inner);
        }
        let empty = match shape {
            Shape::Object(_) => Value::Object(Map::new()),
            Shape::List(_) => Value::Array(Vec::new()),
            _ => return None,
        };
        value = value.as_object_mut()?.entry(*missing).or_insert(empty);
    }
    Some(())
}

fn remove(document: &mut Value, pointer: &str) -> Option<()> {
    let (around, last) = split(pointer)?;
    match document.pointer_mut(around)? {
        Value::Array(elements) => drop(elements.remove(last.parse().ok()?)),
        around => drop(around.as_object_mut()?.shift_remove(&last)?),
    }
    Some(())
}

fn add(document: &mut Value, list: &Place, element: &Value) -> Option<()> {
    let elements = document.pointer_mut(&list.pointer)?.as_array_mut()?;
    let shape = list.shape.element();
    let called = name(shape, element)?;
    if !elements.iter().any(|other| name(shape, other).as_ref() == Some(&called)) {
        elements.push(element.clone());
    }
    Some(())
}

/// Gives an element of a list, or a member of an object, another name. A name that is taken stays with who has it.
fn rename(document: &mut Value, place: &Place, name: &str) -> Option<()> {
    let (around, last) = split(&place.pointer)?;
    let around = document.pointer_mut(around)?;
    if let Value::Object(members) = around {
        if members.contains_key(name) {
            return None;
        }
        let renamed = |(key, value)| (if key == last { name.to_owned() } else { key }, value);
        *members = std::mem::take(members).into_iter().map(renamed).collect::<Map<_, _>>();
        return Some(());
    }
    let element = around.get_mut(last.parse::<usize>().ok()?)?;
    let called = match (&element, place.shape, place.shape.object()) {
        (Value::String(_), ..) => element,
        (_, _, Some(Object { identified_by: [member], .. })) => element.get_mut(member)?,
        // Nothing but a key, which a text says as well.
        (_, Shape::Short(_), _) => element,
        (_, Shape::Free, _) => element.get_mut(segment::NAME)?,
        _ => return None,
    };
    *called = name.into();
    Some(())
}

impl At<'_> {
    /// The JSON Pointer to this place in a value that this one leads to.
    fn pointer(self, around: &str) -> String {
        match self {
            Self::Member(name, _) => format!("{around}/{}", name.replace('~', "~0").replace('/', "~1")),
            Self::Element(number) => format!("{around}/{number}"),
        }
    }
}

/// Splits a pointer into that of the surrounding value, and the member or element of it.
fn split(pointer: &str) -> Option<(&str, String)> {
    let (around, last) = pointer.rsplit_once('/')?;
    Some((around, last.replace("~1", "/").replace("~0", "~")))
}
