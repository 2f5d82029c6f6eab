//! What a statement may read.

use crate::{
    output::{ColumnKey, Compilation},
    passed_on::PassedOn,
};
use datasurface_schema::{Column, ColumnName, DatasetKey, Schema, UnreadableColumns};
use rustc_hash::FxHashMap;
use std::{cell::OnceCell, collections::BTreeSet, fmt, rc::Rc};

/// Whether a statement means a dataset by a name.
fn is_called(key: &DatasetKey, name: &str) -> bool {
    let (datastore, dataset) = (key.datastore.as_str(), key.dataset.as_str());
    name.split_at_checked(datastore.len()).is_some_and(|(first, rest)| {
        rest.strip_prefix('_').is_some_and(|rest| is(rest, dataset)) && is(first, datastore)
    })
}

type SchemaOf<'a> = Box<dyn Fn(&DatasetKey) -> Option<&'a Schema> + 'a>;
type FormerKeys<'a> = Box<dyn Fn(&DatasetKey) -> Vec<DatasetKey> + 'a>;

/// The tables that a statement may read, and the names by which it may call them. Of those that it does not name, the schemas are
/// never asked for.
pub struct Inputs<'a> {
    keys: Vec<&'a DatasetKey>,
    schema_of: SchemaOf<'a>,
    former_keys: FormerKeys<'a>,
    /// The former keys of the datasets that have any, arranged when a name is none of the present ones.
    former_names: OnceCell<Vec<(&'a DatasetKey, Vec<DatasetKey>)>>,
}

impl<'a> Inputs<'a> {
    /// Creates the set of these datasets, each once. A dataset whose schema is not known may have any columns.
    pub fn new(
        keys: impl IntoIterator<Item = &'a DatasetKey>,
        schema_of: impl Fn(&DatasetKey) -> Option<&'a Schema> + 'a,
    ) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            schema_of: Box::new(schema_of),
            former_keys: Box::new(|_| Vec::new()),
            former_names: OnceCell::new(),
        }
    }

    /// Lets statements call a dataset by the keys that it had before, too. Such a name means what has it now, if an input has; and nothing,
    /// if several had it.
    #[must_use]
    pub fn formerly(mut self, former_keys: impl Fn(&DatasetKey) -> Vec<DatasetKey> + 'a) -> Self {
        self.former_keys = Box::new(former_keys);
        self
    }

    /// Returns the table of a name. None of several: nobody could tell which one is meant.
    pub(crate) fn find(&self, name: &str) -> Found<'a> {
        let mut known = self.keys.iter().filter(|key| is_called(key, name));
        match known.next() {
            None => self.find_former(name),
            Some(first) if known.any(|other| other != first) => Found::Several,
            Some(first) => Found::One(Rc::new(InputTable::new(first, (self.schema_of)(first)))),
        }
    }

    fn find_former(&self, name: &str) -> Found<'a> {
        self.former(name).map_or(Found::None, |(key, spelled)| {
            let table = Rc::new(InputTable::new(key, (self.schema_of)(key)));
            Found::Former(FormerInput { spelled: spelled.clone(), meant: key.clone() }, table)
        })
    }

    /// Returns the dataset that had a name, with the key that it had.
    fn former(&self, name: &str) -> Option<(&'a DatasetKey, &DatasetKey)> {
        let all = self.former_names.get_or_init(|| {
            let former = |key: &&'a DatasetKey| (*key, (self.former_keys)(key));
            self.keys.iter().map(former).filter(|(_, former)| !former.is_empty()).collect()
        });
        let mut found = all
            .iter()
            .filter_map(|(key, former)| Some((*key, former.iter().find(|former| is_called(former, name))?)));
        let first = found.next()?;
        found.all(|(key, _)| key == first.0).then_some(first)
    }

    /// Returns the former names by which a statement calls inputs. Of a text that cannot be read, these are the words that may be one.
    #[must_use]
    pub fn former_in(&self, sql: &str, compilation: &Compilation) -> BTreeSet<FormerInput> {
        match compilation {
            Compilation::Select(output) => output.former_inputs.clone(),
            Compilation::NotOneSelect(_) => BTreeSet::new(),
            Compilation::Unread(_) => {
                let words = sql.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                let found = words.filter_map(|word| match self.find(word) {
                    Found::Former(input, _) => Some(input),
                    Found::None | Found::One(_) | Found::Several => None,
                });
                found.collect()
            }
        }
    }

    /// Returns all tables that a name may mean.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = InputTable<'a>> {
        let former = self.former(name).map(|(key, _)| key);
        let known = self.keys.iter().copied().filter(move |key| is_called(key, name));
        known.chain(former).map(|key| InputTable::new(key, (self.schema_of)(key)))
    }

    /// Whether there is a table of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|key| is_called(key, name)) || self.former(name).is_some()
    }

    /// Returns the key of a dataset; nothing if it has none, or none that is known.
    pub(crate) fn key_of(&self, dataset: &DatasetKey) -> &'a [ColumnName] {
        (self.schema_of)(dataset).map_or(&[], |schema| schema.readable().key())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.keys.iter().map(|key| key.input_name())
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
    Former(FormerInput, Rc<InputTable<'a>>),
    Several,
}

/// An input that a statement calls by a key that it had before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormerInput {
    /// The key that it had.
    pub spelled: DatasetKey,
    /// The key that it has now.
    pub meant: DatasetKey,
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

    /// Whether nothing is known of its columns.
    pub(crate) fn is_unknown(&self) -> bool {
        self.unread.is_none()
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

    /// What is in all of its columns.
    pub(crate) fn everything(&self) -> PassedOn {
        self.columns.iter().map(|column| PassedOn::column(self.key_of(column))).collect()
    }

    pub(crate) fn key_of(&self, column: &Column) -> ColumnKey {
        ColumnKey { dataset: self.key.clone(), column: column.name().clone() }
    }
}

/// Whether both are one name, in whichever case.
pub(crate) fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}
