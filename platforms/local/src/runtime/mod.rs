//! The runtime: it executes what was rendered, and no SQL of its own for what that describes.
//!
//! | file | idea |
//! |---|---|
//! | `rendered.rs`, `job.rs`, `transition.rs` | what was rendered, read from files |
//! | `database.rs`, `server/`, `container.rs`, `containers.rs` | everything that is executed passes through one place: for files, and for servers |
//! | `place.rs`, `metadata.rs`, `clock.rs` | where files of databases may be, which database it is, and whether its clock is right |
//! | `context.rs`, `history.rs` | the metadata tables of the platform's own database |
//! | `provisioning.rs`, `bulk_schema/`, `apply.rs`, `teardown.rs` | plans: what is new in a file is made at once, all else is done step by step |
//! | `source/` | where captured data comes from |
//! | `capture.rs`, `stage.rs`, `loader.rs`, `declared/`, `stale.rs`, `watermark.rs`, `handover.rs`, `publish.rs`, `receive.rs`, `topic/`, `line.rs`, `check.rs`, `copies.rs`, `server_copies.rs`, `copy_filter.rs`, `transform.rs`, `trigger_hooks.rs`, `cast.rs` | the three kinds of work |
//! | `run.rs`, `selection.rs`, `order.rs`, `upstream_failures.rs`, `status.rs`, `confirmed_times.rs`, `drift.rs`, `file_constraints.rs`, `server_drift.rs`, `server_view.rs`, `repair.rs`, `verify.rs` | all of it in order, and how far it is |
//!
//! **Killed at any statement**, the next call goes on. What a batch does to all datasets of a capture is one transaction
//! of the platform's database. A consumer's database does not commit together with it, so it knows for itself how far it is,
//! and is brought up to date by comparing. A transformer has seen its inputs when what it made was captured: in the
//! transaction of that capture; cut off before, it runs again, and captures again, and what did not change moves nothing.

mod apply;
mod breakpoint;
mod bulk_schema;
mod capture;
mod cast;
mod check;
mod clock;
mod confirmed_times;
mod container;
mod containers;
mod context;
mod copies;
mod copy_filter;
mod database;
mod declared;
mod drift;
mod file_constraints;
mod handover;
mod history;
mod job;
mod line;
mod loader;
mod metadata;
mod names_now;
mod order;
mod place;
mod provisioning;
mod publish;
mod read_only;
mod receive;
mod rendered;
mod repair;
mod run;
mod selection;
mod server;
mod server_constraints;
mod server_copies;
mod server_drift;
mod server_view;
pub(crate) mod source;
mod stage;
mod stale;
mod status;
mod teardown;
mod topic;
mod transform;
mod transition;
mod trigger_hooks;
mod upstream_failures;
mod verify;
mod watermark;

pub use breakpoint::Breakpoint;

use crate::{platform::LocalPlatform, prelude::*};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use container::Container;
use context::{DatabaseLock, RunContext};
use database::Database;
pub(crate) use database::without_hint;
use datasurface_platform::{ApplyReport, JobRun, RunNames, RunReport, RunRequest, RuntimeContext, Status};
use provisioning::Provisioner;
use rendered::Rendered;

impl Runtime for LocalPlatform {
    fn apply(&self, site: &RuntimeContext<'_>, plan: &Plan) -> Result<ApplyReport, PlatformError> {
        if let Some(files) = teardown::leaving(site)? {
            return teardown::tear_down(site, &files, self.breakpoint());
        }
        let rendered = Rendered::read(site)?;
        place::check_source_files(site, &rendered)?;
        metadata::expect(site, &rendered)?;
        let _alone = DatabaseLock::acquire(site, rendered.metadata.database())?;
        let maker = Provisioner { site: *site, breakpoint: self.breakpoint(), rendered: &rendered };
        metadata::judged(&maker, maker.open_if_there(rendered.metadata.database())?)?;
        apply::apply(maker, plan)
    }

    fn run(&self, site: &RuntimeContext<'_>, request: &RunRequest) -> Result<RunReport, PlatformError> {
        let rendered = Rendered::read(site)?;
        place::check_source_files(site, &rendered)?;
        metadata::expect(site, &rendered)?;
        let _alone = DatabaseLock::acquire(site, rendered.metadata.database())?;
        let maker = Provisioner { site: *site, breakpoint: self.breakpoint(), rendered: &rendered };
        if request.verify {
            let own = Container::open_to_read(site, rendered.metadata.database(), self.breakpoint())?;
            let report = RunContext::new(maker, opened(maker, own)?).verify(&request.resync);
            return Ok(rendered.called_now(report));
        }
        let own = opened(maker, maker.open_if_there(rendered.metadata.database())?)?;
        own.raise_cache_size()?;
        let mut work =
            RunContext { again: rendered.stored(&request.full_refresh), ..RunContext::new(maker, own) };
        let doubt = work.check_clock()?;
        let mut report = run::Run::new(&work, request).run(&request.resync)?;
        report.failures.extend(doubt);
        // Jobs did what they could; without this, the next run may have to be told that the clock is right.
        let _ = work.trust_clock();
        Ok(rendered.called_now(report))
    }

    fn run_names(&self, site: &RuntimeContext<'_>) -> Result<RunNames, PlatformError> {
        if teardown::leaving(site)?.is_some() {
            return Ok(RunNames::default());
        }
        Ok(Rendered::read(site)?.names())
    }

    fn status(&self, site: &RuntimeContext<'_>) -> Result<Status, PlatformError> {
        if teardown::leaving(site)?.is_some() {
            return Ok(Status::default());
        }
        let rendered = Rendered::read(site)?;
        let maker = Provisioner { site: *site, breakpoint: self.breakpoint(), rendered: &rendered };
        let own = Container::open_to_read(site, rendered.metadata.database(), self.breakpoint())?;
        let own = opened(maker, own)?;
        RunContext::new(maker, own).status().map(|status| rendered.status_now(status))
    }

    fn history(&self, site: &RuntimeContext<'_>, most: usize) -> Result<Vec<JobRun>, PlatformError> {
        if teardown::leaving(site)?.is_some() {
            return Ok(Vec::new());
        }
        let rendered = Rendered::read(site)?;
        let maker = Provisioner { site: *site, breakpoint: self.breakpoint(), rendered: &rendered };
        let own = Container::open_to_read(site, rendered.metadata.database(), self.breakpoint())?;
        RunContext::new(maker, opened(maker, own)?).history(most)
    }

    fn next_due(&self, site: &RuntimeContext<'_>) -> Result<Option<DateTime<Utc>>, PlatformError> {
        if teardown::leaving(site)?.is_some() {
            return Ok(None);
        }
        let rendered = Rendered::read(site)?;
        let next = rendered.timetables().filter_map(|timetable| next_after(timetable, site.now));
        Ok(next.min())
    }
}

/// The first time after this one that a timetable names, wherever it is; none if it is in a zone that there is not.
fn next_after(timetable: &Cron, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let Some(zone) = timetable.zone() else {
        return timetable.next_after(&now);
    };
    let zone: Tz = zone.parse().ok()?;
    timetable.next_after(&now.with_timezone(&zone)).map(|next| next.with_timezone(&Utc))
}

/// The platform's own database, if a plan was applied to it.
fn opened<'a>(maker: Provisioner<'a>, own: Option<Container<'a>>) -> Result<Database<'a>, PlatformError> {
    metadata::judged(&maker, own)?.ok_or_else(|| {
        let file = maker.rendered.metadata.database();
        let context = format!("nothing was applied to `{file}` yet; apply what was rendered first");
        PlatformError::new(PlatformErrorKind::External, context)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timetable_is_read_where_it_is() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let cron = Cron::from("0 6 * * *");
        assert_eq!(next_after(&cron, at("2026-07-01T05:00:00Z")), Some(at("2026-07-01T06:00:00Z")));
        let berlin = cron.in_zone("Europe/Berlin");
        assert_eq!(next_after(&berlin, at("2026-07-01T05:00:00Z")), Some(at("2026-07-02T04:00:00Z")));
        assert_eq!(next_after(&cron.in_zone("Europe/Atlantis"), at("2026-07-01T05:00:00Z")), None);
    }
}
