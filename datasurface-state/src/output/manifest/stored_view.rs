//! The view of a node as a manifest stores it.
//!
//! A manifest has the node of each resource that holds data, so that the data can be rendered on when nobody asks for it any more. Most plans let
//! nothing go, so a view stays the text that was read until somebody asks for it.

use super::super::{codes::UNREADABLE, error::TargetError, target_folder::MANIFEST};
use datasurface_platform::NodeView;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error};
use serde_json::value::RawValue;
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// The view of a node as a manifest stores it: text until somebody asks for the view. Cheap to clone, and to compare with a clone.
#[derive(Clone)]
pub struct StoredView(Arc<Stored>);

/// The text that was read, or the view that was made, and later both.
struct Stored {
    text: Option<Box<RawValue>>,
    view: OnceLock<NodeView>,
}

impl StoredView {
    /// Returns the view.
    ///
    /// # Errors
    ///
    /// If the manifest has something else there. The text is the one that was written, so another version wrote it.
    pub fn view(&self) -> Result<&NodeView, TargetError> {
        if let (None, Some(text)) = (self.0.view.get(), &self.0.text) {
            let view = serde_json::from_str(text.get()).map_err(|error| {
                let message = format!("a node in the manifest cannot be read: {error}");
                TargetError::new(&UNREADABLE, MANIFEST, message)
                    .help("restore it, for example from git, or use the version of datasurface that wrote it")
            })?;
            return Ok(self.0.view.get_or_init(|| view));
        }
        self.0.view.get().ok_or_else(|| TargetError::bug(&UNREADABLE, MANIFEST, "a node has no content"))
    }

    /// Creates what is stored as this text, which is not read yet.
    pub(in crate::output) fn from_text(text: Box<RawValue>) -> Self {
        Self(Arc::new(Stored { text: Some(text), view: OnceLock::new() }))
    }

    /// Writes the text that was read, or else the view.
    ///
    /// # Errors
    ///
    /// As of the serializer.
    pub(in crate::output) fn serialize_as_stored<S: Serializer>(
        &self,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match &self.0.text {
            Some(text) => text.serialize(serializer),
            None => self.serialize(serializer),
        }
    }
}

impl From<NodeView> for StoredView {
    fn from(view: NodeView) -> Self {
        Self(Arc::new(Stored { text: None, view: view.into() }))
    }
}

impl PartialEq for StoredView {
    fn eq(&self, other: &Self) -> bool {
        let is_same_text = || match (&self.0.text, &other.0.text) {
            (Some(one), Some(other)) => one.get() == other.get(),
            _ => false,
        };
        let are_same_views = || matches!((self.view(), other.view()), (Ok(one), Ok(other)) if one == other);
        Arc::ptr_eq(&self.0, &other.0) || is_same_text() || are_same_views()
    }
}

impl Eq for StoredView {}

/// The text of a view depends on the view alone, so that equal manifests have the same bytes.
impl Serialize for StoredView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.view().map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StoredView {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        NodeView::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for StoredView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.view() {
            Ok(view) => view.fmt(f),
            Err(error) => write!(f, "StoredView({error})"),
        }
    }
}
