//! Rows in the text form of COPY, in which the server reads every value exactly.

use super::{client::Copy, error::ServerError};
use rusqlite::types::ValueRef;
use std::mem;

/// As much is put together before it is sent.
const ENOUGH: usize = 1 << 16;

/// Sends rows. Without [`RowWriter::finish`], nothing of them arrives.
pub(super) struct RowWriter<'c> {
    copy: Copy<'c>,
    buffer: Vec<u8>,
}

impl<'c> RowWriter<'c> {
    pub(super) fn new(copy: Copy<'c>) -> Self {
        Self { copy, buffer: Vec::with_capacity(ENOUGH) }
    }

    pub(super) fn write(&mut self, row: &[ValueRef<'_>]) -> Result<(), ServerError> {
        for (position, value) in row.iter().enumerate() {
            if position > 0 {
                self.buffer.push(b'\t');
            }
            encode(*value, &mut self.buffer);
        }
        self.buffer.push(b'\n');
        if self.buffer.len() >= ENOUGH { self.send() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> Result<(), ServerError> {
        self.send()?;
        self.copy.finish().map_err(|error| ServerError::from_postgres(&error))
    }

    fn send(&mut self) -> Result<(), ServerError> {
        let full = mem::replace(&mut self.buffer, Vec::with_capacity(ENOUGH));
        self.copy.send(full).map_err(|error| ServerError::from_postgres(&error))
    }
}

fn encode(value: ValueRef<'_>, out: &mut Vec<u8>) {
    match value {
        ValueRef::Null => out.extend(b"\\N"),
        ValueRef::Integer(number) => out.extend(number.to_string().bytes()),
        ValueRef::Real(number) if number.is_infinite() => {
            out.extend(if number > 0.0 { &b"Infinity"[..] } else { b"-Infinity" });
        }
        // The shortest digits that are this number and no other one.
        ValueRef::Real(number) => out.extend(format!("{number:?}").bytes()),
        ValueRef::Text(text) => text.iter().for_each(|byte| encode_byte(*byte, out)),
        ValueRef::Blob(bytes) => {
            out.extend(b"\\\\x");
            for byte in bytes {
                out.extend(format!("{byte:02x}").bytes());
            }
        }
    }
}

fn encode_byte(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'\\' => out.extend(b"\\\\"),
        b'\n' => out.extend(b"\\n"),
        b'\r' => out.extend(b"\\r"),
        b'\t' => out.extend(b"\\t"),
        byte => out.push(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(value: ValueRef<'_>) -> String {
        let mut out = Vec::new();
        encode(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_is_taken_for_something_else() {
        assert_eq!(encoded(ValueRef::Null), "\\N");
        assert_eq!(encoded(ValueRef::Text(b"\\N")), "\\\\N");
        assert_eq!(encoded(ValueRef::Text(b"")), "");
        assert_eq!(encoded(ValueRef::Text(b"a\tb\r\n\\.")), "a\\tb\\r\\n\\\\.");
        assert_eq!(encoded(ValueRef::Blob(&[0, 255])), "\\\\x00ff");
        assert_eq!(encoded(ValueRef::Real(f64::NEG_INFINITY)), "-Infinity");
        assert_eq!(encoded(ValueRef::Real(5e-324)), "5e-324");
        assert_eq!(encoded(ValueRef::Real(0.1)), "0.1");
    }
}
