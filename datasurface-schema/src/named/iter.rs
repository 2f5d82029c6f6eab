//! Going through a collection in order.

use super::node::Node;
use std::{fmt, slice, sync::Arc};

/// The entities of a [`Named`](super::Named), ordered by name.
pub struct Iter<'a, T> {
    /// The rest of each branch on the path, outermost first.
    path: Vec<slice::Iter<'a, Arc<Node<T>>>>,
    leaf: slice::Iter<'a, T>,
    left: usize,
}

impl<'a, T> Iter<'a, T> {
    pub(super) fn new(root: Option<&'a Arc<Node<T>>>) -> Self {
        let mut iter = Self { path: Vec::new(), leaf: [].iter(), left: 0 };
        if let Some(root) = root {
            iter.left = root.len();
            iter.enter(root);
        }
        iter
    }

    fn enter(&mut self, node: &'a Node<T>) {
        match node {
            Node::Leaf(elements) => self.leaf = elements.iter(),
            Node::Branch { children, .. } => self.path.push(children.iter()),
        }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        loop {
            if let Some(element) = self.leaf.next() {
                self.left -= 1;
                return Some(element);
            }
            match self.path.last_mut()?.next() {
                Some(node) => self.enter(node),
                None => drop(self.path.pop()),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { path: self.path.clone(), leaf: self.leaf.clone(), left: self.left }
    }
}

impl<T: fmt::Debug> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
