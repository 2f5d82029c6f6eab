//! The clock of this machine.

use chrono::{DateTime, NaiveDate, Utc};
use std::time::SystemTime;

/// Today in UTC.
pub(crate) fn today() -> NaiveDate {
    now().date_naive()
}

/// The time that it is. No other crate reads a clock.
pub(crate) fn now() -> DateTime<Utc> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    DateTime::from_timestamp(seconds, since.subsec_nanos()).unwrap_or_default()
}
