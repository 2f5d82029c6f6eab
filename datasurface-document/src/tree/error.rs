//! Errors in the form of a document, and their places, in words for people who write documents.

use super::Extent;
use crate::{
    codes::{UNKNOWN_FIELD, UNREADABLE},
    json_errors::shortened,
};
use datasurface_model::{CodeInfo, governance::known_technology, nearest};
use serde::de::{Error, Expected, Unexpected};
use std::fmt;

/// The words around what is expected.
const EXPECTED: &str = "expected ";
const FOUND: &str = ", found ";

/// A problem. It is also the error of reading from a tree.
#[derive(Clone, Debug)]
pub(crate) struct ReadError(Box<Content>);

#[derive(Clone, Debug)]
struct Content {
    code: &'static CodeInfo,
    message: String,
    help: Option<String>,
    /// The member of an object that is missing.
    lacks: Option<&'static str>,
    extent: Option<Extent>,
    unread: Unread,
    related: Option<(Extent, &'static str)>,
}

/// What is not known because of a problem.
#[derive(Clone, Debug)]
pub(crate) enum Unread {
    /// Nothing: it was read as what was meant, or nobody judges it.
    Nothing,
    /// Anything of what it stands in.
    Around,
    /// An object, which was left out.
    Object(Extent),
    /// A single value of an object, under a name that is not known: what else the object lacks is not missed, and nothing else depends on it.
    Value(Extent),
    /// Members of an object, which was read without them.
    Members(Extent, Vec<String>),
}

impl ReadError {
    pub(crate) fn new(code: &'static CodeInfo, message: impl AsRef<str>) -> Self {
        let message = shortened(message.as_ref());
        Self(Box::new(Content {
            code,
            message,
            help: None,
            lacks: None,
            extent: None,
            unread: Unread::Around,
            related: None,
        }))
    }

    pub(crate) fn unreadable(message: impl AsRef<str>) -> Self {
        Self::new(&UNREADABLE, message)
    }

    pub(crate) fn too_deep() -> Self {
        Self::unreadable("the document is nested too deeply")
    }

    /// A member that is not known here.
    pub(crate) fn unknown_member(name: &str, known: &[&str]) -> Self {
        Self::new(&UNKNOWN_FIELD, format!("`{}` is not known here", shortened(name)))
            .help(help_with(name, known))
    }

    /// Says what is not known because of it.
    pub(crate) fn with_unread(mut self, unread: Unread) -> Self {
        self.0.unread = unread;
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Says which members an object has of which one is missing: whoever wrote a former form learns the new one.
    pub(super) fn with_members(mut self, members: &[&str]) -> Self {
        if self.0.lacks.is_some() && self.0.help.is_none() {
            self.0.help = Some(format!("known here: `{}`", members.join("`, `")));
        }
        self
    }

    /// Says how what lacks a member is written, if that is known: by what was said of something else in its place.
    pub(super) fn with_form(self, refused: Option<&Self>) -> Self {
        let expected =
            refused.and_then(|refused| refused.message().strip_prefix(EXPECTED)?.split(FOUND).next());
        match expected.filter(|expected| expected.contains('`')) {
            Some(form) => self.help(format!("write {form}")),
            None => self,
        }
    }

    /// Says where it is, unless that is known already, and more exactly.
    pub(crate) fn with_extent(mut self, extent: Extent) -> Self {
        self.0.extent.get_or_insert(extent);
        self
    }

    pub(super) fn related(mut self, extent: Extent, why: &'static str) -> Self {
        self.0.related = Some((extent, why));
        self
    }

    pub(crate) fn code(&self) -> &'static CodeInfo {
        self.0.code
    }

    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    pub(crate) fn help_text(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    pub(crate) fn extent(&self) -> Option<Extent> {
        self.0.extent
    }

    /// The member that is missing, if that is the problem.
    pub(super) fn lacks(&self) -> Option<&'static str> {
        self.0.lacks
    }

    pub(crate) fn unread(&self) -> &Unread {
        &self.0.unread
    }

    pub(crate) fn related_place(&self) -> Option<(Extent, &'static str)> {
        self.0.related
    }
}

/// The known name that was meant by another one: what is called so elsewhere, or the nearest one.
pub(super) fn meant<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let technology = known_technology(name);
    let called_so = known.iter().copied().find(|known| Some(*known) == technology);
    called_so.or_else(|| nearest(name, known.iter().copied()))
}

fn help_with(name: &str, known: &[&str]) -> String {
    match meant(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "take it away".to_owned(),
        None => format!("known here: `{}`", known.join("`, `")),
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for ReadError {}

impl Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::unreadable(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let wanted = wanted.to_string();
        Self::unreadable(format!("{EXPECTED}{}{FOUND}{}", expected(&wanted), given(&found)))
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::invalid_type(found, wanted)
    }

    fn invalid_length(length: usize, wanted: &dyn Expected) -> Self {
        Self::unreadable(format!("expected {wanted}, found {length}"))
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Self::unreadable(format!("`{}` is none of the choices here", shortened(name)))
            .help(help_with(name, known))
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::unknown_member(name, known)
    }

    fn missing_field(name: &'static str) -> Self {
        let mut error = Self::unreadable(format!("`{name}` is missing"));
        error.0.lacks = Some(name);
        error
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::unreadable(format!("`{name}` is given twice"))
    }
}

fn expected(wanted: &str) -> &str {
    match wanted {
        "a string" => "text",
        "a sequence" => "a list",
        "a map" => "an object",
        "a boolean" => "`true` or `false`",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" => "a whole number that is not negative",
        other => other,
    }
}

fn given(found: &Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(number) => format!("the number `{number}`"),
        Unexpected::Signed(number) => format!("the number `{number}`"),
        Unexpected::Float(number) => format!("the number `{number}`"),
        Unexpected::Str(text) => format!("the text `{}`", shortened(text)),
        Unexpected::Unit => "`null`".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map | Unexpected::NewtypeVariant | Unexpected::StructVariant => "an object".to_owned(),
        Unexpected::UnitVariant => "the word alone".to_owned(),
        other => other.to_string(),
    }
}
