//! Copies in files of consumers: brought up to date by what changed.

use super::{
    database::Database,
    work::{Batch, Work, batch_of, number},
};
use crate::{prelude::*, sql::script::Script};
use std::collections::BTreeMap;

/// What a consumer's file has of a datastore.
pub(super) type Shelf<'a> = Vec<(DatasetKey, &'a Script)>;

impl Work<'_> {
    /// The copies of datasets that these are about, by file and datastore: what belongs together, so that a batch is
    /// visible in a file as a whole.
    pub(super) fn shelves(&self, of: Option<&DatastoreName>) -> Vec<Shelf<'_>> {
        let mut shelves: BTreeMap<(&str, DatastoreName), Shelf<'_>> = BTreeMap::new();
        for (dataset, script) in self.rendered.copies() {
            if of.is_none_or(|datastore| dataset.datastore == *datastore) {
                let shelf = (script.database(), dataset.datastore.clone());
                shelves.entry(shelf).or_default().push((dataset, script));
            }
        }
        shelves.into_values().collect()
    }

    /// Brings copies that belong together up to the last batch, if they are not there.
    pub(super) fn bring_up_to_date(&self, shelf: &Shelf<'_>) -> Result<(), PlatformError> {
        let Some(job) = job_of(shelf) else {
            return Ok(());
        };
        match self.behind(shelf) {
            Ok(behind) if behind.is_empty() => Ok(()),
            behind => self.remembered(job, || self.apply(&behind?)),
        }
    }

    /// The copies that are not at the last batch of their dataset, and that batch.
    fn behind<'s>(&self, shelf: &Shelf<'s>) -> Result<Vec<(&'s Script, u64)>, PlatformError> {
        let mut behind = Vec::new();
        let Some((_, first)) = shelf.first() else {
            return Ok(behind);
        };
        let file = Database::open(&self.site, first.database(), self.breakpoint)?;
        for (dataset, script) in shelf {
            let applied = applied(&file, script)?.map_or(0, |batch| batch.number);
            match self.last_batch(dataset)? {
                Some(last) if last.number > applied => behind.push((*script, last.number)),
                Some(last) if last.number == applied => {}
                None if applied == 0 => {}
                last => return Err(ahead(dataset, script, applied, last)),
            }
        }
        Ok(behind)
    }

    fn apply(&self, behind: &[(&Script, u64)]) -> Result<(), PlatformError> {
        let Some((first, _)) = behind.first() else {
            return Ok(());
        };
        let file = Database::open_for(&self.site, first, self.breakpoint)?;
        file.together(|| {
            for (script, batch) in behind {
                file.execute(script, "apply", &[(":batch", number(*batch)?), (":now", self.now())])?;
            }
            Ok(())
        })
    }
}

/// What the books call bringing these up to date: the first of them.
pub(super) fn job_of<'s>(shelf: &Shelf<'s>) -> Option<&'s str> {
    shelf.first().map(|(_, script)| script.resource())
}

/// The last batch that arrived in a copy.
pub(super) fn applied(file: &Database<'_>, script: &Script) -> Result<Option<Batch>, PlatformError> {
    Ok(file.rows(script, "applied", &[], batch_of)?.into_iter().next())
}

fn ahead(dataset: &DatasetKey, script: &Script, applied: u64, last: Option<Batch>) -> PlatformError {
    let context = format!(
        "the copy of `{dataset}` in `{}` is at batch {applied}, but the platform's database is at {}: it was lost or \
         replaced; move the consumer's file away to have it made again",
        script.database(),
        last.map_or(0, |last| last.number)
    );
    PlatformError::new(PlatformErrorKind::Outside, context)
}
