//! Sets, maps and order without a sort for each type of element. The compiler takes as long for one more copy of the
//! sort as for all that most modules do, and most of what is put in order here is a handful of things.

use std::{cmp::Ordering, mem};

/// What every iterator can do to become a set, a map or a vector.
pub(crate) trait Gather: Iterator + Sized {
    /// Puts the elements in, one after the other, where `collect` would sort them first.
    fn gather<C: Default + Extend<Self::Item>>(self) -> C {
        let mut gathered = C::default();
        gathered.extend(self);
        gathered
    }

    /// A vector of the elements, put in one after the other. `collect` asks beforehand how many there will be, which is quicker for
    /// very long ones; but it brings several times as much code for each kind of iterator.
    fn listed(self) -> Vec<Self::Item> {
        let mut list = Vec::new();
        for element in self {
            list.push(element);
        }
        list
    }
}

impl<I: Iterator> Gather for I {}

/// Sorts elements, as `Vec::sort` does.
pub(crate) fn sort<T: Ord>(elements: &mut [T]) {
    sort_by(elements, Ord::cmp);
}

/// Sorts elements; those that are equal stay in their order.
pub(crate) fn sort_by<T>(elements: &mut [T], order: impl Fn(&T, &T) -> Ordering) {
    let sorted = Sorted::of(elements.len(), false, &|one, other| {
        Some(order(elements.get(one)?, elements.get(other)?))
    });
    put_in_order(elements, &sorted);
}

/// Sorts elements, of which the first stays where some are equal.
pub(crate) fn sort_distinct<T: Ord>(elements: &mut Vec<T>) {
    let sorted =
        Sorted::of(elements.len(), true, &|one, other| Some(elements.get(one)?.cmp(elements.get(other)?)));
    put_in_order(elements, &sorted);
    elements.truncate(sorted.kept);
}

fn put_in_order<T>(elements: &mut [T], sorted: &Sorted) {
    for (one, other) in &sorted.swaps {
        elements.swap(*one, *other);
    }
}

/// The order of two elements, by their places.
type Order<'o> = dyn Fn(usize, usize) -> Option<Ordering> + 'o;

/// The one sort there is, for elements of any kind.
struct Sorted {
    /// Which two have to change places, one after the other, until all are in order.
    swaps: Vec<(usize, usize)>,
    /// How many are to stay. What goes is behind these.
    kept: usize,
}

impl Sorted {
    /// Elements, of which the first alone stays where some are equal, if each is to be distinct.
    fn of(length: usize, distinct: bool, order: &Order<'_>) -> Self {
        let order = |one: usize, other: usize| order(one, other).unwrap_or(Ordering::Equal);
        let is_next = |place: usize| match order(place - 1, place) {
            Ordering::Less => true,
            Ordering::Equal => !distinct,
            Ordering::Greater => false,
        };
        if (1..length).all(is_next) {
            return Self { swaps: Vec::new(), kept: length };
        }
        let mut places: Vec<usize> = (0..length).collect();
        places.sort_by(|one, other| order(*one, *other));
        let mut repeated = Vec::new();
        if distinct {
            places.dedup_by(|place, before| {
                let is_repeated = order(*before, *place).is_eq();
                repeated.extend(is_repeated.then_some(*place));
                is_repeated
            });
        }
        let kept = places.len();
        places.append(&mut repeated);
        Self { swaps: swaps(places), kept }
    }
}

/// What puts elements where they have to be, by the places at which they were: each circle of places, step by step.
fn swaps(mut places: Vec<usize>) -> Vec<(usize, usize)> {
    let mut swaps = Vec::new();
    for start in 0..places.len() {
        let mut place = start;
        while let Some(was) = places.get_mut(place).map(|was| mem::replace(was, place))
            && was != start
        {
            swaps.push((place, was));
            place = was;
        }
    }
    swaps
}

/// The one search there is: the place of what is neither less nor greater, or that at which it would have to be.
pub(crate) fn search(length: usize, order: &dyn Fn(usize) -> Option<Ordering>) -> Result<usize, usize> {
    let (mut from, mut to) = (0, length);
    while from < to {
        let middle = from + (to - from) / 2;
        match order(middle) {
            Some(Ordering::Less) => from = middle + 1,
            Some(Ordering::Equal) => return Ok(middle),
            Some(Ordering::Greater) | None => to = middle,
        }
    }
    Err(from)
}
