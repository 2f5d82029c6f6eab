//! Names: the tables that a SELECT reads, and their columns, as they are declared.

use super::{
    FlinkNumber, FlinkTable, NotFlink, quoted, refuse,
    subquery::{Subquery, refuse_long},
};
use crate::compile::single;
use sqlparser::ast::{
    Expr, Ident, Join, JoinConstraint, JoinOperator, TableAlias, TableFactor, TableWithJoins,
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

/// What a SELECT reads.
pub(super) struct Scope<'t> {
    tables: &'t [FlinkTable],
    /// The queries that `WITH` names.
    with: &'t [Subquery],
    /// What is read, each by the name that its columns may have before them. In what is written, a table is called by its place here, so that
    /// another name of an input changes nothing.
    read: Vec<(String, Cow<'t, FlinkTable>)>,
    columns: BTreeMap<String, BTreeSet<String>>,
    /// Where an expression is that is written now.
    pub(super) place: Place,
    /// The columns that are written outside of functions of many rows, where these may be.
    bare: BTreeSet<String>,
    /// Whether there are functions of many rows.
    pub(super) has_aggregates: bool,
}

/// The place of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Where rows are chosen or joined.
    Rows,
    /// Where functions of many rows may be.
    Groups,
    /// Within such a function.
    Aggregate,
}

impl<'t> Scope<'t> {
    pub(super) fn new(tables: &'t [FlinkTable], with: &'t [Subquery]) -> Self {
        Self {
            tables,
            with,
            read: Vec::new(),
            columns: BTreeMap::new(),
            place: Place::Rows,
            bare: BTreeSet::new(),
            has_aggregates: false,
        }
    }

    /// The columns that were read of each table.
    pub(super) fn into_read(self) -> BTreeMap<String, BTreeSet<String>> {
        self.columns
    }

    /// Returns what is known of the number in a column; `None` of one that has others, or that is not there once.
    pub(super) fn number_of_column(&self, expression: &Expr) -> Option<FlinkNumber> {
        let (table, name) = match expression {
            Expr::Identifier(name) => (None, name),
            Expr::CompoundIdentifier(names) => match &names[..] {
                [table, name] => (Some(table.value.as_str()), name),
                _ => return None,
            },
            _ => return None,
        };
        let (_, table, column) = self.found(table, &name.value).pop()?;
        table.numbers.get(column).copied()
    }

    /// Returns the key of the only table, as it is written; `None` of several tables, and of one without a key.
    pub(super) fn key(&self) -> Option<Vec<String>> {
        let [(_, table)] = &self.read[..] else { return None };
        let key: Vec<String> =
            table.key.iter().map(|column| format!("{}.{}", placed(0), quoted(column))).collect();
        Some(key).filter(|key| !key.is_empty())
    }

    /// Refuses a column of groups that has no one value in a group.
    pub(super) fn refuse_ungrouped(&self, by: &[String]) -> Result<(), NotFlink> {
        let is_grouped = self.has_aggregates || !by.is_empty();
        match self.bare.iter().find(|column| is_grouped && !by.contains(column)) {
            Some(column) => {
                let name = column.rsplit("`.`").next().unwrap_or_default().trim_end_matches('`');
                Err(NotFlink(format!("`{name}` is neither grouped by nor in a function of many rows")))
            }
            None => Ok(()),
        }
    }

    /// Writes the tables of a SELECT.
    pub(super) fn tables(&mut self, from: &[TableWithJoins]) -> Result<String, NotFlink> {
        let [TableWithJoins { relation, joins }] = from else {
            return Err(NotFlink::new("a list of tables, or none: write `JOIN … ON …`"));
        };
        let mut written = self.table(relation)?;
        for Join { relation, global, join_operator } in joins {
            refuse(*global, "`GLOBAL` before a join")?;
            let (word, constraint) = match join_operator {
                JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => ("JOIN", constraint),
                JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => {
                    ("LEFT JOIN", constraint)
                }
                _ => return Err(NotFlink::new("a join of this kind is not written for Flink")),
            };
            let table = self.table(relation)?;
            refuse_long(&written)?;
            let JoinConstraint::On(condition) = constraint else {
                return Err(NotFlink::new("a join without `ON`"));
            };
            let condition = self.expression(condition)?;
            written.push_str(&format!("\n{word} {table} ON {condition}"));
        }
        Ok(written)
    }

    fn table(&mut self, table: &TableFactor) -> Result<String, NotFlink> {
        if let TableFactor::Derived { lateral, subquery, alias, sample } = table {
            refuse(*lateral || sample.is_some(), "a query of this kind in the place of a table")?;
            let alias = alias
                .as_ref()
                .ok_or_else(|| NotFlink::new("a query in the place of a table needs a name"))?;
            return self.subquery(Subquery::new(subquery, self.tables, self.with)?, alias_name(alias)?);
        }
        let TableFactor::Table {
            name,
            alias,
            args,
            with_hints,
            version,
            with_ordinality,
            partitions,
            json_path,
            sample,
            index_hints,
        } = table
        else {
            return Err(NotFlink::new("something other than a table or a query is not written for Flink"));
        };
        let is_plain = args.is_none()
            && with_hints.is_empty()
            && version.is_none()
            && !with_ordinality
            && partitions.is_empty()
            && json_path.is_none()
            && sample.is_none()
            && index_hints.is_empty();
        refuse(!is_plain, "a part, a version or a sample of a table")?;
        let called = single(name).ok_or_else(|| NotFlink(format!("`{name}` is no input")))?;
        let alias = alias.as_ref().map_or(Ok(called.to_owned()), alias_name)?;
        if let Some(query) = self.with.iter().rev().find(|query| query.name.eq_ignore_ascii_case(called)) {
            return self.subquery(query.clone(), alias);
        }
        let is_called =
            |table: &&FlinkTable| table.names.iter().any(|name| name.eq_ignore_ascii_case(called));
        let found = self.tables.iter().find(is_called);
        let found = found.ok_or_else(|| NotFlink(format!("`{called}` is no input")))?;
        let declared = found.table.as_str();
        // Also a table of which no column is read: what is counted is its rows.
        self.columns.entry(declared.to_owned()).or_default();
        let place = self.add(alias, Cow::Borrowed(found))?;
        Ok(format!("{} AS {}", quoted(declared), placed(place)))
    }

    /// Writes a query in the place of a table.
    fn subquery(&mut self, query: Subquery, alias: String) -> Result<String, NotFlink> {
        let Subquery { name: _, select, columns } = query;
        for (table, read) in select.read {
            self.columns.entry(table).or_default().extend(read);
        }
        let table = FlinkTable { columns, numbers: select.numbers, ..FlinkTable::default() };
        let place = self.add(alias, Cow::Owned(table))?;
        Ok(format!("(\n{}\n) AS {}", select.sql, placed(place)))
    }

    /// Adds what is read, and returns its place.
    fn add(&mut self, alias: String, table: Cow<'t, FlinkTable>) -> Result<usize, NotFlink> {
        if self.read.iter().any(|(name, _)| name.eq_ignore_ascii_case(&alias)) {
            return Err(NotFlink(format!("two tables are called `{alias}`")));
        }
        self.read.push((alias, table));
        Ok(self.read.len() - 1)
    }

    /// Writes a column.
    pub(super) fn column(&mut self, expression: &Expr) -> Result<String, NotFlink> {
        match expression {
            Expr::Identifier(name) => self.named(None, &name.value),
            Expr::CompoundIdentifier(names) => match &names[..] {
                [Ident { value: table, .. }, Ident { value: name, .. }] => self.named(Some(table), name),
                _ => Err(NotFlink::new("a name of more than two parts is not written for Flink")),
            },
            _ => Err(NotFlink::new("something other than a column is not written for Flink here")),
        }
    }

    /// The columns of a name, each with its table, and with the place of that.
    fn found(&self, table: Option<&str>, name: &str) -> Vec<(usize, &FlinkTable, &String)> {
        let is_of = |called: &str| table.is_none_or(|table| table.eq_ignore_ascii_case(called));
        let tables = self.read.iter().enumerate().filter(|(_, (called, _))| is_of(called));
        tables
            .flat_map(|(place, (_, table))| table.columns.iter().map(move |column| (place, &**table, column)))
            .filter(|(.., column)| column.eq_ignore_ascii_case(name))
            .collect()
    }

    fn named(&mut self, table: Option<&str>, name: &str) -> Result<String, NotFlink> {
        let found = self.found(table, name);
        match found[..] {
            [(place, table, column)] => {
                let (table, column) = (table.table.clone(), column.clone());
                // What a query reads that is in the place of a table, it says itself.
                if let Some(columns) = self.columns.get_mut(&table) {
                    columns.insert(column.clone());
                }
                let written = format!("{}.{}", placed(place), quoted(&column));
                if self.place == Place::Groups {
                    self.bare.insert(written.clone());
                }
                Ok(written)
            }
            [] => Err(NotFlink(format!("`{name}` is no column of what is read"))),
            _ => Err(NotFlink(format!("`{name}` is a column of two tables, or one of two columns"))),
        }
    }

    /// Returns all columns of a table, or of all that are read, each with its value.
    pub(super) fn all(&mut self, table: Option<&str>) -> Result<Vec<(String, String)>, NotFlink> {
        let is_of = |called: &str| table.is_none_or(|table| table.eq_ignore_ascii_case(called));
        let tables = self.read.iter().filter(|(called, _)| is_of(called));
        let columns: Vec<(String, String)> = tables
            .flat_map(|(called, table)| table.columns.iter().map(|column| (called.clone(), column.clone())))
            .collect();
        let named = columns.into_iter().map(|(called, column)| {
            let value = self.named(Some(&called), &column)?;
            Ok((column, value))
        });
        named.collect()
    }
}

fn alias_name(alias: &TableAlias) -> Result<String, NotFlink> {
    refuse(!alias.columns.is_empty() || alias.at.is_some(), "a list of columns behind a table")?;
    Ok(alias.name.value.clone())
}

/// The name of a table by its place.
fn placed(place: usize) -> String {
    quoted(&format!("${place}"))
}
