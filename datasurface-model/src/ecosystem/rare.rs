//! What few things say, out of the way of what all of them say.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A value that is most often the default, which then takes one word and no allocation. Clones share it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Rare<T>(Option<Arc<T>>);

impl<T: Clone + Default> Rare<T> {
    /// The value, if anything was said.
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.as_deref()
    }

    /// Whether nothing was said.
    pub(crate) fn is_default(&self) -> bool {
        self.0.is_none()
    }

    /// The value, to say something. Whoever asks must make it differ from the default: equal things would otherwise
    /// be told apart.
    pub(crate) fn edit(&mut self) -> &mut T {
        Arc::make_mut(self.0.get_or_insert_with(Arc::default))
    }
}

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Self(None)
    }
}
