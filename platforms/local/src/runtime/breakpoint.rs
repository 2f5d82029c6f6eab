//! A place where tests can stop the runtime.

use std::{fmt, sync::Arc};

/// What is told of every statement and every commit before it is executed. It does nothing, except in tests: they stop
/// the process there, to see that nothing is lost when it goes on.
#[doc(hidden)]
#[derive(Clone, Default)]
pub struct Breakpoint(Option<Arc<Before>>);

type Before = dyn Fn(&str) + Send + Sync;

impl Breakpoint {
    /// Tells this function what is about to be executed, such as `commit northwind.db`.
    pub fn new(before: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(before)))
    }

    /// Called before everything that is executed.
    pub(super) fn before(&self, what: impl FnOnce() -> String) {
        if let Some(before) = &self.0 {
            before(&what());
        }
    }
}

impl fmt::Debug for Breakpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Breakpoint(set)" } else { "Breakpoint(none)" })
    }
}
