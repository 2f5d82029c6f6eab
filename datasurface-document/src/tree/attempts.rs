//! Objects that are read again without what is wrong in them: so one wrong value hides no other one.

use super::{Extent, Node, ReadError, Unread, Value, read::Reader};
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
    is_over: bool,
}

impl<'r, 'n> Attempts<'r, 'n> {
    pub(super) fn new(reader: Reader<'r, 'n>) -> Self {
        let is_over = reader.notes.borrow().is_left_out(reader.node.extent);
        Self { reader, left_out: Vec::new(), errors: Vec::new(), is_over }
    }

    /// Leaves out the value that has this problem; the object, if it is the object that has it.
    fn leave_out(&mut self, error: ReadError) {
        let object = self.reader.node;
        let mut notes = self.reader.notes.borrow_mut();
        // What lacks a value may lack the one that was left out.
        let is_around = |extent: Extent| self.left_out.iter().any(|value| extent.covers(*value));
        let is_consequence = error.extent().is_some_and(is_around);
        let inner = error.extent().and_then(|extent| innermost(object, extent));
        match inner.filter(|_| self.left_out.len() < MAX_LEFT_OUT) {
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
                if !is_consequence {
                    self.errors.push(error);
                }
                if let Some(first) = self.errors.first_mut() {
                    *first = first.clone().with_unread(Unread::Object(object.extent));
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
        let read = self.reader.seed(self.reader.node, seed);
        let object = read.map_err(|error| self.leave_out(error)).ok();
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

/// The innermost value inside of an object or list in which something is written, by where it stands, or where its name does; with the member of
/// the outermost object that it is in. Not by recursion: trees are deep.
fn innermost(object: &Node<'_>, extent: Extent) -> Option<(Option<String>, Extent)> {
    let mut member = None;
    let mut found = None;
    let mut around = object;
    loop {
        let inner = match &around.value {
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
        let Some((name, place, value)) = inner else { return found.map(|place| (member, place)) };
        member = member.or_else(|| name.map(ToString::to_string));
        (found, around) = (Some(place), value);
    }
}
