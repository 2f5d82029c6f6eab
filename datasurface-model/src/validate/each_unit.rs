//! What is done for each of many units: with the feature `parallel`, on all processors.

/// The fewest units for which it pays to ask other threads. An edit concerns a handful.
#[cfg(feature = "parallel")]
const MANY: usize = 256;

/// Returns what `each` makes of the units, in their order.
#[cfg(feature = "parallel")]
pub(super) fn map<T: Sync, R: Send>(units: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    use rayon::prelude::*;
    if units.len() < MANY {
        return units.iter().map(each).collect();
    }
    units.par_iter().map(&each).collect()
}

/// Returns what `each` makes of the units, in their order.
#[cfg(not(feature = "parallel"))]
pub(super) fn map<T, R>(units: &[T], each: impl Fn(&T) -> R) -> Vec<R> {
    units.iter().map(each).collect()
}
