//! One SELECT, as far as it is understood: a list of expressions, from inputs that are joined.

use super::{ColumnKey, Input, expression};
use sqlparser::{
    ast::{
        Expr, ObjectName, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Statement as Parsed,
        TableFactor, WildcardAdditionalOptions,
    },
    dialect::GenericDialect,
    parser::Parser,
    tokenizer::Tokenizer,
};
use std::collections::BTreeSet;

/// How long a text may be that is parsed: a tree is as deep as half of its tokens, and it is dropped by recursion.
const MOST_TOKENS: usize = 2_000;
/// How deep parentheses may be: the parser recurses on them.
const DEPTH: usize = 24;

pub(super) struct Statement(Box<Select>);

/// The tables of a FROM, each with the name by which columns call it.
pub(super) struct Scope<'a>(Vec<(String, &'a Input<'a>)>);

impl Statement {
    /// Reads a text; nothing, if it is anything but one SELECT of moderate size.
    pub(super) fn parse(sql: &str) -> Option<Self> {
        let dialect = GenericDialect {};
        let tokens = Tokenizer::new(&dialect, sql).tokenize().ok()?;
        if tokens.len() > MOST_TOKENS {
            return None;
        }
        let mut parser = Parser::new(&dialect).with_recursion_limit(DEPTH).with_tokens(tokens);
        let mut statements = parser.parse_statements().ok()?.into_iter();
        match (statements.next(), statements.next()) {
            (Some(Parsed::Query(query)), None) if query.with.is_none() => match *query.body {
                SetExpr::Select(select) if select.lateral_views.is_empty() => Some(Self(select)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The columns that a column of the result is made of, if that can be told.
    pub(super) fn sources_of(&self, column: &str, inputs: &[Input<'_>]) -> Option<BTreeSet<ColumnKey>> {
        let scope = self.scope(inputs)?;
        let mut found = None;
        for item in &self.0.projection {
            let sources = match item {
                SelectItem::ExprWithAlias { expr, alias } => {
                    is(&alias.value, column).then(|| expression::sources(expr, &scope))
                }
                SelectItem::UnnamedExpr(expr) => {
                    let is_it = name_of(expr).is_some_and(|name| is(name, column));
                    is_it.then(|| expression::sources(expr, &scope))
                }
                SelectItem::Wildcard(options) if *options == WildcardAdditionalOptions::default() => {
                    scope.provides(None, column).then(|| scope.column(None, column).map(one))
                }
                SelectItem::QualifiedWildcard(
                    SelectItemQualifiedWildcardKind::ObjectName(table),
                    options,
                ) if *options == WildcardAdditionalOptions::default() => {
                    let table = single(table)?;
                    scope.provides(Some(table), column).then(|| scope.column(Some(table), column).map(one))
                }
                _ => return None,
            };
            match (&found, sources) {
                (_, None) => {}
                (None, Some(sources)) => found = Some(sources?),
                // Two columns of one name.
                (Some(_), Some(_)) => return None,
            }
        }
        found
    }

    /// The inputs that are joined; nothing, if anything else is.
    fn scope<'a>(&self, inputs: &'a [Input<'a>]) -> Option<Scope<'a>> {
        let tables = self.0.from.iter().flat_map(|first| {
            [&first.relation].into_iter().chain(first.joins.iter().map(|join| &join.relation))
        });
        let named = tables.map(|table| {
            let TableFactor::Table { name, alias, args: None, .. } = table else {
                return None;
            };
            let name = single(name)?;
            let mut known = inputs.iter().filter(|input| is(&input.name, name));
            let input = known.next().filter(|_| known.next().is_none())?;
            match alias {
                None => Some((name.to_owned(), input)),
                Some(alias) if alias.columns.is_empty() => Some((alias.name.value.clone(), input)),
                Some(_) => None,
            }
        });
        named.collect::<Option<_>>().map(Scope)
    }
}

impl Scope<'_> {
    /// The one column of this name, in one table or in any.
    pub(super) fn column(&self, table: Option<&str>, column: &str) -> Option<ColumnKey> {
        let mut known = self.columns(table, column);
        known.next().filter(|_| known.next().is_none())
    }

    fn provides(&self, table: Option<&str>, column: &str) -> bool {
        self.columns(table, column).next().is_some()
    }

    fn columns(&self, table: Option<&str>, column: &str) -> impl Iterator<Item = ColumnKey> {
        let tables = self.0.iter().filter(move |(name, _)| table.is_none_or(|table| is(name, table)));
        tables.filter_map(move |(_, input)| input.column(column))
    }
}

fn one(column: ColumnKey) -> BTreeSet<ColumnKey> {
    BTreeSet::from([column])
}

/// How a column of the result is called that has no name of its own.
fn name_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Identifier(name) => Some(&name.value),
        Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.as_str()),
        _ => None,
    }
}

/// A name that is not qualified.
fn single(name: &ObjectName) -> Option<&str> {
    match &name.0[..] {
        [part] => part.as_ident().map(|name| name.value.as_str()),
        _ => None,
    }
}

fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}
