//! What a statement may read.

use crate::output::ColumnKey;
use datasurface_schema::{Column, DatasetKey, Schema, UnreadableColumns};
use rustc_hash::FxHashMap;
use std::{cell::OnceCell, fmt, rc::Rc};

/// Returns the name under which a statement sees a dataset: `<datastore>_<dataset>`. Cases are not told apart.
#[must_use]
pub fn input_name(key: &DatasetKey) -> String {
    format!("{}_{}", key.datastore, key.dataset)
}

/// Whether a statement means a dataset by a name.
fn is_called(key: &DatasetKey, name: &str) -> bool {
    let (datastore, dataset) = (key.datastore.as_str(), key.dataset.as_str());
    name.split_at_checked(datastore.len()).is_some_and(|(first, rest)| {
        rest.strip_prefix('_').is_some_and(|rest| is(rest, dataset)) && is(first, datastore)
    })
}

type SchemaOf<'a> = Box<dyn Fn(&DatasetKey) -> Option<&'a Schema> + 'a>;

/// The tables that a statement may read. Of those that it does not name, the schemas are never asked for.
pub struct Inputs<'a> {
    keys: Vec<&'a DatasetKey>,
    schema_of: SchemaOf<'a>,
}

impl<'a> Inputs<'a> {
    /// Creates the set of these datasets, each once. A dataset whose schema is not known may have any columns.
    pub fn new(
        keys: impl IntoIterator<Item = &'a DatasetKey>,
        schema_of: impl Fn(&DatasetKey) -> Option<&'a Schema> + 'a,
    ) -> Self {
        Self { keys: keys.into_iter().collect(), schema_of: Box::new(schema_of) }
    }

    /// Returns the table of a name. None of several: nobody could tell which one is meant.
    pub(crate) fn find(&self, name: &str) -> Found<'a> {
        let mut known = self.keys.iter().filter(|key| is_called(key, name));
        match known.next() {
            None => Found::None,
            Some(first) if known.any(|other| other != first) => Found::Several,
            Some(first) => Found::One(Rc::new(InputTable::new(first, (self.schema_of)(first)))),
        }
    }

    /// Whether there is a table of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|key| is_called(key, name))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.keys.iter().map(|key| input_name(key))
    }
}

impl fmt::Debug for Inputs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Inputs").field(&self.keys).finish()
    }
}

/// The tables of a name.
#[derive(Clone, Debug)]
pub(crate) enum Found<'a> {
    None,
    One(Rc<InputTable<'a>>),
    Several,
}

/// A dataset that a statement reads.
#[derive(Debug)]
pub(crate) struct InputTable<'a> {
    key: &'a DatasetKey,
    columns: &'a [Column],
    /// By name in small letters, arranged when the first one is looked for.
    by_name: OnceCell<FxHashMap<String, Vec<usize>>>,
    /// The columns that there may be besides; none, if there may be any.
    unread: Option<&'a UnreadableColumns>,
}

impl<'a> InputTable<'a> {
    fn new(key: &'a DatasetKey, schema: Option<&'a Schema>) -> Self {
        let unread = schema.map(Schema::unreadable_columns);
        let columns = schema.map_or(&[][..], |schema| schema.readable().columns());
        Self { key, columns, by_name: OnceCell::new(), unread }
    }

    /// Whether a statement means this table by a name.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        is_called(self.key, name)
    }

    pub(crate) fn columns(&self) -> &'a [Column] {
        self.columns
    }

    /// The columns of this name, in whichever case they are.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &'a Column> {
        let by_name = self.by_name.get_or_init(|| {
            let mut by_name: FxHashMap<String, Vec<usize>> = FxHashMap::default();
            for (place, column) in self.columns.iter().enumerate() {
                by_name.entry(column.name().as_str().to_ascii_lowercase()).or_default().push(place);
            }
            by_name
        });
        let places = by_name.get(&name.to_ascii_lowercase()).into_iter().flatten();
        places.filter_map(|place| self.columns.get(*place))
    }

    /// Whether there may be columns besides those that are known.
    pub(crate) fn is_open(&self) -> bool {
        self.unread.is_none_or(|unread| !unread.is_empty())
    }

    /// Whether one of these may have a name.
    pub(crate) fn may_have(&self, name: &str) -> bool {
        self.unread.is_none_or(|unread| {
            unread.may_contain(&name.into()) || unread.names().iter().any(|known| is(known.as_str(), name))
        })
    }

    pub(crate) fn key_of(&self, column: &Column) -> ColumnKey {
        ColumnKey { dataset: self.key.clone(), column: column.name().clone() }
    }
}

/// Whether both are one name, in whichever case.
pub(crate) fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}
