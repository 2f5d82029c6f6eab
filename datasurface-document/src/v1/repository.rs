//! Repositories, as `github:owner/name@branch`.

use super::{
    short_form::{Compact, ShortForm},
    words::Word,
};
use crate::shape::Shaped;
use datasurface_model::{Repository, RepositoryCredential, RepositoryHost, Text};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RepositoryObject {
    host: Word<RepositoryHost>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<Text>,
    repository: Text,
    branch: Text,
    /// The folder of an owner among several in one repository, as in `teams/sales`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<ShortForm<RepositoryCredential>>,
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
        let repository = Self::new(long.host.0, long.repository, long.branch);
        let repository = long.address.into_iter().fold(repository, Self::with_address);
        let repository = long.path.into_iter().fold(repository, Self::with_owner_path);
        match long.credential {
            Some(ShortForm(credential)) => repository.with_credential(credential),
            None => repository,
        }
    }

    fn long(&self) -> Option<RepositoryObject> {
        Some(RepositoryObject {
            host: Word(self.host()),
            address: self.address().map(Text::from),
            repository: self.path().into(),
            branch: self.branch().into(),
            path: self.owner_path().map(Text::from),
            credential: self.credential().cloned().map(ShortForm),
        })
    }
}
