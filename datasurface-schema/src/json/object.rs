//! Objects of which there are many, and whose members few ask for.

#![expect(
    clippy::box_collection,
    reason = "there are millions of objects, of which most are never read by their members"
)]

use super::{Json, packed::Packed};
use crate::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, de::Error as _};
use serde_json::{Value, value::RawValue};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

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
#[derive(Clone)]
pub struct JsonObject {
    content: Content,
    /// The members, once somebody asked.
    values: OnceLock<Box<BTreeMap<String, Value>>>,
}

#[derive(Clone)]
enum Content {
    /// It is being made: the members, ordered by name.
    Members(Vec<(Text, Json)>),
    Text(Json),
    Packed(Arc<Packed>),
}

impl JsonObject {
    /// Creates the object of this text.
    const fn of(text: Json) -> Self {
        Self { content: Content::Text(text), values: OnceLock::new() }
    }

    /// Sets a member. A value that cannot be written as JSON becomes null.
    pub fn insert(&mut self, name: impl Into<Text>, value: impl Serialize) {
        let (name, text) = (name.into(), Json::written(&value));
        let mut members = match std::mem::take(self) {
            Self { content: Content::Members(members), .. } => members,
            other => serde_json::from_str::<BTreeMap<Text, Value>>(other.text().as_str())
                .into_iter()
                .flatten()
                .map(|(name, value)| (name, value.into()))
                .collect(),
        };
        members.retain(|(other, _)| *other != name);
        let place = members.partition_point(|(other, _)| *other < name);
        members.insert(place, (name, text));
        self.content = Content::Members(members);
    }

    /// The values of the members, by name.
    #[must_use]
    pub fn members(&self) -> &BTreeMap<String, Value> {
        self.values.get_or_init(|| self.parsed())
    }

    /// Returns a member as the type that it was written from; `None` if there is no such member, or if it has another form. Its value is not kept.
    #[must_use]
    pub fn member_as<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let text = self.text();
        serde_json::from_str(texts(&text).get(name)?.get()).ok()
    }

    /// Forgets the values, which are parsed again if somebody asks for them.
    pub fn condense(&mut self) {
        *self = Self::of(self.text());
    }

    /// Keeps what the object does not have in common with another one, if it is not kept like that already, and if that is less. The other one must
    /// not be kept like that itself.
    pub fn pack(&mut self, like: &Self) {
        if let (Content::Text(text), Content::Text(like)) = (&self.content, &like.content)
            && let Some(packed) = Packed::new(text, like)
        {
            *self = Self { content: Content::Packed(packed.into()), values: OnceLock::new() };
        }
    }

    fn text(&self) -> Json {
        match &self.content {
            Content::Text(text) => text.clone(),
            Content::Packed(packed) => packed.text(),
            Content::Members(members) => {
                let member = |(name, text): &(Text, Json)| format!("{}:{text}", Json::written(name));
                let members: Vec<String> = members.iter().map(member).collect();
                Json(format!("{{{}}}", members.join(",")).into())
            }
        }
    }

    fn parsed(&self) -> Box<BTreeMap<String, Value>> {
        serde_json::from_str(self.text().as_str()).unwrap_or_default()
    }
}

/// The text of each member.
fn texts(text: &Json) -> BTreeMap<Text, &RawValue> {
    serde_json::from_str(text.as_str()).unwrap_or_default()
}

impl Default for JsonObject {
    fn default() -> Self {
        Self::of(Json::object())
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
        f.debug_map().entries(texts(&self.text())).finish()
    }
}

impl Serialize for JsonObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(texts(&self.text()))
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Json::from_raw(&Box::<RawValue>::deserialize(deserializer)?).map_err(D::Error::custom)?;
        match text.as_str().starts_with('{') {
            true => Ok(Self::of(text)),
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
        let mut packed = one.clone();
        packed.pack(&JsonObject::default());
        assert_eq!(packed, one);
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
