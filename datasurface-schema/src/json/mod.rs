//! Free-form settings, as canonical JSON.

mod canonical;
mod object;
mod packed;

pub use object::JsonObject;

use crate::Text;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::fmt;

/// A JSON value in canonical text: no blanks, keys sorted. Equal values are equal texts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "serde_json::Value", into = "serde_json::Value")]
pub struct Json(Text);

impl Json {
    /// Creates an object without members.
    #[must_use]
    pub fn object() -> Self {
        Self(Text::from_static("{}"))
    }

    /// Creates a value from text. Nothing is parsed of a text that is canonical already.
    ///
    /// # Errors
    ///
    /// If a number is out of range, or values are in each other too deeply.
    pub fn from_raw(text: &RawValue) -> Result<Self, serde_json::Error> {
        Self::canonical(text.get())
    }

    /// Creates what a value is written as; null if it cannot be written as JSON.
    pub(crate) fn written(value: &impl Serialize) -> Self {
        let text = serde_json::to_string(value).unwrap_or_default();
        Self::canonical(&text).unwrap_or_else(|_| Self(Text::from_static("null")))
    }

    fn canonical(text: &str) -> Result<Self, serde_json::Error> {
        match !text.is_empty() && canonical::is_canonical(text) {
            true => Ok(Self(text.into())),
            false => serde_json::from_str::<serde_json::Value>(text).map(Self::from),
        }
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// The canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value for a serializer of JSON that writes it as the text that it is, without parsing it: for hashes, which are those of the value.
    /// `None` if the text is no JSON, which none is.
    #[must_use]
    pub fn raw(&self) -> Option<&RawValue> {
        serde_json::from_str(&self.0).ok()
    }

    /// Sets one member. A value that is no object is replaced by one.
    #[must_use]
    pub fn with_member(self, key: &str, member: impl Into<serde_json::Value>) -> Self {
        let mut object = match self.value() {
            serde_json::Value::Object(object) => object,
            _ => serde_json::Map::new(),
        };
        object.insert(key.to_owned(), member.into());
        serde_json::Value::Object(object).into()
    }
}

impl From<serde_json::Value> for Json {
    fn from(mut value: serde_json::Value) -> Self {
        value.sort_all_objects();
        Self(value.to_string().into())
    }
}

impl From<Json> for serde_json::Value {
    fn from(json: Json) -> Self {
        json.value()
    }
}

impl Default for Json {
    fn default() -> Self {
        Self::object()
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_members_is_no_difference() {
        let one: Json = serde_json::json!({"b": {"y": 1, "x": 2}, "a": []}).into();
        assert_eq!(one.as_str(), r#"{"a":[],"b":{"x":2,"y":1}}"#);
        assert_eq!(one.clone().with_member("c", 1).as_str(), r#"{"a":[],"b":{"x":2,"y":1},"c":1}"#);
        let [raw, parsed] =
            [serde_json::to_string(&one.raw()), serde_json::to_string(&one)].map(Result::unwrap);
        assert_eq!(raw, parsed);
    }
}
