//! Writing of primitive types.

use super::{Binary, Compact, Tags};

/// A value that is written as bytes.
pub(crate) trait Encode {
    fn encode(&self, output: &mut Vec<u8>);
}

macro_rules! integers {
    ($($type:ty),*) => {
        $(impl Encode for $type {
            fn encode(&self, output: &mut Vec<u8>) {
                output.extend_from_slice(&self.to_be_bytes());
            }
        })*
    };
}

integers!(i8, i16, i32, i64);

impl Encode for bool {
    fn encode(&self, output: &mut Vec<u8>) {
        output.push(u8::from(*self));
    }
}

impl Encode for Option<String> {
    fn encode(&self, output: &mut Vec<u8>) {
        match self {
            Some(text) => text.encode(output),
            None => (-1_i16).encode(output),
        }
    }
}

impl Encode for String {
    fn encode(&self, output: &mut Vec<u8>) {
        // A longer text is cut, and the broker refuses what is left of the request as malformed.
        i16::try_from(self.len()).unwrap_or(i16::MAX).encode(output);
        output.extend_from_slice(self.as_bytes());
    }
}

impl Encode for Binary {
    fn encode(&self, output: &mut Vec<u8>) {
        i32::try_from(self.0.len()).unwrap_or(i32::MAX).encode(output);
        output.extend_from_slice(&self.0);
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, output: &mut Vec<u8>) {
        i32::try_from(self.len()).unwrap_or(i32::MAX).encode(output);
        self.iter().for_each(|element| element.encode(output));
    }
}

impl<T: Encode> Encode for Option<Vec<T>> {
    fn encode(&self, output: &mut Vec<u8>) {
        match self {
            Some(elements) => elements.encode(output),
            None => (-1_i32).encode(output),
        }
    }
}

pub(crate) fn unsigned_varint(mut value: u64, output: &mut Vec<u8>) {
    while value > 0x7f {
        output.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    output.push(value.to_le_bytes()[0]);
}

/// A signed number, of which small ones are short (zigzag).
pub(crate) fn varint(value: i64, output: &mut Vec<u8>) {
    unsigned_varint(((value << 1) ^ (value >> 63)).cast_unsigned(), output);
}

fn compact_length(length: usize, output: &mut Vec<u8>) {
    unsigned_varint(length as u64 + 1, output);
}

impl Encode for Compact<String> {
    fn encode(&self, output: &mut Vec<u8>) {
        compact_length(self.0.len(), output);
        output.extend_from_slice(self.0.as_bytes());
    }
}

impl Encode for Compact<Binary> {
    fn encode(&self, output: &mut Vec<u8>) {
        compact_length(self.0.0.len(), output);
        output.extend_from_slice(&self.0.0);
    }
}

impl<T: Encode> Encode for Compact<Vec<T>> {
    fn encode(&self, output: &mut Vec<u8>) {
        compact_length(self.0.len(), output);
        self.0.iter().for_each(|element| element.encode(output));
    }
}

impl Encode for Tags {
    fn encode(&self, output: &mut Vec<u8>) {
        output.push(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Input;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        for value in [0, 1, -1, 63, 64, -64, -65, 300, i64::from(i32::MAX), i64::MAX, i64::MIN] {
            let mut written = Vec::new();
            varint(value, &mut written);
            assert_eq!(Input::new(&written).varint(), Ok(value));
        }
    }
}
