//! Quality checks: what is staged is judged before anybody sees it.

use super::{capture::Staged, work::Work};
use crate::{
    prelude::*,
    sql::{check::CHECK, script::Script, valid::VALID},
};
use rusqlite::{Row, types::ValueRef};

/// As much of a value as is shown.
const SHOWN: usize = 60;

impl Work<'_> {
    /// Executes the checks of all that is staged, and says all that is wrong with it. Texts must be what their columns
    /// say where they were read; quality is that of a dataset as a whole.
    pub(super) fn check(&self, staged: &[Staged<'_>]) -> Result<(), PlatformError> {
        let mut wrong = Vec::new();
        for staged in staged {
            wrong.extend(self.wrong(staged, VALID)?);
            if staged.is_partial() && sections(staged.table, CHECK).next().is_some() {
                self.own.execute(staged.table, "complete", &[])?;
            }
            wrong.extend(self.wrong(staged, CHECK)?);
        }
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(PlatformError::new(PlatformErrorKind::Outside, wrong.join("; "))),
        }
    }

    /// What checks of this kind find.
    fn wrong(&self, staged: &Staged<'_>, kind: &str) -> Result<Vec<String>, PlatformError> {
        let table = staged.table;
        let mut wrong = Vec::new();
        for check in sections(table, kind) {
            if let Some(found) = self.found(table, check)? {
                let rule = table.about(check).unwrap_or(check);
                wrong.push(format!("`{}` fails the check that {rule}: {found}", staged.dataset));
            }
        }
        Ok(wrong)
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

/// The sections whose names begin with this word.
fn sections<'s>(table: &'s Script, kind: &'s str) -> impl Iterator<Item = &'s str> {
    table.sections().filter(move |section| section.split(' ').next() == Some(kind))
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
