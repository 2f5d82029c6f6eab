//! Names (Apache Avro 1.12, "Names"): letters of ASCII, digits and `_`, and no digit first; with a namespace in front of
//! them, they are full names.

use super::{
    FieldError, FieldErrors,
    read::{Members, text},
    types::Primitive,
};
use crate::Text;

pub(super) fn is_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    text.starts_with(is_letter) && text.chars().all(|letter| is_letter(letter) || letter.is_ascii_digit())
}

/// The full name of a type that is defined here.
pub(super) fn defined_name(members: &Members, around: &str) -> Result<String, FieldErrors> {
    let name = text(members, "name").ok_or_else(|| FieldError::single("a type of its own has a `name`"))?;
    let simple_name = simple_name(members);
    if simple_name == "null" || Primitive::from_name(&simple_name).is_some() {
        return Err(FieldError::single(format!(
            "`{simple_name}` is a type of Avro's, and no name for another one"
        )));
    }
    let full_name = full_name(name, &namespace(members, around));
    if full_name.split('.').all(is_name) {
        Ok(full_name)
    } else {
        Err(FieldError::single(format!("`{full_name}` is no name: these are ASCII letters, digits and `_`")))
    }
}

/// The name of a type without its namespace.
pub(super) fn simple_name(members: &Members) -> Text {
    let name = text(members, "name").unwrap_or_default();
    name.rsplit('.').next().unwrap_or(name).into()
}

/// The namespace in which names stand inside of a type.
pub(super) fn namespace(members: &Members, around: &str) -> String {
    match (text(members, "name").and_then(|name| name.rsplit_once('.')), text(members, "namespace")) {
        (Some((namespace, _)), _) => namespace.to_owned(),
        (None, Some(namespace)) => namespace.to_owned(),
        (None, None) => around.to_owned(),
    }
}

pub(super) fn full_name(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}
