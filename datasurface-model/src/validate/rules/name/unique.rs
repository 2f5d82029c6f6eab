//! Names that must be unique, without regard to ASCII case.

use super::{DUPLICATE, Scope};
use crate::{
    diagnostic::{Diagnostic, ModelPath},
    gather::sort_by,
    name::Name,
    validate::unit::UnitKey,
};
use std::cmp::Ordering;

/// Reports a unit that has its name from another one, which comes first.
pub(super) fn unique_in_ecosystem(collection: &'static str, first: Option<&UnitKey>, scope: &mut Scope<'_>) {
    if let Some(first) = first.filter(|first| *first != scope.unit) {
        let finding = duplicate(collection, scope.unit.name(), first.name(), scope.path(), first.path());
        scope.report(finding);
    }
}

/// Reports every name that an earlier one has already, without regard to ASCII case.
pub(super) fn unique<'n, N: Name + 'n>(
    names: impl Iterator<Item = &'n N> + Clone,
    scope: &mut Scope<'_>,
    at: impl Fn(ModelPath, &str) -> ModelPath,
) {
    if are_all_different(names.clone()) {
        return;
    }
    let mut names: Vec<_> = names.map(Name::as_str).collect();
    // Stable, so that the earlier one of two equal names stays before the other.
    sort_by(&mut names, |one, two| folded_order(one, two));
    for same in names.chunk_by(|one, two| one.eq_ignore_ascii_case(two)) {
        if let [first, others @ ..] = same {
            for name in others {
                let first_path = at(scope.path(), first);
                let plural = plural(N::NOUN);
                let finding = duplicate(&plural, name, first, at(scope.path(), name), first_path);
                scope.report(finding);
            }
        }
    }
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    }
}

fn duplicate(nouns: &str, name: &str, first: &str, path: ModelPath, first_path: ModelPath) -> Diagnostic {
    let message = if name == first {
        format!("there are several {nouns} called `{name}`")
    } else {
        format!("the {nouns} `{first}` and `{name}` differ in upper and lower case only")
    };
    Diagnostic::new(&DUPLICATE, path, message)
        .help("rename one of them, or take one away")
        .related(first_path, "has this name first")
}

/// Up to this many names, each one is compared with all others.
const FEW: usize = 16;

/// Whether no two names are equal without regard to ASCII case, if that can be told at a glance: by numbers, which are
/// compared, or sorted, at a fraction of the cost of names.
fn are_all_different<'n, N: Name + 'n>(names: impl Iterator<Item = &'n N>) -> bool {
    let mut hashes = names.map(|name| folded_hash(name.as_str()));
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

/// Equal for names that differ in ASCII case only, and most often different for others.
fn folded_hash(name: &str) -> u64 {
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

fn folded_order(one: &str, two: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    one.bytes().map(lower).cmp(two.bytes().map(lower))
}
