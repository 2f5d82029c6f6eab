//! The texts of parts, compressed.

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use std::io::{self, Read, Write};

/// The longest text that a part may have: far more than one ever has. A few bytes can be the compressed form of any number of them.
const LONGEST: u64 = 1 << 30;

/// How many times as long as its compressed form a text mostly is: so much is made ready at once, rather than by doubling.
const TYPICAL_RATIO: usize = 12;

/// Compresses the text of a part. Neither a time nor a name is in the result.
pub(in crate::output) fn packed(text: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text)?;
    encoder.finish()
}

/// Returns the text of a part.
///
/// # Errors
///
/// If these bytes are no compressed text, or that of one that is too long.
pub(in crate::output) fn unpacked(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut text = Vec::with_capacity(bytes.len().saturating_mul(TYPICAL_RATIO));
    let mut decoder = GzDecoder::new(bytes).take(LONGEST);
    decoder.read_to_end(&mut text)?;
    if decoder.limit() == 0 {
        return Err(io::Error::other("the text is too long"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_unpacked() {
        for text in ["", "{}\n", &"column ".repeat(100_000)] {
            let bytes = packed(text.as_bytes()).unwrap();
            assert_eq!(packed(text.as_bytes()).unwrap(), bytes, "the same text has the same bytes");
            assert_eq!(unpacked(&bytes).unwrap(), text.as_bytes());
            for end in 0..bytes.len() {
                assert!(unpacked(&bytes[..end]).is_err(), "{end}");
            }
        }
        assert!(unpacked(b"{}\n").is_err());
    }
}
