//! A bar at a terminal, which shows how far long work has come. Work that is done at once shows none.

use datasurface_broker::PROGRESS;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    fmt,
    io::{self, IsTerminal},
    time::{Duration, Instant},
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt},
    registry::LookupSpan,
};

/// How long work takes before anybody is told of it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Shows the progress of this process on standard error, if that is a terminal and nobody else subscribes to events.
pub(crate) fn show() {
    if io::stderr().is_terminal() {
        let bars = ProgressBars { target: ProgressDrawTarget::stderr, patience: PATIENCE };
        // An application that has a subscriber of its own keeps it.
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(bars));
    }
}

/// Draws a bar for each work that is told of.
struct ProgressBars {
    target: fn() -> ProgressDrawTarget,
    patience: Duration,
}

/// A bar, and since when there is the work.
struct Work {
    bar: ProgressBar,
    since: Instant,
}

/// What a span says of the work.
#[derive(Default)]
struct Fields {
    steps: u64,
    platform: Option<String>,
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "steps" {
            self.steps = value;
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "platform" {
            self.platform = Some(format!("{value:?}"));
        }
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for ProgressBars {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id).filter(|span| span.metadata().target() == PROGRESS) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let name = span.name();
        let bar = ProgressBar::with_draw_target(Some(fields.steps), ProgressDrawTarget::hidden())
            .with_message(fields.platform.map_or_else(|| name.to_owned(), |of| format!("{name} {of}")));
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        span.extensions_mut().insert(Work { bar, since: Instant::now() });
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.event_span(event) else { return };
        let extensions = span.extensions();
        let Some(Work { bar, since }) = extensions.get() else { return };
        if bar.is_hidden() && since.elapsed() >= self.patience {
            bar.set_draw_target((self.target)());
        }
        bar.inc(1);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let work = context.span(&id).and_then(|span| span.extensions_mut().remove::<Work>());
        if let Some(Work { bar, .. }) = work {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::InMemoryTerm;
    use std::sync::LazyLock;
    use tracing::{info, info_span};

    static TERMINAL: LazyLock<InMemoryTerm> = LazyLock::new(|| InMemoryTerm::new(4, 40));

    fn shown(patience: Duration) -> Vec<String> {
        let target = || ProgressDrawTarget::term_like(Box::new(TERMINAL.clone()));
        let bars = ProgressBars { target, patience };
        let mut shown = Vec::new();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(bars), || {
            let work = info_span!(target: PROGRESS, "render", platform = %"Lake", steps = 3_usize);
            for _ in 0..3 {
                info!(target: PROGRESS, parent: &work, "step");
                info!("something else");
                shown.push(TERMINAL.contents());
            }
            drop(work);
            shown.push(TERMINAL.contents());
        });
        shown
    }

    #[test]
    fn long_work_is_shown_until_it_is_done() {
        let shown_at_once = shown(Duration::ZERO);
        assert!(shown_at_once[0].starts_with("render Lake "), "{shown_at_once:?}");
        let counts: Vec<_> =
            shown_at_once.iter().map(|shown| shown.rsplit(' ').next().unwrap_or_default()).collect();
        assert_eq!(counts, ["1/3", "2/3", "3/3", ""]);
        assert_eq!(shown(Duration::MAX), [""; 4]);
    }
}
