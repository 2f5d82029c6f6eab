//! Whether the clock is right: what is owed for a time must not go because a clock jumped ahead.

use super::{
    context::{RunContext, time},
    metadata::PlatformMetadata,
    source::{self, Select},
};
use crate::{names::address, prelude::*, sql::engine::Engine};
use chrono::{DateTime, TimeDelta, Utc};
use datasurface_platform::JobFailure;
use rusqlite::types::{Value, ValueRef};

/// For how many days nobody has to run for the clock to be taken for right.
const DAYS: i64 = 7;

/// How far the clock of a server may be from ours, so that both are right.
const NEAR: TimeDelta = TimeDelta::hours(24);

impl RunContext<'_> {
    /// Judges the clock before a run. If it is more than a week past the last run at a time that was trusted, and neither a
    /// person nor a server says that it is right, nothing is purged in this run; returns why, where anything would be.
    pub(super) fn check_clock(&mut self) -> Result<Option<JobFailure>, PlatformError> {
        let Some(metadata) = PlatformMetadata::read(&self.rendered.metadata, &self.own)? else {
            return Ok(None);
        };
        let now = self.site.now;
        // Whole days, so that what runs once a week is not stopped by a few seconds.
        let is_near = (now.date_naive() - metadata.trusted_at.date_naive()).num_days() <= DAYS;
        self.may_purge = self.is_confirmed() || is_near || self.servers_agree();
        let is_refused = !self.may_purge && self.rendered.purges();
        let refused = is_refused.then(|| doubt(now, metadata.trusted_at));
        if refused.is_some() || self.refused_purge()?.is_some() {
            self.remember_run(address::DATABASE, refused.clone())?;
        }
        Ok(refused.map(|reason| JobFailure { job: address::DATABASE.into(), reason, examples: Vec::new() }))
    }

    /// Why nothing was purged in the last run, if it was not.
    pub(super) fn refused_purge(&self) -> Result<Option<String>, PlatformError> {
        self.last_failure(address::DATABASE)
    }

    /// Remembers the time of a run, if it could be trusted.
    pub(super) fn trust_clock(&self) -> Result<(), PlatformError> {
        if !self.may_purge || !self.own.has_table("datasurface_books")? {
            return Ok(());
        }
        let values = [(":now", self.now()), (":confirmed", Value::Integer(self.is_confirmed().into()))];
        self.own.execute(&self.rendered.metadata, "trust_clock", &values)
    }

    fn is_confirmed(&self) -> bool {
        self.site.confirmed.clock_until.is_some_and(|until| self.site.now <= until)
    }

    /// Whether a server that data comes from, or goes to, has about the same time.
    fn servers_agree(&self) -> bool {
        let from = self.rendered.captures.iter().filter_map(|job| self.time_at_source(job).ok().flatten());
        let databases = self.rendered.databases().into_iter();
        let servers = databases.filter(|database| Engine::from_database(database) == Engine::Postgres);
        let mut times = from.chain(servers.filter_map(|server| self.time_at_server(server).ok().flatten()));
        times.any(|time| (time - self.site.now).abs() <= NEAR)
    }

    fn time_at_source(&self, job: &super::job::CaptureJob) -> Result<Option<DateTime<Utc>>, PlatformError> {
        if !matches!(job.source, Some(ContainerKind::Postgres { .. })) {
            return Ok(None);
        }
        let asked = super::database::section_of(&self.rendered.metadata, "server_clock")?;
        let mut message = None;
        let mut source = source::open(&job.producer()?, &self.site)?;
        source.begin(&job.begin)?;
        source.read(&Select { whole: asked.trim().trim_end_matches(';'), since: None }, &mut |row| {
            if let Some(ValueRef::Text(text)) = row.first() {
                message = Some(String::from_utf8_lossy(text).into_owned());
            }
            Ok(())
        })?;
        source.end()?;
        message.as_deref().map(time).transpose()
    }

    fn time_at_server(&self, database: &str) -> Result<Option<DateTime<Utc>>, PlatformError> {
        let server = self.container(database)?;
        let message = server.texts(&self.rendered.metadata, "server_clock")?;
        message.first().map(|message| time(message)).transpose()
    }
}

fn doubt(now: DateTime<Utc>, trusted_at: DateTime<Utc>) -> String {
    format!(
        "the clock says {}, which is more than a week after the last run, on {}: nothing is purged until it is known that \
         the clock is right. Data moves on, and nothing was lost. If it is right, say so once by `run --trust-clock {}`; if \
         not, set it and run again",
        now.format("%Y-%m-%d %H:%M UTC"),
        trusted_at.format("%Y-%m-%d %H:%M UTC"),
        now.format("%Y-%m-%d"),
    )
}
