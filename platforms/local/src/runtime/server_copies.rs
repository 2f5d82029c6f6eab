//! Copies on servers of consumers: what changed is read here and sent there.

use super::{
    container::Container,
    copies::Behind,
    server::Server,
    transition::Transitions,
    work::{Work, number},
};
use crate::prelude::*;
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
        server.at_once(|| behind.iter().try_for_each(|copy| self.send_one(server, copy)))
    }

    fn send_one(&self, server: &Server<'_>, copy: &Behind<'_>) -> Result<(), PlatformError> {
        let script = copy.script;
        let values =
            [(":batch", number(copy.last)?), (":applied", number(copy.applied)?), (":now", self.now())];
        server.execute(script, "stage", &values)?;
        server.load(script, "load", |load| self.own.stream(script, "changes", &values, load))?;
        server.execute(script, "merge", &values)?;
        if server.count(script, "live")? != self.own.count(script, "live_there")? {
            server.execute(script, "restage", &values)?;
            server
                .load(script, "load_live", |load| self.own.stream(script, "live_versions", &values, load))?;
            server.execute(script, "close", &values)?;
        }
        server.execute(script, "remember", &values)
    }
}
