//! Copies on servers of consumers: what changed is read here and sent there.

use super::{
    container::Container,
    copies::Behind,
    database::Database,
    server::Server,
    transition::Transitions,
    work::{Work, number},
};
use crate::{prelude::*, sql::script::Script};
use rusqlite::types::Value;
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

/// The servers of a call of the runtime, each connected to once; if it cannot be reached, why not.
pub(super) type Servers<'a> = RefCell<BTreeMap<String, Result<Option<Rc<Container<'a>>>, String>>>;

impl<'a> Work<'a> {
    /// A server, which is opened in this way if it was not yet.
    pub(super) fn known(
        &self,
        database: &str,
        open: impl FnOnce() -> Result<Option<Container<'a>>, PlatformError>,
    ) -> Result<Option<Rc<Container<'a>>>, PlatformError> {
        let known = self.servers.borrow().get(database).cloned();
        let server = known.unwrap_or_else(|| {
            let opened = open().map(|server| server.map(Rc::new)).map_err(|error| error.report());
            self.servers.borrow_mut().insert(database.to_owned(), opened.clone());
            opened
        });
        server.map_err(|reason| PlatformError::new(PlatformErrorKind::Outside, reason))
    }

    /// A server of a consumer, to be written to. What was lost there is made again.
    pub(super) fn server(&self, database: &str) -> Result<Rc<Container<'a>>, PlatformError> {
        let made = self.known(database, || {
            let transitions = Transitions::read(&self.site)?;
            self.maker.open_made(database, &transitions).map(Some)
        });
        made?.ok_or_else(|| {
            PlatformError::new(PlatformErrorKind::Outside, format!("the database `{database}` is not there"))
        })
    }

    /// Brings copies that belong together up to the last batch, at once.
    pub(super) fn send(&self, server: &Server<'_>, behind: &[Behind<'_>]) -> Result<(), PlatformError> {
        server.at_once(|| behind.iter().try_for_each(|copy| send_one(&self.own, server, copy, self.now())))
    }

    /// Lets go of what nobody is owed any longer.
    pub(super) fn purge_on_server(&self, copies: &[&Script]) -> Result<(), PlatformError> {
        let mut due = Vec::new();
        for copy in copies {
            let now = [(":now", self.now())];
            let last_old = self.own.rows(copy, "last_old", &now, |row| row.get::<_, Option<i64>>(0))?;
            due.extend(last_old.into_iter().flatten().map(|last| (*copy, Value::Integer(last))));
        }
        let Some((first, _)) = due.first() else {
            return Ok(());
        };
        let Container::Server(server) = &*self.server(first.database())? else {
            return Ok(());
        };
        let purge =
            |(copy, last): &(&Script, Value)| server.execute(copy, "purge", &[(":last_old", last.clone())]);
        server.at_once(|| due.iter().try_for_each(purge))
    }
}

/// Brings a copy up to the last batch of the platform's own database.
pub(super) fn send_one(
    own: &Database<'_>,
    server: &Server<'_>,
    copy: &Behind<'_>,
    now: Value,
) -> Result<(), PlatformError> {
    let script = copy.script;
    let values = [(":batch", number(copy.last)?), (":applied", number(copy.applied)?), (":now", now)];
    server.execute(script, "stage", &values)?;
    server.load(script, "load", |load| own.stream(script, "changes", &values, load))?;
    server.execute(script, "merge", &values)?;
    if server.count(script, "live")? != own.count(script, "live_there")? {
        server.execute(script, "restage", &values)?;
        server.load(script, "load_live", |load| own.stream(script, "live_versions", &values, load))?;
        server.execute(script, "close", &values)?;
    }
    server.execute(script, "remember", &values)
}
