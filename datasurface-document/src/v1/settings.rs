//! Free-form settings. An object that gives a member twice is refused: one of the two would be lost.
//!
//! Settings belong to others: no path of this workspace leads into `config`, `properties` or `settings`.

use crate::shape::{Shape, Shaped};
use datasurface_model::Json;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use std::{collections::BTreeMap, fmt, marker::PhantomData};

#[derive(Default, Serialize)]
#[serde(transparent)]
pub(super) struct Settings(pub(super) Json);

impl Shaped for Settings {
    const SHAPE: Shape = Shape::Free;
}

pub(super) fn is_empty(settings: &Settings) -> bool {
    settings.0 == Json::object()
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Setting::deserialize(deserializer).map(|Setting(value)| Self(value.into()))
    }
}

/// A map whose keys are given once.
pub(super) fn unique<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    deserializer.deserialize_map(UniqueVisitor(PhantomData))
}

struct UniqueVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K, V> Visitor<'de> for UniqueVisitor<K, V>
where
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    type Value = BTreeMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<BTreeMap<K, V>, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = members.next_key::<K>()? {
            if map.contains_key(&key) {
                return Err(given_twice(key));
            }
            map.insert(key, members.next_value()?);
        }
        Ok(map)
    }
}

pub(super) fn given_twice<E: Error>(key: impl fmt::Display) -> E {
    E::custom(format_args!("`{key}` is given twice"))
}

struct Setting(Value);

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SettingVisitor)
    }
}

struct SettingVisitor;

impl<'de> Visitor<'de> for SettingVisitor {
    type Value = Setting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Setting, E> {
        Ok(Setting(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Setting, E> {
        Ok(Setting(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Setting, E> {
        Ok(Setting(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Setting, E> {
        Ok(Setting(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Setting, E> {
        Ok(Setting(Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Setting, E> {
        Ok(Setting(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Setting, A::Error> {
        let mut list = Vec::new();
        while let Some(Setting(value)) = elements.next_element()? {
            list.push(value);
        }
        Ok(Setting(Value::Array(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Setting, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(given_twice(key));
            }
            let Setting(value) = members.next_value()?;
            object.insert(key, value);
        }
        Ok(Setting(Value::Object(object)))
    }
}
