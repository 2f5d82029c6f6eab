//! Objects of which there are many, and whose members few ask for.

use super::Json;
use crate::Text;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::Error as _,
    ser::{Error as _, SerializeMap},
};
use serde_json::{Value, value::RawValue};
use std::{collections::BTreeMap, fmt, sync::OnceLock};

/// A JSON object whose members are canonical texts, each of which is parsed when somebody asks for its value. A tenth of the memory that
/// the values take, and as cheap to compare as texts are.
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
    /// Ordered by name. A map would make room for eleven, and most objects have a few.
    texts: Vec<(Text, Json)>,
    /// The same, once somebody asked.
    values: OnceLock<BTreeMap<String, Value>>,
}

impl JsonObject {
    /// Sets a member.
    pub fn insert(&mut self, name: impl Into<String>, mut value: Value) {
        value.sort_all_objects();
        let (name, text) = (name.into(), Json(value.to_string().into()));
        let mut values = self.values.take().unwrap_or_else(|| self.parsed());
        let place = self.texts.partition_point(|(other, _)| other.as_str() < name.as_str());
        match self.texts.get_mut(place).filter(|(other, _)| other.as_str() == name) {
            Some((_, known)) => *known = text,
            None => self.texts.insert(place, (name.as_str().into(), text)),
        }
        values.insert(name, value);
        self.values = OnceLock::from(values);
    }

    /// The values of the members, by name.
    #[must_use]
    pub fn members(&self) -> &BTreeMap<String, Value> {
        self.values.get_or_init(|| self.parsed())
    }

    /// Returns a member as the type that it was written from; `None` if there is no such member, or if it has another form. Its value is not kept.
    #[must_use]
    pub fn member_as<'t, T: Deserialize<'t>>(&'t self, name: &str) -> Option<T> {
        let place = self.texts.binary_search_by(|(other, _)| other.as_str().cmp(name)).ok()?;
        serde_json::from_str(self.texts.get(place)?.1.as_str()).ok()
    }

    /// Forgets the values, which are parsed again if somebody asks for them.
    pub fn condense(&mut self) {
        self.values.take();
        self.texts.shrink_to_fit();
    }

    fn parsed(&self) -> BTreeMap<String, Value> {
        self.texts.iter().map(|(name, text)| (name.to_string(), text.value())).collect()
    }
}

impl PartialEq for JsonObject {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

impl Eq for JsonObject {}

impl fmt::Debug for JsonObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.texts.iter().map(|(name, text)| (name, text))).finish()
    }
}

impl Serialize for JsonObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.texts.len()))?;
        for (name, text) in &self.texts {
            let text: &RawValue = serde_json::from_str(text.as_str()).map_err(S::Error::custom)?;
            object.serialize_entry(name, text)?;
        }
        object.end()
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = BTreeMap::<Text, Box<RawValue>>::deserialize(deserializer)?;
        let text = |(name, text): (Text, Box<RawValue>)| Ok((name, Json::from_raw(&text)?));
        let texts: Result<Vec<(Text, Json)>, serde_json::Error> = members.into_iter().map(text).collect();
        Ok(Self { texts: texts.map_err(D::Error::custom)?, values: OnceLock::new() })
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
