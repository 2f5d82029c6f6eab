//! What is asked of a platform for each of many things: with the feature `parallel`, on all processors. Platforms are pure, so no answer depends
//! on another one, and the answers are in the order of the things.

/// The fewest nodes for which it pays to ask other threads. An edit concerns a handful.
const MANY: usize = 256;

/// Returns what `make` makes of scopes, each of which is much work, in their order.
#[cfg(feature = "parallel")]
pub(crate) fn scope<T: Sync, R: Send>(scopes: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    use rayon::prelude::*;
    if scopes.len() < 2 {
        return scopes.iter().map(make).collect();
    }
    // Scopes differ in size: each thread takes the next one when it is done.
    scopes.par_iter().with_max_len(1).map(&make).collect()
}

/// Returns what `make` makes of scopes, in their order.
#[cfg(not(feature = "parallel"))]
pub(crate) fn scope<T: Sync, R: Send>(scopes: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    scopes.iter().map(make).collect()
}

/// Returns what `make` makes of nodes, each of which is little work, in their order.
pub(crate) fn node<T: Sync, R: Send>(nodes: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if nodes.len() < MANY {
        return nodes.iter().map(make).collect();
    }
    let chunks: Vec<&[T]> = nodes.chunks(MANY).collect();
    let made = scope(&chunks, |chunk| chunk.iter().map(&make).collect::<Vec<R>>());
    made.into_iter().flatten().collect()
}

/// Returns the number of scopes that are rendered at a time.
#[cfg(feature = "parallel")]
pub(crate) fn width() -> usize {
    rayon::current_num_threads().max(1)
}

/// Returns the number of scopes that are rendered at a time.
#[cfg(not(feature = "parallel"))]
pub(crate) fn width() -> usize {
    1
}
