//! Documentation and former names: attributes of everything that has a name.

use crate::{Text, name::Tag, segment, set::Set, sparse::Sparse};
use serde::{Deserialize, Serialize};

/// The documentation of an entity for people: a text, and tags to find it by.
///
/// ```
/// use datasurface_schema::{Column, DataType, Documentation};
/// let price = Column::new("price", DataType::Integer)
///     .documented(Documentation::markdown("In cents, *without* tax.").tag("sales"));
/// assert_eq!(price.documentation().map(Documentation::text), Some("In cents, *without* tax."));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Documentation {
    text: Text,
    #[serde(default)]
    format: TextFormat,
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    tags: Set<Tag>,
}

/// The format in which a text is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TextFormat {
    /// Plain text, shown as it is.
    #[default]
    Plain,
    /// Markdown, as CommonMark defines it.
    Markdown,
}

impl Documentation {
    /// Creates a documentation whose text is shown as it is.
    pub fn plain(text: impl Into<Text>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Creates a documentation whose text is Markdown.
    pub fn markdown(text: impl Into<Text>) -> Self {
        Self { text: text.into(), format: TextFormat::Markdown, ..Self::default() }
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<Tag>) -> Self {
        self.tags.insert(tag.into());
        self
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The format in which the text is shown.
    #[must_use]
    pub fn format(&self) -> TextFormat {
        self.format
    }

    /// The tags.
    #[must_use]
    pub fn tags(&self) -> &Set<Tag> {
        &self.tags
    }
}

impl From<&str> for Documentation {
    /// Creates a documentation whose text is shown as it is.
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

/// The optional attributes that every entity has besides its name, kept in its field `about`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Annotations<N> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// The documentation.
    pub documentation: Option<Documentation>,
    #[serde(default = "Option::<N>::default", skip_serializing_if = "Option::is_none")]
    /// The name that it had before.
    pub former_name: Option<N>,
}

impl<N> Default for Annotations<N> {
    fn default() -> Self {
        Self { documentation: None, former_name: None }
    }
}

/// Adds the annotations in another document of the same entity; an attribute that both declare keeps its first value,
/// and is added to `twice`.
pub fn merge_annotations<N: Clone>(
    about: &mut Sparse<Annotations<N>>,
    other: &Sparse<Annotations<N>>,
    twice: &mut Vec<&'static str>,
) {
    let Some(Annotations { documentation, former_name }) = other.get() else { return };
    let said = about.make_mut();
    if said.documentation.is_some() && documentation.is_some() {
        twice.push(segment::DOCUMENTATION);
    }
    if said.former_name.is_some() && former_name.is_some() {
        twice.push(segment::RENAMED_FROM);
    }
    said.documentation = said.documentation.take().or_else(|| documentation.clone());
    said.former_name = said.former_name.take().or_else(|| former_name.clone());
}

/// Defines the methods of an entity that can be documented: of a type with a field `about`, which is a [`Sparse`] of
/// [`Annotations`].
#[macro_export]
macro_rules! documented {
    () => {
        /// Sets the documentation.
        #[must_use]
        pub fn documented(mut self, documentation: impl Into<$crate::Documentation>) -> Self {
            self.about.make_mut().documentation = Some(documentation.into());
            self
        }

        /// The documentation, if there is one.
        #[must_use]
        pub fn documentation(&self) -> Option<&$crate::Documentation> {
            self.about.get()?.documentation.as_ref()
        }
    };
}

/// Defines the methods of an entity that can be renamed: of a type with a field `about`, which is a [`Sparse`] of
/// [`Annotations`].
#[macro_export]
macro_rules! renamed {
    ($name:ty) => {
        /// Sets the former name, so that resources built under that name are kept. Keep it declared until every
        /// platform has passed the rename.
        #[must_use]
        pub fn renamed_from(mut self, former: impl Into<$name>) -> Self {
            self.about.make_mut().former_name = Some(former.into());
            self
        }

        /// The former name, if one is declared.
        #[must_use]
        pub fn former_name(&self) -> Option<&$name> {
            self.about.get()?.former_name.as_ref()
        }
    };
}
