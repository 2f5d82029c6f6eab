//! Which names a statement may use: SQLite asks for each one while it compiles the statement.

use super::tables::FUNCTIONS;
use rusqlite::{
    Connection,
    hooks::{AuthAction, AuthContext, Authorization},
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// Functions of SQLite itself that reach out of the statement.
const REACHING_OUT: [&str; 2] = ["load_extension", "sqlite_log"];

/// The first name that was refused.
#[derive(Clone, Debug, Default)]
pub(super) struct DeniedName(Arc<Mutex<Option<String>>>);

impl DeniedName {
    fn deny(&self, name: &str) -> Authorization {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get_or_insert_with(|| name.to_owned());
        Authorization::Deny
    }

    /// Returns the name, and forgets it.
    pub(super) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Allows what the temporary views show, and nothing else, from now on.
pub(super) fn install(connection: &mut Connection, word: &str) -> rusqlite::Result<DeniedName> {
    let names = |sql: &str| -> rusqlite::Result<BTreeSet<String>> {
        connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
    };
    // Functions of the extensions for texts and for rectangles belong to tables that no input is; one of them looks into any table.
    let extensions = names("SELECT name FROM pragma_function_list GROUP BY name HAVING NOT max(builtin)")?;
    let allowed = Allowed {
        denied_functions: REACHING_OUT.map(str::to_owned).into_iter().chain(extensions).collect(),
        inputs: names("SELECT lower(name) FROM temp.sqlite_schema")?,
        others: names(
            "SELECT lower(name) FROM main.sqlite_schema UNION SELECT lower(name) FROM pragma_module_list",
        )?,
        word: word.to_owned(),
        refused: DeniedName::default(),
    };
    let refused = allowed.refused.clone();
    connection.authorizer(Some(move |context: AuthContext<'_>| allowed.judge(&context)))?;
    Ok(refused)
}

struct Allowed {
    /// The temporary views: for each input the one that the transformer knows, and behind it the one that nobody can name.
    inputs: BTreeSet<String>,
    /// What else has a name.
    others: BTreeSet<String>,
    /// Functions that no statement may use.
    denied_functions: BTreeSet<String>,
    /// What the unguessable names begin with.
    word: String,
    refused: DeniedName,
}

impl Allowed {
    fn judge(&self, context: &AuthContext<'_>) -> Authorization {
        match context.action {
            AuthAction::Select | AuthAction::Recursive => Authorization::Allow,
            AuthAction::Function { function_name } => {
                let name = function_name.to_ascii_lowercase();
                match self.denied_functions.contains(&name) {
                    true => self.refused.deny(&format!("the function `{name}`")),
                    false => Authorization::Allow,
                }
            }
            AuthAction::Read { table_name, .. } => {
                match self.may_read(&table_name.to_ascii_lowercase(), context) {
                    true => Authorization::Allow,
                    false => self.refused.deny(&format!("`{table_name}`")),
                }
            }
            AuthAction::Pragma { pragma_name, .. } => {
                self.refused.deny(&format!("the pragma `{pragma_name}`"))
            }
            _ => self.refused.deny("a statement that does more than read"),
        }
    }

    fn may_read(&self, table: &str, context: &AuthContext<'_>) -> bool {
        if FUNCTIONS.contains(&table) {
            return true;
        }
        match context.database_name {
            Some("temp") => self.inputs.contains(table),
            // The accessor is the innermost view, or a name that the author of the statement chose for a common table
            // expression. The word is not his to choose.
            Some(_) => context.accessor.is_some_and(|accessor| accessor.starts_with(&self.word)),
            // A table or subquery of which no column is used.
            None => {
                !self.others.contains(table) && !table.starts_with("sqlite_") && !table.starts_with("pragma_")
            }
        }
    }
}
