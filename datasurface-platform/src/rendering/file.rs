//! Files.

use super::SafePath;
use crate::error::{PlatformError, PlatformErrorKind};
use datasurface_graph::Fingerprint;
use datasurface_model::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A rendered file.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "FileWire")]
pub struct File {
    path: SafePath,
    media_type: Text,
    content: Vec<u8>,
}

/// The record of a rendered file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRecord {
    /// The media type of the content.
    #[schemars(with = "String")]
    pub media_type: Text,
    /// The hash of its bytes.
    pub hash: Fingerprint,
}

impl File {
    /// Creates a file with this content.
    ///
    /// # Errors
    ///
    /// If the path is not safe.
    pub fn new(path: &str, media_type: &str, content: impl Into<Vec<u8>>) -> Result<Self, PlatformError> {
        let unsafe_path =
            |error| PlatformError::new(PlatformErrorKind::Rendering, "rendering a file").caused_by(error);
        Ok(Self {
            path: path.parse().map_err(unsafe_path)?,
            media_type: media_type.into(),
            content: content.into(),
        })
    }

    /// Creates a file of SQL.
    ///
    /// # Errors
    ///
    /// If the path is not safe.
    pub fn sql(path: &str, text: impl Into<String>) -> Result<Self, PlatformError> {
        Self::new(path, "application/sql", text.into())
    }

    /// Creates a file of JSON, indented for people, with a line feed at its end.
    ///
    /// # Errors
    ///
    /// If the path is not safe, or the value cannot be written as JSON.
    pub fn json(path: &str, value: &impl Serialize) -> Result<Self, PlatformError> {
        let text = serde_json::to_string_pretty(value).map_err(|error| {
            PlatformError::new(PlatformErrorKind::Internal, "writing JSON").caused_by(error)
        })?;
        Self::new(path, "application/json", text + "\n")
    }

    /// The path, relative to the folder of the scope.
    #[must_use]
    pub fn path(&self) -> &SafePath {
        &self.path
    }

    /// The media type of the content.
    #[must_use]
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The bytes of the file.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The bytes as text; `None` if they are not UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.content).ok()
    }

    /// The record of the file, for the manifest.
    #[must_use]
    pub fn record(&self) -> FileRecord {
        FileRecord { media_type: self.media_type.clone(), hash: Fingerprint::of_bytes(&self.content) }
    }
}

/// Text crosses as text, other bytes as numbers.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FileWire {
    path: SafePath,
    #[schemars(with = "String")]
    media_type: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<Vec<u8>>,
}

impl Serialize for File {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.text().map(str::to_owned);
        FileWire {
            path: self.path.clone(),
            media_type: self.media_type.clone(),
            bytes: if text.is_none() { Some(self.content.clone()) } else { None },
            text,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = FileWire::deserialize(deserializer)?;
        let content = match (wire.text, wire.bytes) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(bytes)) => bytes,
            _ => return Err(D::Error::custom("a file has either text or bytes")),
        };
        Ok(Self { path: wire.path, media_type: wire.media_type, content })
    }
}
