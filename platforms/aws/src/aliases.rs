//! Aliases of keys: names that stay when a key is replaced by another one.
//!
//! The settings name keys, and the instance makes an alias of each in its foundation, which never moves. Whatever else refers to a key refers to
//! its alias: so a key that is replaced changes the alias, and neither tables nor jobs nor whoever reads.

use crate::{encryption::ClassKey, names::Names, settings::AwsSettings};
use datasurface_platform::graph::Fingerprint;
use datasurface_terraform::label;
use std::collections::BTreeSet;

/// Digits of the hash in the name of an alias.
const DIGITS: usize = 12;

/// The beginnings of the names of aliases: of keys in use, and of former ones. The instance knows them, and no document.
#[derive(Clone, Debug, Default)]
pub(crate) struct AliasNames {
    current: String,
    former: String,
}

/// An alias of a key.
#[derive(Clone, Debug)]
pub(crate) struct KeyAlias<'s> {
    /// The name, which `alias/` begins.
    pub(crate) name: String,
    /// The ARN of the key.
    pub(crate) key: &'s str,
}

impl AliasNames {
    pub(crate) fn new(names: &Names) -> Self {
        Self { current: names.single("key"), former: names.single("former-key") }
    }
}

impl KeyAlias<'_> {
    /// Returns the label of the alias in its state.
    pub(crate) fn label(&self) -> String {
        label(&self.name.trim_start_matches("alias/").split('-').collect::<Vec<_>>())
    }
}

impl AwsSettings {
    /// Returns the aliases of the keys in use.
    pub(crate) fn aliases(&self) -> Vec<KeyAlias<'_>> {
        let default = self.kms_key.iter().map(|key| (self.default_alias(), key));
        let of_classes = self.class_keys.iter().map(|listed| (self.class_alias(listed), &listed.key));
        default.chain(of_classes).map(|(name, key)| KeyAlias { name, key }).collect()
    }

    /// Returns the aliases of former keys.
    pub(crate) fn aliases_of_former(&self) -> Vec<KeyAlias<'_>> {
        let name = |key: &str| format!("alias/{}-{}", self.alias_names.former, digits(key));
        self.former_kms_keys.iter().map(|key| KeyAlias { name: name(key), key }).collect()
    }

    /// Returns the alias of the key of the instance.
    pub(crate) fn default_alias(&self) -> String {
        format!("alias/{}", self.alias_names.current)
    }

    /// Returns the alias of the key of an entry: by its first classification, so that its key may be another one.
    pub(crate) fn class_alias(&self, listed: &ClassKey) -> String {
        let first = listed.classifications.first().map(ToString::to_string).unwrap_or_default();
        format!("alias/{}-{}", self.alias_names.current, digits(&first))
    }

    /// Returns the ARN of an alias.
    pub(crate) fn alias_arn(&self, name: &str) -> String {
        self.arn("kms", name)
    }

    /// Returns the ARN of the key behind the ARN of an alias; none if the settings have no such key any more.
    pub(crate) fn key_behind(&self, alias: &str) -> Option<&str> {
        self.aliases().into_iter().find(|one| self.alias_arn(&one.name) == alias).map(|one| one.key)
    }

    /// Returns the ARNs of the aliases of the keys by which each job may read: that of the instance, which encrypts what jobs are told, and
    /// a pattern of those of former ones, which is there before any is.
    pub(crate) fn aliases_of_all_jobs(&self) -> BTreeSet<String> {
        let default = self.kms_key.iter().map(|_| self.alias_arn(&self.default_alias()));
        default.chain(self.former_aliases()).collect()
    }

    /// Returns a pattern of the ARNs of the aliases of former keys; none if nothing was ever encrypted by a key of KMS.
    pub(crate) fn former_aliases(&self) -> Option<String> {
        let has_keys = self.kms_key.is_some() || !self.former_kms_keys.is_empty();
        has_keys.then(|| self.alias_arn(&format!("alias/{}-*", self.alias_names.former)))
    }

    /// Returns the beginning of the names of the aliases of former keys.
    pub(crate) fn former_beginning(&self) -> &str {
        &self.alias_names.former
    }

    /// Returns whether each job may read what a key encrypted.
    pub(crate) fn is_readable_by_all(&self, key: &str) -> bool {
        self.kms_key.iter().chain(&self.former_kms_keys).any(|one| one == key)
    }
}

fn digits(text: &str) -> String {
    Fingerprint::of(&text).to_string().chars().take(DIGITS).collect()
}
