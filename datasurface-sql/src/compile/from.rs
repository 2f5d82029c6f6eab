//! The tables of a FROM.

use super::{
    Compiler, MadeTable,
    expression::{self, READERS},
    literal,
    scope::{Relation, Scope, Table},
};
use crate::{
    input::{Found, InputTable, is},
    output::SqlProblem,
};
use datasurface_schema::nearest;
use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, Join, JoinConstraint, JoinOperator, ObjectName,
    ObjectNamePart, PivotValueSource, Query, TableAlias, TableFactor, TableWithJoins,
};
use std::rc::Rc;

impl<'a> Compiler<'_, 'a> {
    /// Adds the tables of a FROM to a scope, and gives back the conditions of its joins.
    pub(super) fn from<'s>(&mut self, from: &'s [TableWithJoins], scope: &mut Scope<'s>) -> Vec<&'s Expr>
    where
        'a: 's,
    {
        let mut conditions = Vec::new();
        for TableWithJoins { relation, joins } in from {
            self.factor(relation, false, scope, &mut conditions);
            for Join { relation, global: _, join_operator } in joins {
                let left = scope.relations.len();
                let sees_left = matches!(join_operator, JoinOperator::CrossApply | JoinOperator::OuterApply);
                self.factor(relation, sees_left, scope, &mut conditions);
                match constraint(join_operator) {
                    // Whatever is on the right of a semi-join only chooses rows, and others see more or less than that.
                    None => scope.is_opaque = true,
                    Some(JoinConstraint::On(condition)) => conditions.push(condition),
                    Some(JoinConstraint::Using(columns)) => {
                        self.both_have(columns, scope, left);
                        scope.merged.names.extend(columns.iter().filter_map(single).map(str::to_owned));
                    }
                    Some(JoinConstraint::Natural) => scope.merged.any = true,
                    Some(JoinConstraint::None) => {}
                }
            }
        }
        conditions
    }

    /// Reports the columns that joined tables are said to have both, and one side has not: those before a place, and those behind it.
    fn both_have(&mut self, columns: &[ObjectName], scope: &Scope<'_>, left: usize) {
        if scope.is_opaque {
            return;
        }
        let (before, behind) = scope.relations.split_at(left.min(scope.relations.len()));
        for name in columns.iter().filter_map(single) {
            for side in [before, behind] {
                if !side.iter().any(|one| one.provides(name)) {
                    let names = side.iter().flat_map(Relation::names);
                    self.problems.push(SqlProblem::UnknownColumn {
                        table: side.first().filter(|_| side.len() == 1).and_then(|one| one.name.clone()),
                        name: name.to_owned(),
                        nearest: nearest(name, names).map(str::to_owned),
                    });
                }
            }
        }
    }

    /// Adds a table. `sees_left` says whether a query in its place sees the tables before it.
    fn factor<'s>(
        &mut self,
        factor: &'s TableFactor,
        sees_left: bool,
        scope: &mut Scope<'s>,
        conditions: &mut Vec<&'s Expr>,
    ) where
        'a: 's,
    {
        if let TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } = factor
            && let Some(reader) = parts(name).last().filter(|name| reads_elsewhere(&name.value))
        {
            self.problems.push(SqlProblem::UnknownTable { name: reader.value.clone(), nearest: None });
        }
        self.arguments(factor, scope);
        let relation = match factor {
            TableFactor::Table {
                name,
                alias,
                // These make other rows or columns than the input has.
                args: None,
                version: None,
                with_ordinality: false,
                json_path: None,
                // These choose rows, or say how to find them.
                with_hints: _,
                partitions: _,
                sample: _,
                index_hints: _,
            } => self.table(name, alias.as_ref()),
            TableFactor::Derived { lateral, subquery, alias, sample: _ } => {
                let made = self.derived(subquery, *lateral || sees_left, scope);
                let name = alias.as_ref().map(|alias| alias.name.value.clone());
                let made = match alias {
                    Some(alias) if alias.at.is_some() => MadeTable::open(made.everything()),
                    Some(alias) => self.renamed(made, alias),
                    None => made,
                };
                Relation { name, table: Table::Made(Rc::new(made)) }
            }
            // As deep as parentheses are.
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                conditions.extend(self.from(std::slice::from_ref(table_with_joins), scope));
                return;
            }
            TableFactor::TableFunction { expr, alias } if let Some(name) = literal::text(expr) => {
                self.table(&ObjectName::from(vec![Ident::new(name)]), alias.as_ref())
            }
            TableFactor::Table { alias, .. }
            | TableFactor::TableFunction { alias, .. }
            | TableFactor::Function { alias, .. }
            | TableFactor::JsonTable { alias, .. }
            | TableFactor::OpenJsonTable { alias, .. } => {
                let name = alias.as_ref().map(|alias| alias.name.value.clone());
                Relation { name, table: Table::Made(Rc::new(self.open(factor, Some(scope)))) }
            }
            _ => {
                if let TableFactor::UNNEST { array_exprs, .. } = factor {
                    array_exprs.iter().for_each(|list| drop(expression::value(list, scope, self)));
                }
                scope.is_opaque = true;
                Relation { name: None, table: Table::Made(Rc::new(self.open(factor, Some(scope)))) }
            }
        };
        scope.relations.push(relation);
    }

    /// Compiles a query in the place of a table. DuckDB lets each see the tables before it, so that nothing is wrong which is right that way.
    fn derived(&mut self, query: &Query, sees_left: bool, scope: &Scope<'_>) -> MadeTable {
        if sees_left {
            return self.query(query, Some(scope));
        }
        let known = self.problems.len();
        let made = self.query(query, scope.outer);
        if self.problems.len() == known || scope.relations.is_empty() || self.looks_left {
            return made;
        }
        let found = self.problems.split_off(known);
        // Queries inside are not compiled twice for that: the time would double at each depth.
        self.looks_left = true;
        let looking_left = self.query(query, Some(scope));
        self.looks_left = false;
        if self.problems.len() == known {
            return looking_left;
        }
        self.problems.truncate(known);
        self.problems.extend(found);
        made
    }

    /// Reports what is wrong in the arguments of what makes a table. A word alone may be one of the function, and no column.
    fn arguments(&mut self, factor: &TableFactor, scope: &Scope<'_>) {
        let arguments = match factor {
            TableFactor::Table { args: Some(arguments), .. } => &arguments.args[..],
            TableFactor::Function { args, .. } => args,
            TableFactor::Pivot { value_source: PivotValueSource::Subquery(query), .. } => {
                self.query(query, Some(scope));
                &[]
            }
            _ => &[],
        };
        for argument in arguments {
            if let FunctionArg::Unnamed(FunctionArgExpr::Expr(
                argument @ (Expr::Subquery(_) | Expr::CompoundIdentifier(_)),
            )) = argument
            {
                expression::value(argument, scope, self);
            }
        }
    }

    fn table(&mut self, name: &ObjectName, alias: Option<&TableAlias>) -> Relation<'a> {
        let table = self.named(name);
        let called = match alias {
            Some(alias) => Some(alias.name.value.clone()),
            None => parts(name).last().map(|name| name.value.clone()),
        };
        let table = match alias {
            Some(alias) if alias.at.is_some() => Table::Made(Rc::new(self.open(name, None))),
            Some(alias) if !alias.columns.is_empty() => {
                let all = match table {
                    Table::Made(made) => (*made).clone(),
                    Table::Input(input) => self.all_of(&input),
                };
                Table::Made(Rc::new(self.renamed(all, alias)))
            }
            _ => table,
        };
        Relation { name: called, table }
    }

    fn input(&mut self, input: Rc<InputTable<'a>>) -> Table<'a> {
        self.reads_unknown_input |= input.is_unknown();
        Table::Input(input)
    }

    /// The table of WITH that a name means, the innermost; it is unclear if another table may be meant.
    fn made_by_with(&self, name: &Ident) -> Option<Table<'a>> {
        let mut called = self.with.iter().rev().filter_map(|table| {
            let known = table.name.as_ref().filter(|known| is(&known.value, &name.value))?;
            Some((known, table.made.clone()))
        });
        let (known, made) = called.next()?;
        let may_be_another = called.next().is_some() || self.inputs.has(&name.value);
        let is_clear = is_surely(known, name) || !may_be_another;
        let unclear = || Rc::new(self.open(name, None));
        Some(Table::Made(made.filter(|_| is_clear).unwrap_or_else(unclear)))
    }

    fn named(&mut self, name: &ObjectName) -> Table<'a> {
        if let [ObjectNamePart::Identifier(single)] = &name.0[..] {
            if let Some(made) = self.made_by_with(single) {
                return made;
            }
            let single = single.value.as_str();
            match self.inputs.find(single) {
                Found::One(input) => return self.input(input),
                Found::Former(former, input) => {
                    self.former_inputs.insert(former);
                    return self.input(input);
                }
                Found::Several => return Table::Made(Rc::new(self.open(name, None))),
                // What Oracle, and others after it, select constants from.
                Found::None if is(single, "dual") => return Table::Made(Rc::default()),
                Found::None => {}
            }
        }
        // A datastore and a dataset with a point between them are understood, and what they are called here is told.
        let words: Vec<&str> = parts(name).map(|part| part.value.as_str()).collect();
        let inputs: Vec<String> = self.inputs.names().collect();
        let made = self.with.iter().filter_map(|table| Some(table.name.as_ref()?.value.as_str()));
        let names = inputs.iter().map(String::as_str).chain(made);
        let near = nearest(&words.join("_"), names).map(str::to_owned);
        // An input that is not known may be one that is called otherwise where it is asked for.
        if let Some(Found::One(input)) = near.as_deref().map(|near| self.inputs.find(near))
            && input.is_unknown()
        {
            return self.input(input);
        }
        self.problems.push(SqlProblem::UnknownTable { name: words.join("."), nearest: near });
        Table::Made(Rc::default())
    }
}

/// Functions that stand in the place of a table alone, and read files, or databases of elsewhere: no input.
const OUTSIDE: &str = " arrow_scan azureblobstorage delta_scan deltalake duckdb_columns duckdb_databases duckdb_secrets duckdb_tables \
     duckdb_views file filelist glob hdfs iceberg iceberg_scan jdbc mongodb mysql mysql_query mysql_scan odbc opendatasource openrowset \
     parquet_file_metadata parquet_kv_metadata parquet_metadata parquet_scan parquet_schema postgres_query postgres_scan \
     postgresql query query_table read_blob read_csv read_csv_auto read_files read_json read_json_auto read_json_objects read_kafka read_ndjson read_parquet read_text \
     read_xlsx remote remotesecure s3 s3cluster sniff_csv sqlite_query sqlite_scan st_read url ";

fn reads_elsewhere(function: &str) -> bool {
    let mut outside = OUTSIDE.split_whitespace().chain(READERS);
    outside.any(|outside| is(outside, function))
}

/// Whether a name means the other one to every engine: some tell the cases of quoted names apart.
fn is_surely(name: &Ident, other: &Ident) -> bool {
    match (name.quote_style, other.quote_style) {
        (None, None) => true,
        (Some(_), Some(_)) => name.value == other.value,
        _ => false,
    }
}

fn parts(name: &ObjectName) -> impl Iterator<Item = &Ident> {
    name.0.iter().filter_map(|part| part.as_ident())
}

/// A name that is not qualified.
pub(crate) fn single(name: &ObjectName) -> Option<&str> {
    match &name.0[..] {
        [part] => part.as_ident().map(|name| name.value.as_str()),
        _ => None,
    }
}

/// How a join matches rows, if columns of both sides can be used, and mean what is in the tables.
fn constraint(join: &JoinOperator) -> Option<&JoinConstraint> {
    match join {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::CrossJoin(constraint)
        | JoinOperator::StraightJoin(constraint) => Some(constraint),
        _ => None,
    }
}
