//! Objects of which there are many, and whose members few ask for.

use super::Json;
use crate::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Value, value::RawValue};
use std::{collections::BTreeMap, fmt, sync::OnceLock};

/// A JSON object that is one canonical text, which is parsed when somebody asks for a member. A tenth of the memory that the values take, and
/// as cheap to compare as texts are.
///
/// ```
/// use datasurface_schema::JsonObject;
/// let mut one = JsonObject::default();
/// one.insert("columns", serde_json::json!([{ "type": "Date", "name": "day" }]));
/// assert_eq!(serde_json::to_string(&one)?, r#"{"columns":[{"name":"day","type":"Date"}]}"#);
/// assert_eq!(one.members()["columns"][0]["name"], "day");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct JsonObject {
    /// What it is made of, unless that is known by its values alone.
    text: OnceLock<Json>,
    /// The members, while it is made, and once somebody asked.
    values: OnceLock<Box<BTreeMap<String, Value>>>,
}

impl JsonObject {
    /// Sets a member.
    pub fn insert(&mut self, name: impl Into<String>, mut value: Value) {
        value.sort_all_objects();
        let mut values = self.values.take().unwrap_or_else(|| self.parsed());
        values.insert(name.into(), value);
        *self = Self { text: OnceLock::new(), values: values.into() };
    }

    /// The values of the members, by name.
    #[must_use]
    pub fn members(&self) -> &BTreeMap<String, Value> {
        self.values.get_or_init(|| self.parsed())
    }

    /// Returns a member as the type that it was written from; `None` if there is no such member, or if it has another form. Its value is not kept.
    #[must_use]
    pub fn member_as<'t, T: Deserialize<'t>>(&'t self, name: &str) -> Option<T> {
        serde_json::from_str(self.texts().get(name)?.get()).ok()
    }

    /// Forgets the values, which are parsed again if somebody asks for them.
    pub fn condense(&mut self) {
        self.text();
        self.values.take();
    }

    fn text(&self) -> &Json {
        self.text.get_or_init(|| match self.values.get() {
            Some(values) => Json(serde_json::to_string(values).unwrap_or_default().into()),
            None => Json::object(),
        })
    }

    /// The text of each member.
    fn texts(&self) -> BTreeMap<Text, &RawValue> {
        serde_json::from_str(self.text().as_str()).unwrap_or_default()
    }

    fn parsed(&self) -> Box<BTreeMap<String, Value>> {
        serde_json::from_str(self.text().as_str()).unwrap_or_default()
    }
}

impl PartialEq for JsonObject {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for JsonObject {}

impl fmt::Debug for JsonObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.texts()).finish()
    }
}

impl Serialize for JsonObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.texts())
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Json::from_raw(&Box::<RawValue>::deserialize(deserializer)?).map_err(D::Error::custom)?;
        match text.as_str().starts_with('{') {
            true => Ok(Self { text: text.into(), values: OnceLock::new() }),
            false => Err(D::Error::custom("it is no object")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_object_is_read_as_it_was_written_and_equal_whoever_read_its_members() {
        let mut one = JsonObject::default();
        for (name, value) in [("b", json!(1)), ("a", json!({ "y": [], "x": "\n" })), ("b", json!(2.5))] {
            one.insert(name, value);
        }
        assert_eq!(one.members().keys().collect::<Vec<_>>(), ["a", "b"]);
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(text, r#"{"a":{"x":"\n","y":[]},"b":2.5}"#);
        let mut other: JsonObject =
            serde_json::from_str(r#"{"b": 2.5, "a": {"y": [], "x": "\u000a"}}"#).unwrap();
        assert_eq!(one, other);
        one.condense();
        assert_eq!((one.member_as("b"), one.member_as("c")), (Some(2.5), None::<f64>));
        assert_eq!(one.member_as::<bool>("b"), None);
        assert!(one.values.get().is_none(), "what is read as another type is not kept");
        assert_eq!((one.members(), &one), (other.members(), &other));
        other.insert("b", json!(3));
        assert_eq!(other.members()["b"], 3);
        assert_ne!(one, other);
        let value = serde_json::to_value(&one).unwrap();
        assert_eq!(serde_json::from_value::<JsonObject>(value).unwrap(), one);
    }
}
