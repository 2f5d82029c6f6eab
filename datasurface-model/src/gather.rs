//! Sets, maps and order without a sort for each type of element. The compiler takes as long for one more copy of the
//! sort as for all that most modules do, and most of what is put in order here is a handful of things.

use std::{cmp::Ordering, mem};

/// What every iterator can do to become a set or a map.
pub(crate) trait Gather: Iterator + Sized {
    /// Puts the elements in, one after the other, where `collect` would sort them first.
    fn gather<C: Default + Extend<Self::Item>>(self) -> C {
        let mut gathered = C::default();
        gathered.extend(self);
        gathered
    }
}

impl<I: Iterator> Gather for I {}

/// Sorts elements, as `Vec::sort` does.
pub(crate) fn sort<T: Ord>(elements: &mut Vec<T>) {
    sort_by(elements, Ord::cmp);
}

/// Sorts elements; those that are equal stay in their order.
pub(crate) fn sort_by<T>(elements: &mut Vec<T>, order: impl Fn(&T, &T) -> Ordering) {
    if elements.is_sorted_by(|one, other| order(one, other).is_le()) {
        return;
    }
    let mut places: Vec<usize> = (0..elements.len()).collect();
    sort_places(&mut places, &|one, other| match (elements.get(one), elements.get(other)) {
        (Some(one), Some(other)) => order(one, other),
        _ => Ordering::Equal,
    });
    let mut unsorted: Vec<Option<T>> = mem::take(elements).into_iter().map(Some).collect();
    elements.extend(places.into_iter().filter_map(|place| unsorted.get_mut(place)?.take()));
}

/// The one sort there is, for elements of any kind.
fn sort_places(places: &mut [usize], order: &dyn Fn(usize, usize) -> Ordering) {
    places.sort_by(|one, other| order(*one, *other));
}
