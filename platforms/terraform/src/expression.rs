//! Expressions: literals, which Terraform takes as they are, and references to what is declared.

use crate::template::{Template, escaped};
use serde_json::{Number, Value as Json};
use std::{collections::BTreeMap, sync::Arc};

/// The value of an argument: a literal, or a reference. A text is a literal: what looks like an expression in it is escaped. A reference can only be made from a
/// [handle](crate::Handle), so it never names something that is not declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    Reference(Reference),
    ModulePath,
    Joined(Vec<Expression>),
    List(Vec<Expression>),
    Map(BTreeMap<String, Expression>),
}

/// A reference to an attribute of a resource or data source of the same root module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The folder of the root module in which the target is declared.
    pub(crate) module: Arc<str>,
    /// The address of the target.
    pub(crate) target: Arc<str>,
    pub(crate) attribute: String,
    /// The value, where it is known before anything is applied: the target sets the attribute to a literal.
    pub(crate) known: Option<String>,
}

impl Expression {
    /// Returns null: the argument is not set.
    #[must_use]
    pub fn null() -> Self {
        Self(Kind::Null)
    }

    /// Joins parts to one text: `s3://`, the name of a bucket, and a path.
    pub fn joined<V: Into<Self>>(parts: impl IntoIterator<Item = V>) -> Self {
        Self(Kind::Joined(parts.into_iter().map(Into::into).collect()))
    }

    /// Creates a list of values; of objects, also nested blocks of one name.
    pub fn list<V: Into<Self>>(values: impl IntoIterator<Item = V>) -> Self {
        Self(Kind::List(values.into_iter().map(Into::into).collect()))
    }

    /// Creates an object: a map, or the arguments of a nested block. Members are written in the order of their names.
    pub fn object<K: Into<String>, V: Into<Self>>(members: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(Kind::Map(members.into_iter().map(|(name, value)| (name.into(), value.into())).collect()))
    }

    /// Returns the path of a file of the same root module, relative to the folder in which Terraform runs.
    #[must_use]
    pub fn path_in_module(path: &datasurface_platform::SafePath) -> Self {
        Self::joined([Self(Kind::ModulePath), format!("/{path}").into()])
    }

    pub(crate) fn reference(reference: Reference) -> Self {
        Self(Kind::Reference(reference))
    }

    /// The value in Terraform's JSON syntax.
    pub(crate) fn to_json(&self) -> Json {
        match &self.0 {
            Kind::Null => Json::Null,
            Kind::Bool(value) => Json::Bool(*value),
            Kind::Number(value) => Json::Number(value.clone()),
            Kind::Text(_) | Kind::Reference(_) | Kind::ModulePath | Kind::Joined(_) => {
                Json::String(self.template())
            }
            Kind::List(values) => Json::Array(values.iter().map(Self::to_json).collect()),
            Kind::Map(members) => {
                Json::Object(members.iter().map(|(name, value)| (escaped(name), value.to_json())).collect())
            }
        }
    }

    /// The value as a template.
    fn template(&self) -> String {
        let mut template = Template::default();
        self.add_to(&mut template);
        template.finish()
    }

    fn add_to(&self, template: &mut Template) {
        match &self.0 {
            Kind::Null | Kind::List(_) | Kind::Map(_) => {}
            Kind::Bool(value) => template.text(&value.to_string()),
            Kind::Number(value) => template.text(&value.to_string()),
            Kind::Text(text) => template.text(text),
            Kind::Reference(to) => template.expression(&format!("{}.{}", to.target, to.attribute)),
            Kind::ModulePath => template.expression("path.module"),
            Kind::Joined(parts) => parts.iter().for_each(|part| part.add_to(template)),
        }
    }

    /// The text of the value, if it is known before anything is applied.
    pub(crate) fn known_text(&self) -> Option<String> {
        match &self.0 {
            Kind::Text(text) => Some(text.clone()),
            Kind::Number(value) => Some(value.to_string()),
            Kind::Bool(value) => Some(value.to_string()),
            Kind::Reference(reference) => reference.known.clone(),
            Kind::Joined(parts) => parts.iter().map(Self::known_text).collect(),
            Kind::Null | Kind::ModulePath | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// Every reference in the value.
    pub(crate) fn references(&self) -> Vec<&Reference> {
        match &self.0 {
            Kind::Reference(reference) => vec![reference],
            Kind::Joined(values) | Kind::List(values) => values.iter().flat_map(Self::references).collect(),
            Kind::Map(members) => members.values().flat_map(Self::references).collect(),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::ModulePath => Vec::new(),
        }
    }
}

impl From<&str> for Expression {
    fn from(text: &str) -> Self {
        Self(Kind::Text(text.to_owned()))
    }
}

impl From<String> for Expression {
    fn from(text: String) -> Self {
        Self(Kind::Text(text))
    }
}

impl From<&String> for Expression {
    fn from(text: &String) -> Self {
        Self(Kind::Text(text.clone()))
    }
}

impl From<bool> for Expression {
    fn from(value: bool) -> Self {
        Self(Kind::Bool(value))
    }
}

impl From<u64> for Expression {
    fn from(value: u64) -> Self {
        Self(Kind::Number(value.into()))
    }
}

impl From<u32> for Expression {
    fn from(value: u32) -> Self {
        u64::from(value).into()
    }
}

impl From<BTreeMap<String, String>> for Expression {
    fn from(members: BTreeMap<String, String>) -> Self {
        Self::object(members)
    }
}

/// A literal: no text in it is an expression.
impl From<Json> for Expression {
    fn from(value: Json) -> Self {
        Self(match value {
            Json::Null => Kind::Null,
            Json::Bool(value) => Kind::Bool(value),
            Json::Number(value) => Kind::Number(value),
            Json::String(text) => Kind::Text(text),
            Json::Array(values) => Kind::List(values.into_iter().map(Self::from).collect()),
            Json::Object(members) => {
                Kind::Map(members.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
        })
    }
}
