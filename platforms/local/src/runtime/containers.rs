//! The databases of consumers that a call of the runtime works with.

use super::{container::Container, context::RunContext, transition::Transitions};
use crate::prelude::*;
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

/// The databases of a call of the runtime, each opened once: whoever opens a file reads the names of all that is in it, and
/// whoever waits for a server waits long. None is not there; of one that cannot be opened, why not.
pub(super) type Containers<'a> = RefCell<BTreeMap<String, Result<Option<Rc<Container<'a>>>, String>>>;

impl<'a> RunContext<'a> {
    /// Returns a database of a consumer, to be written to. What was lost there is made again.
    pub(super) fn container(&self, database: &str) -> Result<Rc<Container<'a>>, PlatformError> {
        let made = self.known(database, || {
            let transitions = Transitions::read(&self.site)?;
            let made = self.maker.open_made(database, &transitions)?;
            if let Container::File(file) = &made {
                file.raise_cache_size()?;
            }
            Ok(Some(made))
        });
        made?.ok_or_else(|| {
            PlatformError::new(PlatformErrorKind::External, format!("the database `{database}` is not there"))
        })
    }

    /// Returns a database of a consumer, if it is there: to be read, unless it was opened to be written to.
    pub(super) fn container_if_there(
        &self,
        database: &str,
    ) -> Result<Option<Rc<Container<'a>>>, PlatformError> {
        self.known(database, || Container::open_to_read(&self.site, database, self.breakpoint))
    }

    fn known(
        &self,
        database: &str,
        open: impl FnOnce() -> Result<Option<Container<'a>>, PlatformError>,
    ) -> Result<Option<Rc<Container<'a>>>, PlatformError> {
        let known = self.containers.borrow().get(database).cloned();
        let container = known.unwrap_or_else(|| {
            let opened = open().map(|container| container.map(Rc::new)).map_err(|error| error.report());
            self.containers.borrow_mut().insert(database.to_owned(), opened.clone());
            opened
        });
        container.map_err(|reason| PlatformError::new(PlatformErrorKind::External, reason))
    }
}
