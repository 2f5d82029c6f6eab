//! Quality checks: what is staged is judged before anybody sees it.

use super::{capture::Staged, work::Work};
use crate::{
    prelude::*,
    sql::{check::CHECK, script::Script},
};
use rusqlite::{Row, types::ValueRef};

/// As much of a value as is shown.
const SHOWN: usize = 60;

impl Work<'_> {
    /// Executes the checks of all that is staged, and says all that is wrong with it. They judge a dataset as a whole.
    pub(super) fn check(&self, staged: &[Staged<'_>]) -> Result<(), PlatformError> {
        let mut wrong = Vec::new();
        for staged in staged {
            let (dataset, table) = (staged.dataset, staged.table);
            let is_check = |section: &&str| section.split(' ').next() == Some(CHECK);
            let checks: Vec<&str> = table.sections().filter(is_check).collect();
            if !checks.is_empty() && staged.is_partial() {
                self.own.execute(table, "complete", &[])?;
            }
            for check in checks {
                if let Some(found) = self.found(table, check)? {
                    let rule = table.about(check).unwrap_or(check);
                    wrong.push(format!("`{dataset}` fails the check that {rule}: {found}"));
                }
            }
        }
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(PlatformError::new(PlatformErrorKind::Outside, wrong.join("; "))),
        }
    }

    /// What a check finds, if it does not find nothing.
    fn found(&self, table: &Script, check: &str) -> Result<Option<String>, PlatformError> {
        let rows = self.own.rows(table, check, &[(":now", self.now())], |row| {
            Ok((row.get::<_, String>("found")?, named_values(row)?))
        })?;
        let Some((found, _)) = rows.first() else {
            return Ok(None);
        };
        let named: Vec<&str> =
            rows.iter().map(|(_, row)| row.as_str()).filter(|row| !row.is_empty()).collect();
        Ok(Some(match named.is_empty() {
            true => found.clone(),
            false => format!("{found}, such as ({})", named.join("), (")),
        }))
    }
}

/// The columns of a row after the first one, such as `id: 3, city: Oslo`.
fn named_values(row: &Row<'_>) -> rusqlite::Result<String> {
    let statement = row.as_ref();
    let mut named = Vec::new();
    for at in 1..statement.column_count() {
        named.push(format!("{}: {}", statement.column_name(at)?, shown(row.get_ref(at)?)));
    }
    Ok(named.join(", "))
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => shortened(&String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN).and_then(|(end, _)| text.get(..end)) {
        Some(beginning) => format!("{beginning}…"),
        None => text.to_owned(),
    }
}
