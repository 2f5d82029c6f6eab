//! Documents: an ecosystem as JSON or YAML, which people write and review.
//!
//! A document says which `format` it has; everything else in it is read by that format's own, private, types, so that
//! the model can change and old documents still load. Loading judges the form alone: what the document says is
//! judged by validation, with everything else. What a document says twice is in the model twice.
//!
//! ```
//! use datasurface_document as document;
//!
//! let ecosystem = document::from_json(r#"{
//!   "format": "datasurface/1",
//!   "name": "NorthWind",
//!   "owner": "github:northwind/ecosystem@main",
//!   "live": "github:northwind/live@main",
//!   "zones": [{"name": "USA", "owner": "github:northwind/usa@main"}]
//! }"#)?;
//! assert_eq!(ecosystem.zones().len(), 1);
//! assert_eq!(document::from_json(&document::to_json(&ecosystem))?, ecosystem);
//! # Ok::<(), datasurface_document::DocumentError>(())
//! ```
//!
//! What has a text form (keys, places, repositories, types, schemas) is written as text, and as an object only if the
//! text would not say everything. Two things built in code are too deep for a document: trees of more than
//! 256 locations inside each other (about 50 where names are given twice), and settings nested more than 120 times.
//!
//! [`Documents`] are one model in many files: in memory, or with the feature `fs` a folder. A [`Report`] shows findings with file, line
//! and column, as text, JSON or SARIF. A [`Loader`] reads documents again at the cost of those that changed. [`apply_suggestion`] follows a suggestion.

mod aliases;
mod assemble;
mod codes;
mod credentials;
mod definitions;
mod documents;
mod error;
#[cfg(feature = "fs")]
mod files;
mod header;
mod json_errors;
mod lines;
mod loaded;
mod locate;
mod model_hash;
mod part;
mod partial;
mod patch;
mod report;
mod shape;
#[cfg(feature = "fs")]
mod stored;
mod syntax;
mod tree;
mod undeclared;
mod v1;
#[cfg(feature = "yaml")]
mod yaml;

#[cfg(test)]
mod tests;

pub use codes::{CODES, FILE_CODES};
pub use documents::{Documents, Loader};
pub use error::DocumentError;
#[cfg(feature = "fs")]
pub use files::{read_regular_text, read_text};
pub use loaded::Loaded;
pub use model_hash::ModelHasher;
pub use partial::{PartialModel, PartialValidation, SoundPart};
pub use patch::{PatchError, apply_suggestion};
pub use report::Report;
#[cfg(feature = "fs")]
pub use stored::{StoredFile, StoredFileKind};
pub use v1::{expand_locations, expand_schema};

use datasurface_model::Ecosystem;

/// The name under which an object is asked for that may be left out after a problem.
const OBJECT: &str = "an object, or a problem";

/// Returns the JSON Schema of documents, for editors. Loading rejects every document that the schema rejects.
#[cfg(feature = "json-schema")]
#[must_use]
pub fn json_schema() -> serde_json::Value {
    v1::json_schema()
}

/// Reads a document of JSON. Equal schemas are stored once.
///
/// # Errors
///
/// If the text is not JSON, not of a supported format, or says something that the format does not know. Findings are
/// placed in the document `model.json`.
pub fn from_json(text: &str) -> Result<Ecosystem, DocumentError> {
    Documents::new().document("model.json", text).load()
}

/// Writes an ecosystem as JSON, in the newest format. Equal ecosystems give equal documents, byte by byte.
#[must_use]
pub fn to_json(ecosystem: &Ecosystem) -> String {
    // As in a tree, nothing of it can fail; and it takes half the time of one.
    let mut text = serde_json::to_string_pretty(&v1::Document::from(ecosystem)).unwrap_or_default();
    text.push('\n');
    text
}

/// Writes an ecosystem as JSON without blanks, in the newest format, for a program that compares or hashes it. Equal ecosystems give equal
/// documents, byte by byte.
///
/// # Errors
///
/// Those of the writer.
pub fn write_compact_json(ecosystem: &Ecosystem, writer: impl std::io::Write) -> std::io::Result<()> {
    // Parts of a document are small; most writers are slow at small writes.
    let mut writer = std::io::BufWriter::with_capacity(1 << 16, writer);
    serde_json::to_writer(&mut writer, &v1::Document::from(ecosystem))?;
    std::io::Write::flush(&mut writer)
}

/// Reads a document of YAML. Equal schemas are stored once.
///
/// # Errors
///
/// If the text is not YAML, not of a supported format, or says something that the format does not know. Findings are
/// placed in the document `model.yaml`.
#[cfg(feature = "yaml")]
pub fn from_yaml(text: &str) -> Result<Ecosystem, DocumentError> {
    Documents::new().document("model.yaml", text).load()
}

/// Writes an ecosystem as YAML, in the newest format. Equal ecosystems give equal documents, byte by byte.
#[cfg(feature = "yaml")]
#[must_use]
pub fn to_yaml(ecosystem: &Ecosystem) -> String {
    value_to_yaml(&to_value(ecosystem))
}

/// Writes a tree as YAML, in the style of [`to_yaml`].
#[cfg(feature = "yaml")]
#[must_use]
pub fn value_to_yaml(document: &serde_json::Value) -> String {
    yaml::written(document)
}

/// Returns the document of an ecosystem as a tree, for programs that read or edit it. [`to_json`] writes the same
/// tree.
#[must_use]
pub fn to_value(ecosystem: &Ecosystem) -> serde_json::Value {
    // Writing to memory cannot fail, and every map in a document has text for keys.
    serde_json::to_value(v1::Document::from(ecosystem)).unwrap_or_default()
}

/// Reads the ecosystem that a tree describes.
///
/// # Errors
///
/// Those of [`from_json`], for the tree as text.
pub fn from_value(document: serde_json::Value) -> Result<Ecosystem, DocumentError> {
    from_json(&document.to_string())
}
