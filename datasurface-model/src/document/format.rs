//! Which format a document has: asked before anything else, for nothing else can be judged without it.

use super::{error::DocumentError, v1};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// The formats that can be read.
pub(super) const SUPPORTED: &[&str] = &[v1::FORMAT];

/// Complains unless the document is JSON as far as its `format`, and that is a supported one.
pub(super) fn check(text: &str) -> Result<(), DocumentError> {
    let mut found = None;
    let mut reader = serde_json::Deserializer::from_str(text);
    let outcome = FindFormat { found: &mut found }.deserialize(&mut reader);
    match (found, outcome) {
        (Some(format), _) if SUPPORTED.contains(&format.as_str()) => Ok(()),
        (Some(format), _) => Err(DocumentError::unsupported_format(&format)),
        (None, Err(error)) => Err(DocumentError::reading(text, &error)),
        (None, Ok(())) => Err(DocumentError::no_format()),
    }
}

/// Reads an object as far as its member `format`.
struct FindFormat<'f> {
    found: &'f mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for FindFormat<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FindFormat<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an ecosystem, as an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            if name == "format" {
                *self.found = Some(members.next_value()?);
                // The rest is for the reader of that format: this error only ends the search.
                return Err(A::Error::custom("found"));
            }
            members.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}
