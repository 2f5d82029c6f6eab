//! The names of metrics about what arrives at consumers, which `datasurface status --format openmetrics` shows and [alerts](crate::AlertRules)
//! ask for.

/// Whether every platform could be asked.
pub const COMPLETE: &str = "datasurface_status_complete";
/// The time at which platforms were asked.
pub const ASKED_AT: &str = "datasurface_status_timestamp_seconds";
/// The last time at which what had arrived at a sink was all that there was at its sources.
pub const CONFIRMED_AT: &str = "datasurface_sink_confirmed_timestamp_seconds";
/// The age of what is at a sink: the time since then.
pub const LAG: &str = "datasurface_sink_lag_seconds";
/// The age that was promised.
pub const PROMISED: &str = "datasurface_sink_promised_seconds";
/// Whether a sink is later than was promised.
pub const LATE: &str = "datasurface_sink_late";
/// Whether something failed on the way to a sink.
pub const FAILING: &str = "datasurface_sink_failing";
