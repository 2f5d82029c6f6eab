//! Objects that are read again without what is wrong in them: so one wrong value hides no other one.

use super::{Extent, Node, ReadError, Unread, Value, read::Reader};
use datasurface_model::nearest;
use serde::de::{DeserializeSeed, SeqAccess};
use std::mem;

/// The most that is left out of one object: each time, all that it has is read again.
const MAX_LEFT_OUT: usize = 16;

/// An object as a list of attempts to read it, each without one more of the values that cannot be read. It is over when the object was
/// read, and when too much of it cannot be.
pub(super) struct Attempts<'r, 'n> {
    reader: Reader<'r, 'n>,
    left_out: Vec<Extent>,
    /// What is wrong with that.
    errors: Vec<ReadError>,
    /// That the object lacks a member: whoever wrote a former form learns the new one, and only the type of the object says it.
    lacking: Option<ReadError>,
    is_over: bool,
}

/// What no object is: it is refused with what is expected in its place.
static NO_OBJECT: Node<'_> = Node { extent: Extent { start: 0, end: 0 }, value: Value::Null };

impl<'r, 'n> Attempts<'r, 'n> {
    pub(super) fn new(reader: Reader<'r, 'n>) -> Self {
        let is_over = reader.notes.borrow().is_left_out(reader.node.extent);
        Self { reader, left_out: Vec::new(), errors: Vec::new(), lacking: None, is_over }
    }

    /// Leaves out the value that has this problem; the object, if it is the object that has it.
    fn leave_out(&mut self, error: ReadError) {
        let object = self.reader.node;
        let mut notes = self.reader.notes.borrow_mut();
        let inner = error.extent().map(|extent| Inner::around(object, extent));
        let is_consequence =
            inner.as_ref().is_some_and(|inner| match error.lacks() {
                // What lacks a member may lack the one that was left out.
                Some(name) => inner.value.members().iter().any(|member| {
                    notes.is_left_out(member.extent) && nearest(&member.name, [name]).is_some()
                }),
                None => self.left_out.iter().any(|value| inner.value.extent.covers(*value)),
            });
        let place = inner.filter(|_| self.left_out.len() < MAX_LEFT_OUT);
        match place.and_then(|inner| inner.place) {
            Some((member, value)) if notes.leave_out(value) => {
                self.left_out.push(value);
                // Whoever wrote a name that was not read as it is meant something else.
                if !notes.is_misread(value) && !is_consequence {
                    let unread = Unread::Members(object.extent, member.into_iter().collect());
                    self.errors.push(error.with_unread(unread));
                }
            }
            _ => {
                notes.leave_out(object.extent);
                let unread = Unread::Object(object.extent);
                if !is_consequence && error.lacks().is_some() {
                    self.lacking = Some(error.with_unread(unread));
                    return;
                }
                if !is_consequence {
                    self.errors.push(error);
                }
                if let Some(first) = self.errors.first_mut() {
                    *first = first.clone().with_unread(unread);
                }
                self.is_over = true;
            }
        }
    }
}

impl<'n> SeqAccess<'n> for Attempts<'_, 'n> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        if self.is_over {
            return Ok(None);
        }
        let object = match self.lacking.take() {
            Some(lacking) => {
                let refused = seed.deserialize(Reader { node: &NO_OBJECT, ..self.reader }).err();
                self.errors.push(lacking.with_form(refused.as_ref()));
                self.is_over = true;
                None
            }
            None => {
                let read = self.reader.seed(self.reader.node, seed);
                read.map_err(|error| self.leave_out(error)).ok()
            }
        };
        self.is_over |= object.is_some();
        if self.is_over {
            mem::take(&mut self.errors).into_iter().for_each(|error| self.reader.note(error));
        }
        Ok(object)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(usize::from(!self.is_over))
    }
}

/// The innermost value in which something is written.
struct Inner<'n> {
    value: &'n Node<'n>,
    /// The member of the outermost object that it is in, and where it stands, or its name does; none for that object itself.
    place: Option<(Option<String>, Extent)>,
}

impl<'n> Inner<'n> {
    /// Not by recursion: trees are deep.
    fn around(object: &'n Node<'n>, extent: Extent) -> Self {
        let mut inner = Self { value: object, place: None };
        loop {
            let next = match &inner.value.value {
                Value::Object(members) => members
                    .iter()
                    .find(|member| member.extent.covers(extent) || member.value.extent.covers(extent))
                    .map(|member| (Some(&member.name), member.extent, &member.value)),
                Value::List(elements) => elements
                    .iter()
                    .find(|element| element.extent.covers(extent))
                    .map(|element| (None, element.extent, element)),
                _ => None,
            };
            let Some((name, place, value)) = next else { return inner };
            let member = inner.place.map_or_else(|| name.map(ToString::to_string), |(member, _)| member);
            inner = Self { value, place: Some((member, place)) };
        }
    }
}
