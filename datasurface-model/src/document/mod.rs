//! Documents: an ecosystem as JSON, which people write and review.
//!
//! A document says which `format` it has; everything else in it is read by that format's own, private, types, so that
//! the model can change and old documents still load. Loading judges the form alone: what the document says is
//! judged by validation, with everything else. What a document says twice is in the model twice.
//!
//! ```
//! use datasurface_model::{Dataset, Datastore, Ecosystem, GovernanceZone, Team};
//!
//! let ecosystem = Ecosystem::from_json(r#"{
//!   "format": "datasurface/1",
//!   "name": "NorthWind",
//!   "owner": "github:northwind/ecosystem@main",
//!   "live": "github:northwind/live@main",
//!   "zones": [{"name": "USA", "owner": "github:northwind/usa@main"}]
//! }"#)?;
//! assert_eq!(ecosystem.zones().len(), 1);
//! assert_eq!(Ecosystem::from_json(&ecosystem.to_json())?, ecosystem);
//! # Ok::<(), datasurface_model::DocumentError>(())
//! ```
//!
//! What has a text form (keys, places, repositories, types, schemas) is written as text, and as an object only if the
//! text would not say everything. Two things built in code are too deep for a document: trees of more than
//! 256 locations inside each other (about 50 where names are given twice), and settings nested more than 120 times.

mod assemble;
mod codes;
mod documents;
mod error;
mod head;
mod identity;
mod lines;
mod locate;
mod part;
#[cfg(feature = "change")]
pub(crate) mod patch;
mod syntax;
mod translate;
mod tree;
mod v1;
#[cfg(feature = "yaml")]
mod yaml;

#[cfg(test)]
pub(crate) mod tests;

pub use codes::CODES;
pub use documents::{Documents, Loader};
pub use error::DocumentError;

use crate::ecosystem::Ecosystem;

/// The name under which an object is asked for that may be left out after a problem.
const OBJECT: &str = "an object, or a problem";

/// The JSON Schema of documents, for editors: what it refuses, loading refuses, too.
#[cfg(feature = "json-schema")]
#[must_use]
pub fn json_schema() -> serde_json::Value {
    v1::json_schema()
}

impl Ecosystem {
    /// Reads a document of JSON. Equal schemas are stored once.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, not of a supported format, or says something that the format does not know. Findings are
    /// placed in the document `model.json`.
    pub fn from_json(text: &str) -> Result<Self, DocumentError> {
        Documents::new().document("model.json", text).load()
    }

    /// The document, in the newest format. Equal ecosystems are equal documents, byte by byte.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = format!("{:#}", value_of(self));
        text.push('\n');
        text
    }

    /// Reads a document of YAML. Equal schemas are stored once.
    ///
    /// # Errors
    ///
    /// If the text is not YAML, not of a supported format, or says something that the format does not know. Findings are
    /// placed in the document `model.yaml`.
    #[cfg(feature = "yaml")]
    pub fn from_yaml(text: &str) -> Result<Self, DocumentError> {
        Documents::new().document("model.yaml", text).load()
    }

    /// The document as YAML, in the newest format. Equal ecosystems are equal documents, byte by byte.
    #[cfg(feature = "yaml")]
    #[must_use]
    pub fn to_yaml(&self) -> String {
        yaml::written(&value_of(self))
    }
}

/// What a document says of an ecosystem, as a value.
pub(crate) fn value_of(ecosystem: &Ecosystem) -> serde_json::Value {
    // Writing to memory cannot fail, and every map in a document has text for keys.
    serde_json::to_value(v1::Document::from(ecosystem)).unwrap_or_default()
}

/// The ecosystem that a value describes.
#[cfg(feature = "change")]
pub(crate) fn model_of(value: serde_json::Value) -> Result<Ecosystem, DocumentError> {
    let text = value.to_string();
    Ecosystem::from_json(&text)
}

#[cfg(feature = "change")]
pub(crate) use v1::schema_in_full;
