//! Which time zones there are. `time_zones.txt` lists every zone and link of the IANA time zone database, sorted.

use rustc_hash::FxHashSet;
use std::sync::LazyLock;

static NAMES: &str = include_str!("time_zones.txt");

/// Many columns are looked up.
static TIME_ZONES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| NAMES.lines().collect());

/// Whether IANA knows a time zone of this name, letter by letter.
#[must_use]
pub fn is_time_zone(name: &str) -> bool {
    TIME_ZONES.contains(name)
}

/// Returns the time zone that was probably meant, if one is similar enough.
pub fn nearest_time_zone(name: &str) -> Option<&'static str> {
    crate::nearest::nearest(name, NAMES.lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_and_links_are_found() {
        assert!(NAMES.lines().is_sorted());
        for name in ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Etc/GMT+12", "Zulu", "US/Pacific"]
        {
            assert!(is_time_zone(name), "{name}");
        }
        for name in ["", "utc", "Berlin", "Europe/Berlin ", "CEST", "+01:00"] {
            assert!(!is_time_zone(name), "{name}");
        }
        assert_eq!(nearest_time_zone("Europe/Berln"), Some("Europe/Berlin"));
    }
}
