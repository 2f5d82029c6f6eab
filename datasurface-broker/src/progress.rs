//! The progress of long work, told by [`tracing`]: a span for the work, which says how many steps it has, and an event for each step as
//! it begins. Whoever subscribes to nothing pays nothing.

use std::fmt::Display;
use tracing::{Dispatch, Span, dispatcher, info, info_span};

/// The target of the spans and events that tell how far long work has come.
///
/// A span is called after the work: `render`, with the field `platform`, or `write`. Its field `steps` is the number of events that
/// follow within it if all goes well.
pub const PROGRESS: &str = "datasurface::progress";

/// Work of which each step is told, to whoever subscribed where it began: a thread that helps has subscribers of its own.
pub(crate) struct Progress(Span, Dispatch);

impl Progress {
    pub(crate) fn of_rendering(platform: &impl Display, scopes: usize) -> Self {
        Self(
            info_span!(target: PROGRESS, "render", %platform, steps = scopes),
            dispatcher::get_default(Dispatch::clone),
        )
    }

    pub(crate) fn of_writing(scopes: usize) -> Self {
        Self(info_span!(target: PROGRESS, "write", steps = scopes), dispatcher::get_default(Dispatch::clone))
    }

    /// Tells that the next step begins.
    pub(crate) fn advance(&self) {
        dispatcher::with_default(&self.1, || info!(target: PROGRESS, parent: &self.0, "step"));
    }
}
