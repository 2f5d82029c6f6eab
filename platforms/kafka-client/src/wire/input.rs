//! Reading of primitive types, as far as there are bytes.

use super::{Binary, Compact, Tags};

/// Bytes that do not follow the protocol.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// The bytes that are left to be read.
pub(crate) struct Input<'a>(&'a [u8]);

/// A value that is read from bytes.
pub(crate) trait Decode: Sized {
    fn decode(input: &mut Input<'_>) -> Result<Self, Malformed>;
}

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn remaining(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    /// The bytes of a value whose length was read; `None` if that is −1, which stands for null.
    pub(crate) fn sized(&mut self, length: i64) -> Result<Option<&'a [u8]>, Malformed> {
        match usize::try_from(length) {
            Ok(length) => self.take(length).map(Some),
            Err(_) if length == -1 => Ok(None),
            Err(_) => Err(Malformed("a length is negative")),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed("it ends too early"))
    }

    pub(crate) fn unsigned_varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed("a number is too long"))
    }

    /// A signed number, of which small ones are short (zigzag).
    pub(crate) fn varint(&mut self) -> Result<i64, Malformed> {
        let value = self.unsigned_varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }
}

macro_rules! integers {
    ($($type:ty),*) => {
        $(impl Decode for $type {
            fn decode(input: &mut Input<'_>) -> Result<Self, Malformed> {
                Ok(<$type>::from_be_bytes(input.array()?))
            }
        })*
    };
}

integers!(i8, i16, i32, i64);

impl Decode for bool {
    fn decode(input: &mut Input<'_>) -> Result<Self, Malformed> {
        Ok(i8::decode(input)? != 0)
    }
}

fn text(bytes: &[u8]) -> Result<String, Malformed> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Malformed("a text is not UTF-8"))
}

impl Decode for Option<String> {
    fn decode(input: &mut Input<'_>) -> Result<Self, Malformed> {
        let length = i16::decode(input)?;
        input.sized(length.into())?.map(text).transpose()
    }
}

impl Decode for String {
    fn decode(input: &mut Input<'_>) -> Result<Self, Malformed> {
        Option::decode(input)?.ok_or(Malformed("a text is missing"))
    }
}

/// Null is empty here: nothing that this client reads tells them apart.
impl Decode for Binary {
    fn decode(input: &mut Input<'_>) -> Result<Self, Malformed> {
        let length = i32::decode(input)?;
        Ok(Self(input.sized(length.into())?.unwrap_or_default().to_vec()))
    }
}

/// Reads the elements of an array. Memory grows with the elements that were read.
fn elements<T: Decode>(input: &mut Input<'_>, count: i64) -> Result<Vec<T>, Malformed> {
    let count = usize::try_from(count).unwrap_or_default();
    // Each element has at least one byte.
    if count > input.remaining() {
        return Err(Malformed("an array claims more elements than there are bytes"));
    }
    let mut read = Vec::new();
    for _ in 0..count {
        read.push(T::decode(input)?);
    }
    Ok(read)
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(input: &mut Input<'_>) -> Result<Self, Malformed> {
        let count = i32::decode(input)?;
        elements(input, count.into())
    }
}

/// A length in the newer form is one more than it says; zero stands for null.
fn compact_length(input: &mut Input<'_>) -> Result<i64, Malformed> {
    let length = i64::try_from(input.unsigned_varint()?).map_err(|_| Malformed("a length is too large"))?;
    Ok(length - 1)
}

impl Decode for Compact<Option<String>> {
    fn decode(input: &mut Input<'_>) -> Result<Self, Malformed> {
        let length = compact_length(input)?;
        Ok(Self(input.sized(length)?.map(text).transpose()?))
    }
}

impl Decode for Compact<String> {
    fn decode(input: &mut Input<'_>) -> Result<Self, Malformed> {
        let Compact(read) = Compact::<Option<String>>::decode(input)?;
        read.map(Self).ok_or(Malformed("a text is missing"))
    }
}

impl<T: Decode> Decode for Compact<Vec<T>> {
    fn decode(input: &mut Input<'_>) -> Result<Self, Malformed> {
        let count = compact_length(input)?;
        Ok(Self(elements(input, count)?))
    }
}

/// Fields that newer brokers add; none of them is known here.
impl Decode for Tags {
    fn decode(input: &mut Input<'_>) -> Result<Self, Malformed> {
        let count = input.unsigned_varint()?;
        for _ in 0..count {
            let (_tag, length) = (input.unsigned_varint()?, input.unsigned_varint()?);
            input.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        }
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_that_is_only_claimed_takes_no_memory() {
        let claimed = [0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 1];
        assert!(Vec::<i64>::decode(&mut Input::new(&claimed)).is_err());
        assert!(Binary::decode(&mut Input::new(&claimed)).is_err());
        let compact = [0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0];
        assert!(Compact::<Vec<i64>>::decode(&mut Input::new(&compact)).is_err());
        assert!(Compact::<String>::decode(&mut Input::new(&compact)).is_err());
        assert!(Tags::decode(&mut Input::new(&compact)).is_err());
    }

    #[test]
    fn small_numbers_are_short_with_either_sign() {
        let read = |bytes: &[u8]| Input::new(bytes).varint();
        assert_eq!(read(&[0]), Ok(0));
        assert_eq!(read(&[1]), Ok(-1));
        assert_eq!(read(&[2]), Ok(1));
        assert_eq!(read(&[0xac, 0x02]), Ok(150));
        assert_eq!(read(&[0xff; 9].map(|byte| byte)), Err(Malformed("it ends too early")));
        assert_eq!(read(&[0xff; 11]), Err(Malformed("a number is too long")));
    }

    #[test]
    fn null_is_told_from_an_empty_text() {
        assert_eq!(Option::<String>::decode(&mut Input::new(&[0xff, 0xff])), Ok(None));
        assert_eq!(Option::<String>::decode(&mut Input::new(&[0, 0])), Ok(Some(String::new())));
        assert!(String::decode(&mut Input::new(&[0xff, 0xff])).is_err());
        assert!(String::decode(&mut Input::new(&[0xff, 0xfe])).is_err());
    }
}
