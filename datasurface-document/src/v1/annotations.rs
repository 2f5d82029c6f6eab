//! What everything with a name can say about itself: documentation, as text if it is nothing but a plain text.

use super::{
    sets::set,
    short_form::{Compact, ShortForm},
    words::Word,
};
use crate::shape::Shaped;
use datasurface_model::{Documentation, Set, Tag, Text, TextFormat};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentationObject {
    text: Text,
    #[serde(default, skip_serializing_if = "Word::is_default")]
    format: Word<TextFormat>,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    tags: Set<Tag>,
}

impl Compact for Documentation {
    type Long = DocumentationObject;
    const EXPECTED: &'static str = "documentation, as text or as an object";

    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }

    fn text(&self) -> String {
        Documentation::text(self).to_owned()
    }

    fn from_long(long: DocumentationObject) -> Self {
        let documentation = match long.format.0 {
            TextFormat::Plain => Self::plain(long.text),
            TextFormat::Markdown => Self::markdown(long.text),
        };
        long.tags.into_iter().fold(documentation, Self::tag)
    }

    fn long(&self) -> Option<DocumentationObject> {
        Some(DocumentationObject {
            text: Documentation::text(self).into(),
            format: Word(self.format()),
            tags: self.tags().clone(),
        })
    }
}

/// Documentation, as a document has it.
pub(super) type DocumentationForm = Option<ShortForm<Documentation>>;

/// The same thing, with what a document says about it.
pub(super) fn described<T, N>(
    thing: T,
    documentation: DocumentationForm,
    renamed_from: Option<N>,
    document: impl FnOnce(T, Documentation) -> T,
    rename: impl FnOnce(T, N) -> T,
) -> T {
    let thing = match documentation {
        Some(ShortForm(documentation)) => document(thing, documentation),
        None => thing,
    };
    match renamed_from {
        Some(former) => rename(thing, former),
        None => thing,
    }
}

/// Documentation, for a document.
pub(super) fn written(documentation: Option<&Documentation>) -> DocumentationForm {
    documentation.cloned().map(ShortForm)
}
