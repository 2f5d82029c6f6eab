//! "Did you mean": the existing name that is nearest to one that does not exist.

mod index;

pub use index::NameIndex;

/// Returns the candidate with the fewest letters to change, add, take away or exchange with the next one, or none if these are more than a
/// third of `wanted` (one is always allowed). Of equally near candidates, the first in alphabetical order. Case does not
/// count.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let length = wanted.chars().count();
    let limit = (length / 3).max(1);
    candidates
        .into_iter()
        // As many letters differ at least as one of them has more; some have more of them in lower case.
        .filter(|candidate| lower_case_length(candidate).abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

fn lower_case_length(text: &str) -> usize {
    text.chars().map(|letter| letter.to_lowercase().len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_near() {
        assert_eq!(nearest("custmers", ["orders", "customers"]), Some("customers"));
        assert_eq!(nearest("CUSTOMERS", ["orders", "customers"]), Some("customers"));
        assert_eq!(nearest("customers", ["orders", "products"]), None);
        assert_eq!(nearest("ab", ["ac", "aa"]), Some("aa"));
        assert_eq!(nearest("odrer", ["order"]), Some("order"));
        assert_eq!(nearest("İİİİ", ["İİİİ"]), Some("İİİİ"));
        assert_eq!(nearest("i\u{307}i\u{307}i\u{307}", ["İİİ"]), Some("İİİ"));
    }
}
