//! The names of metrics about what arrives at consumers, which `datasurface status --format openmetrics` shows and [alerts](crate::AlertRules)
//! ask for.

/// Whether every platform could be asked.
pub const COMPLETE: &str = "datasurface_status_complete";
/// When platforms were asked.
pub const ASKED_AT: &str = "datasurface_status_timestamp_seconds";
/// When what arrived at a sink was last all that there was at its sources.
pub const CONFIRMED_AT: &str = "datasurface_sink_confirmed_timestamp_seconds";
/// How long ago that was.
pub const LAG: &str = "datasurface_sink_lag_seconds";
/// How late a sink may be.
pub const PROMISED: &str = "datasurface_sink_promised_seconds";
/// Whether a sink is later than was promised.
pub const LATE: &str = "datasurface_sink_late";
/// Whether something failed on the way to a sink.
pub const FAILING: &str = "datasurface_sink_failing";
