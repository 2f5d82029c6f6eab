//! The names that are visible at one place of a statement.

use super::{MadeTable, from::single, types};
use crate::{
    input::{InputTable, is},
    output::{ColumnKey, SqlProblem},
    passed_on::{PassedOn, Step},
};
use datasurface_schema::{Column, DataType, nearest};
use sqlparser::ast::{Expr, NamedWindowDefinition, ObjectName};
use std::{collections::BTreeSet, rc::Rc};

/// Words that are columns nowhere and are written like one: of rows as an engine keeps them, and units of time.
const PSEUDO_COLUMNS: &str = " rowid _rowid_ oid ctid xmin xmax tableoid rownum level sysdate systimestamp user uid current_user \
     session_user current_date current_time current_timestamp current_role localtime localtimestamp default nextval \
     metadata _partitiontime _partitiondate _table_suffix year years yyyy yy quarter quarters qq q month months mm m week weeks ww wk \
     isoweek isoyear day days dd d dow doy dayofyear dayofweek weekday hour hours hh minute minutes mi n second seconds ss s \
     millisecond milliseconds ms microsecond microseconds us nanosecond nanoseconds ns epoch decade century millennium ";

/// What one SELECT sees: the tables of its FROM, and what the SELECT around it sees.
pub(super) struct Scope<'s> {
    pub(super) relations: Vec<Relation<'s>>,
    /// Whether nothing can be said of names: a part of the FROM is not understood.
    pub(super) is_opaque: bool,
    /// Columns that joins have made one of two; a natural join may do that with any.
    pub(super) merged: Merged,
    /// What the SELECT gives a name to, as far as the name can be used here.
    pub(super) aliases: Vec<Alias<'s>>,
    /// The windows that the SELECT gives a name to.
    pub(super) windows: &'s [NamedWindowDefinition],
    /// What rows are grouped by.
    pub(super) grouped_by: Vec<&'s Expr>,
    /// What rows must meet to be there.
    pub(super) conditions: Vec<&'s Expr>,
    pub(super) outer: Option<&'s Scope<'s>>,
}

/// The columns of inputs that something is made of, if all of them can be told.
pub(super) type Sources = Option<BTreeSet<ColumnKey>>;

/// Adds what something else is made of.
pub(super) fn add(sources: &mut Sources, others: Sources) {
    match (&mut *sources, others) {
        (Some(sources), Some(mut others)) => sources.append(&mut others),
        _ => *sources = None,
    }
}

#[derive(Default)]
pub(super) struct Merged {
    pub(super) names: Vec<String>,
    pub(super) any: bool,
}

/// A name that a SELECT gives to a value, and what that passes on.
pub(super) struct Alias<'s> {
    pub(super) name: &'s str,
    pub(super) sources: Sources,
    pub(super) passed_on: PassedOn,
}

/// A table of a FROM, and the name by which columns call it.
pub(super) struct Relation<'s> {
    pub(super) name: Option<String>,
    pub(super) table: Table<'s>,
}

pub(super) enum Table<'s> {
    Input(Rc<InputTable<'s>>),
    Made(Rc<MadeTable>),
}

/// What is known of a value.
#[derive(Clone, Debug, Default)]
pub(super) struct Value {
    pub(super) data_type: Option<DataType>,
    pub(super) sources: Sources,
    pub(super) passed_on: PassedOn,
}

/// What a name means.
pub(super) enum Meaning {
    Value(Value),
    /// Something, or perhaps nothing: it cannot be told.
    Unknown,
    Problem(SqlProblem),
}

impl Meaning {
    pub(super) fn value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Unknown | Self::Problem(_) => Value::default(),
        }
    }
}

/// The columns of a name in one table.
enum Columns {
    None,
    One(Value),
    /// It cannot be told which one is meant, if any; what each of them passes on.
    Unclear(PassedOn),
}

impl Columns {
    fn passed_on(self) -> PassedOn {
        match self {
            Self::None => PassedOn::default(),
            Self::One(value) => value.passed_on,
            Self::Unclear(passed_on) => passed_on,
        }
    }
}

impl Relation<'_> {
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name.as_deref().is_some_and(|own| is(own, name))
    }

    fn is_open(&self) -> bool {
        match &self.table {
            Table::Input(input) => input.is_open(),
            Table::Made(table) => !table.is_complete,
        }
    }

    /// Whether there may be a column of a name that is not known.
    fn may_have(&self, name: &str) -> bool {
        match &self.table {
            Table::Input(input) => input.may_have(name),
            Table::Made(_) => self.is_open(),
        }
    }

    /// Whether a column of a name may be meant.
    pub(super) fn provides(&self, name: &str) -> bool {
        self.may_have(name) || !matches!(self.columns(name), Columns::None)
    }

    fn columns(&self, name: &str) -> Columns {
        match &self.table {
            Table::Input(input) => {
                let mut named = input.named(name);
                match (named.next(), named.next()) {
                    (None, _) => Columns::None,
                    (Some(column), None) => Columns::One(Value::of_input(input, column)),
                    (Some(_), Some(_)) => Columns::Unclear(
                        input.named(name).map(|column| PassedOn::column(input.key_of(column))).collect(),
                    ),
                }
            }
            Table::Made(table) => {
                let all = || table.columns.iter().filter(|column| column.may_be_named(name));
                let mut named = all();
                match (named.next(), named.next()) {
                    (None, _) => Columns::None,
                    // Where there are others that are not known, one of them may have this name as well.
                    (Some(column), None) if table.is_complete && column.is_named(name) => {
                        Columns::One(Value {
                            data_type: column.data_type.clone(),
                            sources: column.sources.clone(),
                            passed_on: column.passed_on.clone(),
                        })
                    }
                    _ => Columns::Unclear(all().map(|column| column.passed_on.clone()).collect()),
                }
            }
        }
    }

    /// What is in all of its columns.
    pub(super) fn everything(&self) -> PassedOn {
        match &self.table {
            Table::Input(input) => input.everything(),
            Table::Made(table) => table.everything(),
        }
    }

    /// What is in columns that are not known.
    fn others(&self) -> PassedOn {
        match &self.table {
            Table::Input(_) => PassedOn::default(),
            Table::Made(table) => table.others.clone(),
        }
    }

    pub(super) fn names(&self) -> Vec<&str> {
        match &self.table {
            Table::Input(input) => input.columns().iter().map(|column| column.name().as_str()).collect(),
            Table::Made(table) => table.columns.iter().filter_map(|column| column.name.as_deref()).collect(),
        }
    }
}

impl Value {
    /// A value of which nothing is known but what it may be.
    pub(super) fn unclear(passed_on: PassedOn) -> Self {
        Self { passed_on, ..Self::default() }
    }

    pub(super) fn of_input(input: &InputTable<'_>, column: &Column) -> Self {
        let key = input.key_of(column);
        Self {
            data_type: Some(column.data_type().clone()),
            sources: Some(BTreeSet::from([key.clone()])),
            passed_on: PassedOn::column(key),
        }
    }
}

impl<'s> Scope<'s> {
    /// Creates the scope of a SELECT that has no tables yet.
    pub(super) fn new(outer: Option<&'s Scope<'s>>) -> Self {
        Self {
            relations: Vec::new(),
            is_opaque: false,
            merged: Merged::default(),
            aliases: Vec::new(),
            windows: &[],
            grouped_by: Vec::new(),
            conditions: Vec::new(),
            outer,
        }
    }

    /// Whether any column may be meant by a word.
    pub(super) fn provides(&self, word: &str) -> bool {
        let own = self.relations.iter().any(|one| one.provides(word))
            || self.aliases.iter().any(|alias| is(alias.name, word));
        own || self.is_opaque || self.outer.is_some_and(|outer| outer.provides(word))
    }

    /// Whether a table is called so, here or around.
    pub(super) fn has_table(&self, name: &str) -> bool {
        self.chain().any(|scope| scope.relations.iter().any(|one| one.is_called(name)))
    }

    /// What a column means, in one table or in any.
    pub(super) fn meaning(&self, table: Option<&str>, column: &str) -> Meaning {
        match table {
            Some(table) => self.qualified(table, column),
            None => self.unqualified(column),
        }
    }

    fn unqualified(&self, column: &str) -> Meaning {
        let mut scope = Some(self);
        while let Some(one) = scope {
            if let Some(meaning) = one.here(column) {
                return meaning;
            }
            scope = one.outer;
        }
        if is_pseudo(column) {
            return Meaning::Unknown;
        }
        let names: Vec<&str> =
            self.chain().flat_map(|one| &one.relations).flat_map(Relation::names).collect();
        Meaning::Problem(SqlProblem::UnknownColumn {
            table: None,
            name: column.to_owned(),
            nearest: nearest(column, names).map(str::to_owned),
        })
    }

    /// What a column means in this SELECT; nothing, if it means nothing here.
    fn here(&self, column: &str) -> Option<Meaning> {
        if self.is_opaque {
            return Some(Meaning::Value(self.unclear(None, column)));
        }
        let mut found = Vec::new();
        for relation in &self.relations {
            match relation.columns(column) {
                Columns::None => {}
                Columns::One(value) => found.push((relation, value)),
                Columns::Unclear(_) => return Some(Meaning::Value(self.unclear(None, column))),
            }
        }
        let is_alias = self.aliases.iter().any(|alias| is(alias.name, column));
        if self.is_merged(column) && !is_alias && !found.is_empty() {
            return Some(Meaning::Value(self.merged(column, found)));
        }
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some((_, mut value)), None) => {
                // ClickHouse means what the SELECT calls so.
                for alias in self.aliases.iter().filter(|alias| is(alias.name, column)) {
                    value.data_type = None;
                    add(&mut value.sources, alias.sources.clone());
                    value.passed_on.add(alias.passed_on.clone());
                }
                Some(Meaning::Value(value))
            }
            (Some((one, _)), Some((other, _))) => match (&one.name, &other.name) {
                (Some(one), Some(other)) if !is_alias => {
                    let tables = [one.clone(), other.clone()];
                    let name = column.to_owned();
                    Some(Meaning::Problem(SqlProblem::AmbiguousColumn { name, tables }))
                }
                // Which of them is meant differs.
                _ => Some(Meaning::Value(self.unclear(None, column))),
            },
            (None, _) => {
                let is_table = self.relations.iter().any(|relation| relation.is_called(column));
                let may_be = is_alias || is_table || self.relations.iter().any(|one| one.may_have(column));
                may_be.then(|| {
                    let mut value = self.unclear(None, column);
                    value.passed_on.add(self.row(column));
                    Meaning::Value(value)
                })
            }
        }
    }

    /// The columns that decide which rows the tables have together, without the conditions of joins.
    pub(super) fn rows_by(&self) -> Sources {
        let mut sources = Some(BTreeSet::new()).filter(|_| !self.is_opaque && !self.merged.any);
        for relation in &self.relations {
            match &relation.table {
                Table::Input(_) => {}
                Table::Made(made) => add(&mut sources, made.rows_by.clone()),
            }
        }
        for name in &self.merged.names {
            add(&mut sources, self.meaning(None, name).value().sources);
        }
        sources
    }

    /// Whether a join may have made columns of this name one.
    pub(super) fn is_merged(&self, column: &str) -> bool {
        self.merged.any || self.merged.names.iter().any(|name| is(name, column))
    }

    /// What joins make of columns of one name: the value of one of them, or of another one where a row has none.
    fn merged(&self, column: &str, found: Vec<(&Relation<'_>, Value)>) -> Value {
        if self.relations.iter().any(|one| one.may_have(column)) {
            return self.unclear(None, column);
        }
        let types = found.iter().map(|(_, value)| value.data_type.clone());
        let mut merged = Value {
            data_type: types::common(types),
            sources: Some(BTreeSet::new()),
            passed_on: PassedOn::default(),
        };
        for (_, value) in found {
            add(&mut merged.sources, value.sources);
            merged.passed_on.add(value.passed_on);
        }
        merged
    }

    /// What a column may be here, in one table or in any, where nobody can tell which one is meant.
    fn unclear(&self, table: Option<&str>, column: &str) -> Value {
        let tables = || self.relations.iter().filter(|one| table.is_none_or(|table| one.is_called(table)));
        let aliases = self.aliases.iter().filter(|alias| table.is_none() && is(alias.name, column));
        let mut passed_on: PassedOn = tables().map(|one| one.columns(column).passed_on()).collect();
        passed_on.add(aliases.map(|alias| alias.passed_on.clone()).collect());
        if tables().all(|one| matches!(one.columns(column), Columns::None)) {
            passed_on.add(tables().map(Relation::others).collect());
        }
        Value::unclear(passed_on)
    }

    /// The tables that a name means.
    pub(super) fn called(&self, name: &ObjectName) -> Vec<&Relation<'s>> {
        let name = single(name);
        self.relations.iter().filter(|one| name.is_some_and(|name| one.is_called(name))).collect()
    }

    /// What is in a row of the tables of a name.
    fn row(&self, table: &str) -> PassedOn {
        let called = self.relations.iter().filter(|one| one.is_called(table));
        called.map(Relation::everything).collect::<PassedOn>().after(Step::MAKE)
    }

    /// What is in whatever has a name, here or around, perhaps with the rows of tables.
    pub(super) fn meant_by(&self, name: &str, with_rows: bool) -> PassedOn {
        let mut all: PassedOn = self.chain().map(|scope| scope.unclear(None, name).passed_on).collect();
        if with_rows {
            all.add(self.chain().map(|scope| scope.row(name)).collect());
        }
        all
    }

    /// What is in all columns, here or around.
    pub(super) fn everything(&self) -> PassedOn {
        self.chain().flat_map(|scope| &scope.relations).map(Relation::everything).collect()
    }

    fn qualified(&self, table: &str, column: &str) -> Meaning {
        for scope in self.chain() {
            if scope.is_opaque {
                return Meaning::Value(scope.unclear(Some(table), column));
            }
            let mut called = scope.relations.iter().filter(|relation| relation.is_called(table));
            match (called.next(), called.next()) {
                (None, _) => {}
                (Some(_), Some(_)) => return Meaning::Value(scope.unclear(Some(table), column)),
                (Some(relation), None) => {
                    return match relation.columns(column) {
                        Columns::One(value) => Meaning::Value(value),
                        Columns::Unclear(passed_on) => Meaning::Value(Value::unclear(passed_on)),
                        Columns::None if relation.may_have(column) || is_pseudo(column) => {
                            Meaning::Value(Value::unclear(relation.others()))
                        }
                        Columns::None => Meaning::Problem(SqlProblem::UnknownColumn {
                            table: Some(table.to_owned()),
                            name: column.to_owned(),
                            nearest: nearest(column, relation.names()).map(str::to_owned),
                        }),
                    };
                }
            }
        }
        self.no_table(table).map_or(Meaning::Unknown, Meaning::Problem)
    }

    /// What is wrong with a name before a column that names no table here or around; nothing, if it may mean something else.
    pub(super) fn no_table(&self, table: &str) -> Option<SqlProblem> {
        let relations = || self.chain().flat_map(|scope| &scope.relations);
        // Some dialects write the member of a value like that; of a table that is not understood, the name may be unknown.
        let may_be = |one: &Relation<'_>| one.is_open() || one.is_called(table);
        if self.chain().any(|scope| scope.is_opaque) || relations().any(may_be) || self.provides(table) {
            return None;
        }
        // An alias hides the name of its table.
        let hidden = relations()
            .find(|one| matches!(&one.table, Table::Input(input) if input.is_called(table)))
            .and_then(|one| one.name.as_deref());
        let near = hidden.or_else(|| nearest(table, relations().filter_map(|one| one.name.as_deref())));
        Some(SqlProblem::UnknownTable { name: table.to_owned(), nearest: near.map(str::to_owned) })
    }

    fn chain(&self) -> impl Iterator<Item = &Scope<'_>> {
        std::iter::successors(Some(self), |scope| scope.outer)
    }
}

fn is_pseudo(word: &str) -> bool {
    PSEUDO_COLUMNS.split(' ').any(|pseudo| !pseudo.is_empty() && is(pseudo, word))
}
