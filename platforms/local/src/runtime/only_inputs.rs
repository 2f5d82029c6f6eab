//! What the SELECTs of a transformer may read: its inputs, and nothing else.

use super::database::outside;
use crate::{prelude::*, sql::script::Script};
use rusqlite::{
    Connection,
    hooks::{AuthAction, AuthContext, Authorization},
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// Functions that are called like tables, and read nothing but their arguments.
const TABLE_FUNCTIONS: [&str; 2] = ["json_each", "json_tree"];

/// Remembers what was refused.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch(Arc<Mutex<Option<String>>>);

impl Watch {
    fn refuse(&self, what: &str) -> Authorization {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(what.to_owned());
        Authorization::Deny
    }

    /// Says what was refused, if that is why something failed.
    pub(super) fn explain(&self, error: PlatformError) -> PlatformError {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            None => error,
            Some(what) => {
                let context = format!("the transformer uses {what}, which is not one of its inputs");
                PlatformError::new(PlatformErrorKind::Outside, context).caused_by(error)
            }
        }
    }
}

/// From here on, statements on this connection may read its temporary views, which are the inputs, and write what was
/// rendered.
pub(super) fn allow(connection: &mut Connection, script: &Script) -> Result<Watch, PlatformError> {
    let names = names(connection).map_err(|error| failed(script, error))?;
    let watch = Watch::default();
    let watching = watch.clone();
    let judge = move |context: AuthContext<'_>| judge(&context, &names, &watching);
    connection.authorizer(Some(judge)).map_err(|error| failed(script, error))?;
    Ok(watch)
}

/// From here on, everything is allowed again.
pub(super) fn end(connection: &mut Connection, script: &Script) -> Result<(), PlatformError> {
    let nobody: Option<fn(AuthContext<'_>) -> Authorization> = None;
    connection.authorizer(nobody).map_err(|error| failed(script, error))
}

fn failed(script: &Script, error: rusqlite::Error) -> PlatformError {
    outside(format!("preparing what `{}` may read", script.resource()), error)
}

/// The names that mean something: of inputs, and of everything else.
struct Names {
    inputs: BTreeSet<String>,
    others: BTreeSet<String>,
}

fn names(connection: &Connection) -> rusqlite::Result<Names> {
    let read = |schema: &str| -> rusqlite::Result<BTreeSet<String>> {
        let sql = format!("SELECT lower(name) FROM {schema}.sqlite_schema");
        connection.prepare(&sql)?.query_map([], |row| row.get(0))?.collect()
    };
    let mut others = BTreeSet::new();
    let mut statement = connection.prepare("SELECT name FROM pragma_database_list WHERE name <> 'temp'")?;
    let schemas: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for schema in schemas {
        others.extend(read(&crate::sql::quote::quoted(&schema))?);
    }
    Ok(Names { inputs: read("temp")?, others })
}

fn judge(context: &AuthContext<'_>, names: &Names, watch: &Watch) -> Authorization {
    let is_input = |name: &str| names.inputs.contains(&name.to_ascii_lowercase());
    match context.action {
        AuthAction::Read { table_name, column_name } => {
            // A view that is an input reads what it is a view of.
            let through_input = context.accessor.is_some_and(is_input);
            let input = is_input(table_name) && context.database_name.is_none_or(|name| name == "temp");
            let function = TABLE_FUNCTIONS.contains(&table_name.to_ascii_lowercase().as_str());
            // A subquery of which no column is used comes here by its name, too.
            let named = column_name.is_empty()
                && context.database_name.is_none()
                && !is_schema(table_name)
                && !names.others.contains(&table_name.to_ascii_lowercase());
            if through_input || input || function || named {
                Authorization::Allow
            } else {
                watch.refuse(&format!("`{table_name}`"))
            }
        }
        AuthAction::Select
        | AuthAction::Recursive
        | AuthAction::Function { .. }
        | AuthAction::Transaction { .. }
        | AuthAction::Insert { .. }
        | AuthAction::Delete { .. } => Authorization::Allow,
        AuthAction::Pragma { pragma_name, .. } => watch.refuse(&format!("the pragma `{pragma_name}`")),
        _ => watch.refuse("a statement"),
    }
}

fn is_schema(table: &str) -> bool {
    let table = table.to_ascii_lowercase();
    table.starts_with("sqlite_") || table.starts_with("pragma_") || table == "dbstat"
}
