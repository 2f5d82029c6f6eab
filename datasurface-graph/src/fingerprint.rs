//! Fingerprints: equal values, equal fingerprints.

use serde::Serialize;
use serde_with::{DeserializeFromStr, SerializeDisplay};
use std::{fmt, io, str::FromStr};

/// A BLAKE3 hash of the canonical encoding of a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, SerializeDisplay, DeserializeFromStr)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Computes the fingerprint of the JSON of a value.
    /// Structs keep the order of their fields there, and maps are ordered by key. Of a value that JSON cannot hold, as a map
    /// whose keys are no text, what [`fmt::Debug`] writes of it counts instead.
    pub fn of(value: &(impl Serialize + fmt::Debug)) -> Self {
        let mut sink = Sink { hasher: blake3::Hasher::new(), waiting: Vec::with_capacity(WAITING) };
        // Writing to a hash cannot fail. JSON that ends early would be the same for values that differ after its end; no
        // JSON begins with the text of an error.
        if let Err(unserializable) = serde_json::to_writer(&mut sink, value) {
            return Self::of_bytes(format!("{unserializable}: {value:?}").as_bytes());
        }
        Self(*sink.hasher.update(&sink.waiting).finalize().as_bytes())
    }

    /// Computes the fingerprint of bytes.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Returns the first 12 hexadecimal digits: enough for people.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

/// The number of bytes that are hashed at once: JSON is written a few bytes at a time, and so few are hashed slowly.
const WAITING: usize = 4096;

struct Sink {
    hasher: blake3::Hasher,
    /// The bytes that are not hashed yet.
    waiting: Vec<u8>,
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.waiting.len() + bytes.len() > WAITING {
            self.hasher.update(&self.waiting);
            self.waiting.clear();
        }
        self.waiting.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A text that is no fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 64 hexadecimal digits")]
pub struct FingerprintError;

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        blake3::Hash::from_hex(text).map(|hash| Self(*hash.as_bytes())).map_err(|_| FingerprintError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn values_that_json_cannot_hold_are_told_apart() {
        let of = |value: u8| Fingerprint::of(&BTreeMap::from([([1_u8, 2], value)]));
        assert_eq!(of(3), of(3));
        assert_ne!(of(3), of(4));
        assert_eq!(Fingerprint::of(&"a"), Fingerprint::of_bytes(b"\"a\""));
    }
}
