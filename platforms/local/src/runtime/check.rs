//! Quality checks: what is staged is judged before anybody sees it.

use super::{
    context::RunContext,
    stage::{Staged, StagedDatasets, shown},
    stale::DatasetFailure,
};
use crate::{
    prelude::*,
    sql::{check::CHECK, script::Script},
};
use rusqlite::Row;

impl RunContext<'_> {
    /// Executes the checks of all that is staged: what passes, and all that is wrong with the rest. Quality is that of a
    /// dataset as a whole.
    pub(super) fn check<'j>(
        &self,
        staged: StagedDatasets<'j>,
    ) -> Result<(Vec<Staged<'j>>, Vec<DatasetFailure>), PlatformError> {
        let (mut good, mut failures) = (Vec::new(), Vec::new());
        for staged in staged {
            match staged {
                Err(failure) => failures.push(failure),
                Ok(staged) => match self.first_violation(&staged)? {
                    None => good.push(staged),
                    Some(failure) => failures.push(failure),
                },
            }
        }
        Ok((good, failures))
    }

    /// What checks find.
    fn first_violation(&self, staged: &Staged<'_>) -> Result<Option<DatasetFailure>, PlatformError> {
        let table = staged.table;
        if staged.is_partial() && checks(table).next().is_some() {
            self.own.execute(table, "complete", &[])?;
        }
        let (mut reasons, mut examples) = (Vec::new(), Vec::new());
        for check in checks(table) {
            let rows = self.own.rows(table, check, &[(":now", self.now())], |row| {
                Ok((row.get::<_, String>("found")?, public_values(row)?))
            })?;
            if let Some((found, _)) = rows.first() {
                let rule = table.section_description(check).unwrap_or(check);
                reasons.push(format!("`{}` fails the check that {rule}: {found}", staged.dataset));
                examples.extend(rows.into_iter().map(|(_, row)| row).filter(|row| !row.is_empty()));
            }
        }
        let dataset = staged.dataset.clone();
        Ok((!reasons.is_empty()).then(|| DatasetFailure { dataset, reason: reasons.join("; "), examples }))
    }
}

/// The sections that are checks.
fn checks(table: &Script) -> impl Iterator<Item = &str> {
    table.sections().filter(|section| section.split(' ').next() == Some(CHECK))
}

/// The columns of a row after the first one, such as `id: 3, city: Oslo`: those are selected that are public.
fn public_values(row: &Row<'_>) -> rusqlite::Result<String> {
    let statement = row.as_ref();
    let mut named = Vec::new();
    for at in 1..statement.column_count() {
        named.push(format!("{}: {}", statement.column_name(at)?, shown(row.get_ref(at)?)));
    }
    Ok(named.join(", "))
}
