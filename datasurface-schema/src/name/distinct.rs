//! Whether names are different, at a glance.

use rustc_hash::FxHasher;
use std::hash::Hasher;

/// Whether no two names are equal without regard to case, if that can be told at a glance: by numbers, which are
/// compared, or sorted, at a fraction of the cost of names.
pub fn are_all_different<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    let mut hashes: Vec<u64> = names.map(folded_hash).collect();
    hashes.sort_unstable();
    hashes.is_sorted_by(|one, other| one < other)
}

/// The letters of a name as all have them that differ from it in case only. Letter by letter, so that where a letter stands makes
/// no difference.
pub fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase)
}

/// Equal for names that differ in case only, and most often different for others.
fn folded_hash(name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    // Nearly every name is ASCII, and letters of all scripts take five times as long: every column of a model is asked about.
    match name.is_ascii() {
        true => name.bytes().for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase())),
        false => folded(name).collect::<String>().bytes().for_each(|byte| hasher.write_u8(byte)),
    }
    hasher.finish()
}
