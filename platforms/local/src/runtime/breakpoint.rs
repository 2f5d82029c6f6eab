//! A place where tests can stop the runtime, or take its room.

use std::{fmt, sync::Arc};

/// A hook before every statement and every commit, which does nothing by default. Tests stop the process there, to see that nothing is
/// lost when it goes on.
#[derive(Clone, Default)]
pub struct Breakpoint {
    before: Option<Arc<Before>>,
    room: Option<Arc<Room>>,
}

type Before = dyn Fn(&str) + Send + Sync;
type Room = dyn Fn(&str) -> Option<u32> + Send + Sync;

impl Breakpoint {
    /// Tells this function what is about to be executed, such as `commit northwind.db`.
    pub fn new(before: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { before: Some(Arc::new(before)), room: None }
    }

    /// Asks this function how many pages a database file may have, as if the disk were full then: one that has more may
    /// not grow. What is staged is in `temp`.
    #[must_use]
    pub fn with_page_limit(mut self, room: impl Fn(&str) -> Option<u32> + Send + Sync + 'static) -> Self {
        self.room = Some(Arc::new(room));
        self
    }

    /// Called before everything that is executed.
    pub(super) fn before(&self, description: impl FnOnce() -> String) {
        if let Some(before) = &self.before {
            before(&description());
        }
    }

    /// How many pages a file may have.
    pub(super) fn room(&self, file: &str) -> Option<u32> {
        self.room.as_ref()?(file)
    }
}

impl fmt::Debug for Breakpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.before.is_some() { "Breakpoint(set)" } else { "Breakpoint(none)" })
    }
}
