//! Repositories, as `github:owner/name@branch`.

use super::compact::{Compact, Compactly};
use crate::ecosystem::{Credential, Repository, RepositoryHost};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RepositoryObject {
    host: Host,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<SmolStr>,
    repository: SmolStr,
    branch: SmolStr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<Compactly<Credential>>,
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase", expecting = "a host of repositories")]
enum Host {
    GitHub,
    GitLab,
    Git,
}

impl Compact for Repository {
    type Long = RepositoryObject;
    const EXPECTED: &'static str = "a repository, as `github:owner/name@branch`";

    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn from_long(long: RepositoryObject) -> Self {
        let host = match long.host {
            Host::GitHub => RepositoryHost::GitHub,
            Host::GitLab => RepositoryHost::GitLab,
            Host::Git => RepositoryHost::Git,
        };
        let repository = Self::new(host, long.repository, long.branch);
        let repository = long.address.into_iter().fold(repository, Self::at);
        match long.credential {
            Some(Compactly(credential)) => repository.credential(credential),
            None => repository,
        }
    }

    fn long(&self) -> Option<RepositoryObject> {
        Some(RepositoryObject {
            host: match self.host() {
                RepositoryHost::GitHub => Host::GitHub,
                RepositoryHost::GitLab => Host::GitLab,
                RepositoryHost::Git => Host::Git,
            },
            address: self.address().map(SmolStr::from),
            repository: self.repository().into(),
            branch: self.branch().into(),
            credential: self.declared_credential().cloned().map(Compactly),
        })
    }
}
