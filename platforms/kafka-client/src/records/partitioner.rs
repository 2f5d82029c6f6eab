//! The partition of a key.

/// The multiplier of the hash, and the bits by which it shifts.
const FACTOR: u32 = 0x5bd1_e995;
const SHIFT: u32 = 24;
const SEED: u32 = 0x9747_b28c;

/// Returns the partition in which producers of Kafka write the records of a key, of so many partitions: by the hash Murmur2 of its bytes.
///
/// Readers may rely on it: two topics with equal keys and as many partitions have each key in the partition of the same number.
#[must_use]
pub fn partition_of_key(key: &[u8], partitions: i32) -> i32 {
    (murmur2(key) & 0x7fff_ffff).cast_signed().checked_rem(partitions).unwrap_or_default()
}

fn murmur2(bytes: &[u8]) -> u32 {
    // Kafka counts bytes by 32 bits, as Java does.
    let mut hash = SEED ^ u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let (words, rest) = bytes.as_chunks::<4>();
    for word in words {
        let mut mixed = u32::from_le_bytes(*word).wrapping_mul(FACTOR);
        mixed ^= mixed >> SHIFT;
        hash = hash.wrapping_mul(FACTOR) ^ mixed.wrapping_mul(FACTOR);
    }
    if !rest.is_empty() {
        let last = rest.iter().rev().fold(0, |last, byte| last << 8 | u32::from(*byte));
        hash = (hash ^ last).wrapping_mul(FACTOR);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(FACTOR);
    hash ^ hash >> 15
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Kafka's own tests have them.
    #[test]
    fn a_hash_is_that_of_kafka() {
        for (text, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(text.as_bytes()).cast_signed(), hash, "{text}");
        }
        assert_eq!(partition_of_key(b"abc", 3), 479_470_107 % 3);
        assert_eq!(partition_of_key(b"abc", 0), 0);
    }
}
