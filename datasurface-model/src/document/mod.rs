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

mod error;
mod format;
mod translate;
mod v1;

#[cfg(test)]
mod tests;

pub use error::{CODES, DocumentError};

use crate::ecosystem::Ecosystem;

impl Ecosystem {
    /// Reads a document. Equal schemas are stored once.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, not of a supported format, or says something that the format does not know.
    pub fn from_json(text: &str) -> Result<Self, DocumentError> {
        // Some editors put a byte order mark in front, which JSON does not know.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        format::check(text)?;
        serde_json::from_str::<v1::Document>(text)
            .map(v1::Document::into_model)
            .map_err(|error| DocumentError::reading(text, &error))
    }

    /// The document, in the newest format. Equal ecosystems are equal documents, byte by byte.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Writing to memory cannot fail, and every map in a document has text for keys.
        let mut text = serde_json::to_string_pretty(&v1::Document::from(self)).unwrap_or_default();
        text.push('\n');
        text
    }
}
