//! Comparison of names without regard to case.
//!
//! Names are unique without regard to case in every alphabet: two names that differ in case only are one file on many systems.

use rustc_hash::FxHasher;
use std::hash::Hasher;

/// Whether no two names are equal without regard to case, if that can be told at a glance: by numbers, which are
/// compared, or sorted, at a fraction of the cost of names.
pub fn are_distinct<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    let mut hashes: Vec<u64> = names.map(folded_hash).collect();
    hashes.sort_unstable();
    hashes.is_sorted_by(|one, other| one < other)
}

/// Returns the name in lower case: names that differ in case only have equal letters. Each letter is converted on its
/// own, whatever its position.
pub fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase)
}

/// Returns a hash that is equal for names that differ in case only, and most often different for others.
fn folded_hash(name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    // Nearly every name is ASCII and short, and every column of a model is asked about: a place of a fixed size is put into lower
    // case at once.
    let mut lower = [0; 32];
    match lower.get_mut(..name.len()) {
        Some(place) if name.is_ascii() => {
            place.copy_from_slice(name.as_bytes());
            lower.make_ascii_lowercase();
            hasher.write(lower.get(..name.len()).unwrap_or_default());
        }
        _ => hasher.write(folded(name).collect::<String>().as_bytes()),
    }
    hasher.finish()
}
