//! An optional attribute that takes one word while it has its default value.

use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;

/// A value that is most often the default, which then takes one word and no allocation. Clones share it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Sparse<T>(Option<Arc<T>>);

impl<T: Clone + Default> Sparse<T> {
    /// The value, if it is not the default.
    pub fn get(&self) -> Option<&T> {
        self.0.as_deref()
    }

    /// Whether the value is the default.
    pub fn is_default(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the value, to change it. The caller must make it differ from the default: equal values would compare
    /// as different otherwise.
    pub fn make_mut(&mut self) -> &mut T {
        Arc::make_mut(self.0.get_or_insert_with(Arc::default))
    }
}

/// A default value that is written out is read as an absent one, so that both compare as equal.
impl<'de, T: Deserialize<'de> + Default + PartialEq> Deserialize<'de> for Sparse<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or_else(Self::default, Self::new))
    }
}

impl<T: Default + PartialEq> Sparse<T> {
    /// Creates an attribute of this value. The default takes no allocation.
    pub fn new(value: T) -> Self {
        Self((value != T::default()).then(|| Arc::new(value)))
    }
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Self(None)
    }
}
