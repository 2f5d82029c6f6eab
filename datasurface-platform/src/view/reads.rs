//! The count of reads of views, for whoever judges how much a platform looks at: the laws. Work whose answer does not grow leaves no other
//! trace.

use std::cell::Cell;

thread_local! {
    static READS: Cell<u64> = const { Cell::new(0) };
}

/// Counts a read of a node.
pub(super) fn count() {
    READS.set(READS.get().wrapping_add(1));
}

/// Returns the count of reads of nodes in this thread: each call of an accessor of a [`NodeView`](crate::NodeView) for its facts, or parts of them.
#[must_use]
pub fn reads_of_nodes() -> u64 {
    READS.get()
}
