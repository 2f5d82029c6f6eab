//! Objects are where reading goes on after a problem: what is wrong in one object does not hide what is wrong in the
//! next. A reader that notes problems, and goes on, offers an object as a list of attempts, of which the last one may be the first that has
//! an element; any other reader stops.

use crate::OBJECT;
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use std::{fmt, marker::PhantomData};

/// A list of objects.
pub(super) fn objects<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_seq(ListVisitor(PhantomData))
}

/// An object, where one is optional.
pub(super) fn optional_object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<Object<T>>::deserialize(deserializer).map(|object| object.and_then(|Object(object)| object))
}

/// An object; nothing after a problem that was noted.
pub(super) struct Object<T>(Option<T>);

impl<T> From<Object<T>> for Option<T> {
    fn from(Object(object): Object<T>) -> Self {
        object
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(OBJECT, ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Object<T>, D::Error> {
        T::deserialize(deserializer).map(Some).map(Object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut attempts: A) -> Result<Object<T>, A::Error> {
        loop {
            let object = attempts.next_element()?;
            if object.is_some() || attempts.size_hint() != Some(1) {
                return Ok(Object(object));
            }
        }
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut objects = Vec::new();
        while let Some(Object(object)) = elements.next_element()? {
            objects.extend(object);
        }
        Ok(objects)
    }
}
