//! Floating point numbers: those that a format has.

use super::{ValueError, utf8};
use crate::{prelude::*, sql::storage::NOT_A_NUMBER};
use rusqlite::types::ValueRef;

/// Returns the number that a value is, if no digit of it gets lost.
pub(super) fn number(value: ValueRef<'_>) -> Result<f64, ValueError> {
    match value {
        ValueRef::Real(number) => Ok(number),
        ValueRef::Integer(number) => {
            #[expect(clippy::cast_precision_loss, reason = "whether something is lost is found out next")]
            let real = number as f64;
            // Compared as wider integers: 2 to the power of 63 would come back as something smaller.
            #[expect(clippy::cast_possible_truncation, reason = "a whole number of 64 bits")]
            let is_same = real as i128 == i128::from(number);
            if is_same { Ok(real) } else { Err(ValueError::Precision) }
        }
        ValueRef::Text(bytes) if bytes == NOT_A_NUMBER.as_bytes() => Ok(f64::NAN),
        ValueRef::Text(bytes) => read(utf8(bytes)?),
        ValueRef::Null | ValueRef::Blob(_) => Err(ValueError::Form),
    }
}

/// Reads a number from a text, if no digit of it gets lost.
fn read(text: &str) -> Result<f64, ValueError> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned == "Infinity" {
        return Ok(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return Err(ValueError::Form);
    }
    let number: f64 = text.parse().map_err(|_| ValueError::Form)?;
    if number.is_infinite() {
        return Err(ValueError::Range);
    }
    // Where two texts are as short and as near, servers take one or the other.
    if digits(text).len() <= digits(&number.to_string()).len() {
        Ok(number)
    } else {
        Err(ValueError::Precision)
    }
}

/// The significant digits of a number, wherever its point is.
fn digits(number: &str) -> String {
    let (mantissa, _) = number.split_once(['e', 'E']).unwrap_or((number, ""));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

/// Whether a format has this number.
pub(super) fn judge(number: f64, format: FloatFormat) -> Result<(), ValueError> {
    match format {
        FloatFormat::Binary64 => Ok(()),
        FloatFormat::Binary32 => single(number),
        other => exactly(number, &other.range()),
    }
}

/// Returns the number of a format that is nearest to a value which has more digits than the format; none if it has no more, or is no number.
/// Of two that are as near it is the one further from zero. What is beyond the range stays so.
pub(in crate::runtime) fn rounded(value: ValueRef<'_>, format: FloatFormat) -> Option<f64> {
    let exact = number(value).and_then(|number| judge(number, format));
    if exact != Err(ValueError::Precision) {
        return None;
    }
    let wide = match value {
        ValueRef::Real(number) => number,
        #[expect(clippy::cast_precision_loss, reason = "it is to be rounded")]
        ValueRef::Integer(number) => number as f64,
        ValueRef::Text(bytes) => utf8(bytes).ok()?.parse().ok()?,
        ValueRef::Null | ValueRef::Blob(_) => return None,
    };
    if format == FloatFormat::Binary64 || wide == 0.0 {
        return Some(wide);
    }
    let range = format.range();
    // Numbers of narrower formats are far from those with the smallest exponent, in which there are fewer digits.
    let highest = i32::try_from(wide.abs().to_bits() >> 52).unwrap_or_default() - 1023;
    let step = 2_f64.powi((highest - i32::from(range.precision) + 1).max(range.min_exponent));
    Some((wide / step).round() * step)
}

/// A source that knows no narrower numbers has 0.1 for the `Real` 0.1: the shortest digits of both are the same.
fn single(number: f64) -> Result<(), ValueError> {
    #[expect(clippy::cast_possible_truncation, reason = "whether something is lost is found out next")]
    let near = number as f32;
    #[expect(clippy::float_cmp, reason = "it is the same number or another one")]
    let is_same = f64::from(near) == number;
    if is_same || number.is_nan() {
        return Ok(());
    }
    if near.is_infinite() || near == 0.0 {
        return Err(ValueError::Range);
    }
    if near.to_string() == number.to_string() { Ok(()) } else { Err(ValueError::Precision) }
}

fn exactly(number: f64, range: &FloatRange) -> Result<(), ValueError> {
    let has = |is: bool| if is { Ok(()) } else { Err(ValueError::Range) };
    let special = range.special;
    if number.is_nan() {
        return has(special.not_a_number);
    }
    if number.is_sign_negative() && number != 0.0 && !special.negative {
        return Err(ValueError::Range);
    }
    if number.is_infinite() {
        return has(special.infinite);
    }
    if number == 0.0 {
        return has(special.zero);
    }
    // The bits of a double: 52 of the significand, 11 of the exponent, a sign.
    let bits = number.abs().to_bits();
    let (exponent, fraction) = (i32::try_from(bits >> 52).unwrap_or_default(), bits & ((1 << 52) - 1));
    let (significand, least) = match exponent {
        0 => (fraction, -1074),
        exponent => (fraction | 1 << 52, exponent - 1075),
    };
    let unused = i32::try_from(significand.trailing_zeros()).unwrap_or_default();
    let used = i32::try_from(64 - significand.leading_zeros()).unwrap_or_default() - unused;
    let (lowest, highest) = (least + unused, least + unused + used - 1);
    if highest > range.max_exponent {
        return Err(ValueError::Range);
    }
    if used > i32::from(range.precision) || lowest < range.min_exponent {
        return Err(ValueError::Precision);
    }
    // The largest significands of the largest exponent may mean something else.
    let shift = highest - i32::from(range.precision) + 1;
    let in_steps = (significand >> unused) << u32::try_from(lowest - shift).unwrap_or_default().min(63);
    let most = (1_u64 << range.precision.min(63)) - 1 - u64::from(range.reserved_at_max);
    has(highest < range.max_exponent || in_steps <= most)
}
