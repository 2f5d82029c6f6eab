//! What is said in one of a few words.
//!
//! One table has all of them, so that reading, writing and the JSON Schema cannot differ.

use super::entitlement::PrincipalKind;
use crate::shape::{Shape, Shaped};
use datasurface_model::{
    CloudVendor, Consistency, CredentialKind, FileFormat, InvalidRows, KeyHolder, Milestoning, Onward,
    Priority, ProductionStatus, RepositoryHost, TextFormat,
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, EnumAccess, Error, VariantAccess, Visitor},
};
use std::fmt;

/// A value for which a document has a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Word<T>(pub(super) T);

/// What can be said in a word.
pub(super) trait Worded: Copy + 'static {
    /// What a document should have here.
    const EXPECTED: &'static str;
    /// Every word.
    const WORDS: &'static [&'static str];
    /// What the words mean, in the same order.
    const MEANINGS: &'static [Self];

    fn word(self) -> &'static str;
}

macro_rules! words {
    ($($type:ident, $expected:literal: $($meaning:ident = $word:literal),+;)+) => {$(
        impl Worded for $type {
            const EXPECTED: &'static str = $expected;
            const WORDS: &'static [&'static str] = &[$($word),+];
            const MEANINGS: &'static [Self] = &[$(Self::$meaning),+];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$meaning => $word),+
                }
            }
        }
    )+};
}

words! {
    CloudVendor, "a cloud, as text":
        Alibaba = "alibaba", Aws = "aws", Azure = "azure", GoogleCloud = "google_cloud", Ibm = "ibm",
        Oracle = "oracle", OnPremises = "on_premises";
    Consistency, "what is read together, as text":
        SingleDataset = "single_dataset", MultiDataset = "multi_dataset";
    CredentialKind, "a kind of credential, as text":
        Password = "password", Token = "token", KeyPair = "key_pair", Certificate = "certificate",
        AccessKey = "access_key", Role = "role";
    FileFormat, "how files are written, as text":
        Csv = "csv", Parquet = "parquet", JsonLines = "json_lines";
    InvalidRows, "`fail` or `set_aside`":
        Fail = "fail", SetAside = "set_aside";
    KeyHolder, "who holds the keys, as text":
        Vendor = "vendor", Company = "company";
    Milestoning, "which versions of a record, as text":
        Live = "live", Forensic = "forensic", LiveAndForensic = "live_and_forensic";
    Onward, "`closed` or `open`":
        Closed = "closed", Open = "open";
    PrincipalKind, "`group`, `role` or `service`":
        Group = "group", Role = "role", Service = "service";
    Priority, "a priority, as text":
        Low = "low", Medium = "medium", High = "high", Critical = "critical";
    ProductionStatus, "`production` or `not_production`":
        NotProduction = "not_production", Production = "production";
    RepositoryHost, "a host of repositories":
        GitHub = "github", GitLab = "gitlab", Git = "git";
    TextFormat, "`plain` or `markdown`":
        Plain = "plain", Markdown = "markdown";
}

impl<T> Shaped for Word<T> {
    const SHAPE: Shape = Shape::Leaf;
}

impl<T: Default + PartialEq> Word<T> {
    /// Whether it says what is understood anyway.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl<T: Worded> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.word())
    }
}

impl<'de, T: Worded> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = WordVisitor { expected: T::EXPECTED, words: T::WORDS };
        let place = deserializer.deserialize_enum("word", T::WORDS, visitor)?;
        let meaning = T::MEANINGS.get(place).copied();
        meaning.map(Self).ok_or_else(|| Error::custom("a word without a meaning"))
    }
}

/// Finds the place of a word among those that there are: one visitor for all types.
struct WordVisitor {
    expected: &'static str,
    words: &'static [&'static str],
}

impl<'de> Visitor<'de> for WordVisitor {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, choice: A) -> Result<usize, A::Error> {
        let (place, rest) = choice.variant_seed(Spelling(self.words))?;
        rest.unit_variant()?;
        Ok(place)
    }
}

struct Spelling(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Spelling {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Spelling {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        let place = self.0.iter().position(|word| *word == text);
        place.ok_or_else(|| E::unknown_variant(text, self.0))
    }
}
