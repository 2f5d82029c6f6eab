//! The values of spelled numbers.

/// A number, as far as settings and quantities can say one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Unsigned(u64),
    Signed(i64),
    Fraction(f64),
}

/// Nothing if there is no such number: one too large, or none at all. A whole number that does not fit stays none: the nearest
/// fraction would be another number.
pub(super) fn number(spelling: &str) -> Option<Number> {
    let digits = spelling.strip_prefix('+').unwrap_or(spelling);
    let whole = match digits.get(..2) {
        Some("0x") => u64::from_str_radix(digits.get(2..)?, 16).ok(),
        Some("0o") => u64::from_str_radix(digits.get(2..)?, 8).ok(),
        _ => digits.parse().ok(),
    };
    if let Some(whole) = whole {
        return Some(Number::Unsigned(whole));
    }
    if let Ok(negative) = digits.parse() {
        return Some(Number::Signed(negative));
    }
    let is_fraction = digits.contains(['.', 'e', 'E']);
    let fraction = is_fraction.then(|| digits.parse().ok()).flatten();
    fraction.filter(|fraction: &f64| fraction.is_finite()).map(Number::Fraction)
}

/// Whether a word is a number in the core schema of YAML 1.2.
#[cfg(feature = "yaml")]
pub(super) fn is_number(word: &str) -> bool {
    let radix = |prefix, radix| {
        let digits: Option<&str> = word.strip_prefix(prefix);
        digits.is_some_and(|digits| !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix)))
    };
    if radix("0x", 16) || radix("0o", 8) {
        return true;
    }
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(word, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    !(whole.is_empty() && fraction.is_empty())
        && digits(whole)
        && digits(fraction)
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_they_are_spelled() {
        for (spelling, meaning) in [
            ("0", Some(Number::Unsigned(0))),
            ("+7", Some(Number::Unsigned(7))),
            ("-7", Some(Number::Signed(-7))),
            ("0x1F", Some(Number::Unsigned(31))),
            ("0o17", Some(Number::Unsigned(15))),
            ("1.5e3", Some(Number::Fraction(1500.0))),
            ("18446744073709551615", Some(Number::Unsigned(u64::MAX))),
            ("18446744073709551616", None),
            ("-9223372036854775809", None),
            ("0x10000000000000000", None),
            ("1.8446744073709551616e19", Some(Number::Fraction(18_446_744_073_709_551_616.0))),
            ("1e999", None),
            (".inf", None),
        ] {
            assert_eq!(number(spelling), meaning, "{spelling}");
        }
    }

    #[cfg(feature = "yaml")]
    #[test]
    fn words_are_told_from_numbers() {
        for word in
            ["0", "-1", "+12", "007", "0x1f", "0o7", ".5", "5.", "1e5", "1.5E-3", ".inf", "-.INF", ".nan"]
        {
            assert!(is_number(word), "{word}");
        }
        for word in
            ["", ".", "-", "+", "e5", "1e", "1_000", "0x", "0xg", "1.2.3", "1d", "NO", "12:30", "-.nan"]
        {
            assert!(!is_number(word), "{word}");
        }
    }
}
