//! A tree that is made of events, from the outside in, without recursion.

use super::{DEEPEST, Extent, Member, Node, ReadError, Tree, Value, without_duplicates};
use std::borrow::Cow;

/// Lists and objects that are not closed yet. What is in them waits on one pile, so that each gets exactly the memory that it needs when it is closed.
#[derive(Default)]
pub(super) struct TreeBuilder<'t> {
    open: Vec<OpenContainer<'t>>,
    nodes: Vec<Node<'t>>,
    members: Vec<Member<'t>>,
    root: Option<Node<'t>>,
    errors: Vec<ReadError>,
}

/// Where something begins in the text, and its content on the pile.
enum OpenContainer<'t> {
    List { start: usize, first: usize },
    Object { start: usize, first: usize, name: Option<(Cow<'t, str>, Extent)> },
}

impl<'t> TreeBuilder<'t> {
    fn open(&mut self, open: OpenContainer<'t>, at: Extent) -> Result<(), ReadError> {
        if self.open.len() >= DEEPEST {
            return Err(ReadError::too_deep().with_extent(at));
        }
        self.open.push(open);
        Ok(())
    }

    pub(super) fn open_list(&mut self, at: Extent) -> Result<(), ReadError> {
        self.open(OpenContainer::List { start: at.start, first: self.nodes.len() }, at)
    }

    pub(super) fn open_object(&mut self, at: Extent) -> Result<(), ReadError> {
        self.open(OpenContainer::Object { start: at.start, first: self.members.len(), name: None }, at)
    }

    /// Ends the innermost list or object.
    pub(super) fn close(&mut self, end: usize) {
        match self.open.pop() {
            Some(OpenContainer::List { start, first }) => {
                let nodes = self.nodes.split_off(first);
                self.add(Node { extent: Extent { start, end }, value: Value::List(nodes) });
            }
            Some(OpenContainer::Object { start, first, .. }) => {
                let members = without_duplicates(self.members.split_off(first), &mut self.errors);
                self.add(Node { extent: Extent { start, end }, value: Value::Object(members) });
            }
            None => {}
        }
    }

    /// Whether the next scalar is the name of a member.
    pub(super) fn wants_name(&self) -> bool {
        matches!(self.open.last(), Some(OpenContainer::Object { name: None, .. }))
    }

    /// Whether the next value is that of a member.
    pub(super) fn wants_member(&self) -> bool {
        matches!(self.open.last(), Some(OpenContainer::Object { name: Some(_), .. }))
    }

    pub(super) fn name(&mut self, text: Cow<'t, str>, at: Extent) {
        if let Some(OpenContainer::Object { name, .. }) = self.open.last_mut() {
            *name = Some((text, at));
        }
    }

    pub(super) fn add(&mut self, node: Node<'t>) {
        match self.open.last_mut() {
            Some(OpenContainer::List { .. }) => self.nodes.push(node),
            Some(OpenContainer::Object { name, .. }) => {
                if let Some((name, extent)) = name.take() {
                    self.members.push(Member { name, extent, value: node });
                }
            }
            None => self.root = self.root.take().or(Some(node)),
        }
    }

    pub(super) fn finish(self) -> Result<Tree<'t>, ReadError> {
        match self.root {
            Some(root) => Ok(Tree { root, errors: self.errors }),
            None => {
                Err(ReadError::unreadable("the document is empty").with_extent(Extent { start: 0, end: 0 }))
            }
        }
    }
}
