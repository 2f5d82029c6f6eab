//! Copies on servers of consumers: what changed is read here and sent there.

use super::{
    context::{RunContext, number},
    copies::StaleCopy,
    copy_filter::CopyFilter,
    database::Database,
    server::Server,
};
use crate::{names::address, prelude::*, render::CheckedColumn, sql::script::Script};
use rusqlite::types::Value;
use std::collections::BTreeMap;

/// The copies that a server refuses to change, and why.
pub(super) type CopyFailures = BTreeMap<String, String>;

impl RunContext<'_> {
    /// Brings copies that belong together up to the last batch, at once, each after what is to be done `before`. Where the
    /// server refuses one, it stays as it was, which is remembered, and the others go on.
    pub(super) fn send<'s>(
        &self,
        server: &Server<'_>,
        behind: &[StaleCopy<'s>],
        before: impl Fn(&StaleCopy<'s>) -> Result<(), PlatformError>,
    ) -> Result<CopyFailures, PlatformError> {
        let refused = server.in_transaction(|| {
            let mut refused = CopyFailures::new();
            for copy in behind {
                let columns = self.rendered.columns_of(copy.dataset);
                let send = || {
                    before(copy)?;
                    send_one(&self.own, server, copy, columns, self.now())
                };
                if let Some(error) = server.in_savepoint(send)? {
                    refused.insert(copy.script.resource().to_owned(), error.report());
                }
            }
            Ok(refused)
        })?;
        for resource in behind.iter().map(|copy| copy.script.resource()) {
            let (job, reason) = (address::refused(resource), refused.get(resource));
            if reason.is_some() || self.last_failure(&job)?.is_some() {
                self.remember_run(&job, reason.cloned())?;
            }
        }
        Ok(refused)
    }

    /// Lets go of what nobody is owed any longer. Where the server refuses a copy, such as one that was dropped, the others go on.
    pub(super) fn purge_on_server(
        &self,
        server: &Server<'_>,
        copies: &[&Script],
    ) -> Result<CopyFailures, PlatformError> {
        let mut due = Vec::new();
        for copy in copies {
            let now = [(":now", self.now())];
            let last_old = self.own.rows(copy, "last_old", &now, |row| row.get::<_, Option<i64>>(0))?;
            due.extend(last_old.into_iter().flatten().map(|last| (*copy, Value::Integer(last))));
        }
        let mut refused = CopyFailures::new();
        if due.is_empty() {
            return Ok(refused);
        }
        server.in_transaction(|| {
            for (copy, last) in due {
                let purge = || server.execute(copy, "purge", &[(":last_old", last)]);
                if let Some(error) = server.in_savepoint(purge)? {
                    refused.insert(copy.resource().to_owned(), error.report());
                }
            }
            Ok(refused)
        })
    }
}

/// Brings a copy up to the last batch of the platform's own database.
pub(super) fn send_one(
    own: &Database<'_>,
    server: &Server<'_>,
    copy: &StaleCopy<'_>,
    columns: &[CheckedColumn],
    now: Value,
) -> Result<(), PlatformError> {
    let script = copy.script;
    let values = [(":batch", number(copy.last)?), (":applied", number(copy.applied)?), (":now", now)];
    let mut fitting = CopyFilter::new(columns);
    server.execute(script, "stage", &values)?;
    server.load(script, "load", |load| {
        own.stream(script, "changes", &values, &mut |row| fitting.send(row, load))
    })?;
    fitting.remember(server, script)?;
    server.execute(script, "merge", &values)?;
    if server.count(script, "live")? != own.count(script, "live_there")? {
        server.execute(script, "restage", &values)?;
        fitting.send_live(server, script, copy.last, |each| {
            own.stream(script, "live_versions", &values, each)
        })?;
        server.execute(script, "close", &values)?;
    }
    server.execute(script, "remember", &values)
}
