//! Names made of names: safe, unique, bounded.

use crate::rendering::is_device;
use datasurface_graph::Fingerprint;
use datasurface_model::DatasetKey;

/// The longest slug of a node or dataset.
pub(crate) const SLUG_LIMIT: usize = 63;

/// Digits of a hash that make a clash impossible in practice.
const DIGITS: usize = 12;

/// Makes a name for files and cloud resources of `parts`: ASCII letters, digits, `_` and `-`, at most `limit` characters
/// (never fewer than 16). Different parts give different slugs, also without regard to case where the parts differ so; a
/// slug that could not keep its parts whole ends in a hash of them.
#[must_use]
pub fn slug(parts: &[&str], limit: usize) -> String {
    let plain = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    // No file can have the name of a device, and a slug is the name of a file.
    let is_plain = parts.iter().all(plain) && !matches!(parts, [only] if is_device(only));
    // Two hyphens never come from plain parts, so a hash cannot be mistaken for one.
    bounded(parts, "-", "--", is_plain, limit)
}

/// Returns a safe, bounded name of a dataset that is unique among all datasets.
#[must_use]
pub fn dataset_slug(dataset: &DatasetKey) -> String {
    slug(&[dataset.datastore.as_str(), dataset.dataset.as_str()], SLUG_LIMIT)
}

/// Makes a name for SQL objects of `parts` that are identifiers: joined with two underscores, at most `limit` characters
/// (never fewer than 16). Different parts give different names; a name that could not keep its parts whole ends in a hash
/// of them.
#[must_use]
pub fn identifier(parts: &[&str], limit: usize) -> String {
    let plain = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !part.contains("__")
            && !part.ends_with('_')
    };
    // A plain part never begins with a digit, so a hash cannot be mistaken for one.
    bounded(parts, "__", "__0", parts.iter().all(plain), limit)
}

fn bounded(parts: &[&str], between: &str, before_hash: &str, plain: bool, limit: usize) -> String {
    let joined = parts.join(between);
    if plain && joined.len() <= limit.max(DIGITS + 4) {
        return joined;
    }
    let hash = Fingerprint::of(&parts).to_string();
    let hash = hash.get(..DIGITS).unwrap_or_default();
    let room = limit.max(DIGITS + 4) - before_hash.len() - DIGITS;
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' }
    };
    let readable: String = joined.chars().map(safe).take(room).collect();
    format!("{readable}{before_hash}{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_parts_stay_readable() {
        assert_eq!(slug(&["NW_Data", "customers"], 63), "NW_Data-customers");
        assert_eq!(identifier(&["NW_Data", "customers"], 63), "NW_Data__customers");
    }

    #[test]
    fn what_could_clash_gets_a_hash() {
        let ambiguous: [&[&str]; 4] = [&["a-b", "c"], &["a", "b-c"], &["a", "b", "c"], &["a b", "c"]];
        let mut slugs: Vec<_> = ambiguous.iter().map(|parts| slug(parts, 63)).collect();
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), 4);
        assert_ne!(identifier(&["a__b", "c"], 63), identifier(&["a", "b__c"], 63));
        assert_ne!(identifier(&["a_", "c"], 63), identifier(&["a", "_c"], 63));
    }

    #[test]
    fn a_slug_is_a_safe_path() {
        for name in ["aux", "AUX", "Com1", "con", "East US 2", "..", "/", "", "ø", &"x".repeat(128)] {
            assert!(slug(&[name], 48).parse::<crate::SafePath>().is_ok(), "{name}");
        }
        assert_eq!(slug(&["aux", "nul"], 48), "aux-nul");
    }

    #[test]
    fn bounds_hold() {
        let long = "x".repeat(200);
        for limit in [0, 16, 30, 63] {
            assert!(slug(&[&long, "é"], limit).len() <= limit.max(16));
            assert!(identifier(&[&long], limit).len() <= limit.max(16));
        }
        assert_ne!(slug(&[&long, "a"], 30), slug(&[&long, "b"], 30));
    }
}
