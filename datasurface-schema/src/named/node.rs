//! The tree behind a collection: a B+ tree whose nodes are shared between versions. A clone costs one counter; an edit
//! copies the nodes on one path, and only those that another version has, too.

use std::sync::Arc;

/// The greatest count of elements in a leaf, and of children in a branch. An edit copies about so many elements, and
/// a search reads about so many in a row.
pub(super) const WIDTH: usize = 16;

/// Elements in order. Children of one branch are of one height, and none is empty, so that the height, and with it the
/// recursion here, is logarithmic.
#[derive(Clone, Debug)]
pub(super) enum Node<T> {
    Leaf(Vec<T>),
    Branch { len: usize, children: Vec<Arc<Self>> },
}

impl<T> Node<T> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Leaf(elements) => elements.len(),
            Self::Branch { len, .. } => *len,
        }
    }

    /// 0 for a leaf.
    pub(super) fn height(&self) -> usize {
        let mut height = 0;
        let mut node = self;
        while let Self::Branch { children, .. } = node
            && let Some(child) = children.first()
        {
            height += 1;
            node = child;
        }
        height
    }

    pub(super) fn first(&self) -> Option<&T> {
        match self {
            Self::Leaf(elements) => elements.first(),
            Self::Branch { children, .. } => children.first()?.first(),
        }
    }

    pub(super) fn last(&self) -> Option<&T> {
        match self {
            Self::Leaf(elements) => elements.last(),
            Self::Branch { children, .. } => children.last()?.last(),
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<&T> {
        match self {
            Self::Leaf(elements) => elements.get(index),
            Self::Branch { children, .. } => {
                let (child, inside) = locate(children, index)?;
                children.get(child)?.get(inside)
            }
        }
    }

    /// The elements of the leaf in which the first one is that is not before the one that is looked for.
    pub(super) fn leaf(&self, is_before: &impl Fn(&T) -> bool) -> &[T] {
        match self {
            Self::Leaf(elements) => elements,
            Self::Branch { children, .. } => match children.get(passed(children, is_before)) {
                Some(child) => child.leaf(is_before),
                None => &[],
            },
        }
    }

    /// Returns the count of elements before the one that is looked for.
    pub(super) fn rank(&self, is_before: &impl Fn(&T) -> bool) -> usize {
        match self {
            Self::Leaf(elements) => elements.partition_point(is_before),
            Self::Branch { children, .. } => {
                let passed = passed(children, is_before);
                match children.split_at_checked(passed) {
                    Some((before, [child, ..])) => total(before) + child.rank(is_before),
                    _ => total(children),
                }
            }
        }
    }

    fn width(&self) -> usize {
        match self {
            Self::Leaf(elements) => elements.len(),
            Self::Branch { children, .. } => children.len(),
        }
    }

    /// A branch over nodes of one height, of which none is empty.
    pub(super) fn from_children(children: Vec<Arc<Self>>) -> Self {
        Self::Branch { len: total(&children), children }
    }
}

impl<T: Clone> Node<T> {
    /// Inserts an element at a position that is no more than the length. Returns the elements that do not fit any
    /// more as a node of the same height, which follows this one.
    pub(super) fn insert(&mut self, index: usize, element: T) -> Option<Self> {
        // Who only ever appends gets nodes that are full; who inserts anywhere, nodes that have room.
        let split = if index == self.len() { WIDTH } else { WIDTH / 2 };
        match self {
            Self::Leaf(elements) if elements.len() < WIDTH => {
                if elements.len() == elements.capacity() {
                    // Twice as many, but never more than will be used.
                    elements.reserve_exact(elements.len().max(2).min(WIDTH - elements.len()));
                }
                elements.insert(index.min(elements.len()), element);
                None
            }
            Self::Leaf(elements) => {
                let mut right = elements.split_off(split);
                match index.checked_sub(split) {
                    Some(index) => right.insert(index.min(right.len()), element),
                    None => elements.insert(index, element),
                }
                Some(Self::Leaf(right))
            }
            Self::Branch { len, children } => {
                *len += 1;
                let last = children.len().saturating_sub(1);
                // Behind everything is in the last child.
                let (at, inside) = match locate(children, index) {
                    Some(place) => place,
                    None => (last, children.last()?.len()),
                };
                let overflow = own(children.get_mut(at)?)?.insert(inside, element)?;
                children.insert(at + 1, Arc::new(overflow));
                if children.len() <= WIDTH {
                    return None;
                }
                let right = Self::from_children(children.split_off(split));
                *len -= right.len();
                Some(right)
            }
        }
    }

    /// Takes an element out. A child that has become small is joined with one beside it, if they fit into one.
    pub(super) fn remove(&mut self, index: usize) -> Option<T> {
        match self {
            Self::Leaf(elements) => (index < elements.len()).then(|| elements.remove(index)),
            Self::Branch { len, children } => {
                let (at, inside) = locate(children, index)?;
                let child = own(children.get_mut(at)?)?;
                let removed = child.remove(inside)?;
                *len -= 1;
                let width = child.width();
                if width == 0 {
                    children.remove(at);
                } else if width <= WIDTH / 4 {
                    join(children, at.saturating_sub(1));
                }
                Some(removed)
            }
        }
    }

    /// The only child of a branch, in place of it.
    pub(super) fn lowered(&self) -> Option<Arc<Self>> {
        match self {
            Self::Branch { children, .. } if children.len() == 1 => children.first().cloned(),
            _ => None,
        }
    }
}

/// Returns the count of elements in some children together.
fn total<T>(children: &[Arc<Node<T>>]) -> usize {
    let mut total = 0;
    for child in children {
        total += child.len();
    }
    total
}

/// The child that has the element of this position, and the position in it.
fn locate<T>(children: &[Arc<Node<T>>], mut index: usize) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some(child) = children.get(at) {
        let len = child.len();
        if index < len {
            return Some((at, index));
        }
        index -= len;
        at += 1;
    }
    None
}

/// Returns the count of children whose elements are all before the one that is looked for.
fn passed<T>(children: &[Arc<Node<T>>], is_before: &impl Fn(&T) -> bool) -> usize {
    children.partition_point(|child| child.last().is_some_and(is_before))
}

/// A node as one's own: copied if another version has it, too.
pub(super) fn own<T: Clone>(node: &mut Arc<Node<T>>) -> Option<&mut Node<T>> {
    if Arc::get_mut(node).is_none() {
        *node = Arc::new(Node::clone(node));
    }
    Arc::get_mut(node)
}

/// Makes one child of two neighbours, if it is not too wide.
fn join<T: Clone>(children: &mut Vec<Arc<Node<T>>>, left: usize) {
    let [one, two] = [left, left + 1].map(|at| children.get(at).map_or(WIDTH, |child| child.width()));
    if one + two > WIDTH {
        return;
    }
    let mut right = children.remove(left + 1);
    match (children.get_mut(left).and_then(own), own(&mut right)) {
        (Some(Node::Leaf(elements)), Some(Node::Leaf(more))) => elements.append(more),
        (Some(Node::Branch { len, children }), Some(Node::Branch { len: more, children: others })) => {
            *len += *more;
            children.append(others);
        }
        // Neighbours are of one height.
        _ => {}
    }
}
