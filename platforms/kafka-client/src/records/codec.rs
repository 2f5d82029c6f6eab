//! Decompression, up to a limit.

use crate::wire::{Input, Malformed};
use std::{borrow::Cow, io::Read};

/// The beginning of the framing that Java's library for Snappy adds, and producers in Java use: a magic number and two versions.
const XERIAL: &[u8] = b"\x82SNAPPY\0";
const XERIAL_HEADER: usize = 16;

const TOO_LARGE: Malformed = Malformed("it is larger than the limit after it was decompressed");

/// Decompresses by the codec with this number in the protocol.
pub(super) fn decompress(codec: u8, bytes: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, Malformed> {
    Ok(match codec {
        0 => Cow::Borrowed(bytes),
        1 => Cow::Owned(read_all(flate2::read::MultiGzDecoder::new(bytes), limit)?),
        2 => Cow::Owned(snappy(bytes, limit)?),
        3 => Cow::Owned(read_all(lz4_flex::frame::FrameDecoder::new(bytes), limit)?),
        4 => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(bytes);
            let decoder = decoder.map_err(|_| Malformed("it is not compressed by Zstandard"))?;
            Cow::Owned(read_all(decoder, limit)?)
        }
        _ => return Err(Malformed("its codec is not known")),
    })
}

fn read_all(decoder: impl Read, limit: usize) -> Result<Vec<u8>, Malformed> {
    let mut decompressed = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = decoder.take(most).read_to_end(&mut decompressed);
    read.map_err(|_| Malformed("it cannot be decompressed"))?;
    if decompressed.len() > limit { Err(TOO_LARGE) } else { Ok(decompressed) }
}

/// Snappy as a whole, or in blocks with their lengths before them.
fn snappy(bytes: &[u8], limit: usize) -> Result<Vec<u8>, Malformed> {
    let mut decompressed = Vec::new();
    if !bytes.starts_with(XERIAL) {
        snappy_block(bytes, limit, &mut decompressed)?;
        return Ok(decompressed);
    }
    let mut input = Input::new(bytes);
    input.take(XERIAL_HEADER)?;
    while input.remaining() > 0 {
        let length = <i32 as crate::wire::Decode>::decode(&mut input)?;
        let block = input.sized(length.into())?.unwrap_or_default();
        snappy_block(block, limit, &mut decompressed)?;
    }
    Ok(decompressed)
}

fn snappy_block(block: &[u8], limit: usize, decompressed: &mut Vec<u8>) -> Result<(), Malformed> {
    let not_snappy = |_| Malformed("it is not compressed by Snappy");
    let length = snap::raw::decompress_len(block).map_err(not_snappy)?;
    if decompressed.len().saturating_add(length) > limit {
        return Err(TOO_LARGE);
    }
    decompressed.append(&mut snap::raw::Decoder::new().decompress_vec(block).map_err(not_snappy)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    /// A mebibyte of zeros, compressed: a few kibibytes that would take the memory without a limit.
    fn bombs() -> Vec<(u8, Vec<u8>)> {
        let zeros = vec![0; 1 << 20];
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&zeros).unwrap();
        let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
        lz4.write_all(&zeros).unwrap();
        let block = snap::raw::Encoder::new().compress_vec(&zeros).unwrap();
        let mut framed = [XERIAL, &[0; XERIAL_HEADER - XERIAL.len()]].concat();
        framed.extend_from_slice(&u32::try_from(block.len()).unwrap().to_be_bytes());
        framed.extend_from_slice(&block);
        let zstd = ruzstd::encoding::compress_to_vec(&zeros[..], ruzstd::encoding::CompressionLevel::Fastest);
        vec![(1, gzip.finish().unwrap()), (2, block), (2, framed), (3, lz4.finish().unwrap()), (4, zstd)]
    }

    #[test]
    fn what_is_compressed_is_read_up_to_the_limit() {
        for (codec, bytes) in bombs() {
            assert!(bytes.len() < 100_000, "{codec}: {}", bytes.len());
            assert_eq!(decompress(codec, &bytes, 1 << 20).unwrap().len(), 1 << 20, "{codec}");
            assert_eq!(decompress(codec, &bytes, (1 << 20) - 1), Err(TOO_LARGE), "{codec}");
        }
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        for codec in 1..8 {
            assert!(decompress(codec, b"no codec writes this", 1 << 20).is_err(), "{codec}");
        }
        for (codec, bytes) in bombs() {
            assert!(decompress(codec, &bytes[..bytes.len() / 2], 1 << 20).is_err(), "{codec}");
        }
    }
}
