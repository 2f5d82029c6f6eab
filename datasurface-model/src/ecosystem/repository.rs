//! Repositories: who owns a part of the model.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// Where a repository is hosted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RepositoryHost {
    /// GitHub: the repository is `owner/name`.
    GitHub,
    /// GitLab: the repository is `group/…/name`.
    GitLab,
    /// Any other git host: the repository is the address that git is given.
    Git,
}

impl RepositoryHost {
    const PREFIXES: [(&'static str, Self); 3] =
        [("github", Self::GitHub), ("gitlab", Self::GitLab), ("git", Self::Git)];

    fn prefix(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::Git => "git",
        }
    }
}

/// A branch of a repository. Two are the same only if host, repository and branch are equal, letter by letter.
/// As text: `github:owner/name@branch`; a branch may contain slashes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Repository {
    host: RepositoryHost,
    repository: SmolStr,
    branch: SmolStr,
}

impl Repository {
    /// The branch of `repository` at `host`.
    pub fn new(host: RepositoryHost, repository: impl Into<SmolStr>, branch: impl Into<SmolStr>) -> Self {
        Self { host, repository: repository.into(), branch: branch.into() }
    }

    /// Where it is hosted.
    #[must_use]
    pub fn host(&self) -> RepositoryHost {
        self.host
    }

    /// `owner/name`, or the address for plain git.
    #[must_use]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The branch.
    #[must_use]
    pub fn branch(&self) -> &str {
        &self.branch
    }
}

impl From<&str> for Repository {
    /// Reads `host:repository@branch`. A text of another form is taken for a plain git address, and what is missing
    /// is empty: validation reports it.
    fn from(text: &str) -> Self {
        let (host, rest) = RepositoryHost::PREFIXES
            .into_iter()
            .find_map(|(prefix, host)| Some((host, text.strip_prefix(prefix)?.strip_prefix(':')?)))
            .unwrap_or((RepositoryHost::Git, text));
        // The last one: an address such as `git@host:name` has an `@` of its own.
        let (repository, branch) = rest.rsplit_once('@').unwrap_or((rest, ""));
        Self::new(host, repository, branch)
    }
}

impl From<String> for Repository {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&Repository> for Repository {
    fn from(repository: &Repository) -> Self {
        repository.clone()
    }
}

impl From<Repository> for String {
    fn from(repository: Repository) -> Self {
        repository.to_string()
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}@{}", self.host.prefix(), self.repository, self.branch)
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_forms_round_trip() {
        for text in ["github:billy/yellow@feature/x", "gitlab:a/b/c@main", "git:git@example.org:r.git@main"] {
            assert_eq!(Repository::from(text).to_string(), text);
        }
    }
}
