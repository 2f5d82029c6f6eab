//! Decimal numbers, exactly: written with the digits of a scale, and added up. SQLite itself has binary floating point
//! numbers only.

use bigdecimal::{BigDecimal, RoundingMode};
use std::str::FromStr;

/// The longest text that is taken for a number: the smallest binary64 number has some 330 digits without an exponent.
const LONGEST: usize = 400;

/// A number, written with the digits of a scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scaled {
    pub(crate) text: String,
    /// Whether it had more digits than that.
    pub(crate) is_rounded: bool,
}

/// Writes a number with so many digits after the point, rounded half away from zero; none if the text is no number without
/// an exponent.
pub(crate) fn scaled(text: &str, scale: u16) -> Option<Scaled> {
    let fraction = fraction(text)?;
    let wanted = usize::from(scale);
    if fraction > wanted {
        let number = BigDecimal::from_str(text).ok()?;
        let rounded = number.with_scale_round(scale.into(), RoundingMode::HalfUp);
        let is_rounded = rounded != number;
        return Some(Scaled { text: without_sign_of_zero(rounded.to_plain_string()), is_rounded });
    }
    let mut padded = without_sign_of_zero(text.to_owned());
    if fraction == 0 && wanted > 0 {
        padded = padded.trim_end_matches('.').to_owned() + ".";
    }
    padded.extend(std::iter::repeat_n('0', wanted - fraction));
    Some(Scaled { text: padded, is_rounded: false })
}

/// Reads a number that is written without an exponent, which could make it as long as it likes.
pub(crate) fn exact(text: &str) -> Option<BigDecimal> {
    fraction(text)?;
    BigDecimal::from_str(text).ok()
}

/// Returns how many digits a number has after its point; none if the text is no number without an exponent.
fn fraction(text: &str) -> Option<usize> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = !whole.is_empty() && text.len() <= LONGEST && are_digits(whole) && are_digits(fraction);
    is_number.then_some(fraction.len())
}

fn without_sign_of_zero(number: String) -> String {
    match number.strip_prefix('-') {
        Some(zero) if zero.bytes().all(|byte| matches!(byte, b'0' | b'.')) => zero.to_owned(),
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_half_away_from_zero() {
        for (text, scale, expected, is_rounded) in [
            ("2769.3599999999997", 2, "2769.36", true),
            ("1.005", 2, "1.01", true),
            ("-1.005", 2, "-1.01", true),
            ("-0.004", 2, "0.00", true),
            ("-0", 2, "0.00", false),
            ("18", 2, "18.00", false),
            ("18.5", 2, "18.50", false),
            ("18.500", 2, "18.50", false),
            ("9.5", 0, "10", true),
            ("18.", 1, "18.0", false),
            ("99999999999999999999999999999999999999.5", 0, "100000000000000000000000000000000000000", true),
        ] {
            assert_eq!(scaled(text, scale), Some(Scaled { text: expected.to_owned(), is_rounded }), "{text}");
        }
        for text in ["", "-", ".5", "1e5", "1e400000", "NaN", " 1", "1,5", &"9".repeat(401)] {
            assert_eq!(scaled(text, 2), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_rounded_is_as_near_as_can_be(cents in -1_000_000_i64..1_000_000, more in 0_u32..1000) {
            let text = format!("{}{}.{:02}{more:03}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100);
            let away = i64::from(more >= 500) * if cents < 0 { -1 } else { 1 };
            let expected = cents + away;
            let read: f64 = scaled(&text, 2).unwrap().text.parse().unwrap();
            #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
            let expected = expected as f64 / 100.0;
            proptest::prop_assert!((read - expected).abs() < 1e-9, "{text}: {read}");
        }
    }
}
