//! "Did you mean": the existing name that is nearest to one that does not exist.

/// The candidate with the fewest letters to change, add or take away, if that is at most a third of the letters; the
/// first one in order where several are as near. Case does not count.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = wanted.to_lowercase().chars().collect();
    let limit = (wanted.len() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(wanted.len()) <= limit)
        .map(|candidate| (distance(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance, one row at a time.
fn distance(from: &[char], to: &str) -> usize {
    let mut row: Vec<usize> = (0..=from.len()).collect();
    for (position, letter) in to.chars().enumerate() {
        let mut diagonal = position;
        let mut left = position + 1;
        let mut next = vec![left];
        for (above, other) in row.iter().skip(1).zip(from) {
            let substituted = diagonal + usize::from(letter != *other);
            left = substituted.min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let distance = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), b);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn the_nearest_is_near() {
        assert_eq!(nearest("custmers", ["orders", "customers"]), Some("customers"));
        assert_eq!(nearest("CUSTOMERS", ["orders", "customers"]), Some("customers"));
        assert_eq!(nearest("customers", ["orders", "products"]), None);
        assert_eq!(nearest("ab", ["ac", "aa"]), Some("aa"));
    }
}
