//! Encryption: which key of KMS what is stored of a dataset is encrypted by.
//!
//! Classifications are labels, and nothing in them tells which one is stricter. So the settings list them in the order of strictness, and the
//! first one that a dataset or one of its columns has decides.

use crate::{names::CATALOG, settings::AwsSettings};
use datasurface_platform::{graph::Fingerprint, prelude::*};
use std::{collections::BTreeSet, slice};

/// The key of KMS for data of some classifications.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassKey {
    /// The classifications, as the model writes them.
    #[schemars(with = "Vec<String>", length(min = 1))]
    pub classifications: Vec<Classification>,
    /// The ARN of the key.
    pub key: String,
}

/// Digits of the hash of a key in the name of a catalog.
const DIGITS: usize = 12;

impl AwsSettings {
    /// Returns the ARN of the alias of the key that encrypts what is stored of a dataset: that of the first listed classification that the
    /// dataset or one of its columns has, or else that of the instance. None if S3 encrypts it by a key of its own.
    pub(crate) fn key_of(&self, dataset: &DatasetFacts) -> Option<String> {
        self.key_of_all(slice::from_ref(dataset))
    }

    /// Returns the ARN of the alias of the key that encrypts what is stored of several datasets together: that of the strictest one.
    pub(crate) fn key_of_all(&self, datasets: &[DatasetFacts]) -> Option<String> {
        let columns = datasets.iter().flat_map(|dataset| dataset.schema.table().columns());
        let of_columns = columns.flat_map(Column::classifications);
        let of_datasets = datasets.iter().flat_map(|dataset| &dataset.classifications);
        let classes: BTreeSet<&Classification> = of_columns.chain(of_datasets).collect();
        let is_there =
            |listed: &&ClassKey| listed.classifications.iter().any(|class| classes.contains(class));
        let listed = self.class_keys.iter().find(is_there).map(|listed| self.class_alias(listed));
        self.or_default(listed.map(|name| self.alias_arn(&name)))
    }

    /// Returns the alias of the key of what is made of data with several ones: that of the strictest class.
    pub(crate) fn strictest_key(&self, aliases: &BTreeSet<String>) -> Option<String> {
        let mut listed = self.class_keys.iter().map(|listed| self.alias_arn(&self.class_alias(listed)));
        self.or_default(listed.find(|alias| aliases.contains(alias)))
    }

    fn or_default(&self, alias: Option<String>) -> Option<String> {
        alias.or_else(|| self.kms_key.as_ref().map(|_| self.alias_arn(&self.default_alias())))
    }

    /// Returns the ARN of every key by which something is encrypted.
    pub(crate) fn keys(&self) -> BTreeSet<&str> {
        let listed = self.class_keys.iter().map(|listed| &listed.key);
        listed.chain(&self.kms_key).map(String::as_str).collect()
    }

    /// Returns the name in Spark of the catalog whose tables are written by the key of an alias. All catalogs have the same tables: Iceberg writes those of
    /// one catalog by one key.
    pub(crate) fn catalog_of(&self, alias: Option<&str>) -> String {
        match alias.filter(|alias| self.alias_arn(&self.default_alias()) != *alias) {
            None => CATALOG.to_owned(),
            Some(key) => {
                let digits: String = Fingerprint::of(&key).to_string().chars().take(DIGITS).collect();
                format!("{CATALOG}_{digits}")
            }
        }
    }

    /// Adds the problems of the keys to those of other settings.
    pub(crate) fn key_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let former = self.former_kms_keys.iter().map(String::as_str);
        for key in self.keys().into_iter().chain(former).filter(|key| !is_key(key)) {
            problems.push(format!(
                "`{key}` must be the ARN of a key, with its id: an alias can be pointed elsewhere"
            ));
        }
        let here = self.arn("kms", "key/");
        let former = self.former_kms_keys.iter().map(String::as_str);
        for key in self.keys().into_iter().chain(former).filter(|key| is_key(key) && !key.starts_with(&here))
        {
            problems.push(format!(
                "`{key}` must be in the account and the region of the instance, as its alias is"
            ));
        }
        if self.kms_key.is_none() && !self.class_keys.is_empty() {
            // DMS does not change a target from S3's keys to another one, so a class that is added later could not be followed.
            problems
                .push("`class_keys` must have a `kms_key` beside it, for data of no class in it".to_owned());
        }
        let mut listed = BTreeSet::new();
        for class in self.class_keys.iter().flat_map(|listed| &listed.classifications) {
            if !listed.insert(class) {
                problems.push(format!("`class_keys` must name `{class}` once"));
            }
        }
        for former in self.former_kms_keys.iter().filter(|former| self.keys().contains(former.as_str())) {
            problems.push(format!("`former_kms_keys` must not have `{former}`, which is in use"));
        }
        problems
    }
}

/// Whether a text is the ARN of a key.
pub(crate) fn is_key(text: &str) -> bool {
    text.starts_with("arn:") && text.split(':').nth(2) == Some("kms") && text.contains(":key/")
}
