//! Backends: where the states are, and what locks them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

/// The backend of all states of an instance. Each scope has a state of its own, whose key is made of the prefix, the storage name of
/// the instance and the folder of the scope. Credentials come from the environment in which Terraform runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Backend {
    /// A bucket of S3.
    S3(S3Backend),
    /// A bucket of Google Cloud Storage.
    Gcs(GcsBackend),
    /// A container of Azure storage.
    Azurerm(AzureBackend),
    /// A folder, for trials on one machine.
    Local(LocalBackend),
}

/// A bucket of S3 with states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct S3Backend {
    /// The bucket.
    pub bucket: String,
    /// The region of the bucket.
    pub region: String,
    /// The prefix of the keys of all states.
    #[serde(default)]
    pub prefix: String,
    /// The ARN of the KMS key that encrypts states; by default the one of the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// The DynamoDB table with locks; by default a file beside each state, which Terraform can lock from 1.10 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_table: Option<String>,
}

/// A bucket of Google Cloud Storage with states, which locks by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GcsBackend {
    /// The bucket.
    pub bucket: String,
    /// The prefix of the keys of all states.
    #[serde(default)]
    pub prefix: String,
}

/// A container of Azure storage with states, which locks by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AzureBackend {
    /// The resource group of the storage account.
    pub resource_group: String,
    /// The storage account.
    pub storage_account: String,
    /// The container.
    pub container: String,
    /// The prefix of the keys of all states.
    #[serde(default)]
    pub prefix: String,
}

/// A folder with states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalBackend {
    /// The folder. A relative path is taken from the folder of each root module.
    pub folder: String,
}

impl Backend {
    /// Creates a backend in a folder.
    pub fn local(folder: impl Into<String>) -> Self {
        Self::Local(LocalBackend { folder: folder.into() })
    }

    /// Returns the type of the backend, and its arguments for the state with this key.
    pub(crate) fn configuration(&self, key: &str) -> (&'static str, Map<String, Json>) {
        let below = |prefix: &str| match prefix.trim_end_matches('/') {
            "" => key.to_owned(),
            prefix => format!("{prefix}/{key}"),
        };
        let file = |prefix: &str| format!("{}.tfstate", below(prefix));
        let (name, arguments) = match self {
            Self::S3(s3) => ("s3", s3.arguments(&file(&s3.prefix))),
            Self::Gcs(gcs) => ("gcs", json!({"bucket": gcs.bucket, "prefix": below(&gcs.prefix)})),
            Self::Azurerm(azure) => (
                "azurerm",
                json!({
                    "resource_group_name": azure.resource_group,
                    "storage_account_name": azure.storage_account,
                    "container_name": azure.container,
                    "key": file(&azure.prefix),
                }),
            ),
            Self::Local(local) => ("local", json!({"path": file(&local.folder)})),
        };
        (name, arguments.as_object().cloned().unwrap_or_default())
    }
}

impl S3Backend {
    fn arguments(&self, key: &str) -> Json {
        let lock = match &self.lock_table {
            Some(table) => ("dynamodb_table", json!(table)),
            None => ("use_lockfile", json!(true)),
        };
        let arguments = [
            ("bucket", json!(self.bucket)),
            ("region", json!(self.region)),
            ("key", json!(key)),
            ("encrypt", json!(true)),
            lock,
        ];
        let kms_key = self.kms_key.iter().map(|key| ("kms_key_id", json!(key)));
        arguments.into_iter().chain(kms_key).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
