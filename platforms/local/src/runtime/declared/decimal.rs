//! Decimals: kept as texts with all digits of their scale, no sign before zero and no digits that mean nothing.

use super::{ValueError, utf8, written};
use crate::sql::storage::NOT_A_NUMBER;
use rusqlite::types::ValueRef;

/// Returns the decimal as it is kept, if it has at most so many digits before and behind its point.
pub(super) fn keep<'v>(
    value: ValueRef<'v>,
    whole: usize,
    scale: usize,
    room: &'v mut String,
) -> Result<ValueRef<'v>, ValueError> {
    let text = match value {
        ValueRef::Text(bytes) if is_kept_form(bytes, whole, scale) => return Ok(value),
        ValueRef::Text(bytes) => {
            let text = utf8(bytes)?;
            let number = Decimal::read(text)?;
            number.write(whole, scale, room)?;
            room
        }
        ValueRef::Integer(number) => {
            let digits = number.unsigned_abs().to_string();
            let number = Decimal { is_negative: number < 0, digits: &digits, fraction: "", exponent: 0 };
            number.write(whole, scale, room)?;
            room
        }
        ValueRef::Real(number) if number.is_nan() => written_nan(room),
        ValueRef::Real(number) if number.is_infinite() => return Err(ValueError::Range),
        ValueRef::Real(number) => {
            if !write_short(number, whole, scale, room) {
                // The shortest digits that are this number and no other one.
                let digits = number.abs().to_string();
                let (digits, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
                let is_negative = number.is_sign_negative();
                Decimal { is_negative, digits, fraction, exponent: 0 }.write(whole, scale, room)?;
            }
            room
        }
        ValueRef::Null | ValueRef::Blob(_) => return Err(ValueError::Form),
    };
    Ok(ValueRef::Text(text.as_bytes()))
}

/// Judges whether PostgreSQL's `numeric` without limits has a value.
pub(super) fn judge_numeric(value: ValueRef<'_>) -> Result<(), ValueError> {
    /// Far below the limits of `numeric`, and far above every scale.
    const MOST_DIGITS: usize = 10_000;
    let ValueRef::Text(bytes) = value else {
        return Err(ValueError::Form);
    };
    let text = utf8(bytes)?;
    if matches!(text, NOT_A_NUMBER | "Infinity" | "-Infinity") {
        return Ok(());
    }
    let number = Decimal::read(text)?;
    let is_near = usize::try_from(number.exponent.unsigned_abs()).is_ok_and(|places| places <= MOST_DIGITS);
    if is_near && text.len() <= MOST_DIGITS { Ok(()) } else { Err(ValueError::Range) }
}

fn written_nan(room: &mut String) -> &mut String {
    written(room, format_args!("{NOT_A_NUMBER}"));
    room
}

/// Whether a text is a decimal in the form in which it is kept, or not-a-number.
fn is_kept_form(bytes: &[u8], whole: usize, scale: usize) -> bool {
    let (is_negative, unsigned) = match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, bytes),
    };
    let point = match scale {
        0 => unsigned.len(),
        scale => unsigned.len().saturating_sub(scale + 1),
    };
    let (digits, fraction) = unsigned.split_at_checked(point).unwrap_or((unsigned, &[]));
    let fraction = match fraction.split_first() {
        None => fraction,
        Some((b'.', fraction)) => fraction,
        Some(_) => return bytes == NOT_A_NUMBER.as_bytes(),
    };
    let are_digits = digits.iter().chain(fraction).all(u8::is_ascii_digit);
    let has_no_leading_zero = match digits.split_first() {
        None => false,
        Some((b'0', rest)) => rest.is_empty(),
        Some(_) => true,
    };
    let is_zero = || digits.iter().chain(fraction).all(|digit| *digit == b'0');
    (are_digits
        && fraction.len() == scale
        && has_no_leading_zero
        && (digits.len() <= whole || whole == 0 && digits == b"0")
        && !(is_negative && is_zero()))
        || bytes == NOT_A_NUMBER.as_bytes()
}

/// Writes a floating point number whose decimal has few digits: the usual case, in a fraction of the time.
pub(in crate::runtime) fn write_short(number: f64, whole: usize, scale: usize, room: &mut String) -> bool {
    /// Every decimal of that many digits is another floating point number.
    const BEYOND: f64 = 1e15;
    const MOST_SCALE: usize = 15;
    let Some(power) = i32::try_from(scale).ok().filter(|_| scale <= MOST_SCALE) else {
        return false;
    };
    let factor = 10_f64.powi(power);
    let scaled = (number * factor).round();
    // A quotient is the number next to the exact one: that of this decimal.
    #[expect(clippy::float_cmp, reason = "it is the same number or another one")]
    let is_same = scaled.abs() < BEYOND && scaled / factor == number;
    if !is_same {
        return false;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number below 1e15")]
    let mut rest = scaled.abs() as u64;
    let mut digits = [b'0'; 32];
    let mut first = digits.len();
    let mut behind = 0;
    while rest > 0 || behind <= scale {
        if behind == scale && scale > 0 {
            first -= 1;
            if let Some(place) = digits.get_mut(first) {
                *place = b'.';
            }
        }
        first -= 1;
        if let Some(place) = digits.get_mut(first) {
            *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        }
        rest /= 10;
        behind += 1;
    }
    let has = behind - scale;
    let is_below_one = scaled.abs() < factor;
    if has > whole && !is_below_one {
        return false;
    }
    room.clear();
    if scaled < 0.0 {
        room.push('-');
    }
    let written = digits.get(first..).and_then(|digits| str::from_utf8(digits).ok());
    room.push_str(written.unwrap_or_default());
    true
}

/// A decimal, as a text has it.
struct Decimal<'t> {
    is_negative: bool,
    digits: &'t str,
    fraction: &'t str,
    exponent: i64,
}

impl<'t> Decimal<'t> {
    fn read(text: &'t str) -> Result<Self, ValueError> {
        let (is_negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, text.get(1..).unwrap_or_default()),
            Some(b'+') => (false, text.get(1..).unwrap_or_default()),
            _ => (false, text),
        };
        if matches!(unsigned, "Infinity" | "Inf") {
            return Err(ValueError::Range);
        }
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            None => (unsigned, 0),
            Some((mantissa, exponent)) => {
                let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(ValueError::Form);
                }
                (mantissa, exponent.parse().map_err(|_| ValueError::Range)?)
            }
        };
        let (digits, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if digits.len() + fraction.len() == 0 || !are_digits(digits) || !are_digits(fraction) {
            return Err(ValueError::Form);
        }
        Ok(Self { is_negative, digits, fraction, exponent })
    }

    /// Writes it in the form in which it is kept.
    fn write(&self, whole: usize, scale: usize, room: &mut String) -> Result<(), ValueError> {
        let all = || self.digits.bytes().chain(self.fraction.bytes());
        let count = self.digits.len() + self.fraction.len();
        let leading = all().take_while(|digit| *digit == b'0').count();
        let trailing = all().rev().take_while(|digit| *digit == b'0').count();
        room.clear();
        if leading == count {
            room.push('0');
            if scale > 0 {
                room.push('.');
                room.extend(std::iter::repeat_n('0', scale));
            }
            return Ok(());
        }
        // Where the point is, counted from the first digit: beyond all digits, or before the first one, too.
        let point = i64::try_from(self.digits.len()).map_err(|_| ValueError::Range)?;
        let point = point.checked_add(self.exponent).ok_or(ValueError::Range)?;
        let position = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
        if point.saturating_sub(position(leading)) > position(whole) {
            return Err(ValueError::Range);
        }
        if position(count - trailing).saturating_sub(point) > position(scale) {
            return Err(ValueError::Precision);
        }
        if self.is_negative {
            room.push('-');
        }
        // One digit before the point, at least. Both ends are near each other: what is between them is within the type.
        let first = position(leading).min(point.saturating_sub(1));
        let last = point.saturating_add(position(scale));
        for at in first..last {
            if at == point {
                room.push('.');
            }
            let digit = usize::try_from(at).ok().and_then(|at| all().nth(at));
            room.push(digit.map_or('0', char::from));
        }
        Ok(())
    }
}
