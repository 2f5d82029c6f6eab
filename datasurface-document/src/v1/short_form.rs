//! What has a text form is written as text, unless the text would not say everything; then as an object.

use super::json_schema::Described;
use crate::shape::{Shape, Shaped, Short};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{fmt, marker::PhantomData};

/// A value with a text form, and a long one for what the text cannot say.
pub(super) trait Compact: Sized + PartialEq {
    /// The long form.
    type Long: Serialize + DeserializeOwned + Described + Shaped;
    /// What a document should have here.
    const EXPECTED: &'static str;

    fn from_text(text: &str) -> Result<Self, String>;
    fn text(&self) -> String;
    fn from_long(long: Self::Long) -> Self;
    /// Nothing where the text always says everything.
    fn long(&self) -> Option<Self::Long>;
}

/// A value in the shorter form that says everything.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ShortForm<T>(pub(super) T);

impl<T: Compact> Shaped for ShortForm<T> {
    const SHAPE: Shape = Shape::Short(&Short {
        object: T::Long::SHAPE,
        name: |text| T::from_text(text).ok().map(|value| value.text()),
    });
}

impl<T: Compact> Serialize for ShortForm<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.text();
        let says_everything = T::from_text(&text).is_ok_and(|again| again == self.0);
        match self.0.long() {
            Some(long) if !says_everything => long.serialize(serializer),
            _ => serializer.serialize_str(&text),
        }
    }
}

impl<'de, T: Compact> Deserialize<'de> for ShortForm<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CompactVisitor(PhantomData))
    }
}

struct CompactVisitor<T>(PhantomData<T>);

impl<'de, T: Compact> Visitor<'de> for CompactVisitor<T> {
    type Value = ShortForm<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ShortForm<T>, E> {
        T::from_text(text).map(ShortForm).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<ShortForm<T>, A::Error> {
        let long = T::Long::deserialize(MapAccessDeserializer::new(members))?;
        Ok(ShortForm(T::from_long(long)))
    }
}
