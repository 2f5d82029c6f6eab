//! Mending: what was dropped, and what of ours was altered, is made again, from what is known elsewhere.

use super::{
    container::Container,
    copies::{Behind, Shelf, job_of},
    database::Database,
    drift::{AllDrifted, Drift, Lost},
    history::Brought,
    work::{Work, number},
};
use crate::{names::address, prelude::*, sql::script::Script};
use datasurface_platform::Drifted;
use std::collections::BTreeMap;

/// Copies that are to be made again, by resource, and how they are not as they were rendered.
type AllLost<'s> = BTreeMap<&'s str, Lost>;

impl Work<'_> {
    /// Makes again what was dropped and can be made again, and returns what else is not as it was rendered.
    pub(super) fn mend(&self) -> Result<AllDrifted, PlatformError> {
        let (mut drifted, mut lost, mut views) = (AllDrifted::new(), AllLost::new(), Vec::new());
        if self.site.is_behind() {
            // What is there is not what is rendered.
            return Ok(drifted);
        }
        let read_again: Vec<String> = self.again.iter().map(address::table).collect();
        for (script, drift) in self.drifts(true)? {
            match drift {
                // A view shows what may have to be made before.
                Drift::Dropped { .. } if script.resource().starts_with("view.") => views.push(script),
                Drift::Dropped { .. } => self.create(script)?,
                Drift::Lost(how) => _ = lost.insert(script.resource(), how),
                // Somebody asked for it: it is made in the transaction that brings everything of it.
                Drift::Gone(_) if read_again.iter().any(|table| table == script.resource()) => {}
                Drift::Gone(problem) | Drift::Problem(problem) => {
                    drifted.insert(script.resource().to_owned(), stays(script, problem));
                }
            }
        }
        for shelf in self.shelves(None) {
            self.remake(&shelf, &lost, &mut drifted);
        }
        views.into_iter().try_for_each(|view| self.create(view))?;
        Ok(drifted)
    }

    fn create(&self, script: &Script) -> Result<(), PlatformError> {
        if script.database() == self.rendered.books.database() {
            return self.own.at_once(|| self.own.execute(script, "create", &[]));
        }
        let container = self.container(script.database())?;
        container.at_once(|| container.execute(script, "create", &[]))
    }

    /// Makes those copies of a shelf again that are lost. What cannot be made again is drifted.
    fn remake(&self, shelf: &Shelf<'_>, lost: &AllLost<'_>, drifted: &mut AllDrifted) {
        let is_lost = |(_, script): &&(DatasetKey, &Script)| lost.contains_key(script.resource());
        let Some(job) = job_of(shelf).filter(|_| shelf.iter().any(|copy| is_lost(&copy))) else {
            return;
        };
        // A batch is visible as a whole in a database.
        let beside = shelf.iter().find(|(_, script)| drifted.contains_key(script.resource()));
        let made = match beside {
            Some((dataset, _)) => Err(refused(format!(
                "`{dataset}`, which is brought there together with it, is not as it was rendered"
            ))),
            None => {
                let again = || self.make_lost_again(shelf, lost).map(|()| Brought(0));
                self.remembered(job, again).map(|_| ())
            }
        };
        let Err(error) = made else { return };
        for (_, script) in shelf.iter().filter(is_lost) {
            let what = lost.get(script.resource()).map(|lost| lost.what.as_str()).unwrap_or_default();
            let problem = format!("{what}, and could not be made again: {}", error.report());
            drifted.insert(script.resource().to_owned(), stays(script, problem));
        }
    }

    /// Makes lost copies again, and brings the others of their shelf up to the same batch, in one transaction.
    fn make_lost_again(&self, shelf: &Shelf<'_>, lost: &AllLost<'_>) -> Result<(), PlatformError> {
        let Some((_, any)) = shelf.first() else { return Ok(()) };
        let container = self.container(any.database())?;
        let Container::File(file) = &*container else { return Ok(()) };
        let behind = self.behind(shelf, &container)?;
        file.attach_for(&self.site, any)?;
        file.together(|| {
            for (dataset, script) in shelf {
                let Some(lost) = lost.get(script.resource()) else {
                    let copy = behind.iter().find(|copy| copy.script.resource() == script.resource());
                    copy.map_or(Ok(()), |copy| self.apply_one(file, copy))?;
                    continue;
                };
                let last = self.last_batch(dataset)?;
                if last.is_none() && container.applied(script)?.is_some() {
                    return Err(unknown(dataset));
                }
                if lost.is_there {
                    self.refuse_to_lose(file, dataset, script)?;
                }
                file.execute(script, "remake", &[])?;
                file.execute(script, "create", &[])?;
                if let Some(last) = last {
                    self.apply_one(file, &Behind { dataset, script, applied: 0, last: last.number })?;
                }
            }
            Ok(())
        })
    }

    /// Refuses where a copy has versions from before all that is known here: nothing could bring them again.
    fn refuse_to_lose(
        &self,
        file: &Database<'_>,
        dataset: &DatasetKey,
        copy: &Script,
    ) -> Result<(), PlatformError> {
        let first = self.first_batch(dataset)?;
        if first <= 1 {
            return Ok(());
        }
        let earlier =
            file.rows(copy, "earlier", &[(":first", number(first)?)], |row| row.get::<_, u64>(0))?;
        match earlier.first() {
            None | Some(0) => Ok(()),
            Some(earlier) => Err(refused(format!(
                "{earlier} versions of `{dataset}` are older than all that is known here, and nothing could bring them again: \
                 save them, drop the table, and run again"
            ))),
        }
    }
}

fn stays(script: &Script, problem: String) -> Drifted {
    Drifted { resource: script.resource().into(), problem, is_made_again: false }
}

fn unknown(dataset: &DatasetKey) -> PlatformError {
    refused(format!(
        "nothing is known here of `{dataset}` yet: the run after the next capture makes it again"
    ))
}

fn refused(context: String) -> PlatformError {
    PlatformError::new(PlatformErrorKind::Outside, context)
}
