//! Formats of floating point numbers: IEEE 754-2019, bfloat16, and those of machine learning (OCP's 8-bit and
//! microscaling specifications; the FNUZ variants, without infinities and negative zero, after Noune et al., 2022).

use std::fmt;

/// The encoding of a floating point number, which decides the values that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FloatFormat {
    /// IEEE 754 half precision.
    Binary16,
    /// IEEE 754 single precision.
    Binary32,
    /// IEEE 754 double precision.
    Binary64,
    /// IEEE 754 quadruple precision.
    Binary128,
    /// IEEE 754 octuple precision.
    Binary256,
    /// The upper half of a binary32.
    BFloat16,
    /// 8 bits, 4 of them exponent; no infinities.
    E4M3,
    /// 8 bits, 5 of them exponent; as IEEE would have it.
    E5M2,
    /// 8 bits, 4 of them exponent; no infinities, no negative zero, one NaN.
    E4M3Fnuz,
    /// 8 bits, 5 of them exponent; no infinities, no negative zero, one NaN.
    E5M2Fnuz,
    /// 6 bits, 2 of them exponent; finite values only.
    E2M3,
    /// 6 bits, 3 of them exponent; finite values only.
    E3M2,
    /// 4 bits, 2 of them exponent; finite values only.
    E2M1,
    /// 8 bits of exponent: powers of two, and a NaN. No zero, no sign.
    E8M0,
}

/// The encoding of the elements in a block of 32 numbers with one scale (an [`FloatFormat::E8M0`]): OCP's
/// microscaling formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MicroscalingFormat {
    /// MXFP8 with [`FloatFormat::E4M3`].
    E4M3,
    /// MXFP8 with [`FloatFormat::E5M2`].
    E5M2,
    /// MXFP6 with [`FloatFormat::E2M3`].
    E2M3,
    /// MXFP6 with [`FloatFormat::E3M2`].
    E3M2,
    /// MXFP4 with [`FloatFormat::E2M1`].
    E2M1,
    /// MXINT8: sixty-fourths, from −2 to 2.
    Int8,
}

/// The range of values of a format.
///
/// A finite value other than zero is ± *m* × 2^*e*, where *m* is an integer of at most [`precision`](Self::precision)
/// bits, *e* at least [`min_exponent`](Self::min_exponent), and the value at most the largest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloatRange {
    /// Bits of the significand, the hidden one included.
    pub precision: u16,
    /// The exponent of the smallest value: every value is a multiple of two to this power.
    pub min_exponent: i32,
    /// The exponent of the largest power of two.
    pub max_exponent: i32,
    /// The count of the largest significands that encode special values where the exponent is largest.
    pub reserved_at_max: u16,
    /// The values that are not ± *m* × 2^*e*.
    pub special: SpecialValues,
}

/// Values that are not ± *m* × 2^*e*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not, independent of the others")]
pub struct SpecialValues {
    /// Zero.
    pub zero: bool,
    /// Negative values.
    pub negative: bool,
    /// A zero with a minus sign.
    pub negative_zero: bool,
    /// Infinities.
    pub infinite: bool,
    /// Not a number.
    pub not_a_number: bool,
}

impl SpecialValues {
    const FINITE: Self =
        Self { zero: true, negative: true, negative_zero: true, infinite: false, not_a_number: false };
    const IEEE: Self = Self { infinite: true, not_a_number: true, ..Self::FINITE };

    /// Whether the other one has every one of these.
    fn all_in(self, other: Self) -> bool {
        (!self.zero || other.zero)
            && (!self.negative || other.negative)
            && (!self.negative_zero || other.negative_zero)
            && (!self.infinite || other.infinite)
            && (!self.not_a_number || other.not_a_number)
    }
}

impl FloatRange {
    /// Creates a range from the smallest and the largest exponents of normal values; subnormals extend the smallest
    /// one.
    const fn new(precision: u16, least_normal: i32, most_exponent: i32, special: SpecialValues) -> Self {
        let least_exponent = least_normal - (precision as i32 - 1);
        Self {
            precision,
            min_exponent: least_exponent,
            max_exponent: most_exponent,
            reserved_at_max: 0,
            special,
        }
    }

    /// Whether every value is one of `other`'s, too.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.special.all_in(other.special)
            && self.precision <= other.precision
            && self.min_exponent >= other.min_exponent
            && (self.max_exponent < other.max_exponent
                || self.max_exponent == other.max_exponent && self.top_is_within(other))
    }

    /// Compares the largest values of one exponent by what they lack to the next power of two.
    fn top_is_within(&self, other: &Self) -> bool {
        let finer = other.precision.saturating_sub(self.precision);
        let lacking = |range: &Self| u64::from(range.reserved_at_max) + 1;
        // 16 bits shifted by more than 16 exceed whatever 16 bits can say.
        lacking(other) <= lacking(self) << finer.min(32)
    }
}

impl FloatFormat {
    /// Every format.
    pub const ALL: [Self; 14] = [
        Self::Binary16,
        Self::Binary32,
        Self::Binary64,
        Self::Binary128,
        Self::Binary256,
        Self::BFloat16,
        Self::E4M3,
        Self::E5M2,
        Self::E4M3Fnuz,
        Self::E5M2Fnuz,
        Self::E2M3,
        Self::E3M2,
        Self::E2M1,
        Self::E8M0,
    ];

    /// Returns the name as a type of columns.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary16 => "Float16",
            Self::Binary32 => "Real",
            Self::Binary64 => "Double",
            Self::Binary128 => "Float128",
            Self::Binary256 => "Float256",
            Self::BFloat16 => "BFloat16",
            Self::E4M3 => "Float8E4M3",
            Self::E5M2 => "Float8E5M2",
            Self::E4M3Fnuz => "Float8E4M3FNUZ",
            Self::E5M2Fnuz => "Float8E5M2FNUZ",
            Self::E2M3 => "Float6E2M3",
            Self::E3M2 => "Float6E3M2",
            Self::E2M1 => "Float4E2M1",
            Self::E8M0 => "Float8E8M0",
        }
    }

    /// Returns the range of values.
    #[must_use]
    pub fn range(self) -> FloatRange {
        const IEEE: SpecialValues = SpecialValues::IEEE;
        const FINITE: SpecialValues = SpecialValues::FINITE;
        const NAN: SpecialValues = SpecialValues { not_a_number: true, ..FINITE };
        const FNUZ: SpecialValues = SpecialValues { negative_zero: false, ..NAN };
        const SCALE: SpecialValues = SpecialValues { zero: false, negative: false, ..FNUZ };
        match self {
            Self::Binary16 => FloatRange::new(11, -14, 15, IEEE),
            Self::Binary32 => FloatRange::new(24, -126, 127, IEEE),
            Self::Binary64 => FloatRange::new(53, -1022, 1023, IEEE),
            Self::Binary128 => FloatRange::new(113, -16_382, 16_383, IEEE),
            Self::Binary256 => FloatRange::new(237, -262_142, 262_143, IEEE),
            Self::BFloat16 => FloatRange::new(8, -126, 127, IEEE),
            // Where all bits are set there is the NaN.
            Self::E4M3 => FloatRange { reserved_at_max: 1, ..FloatRange::new(4, -6, 8, NAN) },
            Self::E5M2 => FloatRange::new(3, -14, 15, IEEE),
            Self::E4M3Fnuz => FloatRange::new(4, -7, 7, FNUZ),
            Self::E5M2Fnuz => FloatRange::new(3, -15, 15, FNUZ),
            Self::E2M3 => FloatRange::new(4, 0, 2, FINITE),
            Self::E3M2 => FloatRange::new(3, -2, 4, FINITE),
            Self::E2M1 => FloatRange::new(2, 0, 2, FINITE),
            Self::E8M0 => FloatRange::new(1, -127, 127, SCALE),
        }
    }
}

impl MicroscalingFormat {
    /// The count of numbers that share a scale.
    pub const BLOCK: usize = 32;

    /// Every format.
    pub const ALL: [Self; 6] = [Self::E4M3, Self::E5M2, Self::E2M3, Self::E3M2, Self::E2M1, Self::Int8];

    /// Returns the name as a type of columns.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::E4M3 => "MXFP8E4M3",
            Self::E5M2 => "MXFP8E5M2",
            Self::E2M3 => "MXFP6E2M3",
            Self::E3M2 => "MXFP6E3M2",
            Self::E2M1 => "MXFP4E2M1",
            Self::Int8 => "MXINT8",
        }
    }

    /// Returns the range of values of the elements before they are scaled.
    #[must_use]
    pub fn element_range(self) -> FloatRange {
        match self {
            Self::E4M3 => FloatFormat::E4M3.range(),
            Self::E5M2 => FloatFormat::E5M2.range(),
            Self::E2M3 => FloatFormat::E2M3.range(),
            Self::E3M2 => FloatFormat::E3M2.range(),
            Self::E2M1 => FloatFormat::E2M1.range(),
            // Seven bits and a sign. −2 is there as well, and has no counterpart.
            Self::Int8 => {
                FloatRange::new(7, 0, 0, SpecialValues { negative_zero: false, ..SpecialValues::FINITE })
            }
        }
    }
}

impl fmt::Display for FloatFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for MicroscalingFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Bits of the exponent, bits of the fraction, bias, and which patterns are not finite: decoded bit by bit, as the
    /// standards describe the encodings, and not from the ranges above.
    fn values(format: FloatFormat) -> Option<BTreeSet<u64>> {
        let (exponent_bits, fraction_bits, bias) = match format {
            FloatFormat::Binary16 => (5, 10, 15),
            FloatFormat::BFloat16 => (8, 7, 127),
            FloatFormat::E4M3 => (4, 3, 7),
            FloatFormat::E5M2 => (5, 2, 15),
            FloatFormat::E4M3Fnuz => (4, 3, 8),
            FloatFormat::E5M2Fnuz => (5, 2, 16),
            FloatFormat::E2M3 => (2, 3, 1),
            FloatFormat::E3M2 => (3, 2, 3),
            FloatFormat::E2M1 => (2, 1, 1),
            FloatFormat::E8M0 => {
                let powers = (0..255).map(|bits| 2_f64.powi(bits - 127)).chain([f64::NAN]);
                return Some(powers.map(f64::to_bits).collect());
            }
            _ => return None,
        };
        let ieee = matches!(format, FloatFormat::Binary16 | FloatFormat::BFloat16 | FloatFormat::E5M2);
        let fnuz = matches!(format, FloatFormat::E4M3Fnuz | FloatFormat::E5M2Fnuz);
        let (top, all) = ((1 << exponent_bits) - 1, (1 << fraction_bits) - 1);
        let decoded = (0..1_u32 << (1 + exponent_bits + fraction_bits)).map(|bits| {
            let fraction = bits & all;
            let exponent = (bits >> fraction_bits) & top;
            let negative = bits >> (exponent_bits + fraction_bits) == 1;
            let magnitude = if ieee && exponent == top {
                if fraction == 0 { f64::INFINITY } else { f64::NAN }
            } else if format == FloatFormat::E4M3 && exponent == top && fraction == all
                || fnuz && negative && exponent == 0 && fraction == 0
            {
                f64::NAN
            } else {
                let hidden = u32::from(exponent > 0) << fraction_bits;
                f64::from(hidden | fraction) * 2_f64.powi(exponent.max(1) as i32 - bias - fraction_bits)
            };
            match magnitude.is_nan() {
                true => f64::NAN.to_bits(),
                false if negative => (-magnitude).to_bits(),
                false => magnitude.to_bits(),
            }
        });
        Some(decoded.collect())
    }

    #[test]
    fn a_format_is_within_another_exactly_if_its_values_are() {
        let mut pairs = 0;
        for from in FloatFormat::ALL {
            for to in FloatFormat::ALL {
                let (Some(old), Some(new)) = (values(from), values(to)) else { continue };
                assert_eq!(from.range().is_within(&to.range()), old.is_subset(&new), "{from} to {to}");
                pairs += 1;
            }
        }
        assert_eq!(pairs, 100);
    }

    #[test]
    fn what_fits_into_the_large_formats() {
        let survives = |bits: &u64, narrowed: fn(f64) -> f64| {
            let value = f64::from_bits(*bits);
            value.is_nan() || narrowed(value).to_bits() == *bits
        };
        for from in FloatFormat::ALL {
            let Some(values) = values(from) else { continue };
            #[expect(clippy::cast_possible_truncation, reason = "truncation is what is looked for")]
            let fits = values.iter().all(|bits| survives(bits, |value| f64::from(value as f32)));
            assert_eq!(from.range().is_within(&FloatFormat::Binary32.range()), fits, "{from}");
            assert!(from.range().is_within(&FloatFormat::Binary64.range()), "{from}");
        }
        let ieee = [
            FloatFormat::Binary16,
            FloatFormat::Binary32,
            FloatFormat::Binary64,
            FloatFormat::Binary128,
            FloatFormat::Binary256,
        ];
        for (at, from) in ieee.iter().enumerate() {
            for (other, to) in ieee.iter().enumerate() {
                assert_eq!(from.range().is_within(&to.range()), at <= other, "{from} to {to}");
            }
        }
    }
}
