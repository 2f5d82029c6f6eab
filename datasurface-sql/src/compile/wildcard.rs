//! What a `*` stands for, with what it leaves out, replaces and renames: `* EXCLUDE (a)`, `* EXCEPT (a)`, `* REPLACE (a + 1 AS a)`, `* RENAME (a AS b)`.

use super::{
    Compiler, MadeTable,
    from::single,
    scope::{Relation, Scope, Table, Value, add},
    types,
};
use crate::{input::InputTable, output::OutputColumn, passed_on::PassedOn};
use sqlparser::ast::{
    ExceptSelectItem, ExcludeSelectItem, Expr, Ident, IdentWithAlias, RenameSelectItem, ReplaceSelectItem,
    WildcardAdditionalOptions,
};
use std::collections::BTreeSet;

impl Compiler<'_, '_> {
    /// Adds what a `*` stands for. `is_clear` says whether these are the tables that it means, and no others.
    pub(super) fn wildcard(
        &mut self,
        tables: &[&Relation<'_>],
        is_clear: bool,
        options: &WildcardAdditionalOptions,
        scope: &Scope<'_>,
        made: &mut MadeTable,
    ) {
        let mut all = self.all_columns(tables, scope);
        match Changes::of(options) {
            Some(changes) => self.change(&mut all, changes, scope),
            None => all = MadeTable::open(all.everything()),
        }
        made.columns.extend(all.columns);
        made.others.add(all.others);
        made.is_complete &= all.is_complete && is_clear;
        made.is_in_order &= all.is_in_order && is_clear;
    }

    fn change(&mut self, all: &mut MadeTable, changes: Changes<'_>, scope: &Scope<'_>) {
        for (name, expression) in changes.replaced {
            let value = self.column(expression, Some(name), scope);
            match all.columns.iter_mut().find(|column| column.is_named(&name.value)) {
                Some(column) => *column = value,
                None => {
                    all.is_complete = false;
                    all.others.add(value.passed_on);
                }
            }
        }
        all.columns.retain(|column| !changes.left_out.iter().any(|name| column.is_named(name)));
        for (name, new) in changes.renamed {
            let named = all.columns.iter_mut().filter(|column| column.is_named(&name.value));
            named.for_each(|column| column.name = Some(new.value.clone()));
        }
    }

    /// The columns of tables that are joined.
    fn all_columns(&mut self, tables: &[&Relation<'_>], scope: &Scope<'_>) -> MadeTable {
        let mut all = MadeTable { is_complete: true, is_in_order: true, ..MadeTable::default() };
        for relation in tables {
            let table = match &relation.table {
                Table::Input(input) => self.all_of(input),
                Table::Made(table) => {
                    let copies = self.copies(table.columns.len());
                    table.columns.iter().for_each(|column| self.spend(&column.passed_on));
                    let columns = table.columns.iter().take(copies).cloned();
                    MadeTable {
                        columns: columns.collect(),
                        others: table.others.clone(),
                        rows_by: None,
                        ..**table
                    }
                }
            };
            all.others.add(table.others);
            all.is_complete &= table.is_complete;
            all.is_in_order &= table.is_in_order;
            for mut column in table.columns {
                // What a join has made one column is shown once.
                let name = column.name.clone().filter(|name| scope.is_merged(name));
                let first = name.and_then(|name| {
                    let mut shown = all.columns.iter_mut().enumerate();
                    shown.find(|(_, column)| column.is_named(&name))
                });
                match first {
                    Some((place, first)) => {
                        // Some dialects show it before all others, some where the left table has it.
                        all.is_in_order &= place == 0;
                        first.data_type = types::common([first.data_type.take(), column.data_type]);
                        add(&mut first.sources, column.sources);
                        first.passed_on.add(column.passed_on);
                    }
                    None => {
                        column.is_from_wildcard = true;
                        all.columns.push(column);
                    }
                }
            }
        }
        all
    }

    /// All columns of an input.
    pub(super) fn all_of(&mut self, input: &InputTable<'_>) -> MadeTable {
        self.reads_by_place = true;
        let copies = self.copies(input.columns().len());
        let columns = input.columns().iter().take(copies).map(|column| {
            let Value { data_type, sources, passed_on } = Value::of_input(input, column);
            OutputColumn {
                name: Some(column.name().as_str().to_owned()),
                implied_names: Vec::new(),
                data_type,
                sources,
                passed_on,
                is_from_wildcard: true,
            }
        });
        let is_known = !input.is_open();
        let rows_by = Some(BTreeSet::new());
        MadeTable {
            columns: columns.collect(),
            is_complete: is_known,
            is_in_order: is_known,
            rows_by,
            ..MadeTable::default()
        }
    }

    /// Counts the columns that are in one value: a row has all of a table's, and each copy of it has them again.
    pub(super) fn spend(&mut self, passed_on: &PassedOn) {
        self.columns_left = self.columns_left.saturating_sub(passed_on.len().saturating_sub(1));
    }

    /// How many of some columns may still be copied.
    fn copies(&mut self, columns: usize) -> usize {
        let copies = columns.min(self.columns_left);
        self.columns_left -= copies;
        copies
    }
}

/// What is other than in the tables.
#[derive(Default)]
struct Changes<'s> {
    left_out: Vec<&'s str>,
    replaced: Vec<(&'s Ident, &'s Expr)>,
    renamed: Vec<(&'s Ident, &'s Ident)>,
}

impl<'s> Changes<'s> {
    /// Returns what the words behind a `*` ask for, if they are understood.
    fn of(options: &'s WildcardAdditionalOptions) -> Option<Self> {
        let WildcardAdditionalOptions {
            wildcard_token: _,
            opt_ilike: None,
            opt_exclude,
            opt_except,
            opt_replace,
            opt_rename,
            opt_alias: None,
        } = options
        else {
            return None;
        };
        let mut changes = Self::default();
        match opt_exclude {
            Some(ExcludeSelectItem::Single(name)) => changes.left_out.push(single(name)?),
            Some(ExcludeSelectItem::Multiple(names)) => {
                for name in names {
                    changes.left_out.push(single(name)?);
                }
            }
            None => {}
        }
        if let Some(ExceptSelectItem { first_element, additional_elements }) = opt_except {
            let names = [first_element].into_iter().chain(additional_elements);
            changes.left_out.extend(names.map(|name| name.value.as_str()));
        }
        if let Some(ReplaceSelectItem { items }) = opt_replace {
            changes.replaced.extend(items.iter().map(|item| (&item.column_name, &item.expr)));
        }
        let renamed = |IdentWithAlias { ident, alias }: &'s IdentWithAlias| (ident, alias);
        match opt_rename {
            Some(RenameSelectItem::Single(item)) => changes.renamed.push(renamed(item)),
            Some(RenameSelectItem::Multiple(items)) => changes.renamed.extend(items.iter().map(renamed)),
            None => {}
        }
        Some(changes)
    }
}
