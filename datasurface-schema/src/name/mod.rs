//! Names are typed text: one type per kind of thing, so that a dataset's name can never stand where a
//! datastore's is meant. Making a name never fails; validation judges it, with a path and
//! help. `FromStr` and [`name!`](crate::name!) judge at once, for those who want that.

mod distinct;
mod key;
mod reserved;
mod syntax;

pub use distinct::{are_distinct, folded};
pub use key::{ContainerKey, CredentialKey, DatasetKey, GroupKey, Place, PolicyKey, TeamKey};
pub use reserved::is_reserved_word;
pub use syntax::{NameError, NameSyntax, is_visible};

use std::{cmp::Ordering, fmt, hash::Hash};

/// A name, which is text of one kind of entity.
pub trait Name: Clone + Ord + Hash + fmt::Debug + fmt::Display {
    /// The word for the kind of entity: `datastore`, `team`.
    const NOUN: &'static str;
    /// The rule that the text must follow.
    const SYNTAX: NameSyntax;

    /// The text.
    fn as_str(&self) -> &str;

    /// Checks the text by the rule for names of this kind.
    ///
    /// # Errors
    ///
    /// If the text breaks the rule. [`NameError::help`] says how to write such a name.
    fn check(&self) -> Result<(), NameError> {
        Self::SYNTAX.check(Self::NOUN, self.as_str())
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident($syntax:ident, $noun:literal);)*) => {$(
        $(#[$doc])*
        ///
        /// Construction from text is total; see [`Name`].
        #[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(smol_str::SmolStr);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Name for $name {
            const NOUN: &'static str = $noun;
            const SYNTAX: NameSyntax = NameSyntax::$syntax;

            fn as_str(&self) -> &str {
                &self.0
            }
        }

        // Not derived: every search asks for the order, and that of the field would not be inlined. With it, making and validating
        // 20 000 datasets executes 2.5 % more instructions.
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&$name> for $name {
            fn from(name: &$name) -> Self {
                name.clone()
            }
        }

        impl From<$crate::CheckedName> for $name {
            fn from(text: $crate::CheckedName) -> Self {
                Self(smol_str::SmolStr::new_static(text.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                let name = Self::from(text);
                name.check().map(|()| name)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.0 == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.0 == *text
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.0.as_str(), f)
            }
        }
    )*};
}

names! {
    /// The name of an ecosystem.
    EcosystemName(Text, "ecosystem");
    /// The name of a governance zone, unique in the ecosystem.
    ZoneName(Text, "zone");
    /// The name of a team, unique in its zone.
    TeamName(Text, "team");
    /// The name of an infrastructure vendor, unique in the ecosystem.
    VendorName(Text, "vendor");
    /// The name of a location, unique among its siblings.
    LocationName(Text, "location");
    /// The name of a data container, unique in its team.
    ContainerName(Text, "container");
    /// The name of a data platform instance, unique in the ecosystem.
    PlatformName(Text, "platform");
    /// The kind of a data platform: which plug-in serves it.
    PlatformKind(Text, "platform kind");
    /// The name of a datastore, unique in the ecosystem.
    DatastoreName(Identifier, "datastore");
    /// The name of a dataset, unique in its datastore.
    DatasetName(Identifier, "dataset");
    /// The name of a column, unique in its table.
    ColumnName(Identifier, "column");
    /// The name of a workspace, unique in the ecosystem.
    WorkspaceName(Identifier, "workspace");
    /// The name of a dataset group, unique in its workspace.
    GroupName(Identifier, "dataset group");
    /// The name of a shard: a part of a platform's graph that is rendered on its own.
    ShardName(Identifier, "shard");
    /// The name under which a runtime finds a secret. The secret itself is never in a model.
    CredentialName(Identifier, "credential");
    /// A label for how sensitive data is, such as `PII`.
    Classification(Text, "classification");
    /// Who may ask a consumer to prove what it did with its data.
    Regulator(Text, "regulator");
    /// A word to find documented things by.
    Tag(Text, "tag");
    /// The name of a group, role or service in the company's directory.
    PrincipalName(Text, "principal");
    /// The name of a policy, unique in its zone.
    PolicyName(Text, "policy");
    /// The name of a store of secrets, as the plug-in of a platform knows it.
    CredentialStoreName(Text, "credential store");
}

/// A literal that was checked when the program was compiled; see [`name!`](crate::name!).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedName(&'static str);

impl CheckedName {
    /// Returns the literal as a name, if it is an identifier. Panics if not: [`name!`](crate::name!) calls this while
    /// the program is compiled.
    #[must_use]
    pub const fn identifier(text: &'static str) -> Self {
        assert!(
            syntax::is_identifier(text),
            "a name needs an ASCII letter, then up to 127 ASCII letters, digits or `_`"
        );
        Self(text)
    }
}

/// A literal name, checked at compile time against the strictest rule (that of identifiers), usable as every
/// kind of name.
///
/// ```
/// use datasurface_schema::{DatasetName, name};
/// let customers: DatasetName = name!("customers").into();
/// assert_eq!(customers, "customers");
/// ```
///
/// ```compile_fail
/// let wrong = datasurface_schema::name!("no spaces here");
/// ```
#[macro_export]
macro_rules! name {
    ($text:literal) => {
        const { $crate::CheckedName::identifier($text) }
    };
}
