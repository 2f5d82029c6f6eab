//! Differences between two versions of a collection. The parts that they share in memory are skipped unread, so that
//! the cost follows the difference.

use super::{Entity, node::Node};
use std::{cmp::Ordering, fmt, slice, sync::Arc};

/// The entities that only one of two collections has, ordered by name. Where both have one of the same name that is not
/// equal, they come together.
pub struct Difference<'a, T> {
    old: Cursor<'a, T>,
    new: Cursor<'a, T>,
}

impl<'a, T> Difference<'a, T> {
    pub(super) fn between(old: Option<&'a Arc<Node<T>>>, new: Option<&'a Arc<Node<T>>>) -> Self {
        Self { old: Cursor::new(old), new: Cursor::new(new) }
    }
}

impl<'a, T: Entity> Iterator for Difference<'a, T> {
    type Item = (Option<&'a T>, Option<&'a T>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match (self.old.next(), self.new.next()) {
                (None, None) => return None,
                (Some(Next::Subtree(old)), Some(Next::Subtree(new))) => {
                    // A subtree that both have is found where they come to it together: the higher one is gone into
                    // first.
                    match old.height().cmp(&new.height()) {
                        Ordering::Equal if Arc::ptr_eq(old, new) => {
                            self.old.pass();
                            self.new.pass();
                        }
                        Ordering::Equal => {
                            self.old.enter();
                            self.new.enter();
                        }
                        Ordering::Less => self.new.enter(),
                        Ordering::Greater => self.old.enter(),
                    }
                }
                (Some(Next::Subtree(_)), None) => self.old.enter(),
                (None, Some(Next::Subtree(_))) => self.new.enter(),
                (Some(Next::Subtree(subtree)), Some(Next::Element(element))) => {
                    match subtree.first() {
                        Some(first) if element.name() < first.name() => {
                            self.new.pass();
                            return Some((None, Some(element)));
                        }
                        _ => self.old.enter(),
                    };
                }
                (Some(Next::Element(element)), Some(Next::Subtree(subtree))) => {
                    match subtree.first() {
                        Some(first) if element.name() < first.name() => {
                            self.old.pass();
                            return Some((Some(element), None));
                        }
                        _ => self.new.enter(),
                    };
                }
                (old, new) => {
                    let pair = match (old.and_then(Next::element), new.and_then(Next::element)) {
                        (Some(old), Some(new)) => match order(old.name(), new.name()) {
                            Ordering::Less => (Some(old), None),
                            Ordering::Greater => (None, Some(new)),
                            Ordering::Equal => (Some(old), Some(new)),
                        },
                        alone => alone,
                    };
                    if pair.0.is_some() {
                        self.old.pass();
                    }
                    if pair.1.is_some() {
                        self.new.pass();
                    }
                    if pair.0 != pair.1 {
                        return Some(pair);
                    }
                }
            }
        }
    }
}

/// Compares two values. Those at one address are equal, and need not be read.
fn order<N: Ord>(one: &N, other: &N) -> Ordering {
    if std::ptr::eq(one, other) { Ordering::Equal } else { one.cmp(other) }
}

impl<T: fmt::Debug> fmt::Debug for Difference<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Difference").finish_non_exhaustive()
    }
}

/// A place in a tree, between what was passed and what comes next.
struct Cursor<'a, T> {
    /// The rest of each branch on the path, outermost first.
    path: Vec<slice::Iter<'a, Arc<Node<T>>>>,
    leaf: slice::Iter<'a, T>,
}

/// The next item: a whole subtree, or, where the cursor is in a leaf, an element.
enum Next<'a, T> {
    Subtree(&'a Arc<Node<T>>),
    Element(&'a T),
}

impl<'a, T> Next<'a, T> {
    fn element(self) -> Option<&'a T> {
        match self {
            Self::Subtree(_) => None,
            Self::Element(element) => Some(element),
        }
    }
}

impl<'a, T> Cursor<'a, T> {
    fn new(root: Option<&'a Arc<Node<T>>>) -> Self {
        let mut path = Vec::new();
        if let Some(root) = root {
            path.push(slice::from_ref(root).iter());
        }
        Self { path, leaf: [].iter() }
    }

    fn next(&mut self) -> Option<Next<'a, T>> {
        if let Some(element) = self.leaf.as_slice().first() {
            return Some(Next::Element(element));
        }
        loop {
            if let Some(subtree) = self.path.last()?.as_slice().first() {
                return Some(Next::Subtree(subtree));
            }
            self.path.pop();
        }
    }

    /// Passes what comes next.
    fn pass(&mut self) {
        if self.leaf.next().is_none() {
            self.path.last_mut().and_then(Iterator::next);
        }
    }

    /// Goes into the subtree that comes next.
    fn enter(&mut self) {
        match self.path.last_mut().and_then(Iterator::next).map(AsRef::as_ref) {
            Some(Node::Leaf(elements)) => self.leaf = elements.iter(),
            Some(Node::Branch { children, .. }) => self.path.push(children.iter()),
            None => {}
        }
    }
}
