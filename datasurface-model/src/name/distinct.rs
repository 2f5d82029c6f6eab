//! Whether names are different, at a glance.

use std::iter;

/// Up to this many names, each one is compared with all others.
const FEW: usize = 16;

/// Whether no two names are equal without regard to case, if that can be told at a glance: by numbers, which are
/// compared, or sorted, at a fraction of the cost of names.
pub(crate) fn are_all_different<'n>(next: &mut dyn FnMut() -> Option<&'n str>) -> bool {
    let mut hashes = iter::from_fn(|| next().map(folded_hash));
    // Nearly every collection is small, and needs no memory of its own.
    let mut few = [0; FEW];
    let count = few.iter_mut().zip(hashes.by_ref()).map(|(place, hash)| *place = hash).count();
    let mut all: Vec<u64> = hashes.collect();
    if all.is_empty() {
        let mut rest = few.get(..count).unwrap_or_default();
        while let [hash, others @ ..] = rest {
            if others.contains(hash) {
                return false;
            }
            rest = others;
        }
        return true;
    }
    all.extend(few);
    all.sort_unstable();
    all.is_sorted_by(|one, two| one < two)
}

/// The letters of a name as all have them that differ from it in case only. Letter by letter, so that where a letter stands makes
/// no difference.
pub(crate) fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase)
}

/// Equal for names that differ in case only, and most often different for others.
fn folded_hash(name: &str) -> u64 {
    if name.is_ascii() {
        ascii_folded_hash(name)
    } else {
        ascii_folded_hash(&folded(name).collect::<String>())
    }
}

fn ascii_folded_hash(name: &str) -> u64 {
    // Sets the bit by which lower case differs from upper case, eight bytes at a time. It is set in all that is no
    // letter, too, which does no harm to a hash.
    const CASE: u64 = u64::from_ne_bytes([0x20; 8]);
    let (chunks, rest) = name.as_bytes().as_chunks::<8>();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(last, byte)| *last = *byte);
    chunks.iter().chain([&last]).fold(0, |hash: u64, chunk| {
        (hash.rotate_left(5) ^ (u64::from_le_bytes(*chunk) | CASE)).wrapping_mul(0x517c_c1b7_2722_0a95)
    })
}
