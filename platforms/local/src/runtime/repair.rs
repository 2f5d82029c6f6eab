//! Mending: what was dropped, and what of ours was altered, is made again, from what is known elsewhere.

use super::{
    container::Container,
    context::{RunContext, number},
    copies::{CopyGroup, StaleCopy},
    drift::{AllDrifted, Drift, LostCopy},
    history::CopyResult,
    server::Server,
    server_copies::{CopyFailures, send_one},
};
use crate::{names::address, prelude::*, server_address::ServerAddress, sql::script::Script};
use datasurface_platform::DriftedResource;
use std::collections::BTreeMap;

/// Copies that are to be made again, by resource, and how they are not as they were rendered.
type AllLost<'s> = BTreeMap<&'s str, LostCopy>;

impl RunContext<'_> {
    /// Makes again what was dropped and can be made again, and returns what else is not as it was rendered.
    pub(super) fn repair(&self) -> Result<AllDrifted, PlatformError> {
        let (mut drifted, mut lost, mut views) = (AllDrifted::new(), AllLost::new(), Vec::new());
        if self.site.has_pending_plan() {
            // What is there is not what is rendered.
            return Ok(drifted);
        }
        let read_again: Vec<String> = self.again.iter().map(address::table).collect();
        for (script, drift) in self.drifts(true)? {
            match drift {
                // A view shows what may have to be made before.
                Drift::Dropped(_) if script.resource().starts_with("view.") => views.push((script, false)),
                Drift::Redefined(_) => views.push((script, true)),
                Drift::Dropped(_) => self.create_or_tell(script, &mut drifted),
                Drift::Lost(lost_copy) => _ = lost.insert(script.resource(), lost_copy),
                // Somebody asked for it: it is made in the transaction that brings everything of it.
                Drift::Gone(_) if read_again.iter().any(|table| table == script.resource()) => {}
                Drift::Gone(reason) | Drift::Problem(reason) => {
                    drifted.insert(script.resource().to_owned(), stays(script, reason));
                }
            }
        }
        for consumer_database in self.copy_groups(None) {
            self.remake(consumer_database, &lost, &mut drifted);
        }
        for (view, is_there) in views {
            // Of two views of a group, one may have been dropped, and the other replaced: on a server, making both replaces it.
            if !drifted.contains_key(view.resource()) {
                let made = self.create(view);
                // A view is not replaced by one with columns of other types, or in another order.
                let made = made.or_else(|error| if is_there { self.recreate(view) } else { Err(error) });
                if let Err(error) = made {
                    drifted.insert(view.resource().to_owned(), stays(view, error.report()));
                }
            }
        }
        Ok(drifted)
    }

    /// Makes what was dropped; what a view shows may not be there, and something else may have a name.
    fn create_or_tell(&self, script: &Script, drifted: &mut AllDrifted) {
        if let Err(error) = self.create(script) {
            drifted.insert(script.resource().to_owned(), stays(script, error.report()));
        }
    }

    fn create(&self, script: &Script) -> Result<(), PlatformError> {
        if script.database() == self.rendered.metadata.database() {
            return self.own.in_transaction(|| self.own.execute(script, "create", &[]));
        }
        let container = self.container(script.database())?;
        container.in_transaction(|| container.execute(script, "create", &[]))
    }

    fn recreate(&self, view: &Script) -> Result<(), PlatformError> {
        let container = self.container(view.database())?;
        container.in_transaction(|| {
            container.execute(view, "drop", &[])?;
            container.execute(view, "create", &[])
        })
    }

    /// Makes those copies of a group again that are lost. What cannot be made again is drifted, and so is one that a drifted view
    /// of a server shows: it could not be dropped.
    fn remake(&self, copy_group: CopyGroup<'_>, lost: &AllLost<'_>, drifted: &mut AllDrifted) {
        let is_lost = |(_, script): &&(DatasetKey, &Script)| lost.contains_key(script.resource());
        if !copy_group.iter().any(|copy| is_lost(&copy)) {
            return;
        }
        let (shown, others): (CopyGroup<'_>, CopyGroup<'_>) = copy_group
            .into_iter()
            .filter(|(_, script)| !drifted.contains_key(script.resource()))
            .partition(|(dataset, script)| self.has_drifted_view(dataset, script, drifted));
        let mut unmade: Vec<(&Script, String)> = Vec::new();
        let of_shown = "a view that shows it is not as it was rendered";
        unmade.extend(shown.iter().filter(is_lost).map(|(_, script)| (*script, of_shown.to_owned())));
        if let Some(job) = self.job_of(&others).filter(|_| others.iter().any(|copy| is_lost(&copy)))
            && let Err(error) = self.logged(job, || self.make_lost_again(&others, lost))
        {
            let reason = error.report();
            unmade.extend(others.iter().filter(is_lost).map(|(_, script)| (*script, reason.clone())));
        }
        for (script, reason) in unmade {
            let objects = lost.get(script.resource()).map(|lost| lost.objects.as_str()).unwrap_or_default();
            let reason = format!("{objects}, and could not be made again: {reason}");
            drifted.insert(script.resource().to_owned(), stays(script, reason));
        }
    }

    fn has_drifted_view(&self, dataset: &DatasetKey, copy: &Script, drifted: &AllDrifted) -> bool {
        let mut views = self.rendered.views();
        ServerAddress::read(copy.database()).is_some()
            && views.any(|(_, of, view)| {
                of == *dataset && view.database() == copy.database() && drifted.contains_key(view.resource())
            })
    }

    /// Makes lost copies again, and brings the others of their group up to the same batch, in one transaction.
    fn make_lost_again(
        &self,
        consumer_database: &CopyGroup<'_>,
        lost: &AllLost<'_>,
    ) -> Result<CopyResult, PlatformError> {
        let Some((_, any)) = consumer_database.first() else { return Ok(CopyResult::default()) };
        let container = self.container(any.database())?;
        let mut behind = self.behind(consumer_database, &container)?;
        let mut remade = Vec::new();
        for (dataset, script) in consumer_database {
            let Some(lost_copy) = lost.get(script.resource()) else { continue };
            let last = self.last_batch(dataset)?;
            if last.is_none() && container.applied(script)?.is_some() {
                return Err(unknown(dataset));
            }
            if lost_copy.is_there {
                self.check_no_loss(&container, dataset, script)?;
            }
            remade.push((dataset, *script));
            behind.retain(|copy| copy.script.resource() != script.resource());
            behind.extend(last.map(|last| StaleCopy { dataset, script, applied: 0, last: last.number }));
        }
        let records = self.records(&behind)?;
        match &*container {
            Container::File(file) => {
                file.attach_for(&self.site, any)?;
                file.in_deferred_transaction(|| {
                    for (_, script) in &remade {
                        file.execute(script, "remake", &[])?;
                        file.execute(script, "create", &[])?;
                    }
                    behind.iter().try_for_each(|copy| self.apply_one(file, copy))
                })
            }
            Container::Server(server) => server.in_transaction(|| {
                for (dataset, script) in &remade {
                    self.remake_on_server(server, dataset, script)?;
                }
                behind.iter().try_for_each(|copy| {
                    let columns = self.rendered.columns_of(copy.dataset);
                    send_one(&self.own, server, copy, columns, self.now())
                })
            }),
        }?;
        Ok(CopyResult { records, refused: CopyFailures::new() })
    }

    /// A table there cannot go while a view shows it. Views of ours come back with it; where there is another one, this fails.
    fn remake_on_server(
        &self,
        server: &Server<'_>,
        dataset: &DatasetKey,
        copy: &Script,
    ) -> Result<(), PlatformError> {
        let views = || {
            let views = self.rendered.views();
            views.filter(|(_, of, view)| of == dataset && view.database() == copy.database())
        };
        views().try_for_each(|(_, _, view)| server.execute(view, "drop", &[]))?;
        server.execute(copy, "remake", &[])?;
        server.execute(copy, "create", &[])?;
        views().try_for_each(|(_, _, view)| server.execute(view, "create", &[]))
    }

    /// Refuses where a copy has versions from before all that is known here: nothing could bring them again.
    fn check_no_loss(
        &self,
        container: &Container<'_>,
        dataset: &DatasetKey,
        copy: &Script,
    ) -> Result<(), PlatformError> {
        let first = self.first_batch(dataset)?;
        if first <= 1 {
            return Ok(());
        }
        let first = [(":first", number(first)?)];
        let earlier = match container {
            Container::File(file) => file.rows(copy, "earlier", &first, |row| row.get::<_, i64>(0))?,
            Container::Server(server) => server.rows(copy, "earlier", &first, |row| row.try_get(0))?,
        };
        match earlier.first() {
            None | Some(0) => Ok(()),
            Some(earlier) => Err(refused(format!(
                "{earlier} versions of `{dataset}` are older than all that is known here, and nothing could bring them again: \
                 save them, drop the table, and run again"
            ))),
        }
    }
}

fn stays(script: &Script, error: String) -> DriftedResource {
    DriftedResource { resource: script.resource().into(), problem: error, is_repaired_by_run: false }
}

fn unknown(dataset: &DatasetKey) -> PlatformError {
    refused(format!(
        "nothing is known here of `{dataset}` yet: the run after the next capture makes it again"
    ))
}

fn refused(context: String) -> PlatformError {
    PlatformError::new(PlatformErrorKind::External, context)
}
