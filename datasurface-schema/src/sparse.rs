//! An optional attribute that takes one word while it has its default value.

use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;

/// A value that is most often the default, which then takes one word and no allocation. Clones share it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Sparse<T>(Option<Arc<T>>);

impl<T: Clone + Default> Sparse<T> {
    /// The value, if anything was said.
    pub fn get(&self) -> Option<&T> {
        self.0.as_deref()
    }

    /// Whether nothing was said.
    pub fn is_default(&self) -> bool {
        self.0.is_none()
    }

    /// The value, to say something. Whoever asks must make it differ from the default: equal things would otherwise
    /// be told apart.
    pub fn make_mut(&mut self) -> &mut T {
        Arc::make_mut(self.0.get_or_insert_with(Arc::default))
    }
}

/// What is said, and says nothing, is not there.
impl<'de, T: Deserialize<'de> + Default + PartialEq> Deserialize<'de> for Sparse<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or_else(Self::default, Self::new))
    }
}

impl<T: Default + PartialEq> Sparse<T> {
    /// This value; nothing is said by the default.
    pub fn new(value: T) -> Self {
        Self((value != T::default()).then(|| Arc::new(value)))
    }
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Self(None)
    }
}
