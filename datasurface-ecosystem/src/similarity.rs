//! Similarity of labels: which are most likely one label, spelled in two ways.
//!
//! Labels that nobody declares are short words of a company's own: `PII` and `PHI`, `PC1` and `PC2`, `Tier A` and `Tier B` are two
//! each. So a different letter alone does not make a slip. These do:
//! - what is equal without regard to case and to what parts words, and what looks the same (`PII` with a Cyrillic letter);
//! - one letter too many, too few, another one, or two that changed places, in one word of at least five letters: `Intrenal`;
//! - the same in a word of at least three, if no letter comes in that the other one does not have: `PPI` is a slip of `PII`, and
//!   `PHI` is none. Roman numbers are none either: `VII` and `VIII`.
//!
//! Numbers are never slips of each other.

use datasurface_schema::folded;
use rustc_hash::FxHashMap;
use unicode_security::confusable_detection::skeleton;

/// The count of letters above which a label has no slips: each of its letters costs a key in the index.
const LONGEST: usize = 64;
/// The count of letters from which on a word is one whose slips are recognized, whatever letters they have.
const LONG_WORD: usize = 5;
/// The count of letters from which on a word is one whose slips are recognized if they have its letters.
const SHORT_WORD: usize = 3;

/// Returns a text that is the same for all texts that look the same, as Unicode's table of confusable characters has it.
#[must_use]
pub fn looks(text: &str) -> String {
    skeleton(text).collect()
}

/// Returns each of these names that looks like an earlier one, after that. Those that differ in case only are the same name.
#[must_use]
pub fn look_alikes<'n>(names: &[&'n str]) -> Vec<(&'n str, &'n str)> {
    // Where all names are ASCII, there is no need of Unicode's table.
    let is_ascii = names.iter().all(|name| name.is_ascii());
    let mut first_by_look: FxHashMap<(bool, String), &str> = FxHashMap::default();
    let mut found = Vec::new();
    for name in names {
        let by_digits = name.is_ascii().then(|| (true, digits_as_letters(name)));
        let by_looks = (!is_ascii).then(|| appearances(name).map(|looks| (false, looks)));
        let mut alike = None;
        for key in by_digits.into_iter().chain(by_looks.into_iter().flatten()) {
            // What is all ASCII looks alike by its digits alone: nobody takes `Corn` for `Com`.
            let by_digits = key.0;
            let first = *first_by_look.entry(key).or_insert(name);
            let is_same = folded(first).eq(folded(name));
            if !is_same && (by_digits || !first.is_ascii() || !name.is_ascii()) {
                alike = alike.or(Some(first));
            }
        }
        found.extend(alike.map(|first| (first, *name)));
    }
    found
}

/// The name with one sign for each group of ASCII characters that look alike.
fn digits_as_letters(name: &str) -> String {
    let letter = |letter: char| match letter {
        '1' | 'I' | '|' => 'l',
        '0' => 'O',
        other => other,
    };
    name.chars().map(letter).collect()
}

/// Whether two labels are most likely one.
#[must_use]
pub fn is_similar(one: &str, other: &str) -> bool {
    if one == other {
        return false;
    }
    let is_ascii = one.is_ascii() && other.is_ascii();
    let look_alike = || compact_looks(one).zip(compact_looks(other)).any(|(one, other)| one == other);
    plain(one) == plain(other) || (!is_ascii && look_alike()) || is_slip(one, other)
}

/// Returns the keys by which similar labels are found: those of two similar labels have one in common.
#[must_use]
pub fn keys(label: &str) -> Vec<String> {
    let plain = plain(label);
    let mut keys: Vec<String> = compact_looks(label).map(|looks| format!("={looks}")).collect();
    keys.push(plain.iter().collect());
    if plain.len() <= LONGEST {
        // Two that differ in one letter are equal without it.
        keys.extend((0..plain.len()).map(|at| {
            let (before, after) = plain.split_at(at);
            before.iter().chain(after.iter().skip(1)).collect()
        }));
    }
    keys.sort();
    keys.dedup();
    keys
}

/// The letters without regard to case, and without what parts words.
fn plain(label: &str) -> Vec<char> {
    label.chars().filter(|letter| !is_gap(*letter)).flat_map(char::to_lowercase).collect()
}

/// How a label looks, without what parts its words.
fn compact_looks(label: &str) -> impl Iterator<Item = String> {
    appearances(&label.chars().filter(|letter| !is_gap(*letter)).collect::<String>()).into_iter()
}

/// How a text looks whatever the case: some letters look like others in their small form alone, some in their capital.
fn appearances(text: &str) -> [String; 2] {
    [looks(&text.to_lowercase()), looks(text).to_lowercase()]
}

fn is_gap(letter: char) -> bool {
    !letter.is_alphanumeric()
}

/// Whether exactly one word differs, and differs as a slip does.
fn is_slip(one: &str, other: &str) -> bool {
    fn words(label: &str) -> impl Iterator<Item = Vec<char>> {
        let words = label.split(is_gap).filter(|word| !word.is_empty());
        words.map(|word| word.chars().flat_map(char::to_lowercase).collect())
    }
    if words(one).count() != words(other).count() {
        return false;
    }
    let mut different = words(one).zip(words(other)).filter(|(one, other)| one != other);
    match (different.next(), different.next()) {
        (Some((one, other)), None) => one.len().max(other.len()) <= LONGEST && is_slip_of_word(&one, &other),
        _ => false,
    }
}

fn is_slip_of_word(one: &[char], other: &[char]) -> bool {
    let before = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let (one_rest, other_rest) = (one.get(before..).unwrap_or(&[]), other.get(before..).unwrap_or(&[]));
    let pairs = one_rest.iter().rev().zip(other_rest.iter().rev());
    let after = pairs.take_while(|(one, other)| one == other).count();
    let middle = |rest: &[char]| rest.get(..rest.len() - after).unwrap_or(&[]).to_vec();
    let (ours, theirs) = (middle(one_rest), middle(other_rest));
    let is_one_step = match (ours.as_slice(), theirs.as_slice()) {
        ([], [_]) | ([_], []) | ([_], [_]) => true,
        ([first, second], [third, fourth]) => first == fourth && second == third,
        _ => false,
    };
    if !is_one_step || ours.iter().chain(&theirs).any(|letter| letter.is_numeric()) {
        return false;
    }
    let shortest = one.len().min(other.len());
    let has_all = |one: &[char], other: &[char]| other.iter().all(|letter| one.contains(letter));
    let is_roman = |word: &[char]| word.iter().all(|letter| "ivxlcdm".contains(*letter));
    shortest >= LONG_WORD
        || (shortest >= SHORT_WORD
            && has_all(one, other)
            && has_all(other, one)
            && !(is_roman(one) && is_roman(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_look_alike_by_their_capitals_and_by_their_small_letters() {
        for (one, other) in [
            ("Mart", "\u{41c}\u{430}rt"),
            ("Bonn", "\u{412}onn"),
            ("HOPE", "\u{41d}\u{41e}\u{420}\u{415}"),
            ("ABE", "\u{391}\u{392}\u{395}"),
            ("Mart", "\u{1d40c}art"),
            ("shop", "sh\u{43e}p"),
        ] {
            assert_eq!(look_alikes(&[one, other]), [(one, other)]);
            assert_eq!(look_alikes(&[other, one]), [(other, one)]);
        }
        assert_eq!(look_alikes(&["Mart", "\u{41c}\u{430}p\u{442}\u{430}"]), []);
    }

    #[test]
    fn slips_are_told_from_other_labels() {
        let similar = [
            ("PII", "PPI"),
            ("PII", "pii"),
            ("PII", "P-I-I"),
            ("PII", "P\u{406}\u{406}"),
            ("HR", "\u{41d}R"),
            ("MNPI", "\u{41c}NPI"),
            ("HR", "\u{397}R"),
            ("MNPI", "MPNI"),
            ("Internal", "Intrenal"),
            ("Internal", "Interna"),
            ("Internal use", "Internal_Use"),
            ("Trade Secret", "Trade Secrets"),
            ("Trade Secret", "Trade Sekret"),
            ("öffentlich", "ÖFFENTLCH"),
        ];
        let different = [
            ("PII", "PHI"),
            ("PII", "PCI"),
            ("PII", "PII"),
            ("PC1", "PC2"),
            ("PC1", "PC11"),
            ("Level 1", "Level l"),
            ("Tier A", "Tier B"),
            ("Class VII", "Class VIII"),
            ("PI", "PII"),
            ("Internal", "External"),
            ("Restricted", "Unrestricted"),
            ("Secret 2024", "Secret 2025"),
            ("Trade Secret", "Secret"),
            ("", "a"),
        ];
        for (one, other) in similar {
            assert!(is_similar(one, other) && is_similar(other, one), "{one} {other}");
            let others = keys(other);
            assert!(keys(one).iter().any(|key| others.contains(key)), "{one} {other}");
        }
        for (one, other) in different {
            assert!(!is_similar(one, other) && !is_similar(other, one), "{one} {other}");
        }
    }
}
