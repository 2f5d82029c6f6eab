//! Decimal numbers, exactly: written with the digits of a scale, and added up. SQLite itself has binary floating point
//! numbers only.

use bigdecimal::BigDecimal;
use std::str::FromStr;

/// The longest text that is taken for a number: the smallest binary64 number has some 330 digits without an exponent.
const LONGEST: usize = 400;

/// Writes a number with so many digits after the point, rounded half away from zero, and returns whether it had more digits than
/// that; none if the text is no number without an exponent.
pub(crate) fn write_scaled(text: &str, scale: u16, into: &mut String) -> Option<bool> {
    let (whole, fraction) = parts(text)?;
    let wanted = usize::from(scale);
    let is_negative = text.starts_with('-');
    into.clear();
    match fraction.split_at_checked(wanted) {
        Some((kept, dropped)) if !dropped.is_empty() => {
            write_rounded(is_negative, whole, kept, dropped, into);
            Some(dropped.bytes().any(|digit| digit != b'0'))
        }
        _ => {
            let is_zero = whole.bytes().chain(fraction.bytes()).all(|digit| digit == b'0');
            into.push_str(if is_negative && !is_zero { "-" } else { "" });
            into.push_str(whole);
            into.push_str(if wanted > 0 { "." } else { "" });
            into.push_str(fraction);
            into.extend(std::iter::repeat_n('0', wanted.saturating_sub(fraction.len())));
            Some(false)
        }
    }
}

/// Writes digits without those that are dropped: the last one that is kept is one more if these are a half or more.
fn write_rounded(is_negative: bool, whole: &str, kept: &str, dropped: &str, into: &mut String) {
    let digits = || whole.bytes().chain(kept.bytes());
    let count = whole.len() + kept.len();
    // What becomes one more: the last digit that is no nine, or a one before all of them.
    let raised = match dropped.as_bytes().first() {
        Some(b'5'..=b'9') => {
            let nines =
                kept.bytes().rev().chain(whole.bytes().rev()).take_while(|digit| *digit == b'9').count();
            Some(count - nines)
        }
        _ => None,
    };
    let carried = (raised == Some(0)).then_some(b'1');
    let rounded = digits().enumerate().map(|(at, digit)| match raised {
        Some(raised) if at + 1 == raised => digit + 1,
        Some(raised) if at >= raised => b'0',
        _ => digit,
    });
    let rounded = carried.into_iter().chain(rounded);
    let before_point = whole.len() + usize::from(carried.is_some());
    let leading = rounded.clone().take(before_point - 1).take_while(|digit| *digit == b'0').count();
    if is_negative && rounded.clone().any(|digit| digit != b'0') {
        into.push('-');
    }
    for (at, digit) in rounded.enumerate().skip(leading) {
        if at == before_point {
            into.push('.');
        }
        into.push(char::from(digit));
    }
}

/// Reads a number that is written without an exponent, which could make it as long as it likes.
pub(crate) fn exact(text: &str) -> Option<BigDecimal> {
    parts(text)?;
    BigDecimal::from_str(text).ok()
}

/// Returns the digits of a number before and after its point; none if the text is no number without an exponent.
fn parts(text: &str) -> Option<(&str, &str)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = !whole.is_empty() && text.len() <= LONGEST && are_digits(whole) && are_digits(fraction);
    is_number.then_some((whole, fraction))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bigdecimal::RoundingMode;

    fn scaled(text: &str, scale: u16) -> Option<(String, bool)> {
        let mut written = "before".to_owned();
        write_scaled(text, scale, &mut written).map(|is_rounded| (written, is_rounded))
    }

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
            ("-99.995", 2, "-100.00", true),
            ("007.499", 2, "7.50", true),
            ("0.995", 2, "1.00", true),
            ("0.9949", 2, "0.99", true),
            ("18.", 1, "18.0", false),
            ("99999999999999999999999999999999999999.5", 0, "100000000000000000000000000000000000000", true),
        ] {
            assert_eq!(scaled(text, scale), Some((expected.to_owned(), is_rounded)), "{text}");
        }
        for text in ["", "-", ".5", "1e5", "1e400000", "NaN", " 1", "1,5", &"9".repeat(401)] {
            assert_eq!(scaled(text, 2), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_rounded_is_what_exact_numbers_come_to(text in "-?[0-9]{1,25}(\\.[09]{0,9}[0-9]{0,9})?", scale in 0_u16..12) {
            let number = BigDecimal::from_str(&text).unwrap();
            let rounded = number.with_scale_round(scale.into(), RoundingMode::HalfUp);
            let (written, is_rounded) = scaled(&text, scale).unwrap();
            proptest::prop_assert_eq!(BigDecimal::from_str(&written).unwrap(), rounded.clone());
            proptest::prop_assert_eq!(is_rounded, rounded != number);
            proptest::prop_assert_eq!(written.split_once('.').map_or(0, |(_, digits)| digits.len()), usize::from(scale));
            proptest::prop_assert!(written.trim_start_matches('-') == written || rounded.sign() == bigdecimal::num_bigint::Sign::Minus);
        }
    }
}
