//! The schema of a dataset: a table of typed columns with a primary key, written as text or in Avro's JSON.
//!
//! A schema is a table, in whatever words it was written. Symbols, defaults and names, which only Avro has, count in
//! change control alone. Facts of the graph hold the table, so a change of these renders nothing anew.

use crate::{
    avro::{self, AvroError, AvroSchema},
    column::Column,
    column_error::ColumnError,
    name::ColumnName,
    pool,
    schema_text::SchemaTextError,
    table::{NO_TABLE, TableSchema},
    unreadable_columns::{self, UnreadableColumns},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, sync::Arc};

/// The schema of a dataset. A cheap handle: equal schemas share one content in memory, however they were made.
///
/// Text makes a schema too, and so does [`AvroSchema`]. It never fails; what cannot be read is kept, and reported by
/// validation.
///
/// ```
/// use datasurface_schema::Schema;
/// let schema = Schema::from("customer_id VarChar(5) key, city VarChar(15)");
/// assert_eq!(schema.table().columns().len(), 2);
/// assert_eq!(schema.table().key()[0], "customer_id");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Schema {
    stored: Arc<Stored>,
    /// A copy of the properties in `stored`: the most frequent reader follows no pointer.
    glance: TableProperties,
}

/// The content that equal schemas share.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stored {
    pub(crate) content: Content,
    glance: TableProperties,
}

/// Properties of a table that are computed when it is made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TableProperties {
    /// Whether any column is classified.
    is_classified: bool,
    /// Whether no rule about a table alone finds anything.
    is_plain: bool,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Content {
    Table(TableSchema),
    Avro(AvroSchema),
    Unreadable(SchemaTextError),
}

/// An error about a schema that describes no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError<'s> {
    /// A text that cannot be read.
    #[error(transparent)]
    Text(&'s SchemaTextError),
    /// An Avro schema that is no record.
    #[error(transparent)]
    Avro(&'s AvroError),
}

impl<'s> SchemaError<'s> {
    /// Returns every problem, column by column. At least one.
    #[must_use]
    pub fn errors(self) -> &'s [ColumnError] {
        match self {
            Self::Text(error) => error.errors(),
            Self::Avro(error) => error.errors(),
        }
    }
}

impl Schema {
    /// The table; one without columns if what this schema was made from could not be read. A part is never taken for the whole.
    #[must_use]
    pub fn table(&self) -> &TableSchema {
        match &self.stored.content {
            Content::Table(table) => table,
            Content::Avro(avro) => avro.table(),
            Content::Unreadable(_) => &NO_TABLE,
        }
    }

    /// The table, without the columns that cannot be read: what rules judge.
    pub fn readable(&self) -> &TableSchema {
        self.stored.content.readable()
    }

    /// The columns that cannot be read.
    pub fn unreadable_columns(&self) -> &UnreadableColumns {
        match &self.stored.content {
            Content::Table(_) => &unreadable_columns::NOTHING,
            Content::Avro(avro) => avro.unread(),
            Content::Unreadable(error) => error.unread(),
        }
    }

    /// Whether it is certain that no column has this name.
    pub fn lacks(&self, column: &ColumnName) -> bool {
        self.readable().column(column).is_none() && !self.unreadable_columns().may_contain(column)
    }

    /// Whether it is known that no rule about a table alone finds anything in this one: its columns are there, told apart, and of
    /// types and names that nobody objects to, and its key is made of them. Of an unusual table without a fault, this may say no.
    #[must_use]
    pub fn is_known_valid(&self) -> bool {
        self.glance.is_plain
    }

    /// The columns that can be read, if any of them is classified.
    pub fn classified_columns(&self) -> &[Column] {
        if self.glance.is_classified { self.readable().columns() } else { &[] }
    }

    /// The schema in Avro's words, if it was made from them.
    #[must_use]
    pub fn avro(&self) -> Option<&AvroSchema> {
        match &self.stored.content {
            Content::Avro(avro) => Some(avro),
            _ => None,
        }
    }

    /// The Avro record that it is, if it is one.
    pub(crate) fn record(&self) -> Option<&avro::Record> {
        self.avro()?.record()
    }

    /// The same table, in whatever words it was said.
    #[must_use]
    pub fn as_table(&self) -> Self {
        match &self.stored.content {
            Content::Avro(avro) => avro.table().clone().into(),
            _ => self.clone(),
        }
    }

    /// The error, if the text or the Avro schema could not be read.
    #[must_use]
    pub fn error(&self) -> Option<SchemaError<'_>> {
        self.stored.content.unreadable()
    }

    /// Whether there are other handles to the same content.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.stored) > 1
    }

    /// Whether both are one and the same in memory, which makes them equal without looking.
    #[must_use]
    pub fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.stored, &other.stored)
    }
}

impl Content {
    fn readable(&self) -> &TableSchema {
        match self {
            Self::Table(table) => table,
            Self::Avro(avro) => avro.readable(),
            Self::Unreadable(error) => error.readable(),
        }
    }

    fn unreadable(&self) -> Option<SchemaError<'_>> {
        match self {
            Self::Table(_) => None,
            Self::Avro(avro) => avro.error().map(SchemaError::Avro),
            Self::Unreadable(error) => Some(SchemaError::Text(error)),
        }
    }
}

impl From<Content> for Stored {
    fn from(content: Content) -> Self {
        let table = content.readable();
        let is_classified = table.columns().iter().any(|column| !column.classifications().is_empty());
        let is_plain = content.unreadable().is_none() && table.is_known_valid();
        Self { glance: TableProperties { is_classified, is_plain }, content }
    }
}

impl From<Content> for Schema {
    fn from(content: Content) -> Self {
        let stored = pool::share(content);
        let glance = stored.glance;
        Self { stored, glance }
    }
}

impl From<TableSchema> for Schema {
    fn from(table: TableSchema) -> Self {
        Content::Table(table).into()
    }
}

impl From<AvroSchema> for Schema {
    fn from(avro: AvroSchema) -> Self {
        Content::Avro(avro).into()
    }
}

impl From<&str> for Schema {
    fn from(text: &str) -> Self {
        match text.parse() {
            Ok(table) => Content::Table(table).into(),
            Err(error) => Content::Unreadable(error).into(),
        }
    }
}

impl From<&Schema> for Schema {
    fn from(schema: &Schema) -> Self {
        schema.clone()
    }
}

/// Between programs a schema is its table: what could not be read never gets past validation, and what only Avro says
/// makes no difference to what is built.
impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.table().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        TableSchema::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.stored.content {
            Content::Table(table) => write!(f, "Schema({table})"),
            Content::Avro(avro) => write!(f, "Schema({})", avro.json()),
            Content::Unreadable(error) => write!(f, "Schema(unreadable: {error})"),
        }
    }
}
