//! Repositories, as `github:owner/name@branch`.

use super::compact::Compact;
use crate::ecosystem::{Repository, RepositoryHost};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RepositoryObject {
    host: Host,
    repository: SmolStr,
    branch: SmolStr,
}

#[derive(Serialize, Deserialize)]
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
        Self::new(host, long.repository, long.branch)
    }

    fn long(&self) -> Option<RepositoryObject> {
        Some(RepositoryObject {
            host: match self.host() {
                RepositoryHost::GitHub => Host::GitHub,
                RepositoryHost::GitLab => Host::GitLab,
                RepositoryHost::Git => Host::Git,
            },
            repository: self.repository().into(),
            branch: self.branch().into(),
        })
    }
}
