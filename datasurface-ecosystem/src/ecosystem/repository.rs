//! Repositories: who owns a part of the model.

use super::{RepositoryCredential, password::redact_passwords};
use datasurface_schema::Text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The host of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

    /// Returns the words for hosts with which texts begin.
    pub fn prefixes() -> impl Iterator<Item = &'static str> {
        Self::PREFIXES.into_iter().map(|(prefix, _)| prefix)
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::Git => "git",
        }
    }
}

/// A branch of a repository, or one folder of it. As text: `github:owner/name@branch`, or
/// `gitlab+git.example.com:group/name@branch` if it is not at the usual address; a branch may contain slashes. Where
/// several own parts of the model in one repository, each has a path in it: `github:owner/name@branch:teams/sales`.
///
/// Two are [the same](Self::is_same) only if host, address, repository, branch and path are equal, letter by letter; the
/// credential makes no difference. A user of the web, a password, a token, a query or a fragment in the address is never shown,
/// and validation rejects it: documents use the long form for such a repository, since the text form would lose it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(from = "String", into = "String")]
pub struct Repository {
    host: RepositoryHost,
    address: Option<Text>,
    repository: Text,
    branch: Text,
    owner_path: Option<Text>,
    credential: Option<RepositoryCredential>,
    /// The text form as it may be shown. A model names an owner with each of its parts, and to look for secrets takes longer than to write the part.
    shown: Text,
    /// Whether something is left out in that.
    is_redacted: bool,
}

impl Repository {
    /// Creates the branch of `repository` at `host`.
    pub fn new(host: RepositoryHost, repository: impl Into<Text>, branch: impl Into<Text>) -> Self {
        let created = Self {
            host,
            address: None,
            repository: repository.into(),
            branch: branch.into(),
            owner_path: None,
            credential: None,
            shown: Text::default(),
            is_redacted: false,
        };
        created.with_shown_text()
    }

    /// Sets the path of the folder that is meant, such as `teams/sales`, where several own parts of the model in one
    /// repository.
    #[must_use]
    pub fn with_owner_path(mut self, path: impl Into<Text>) -> Self {
        self.owner_path = Some(path.into());
        self.with_shown_text()
    }

    /// Sets the address of the host, such as `git.example.com`, where it is not the usual one.
    #[must_use]
    pub fn with_address(mut self, address: impl Into<Text>) -> Self {
        self.address = Some(address.into());
        self.with_shown_text()
    }

    /// Sets the credential for access.
    #[must_use]
    pub fn with_credential(mut self, credential: impl Into<RepositoryCredential>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// Whether both are one folder of one branch of one repository, whatever their credentials.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.is_same_branch(other) && self.owner_path == other.owner_path
    }

    /// Whether both are in one branch of one repository, whatever their paths and credentials.
    #[must_use]
    pub fn is_same_branch(&self, other: &Self) -> bool {
        (self.host, &self.address, &self.repository, &self.branch)
            == (other.host, &other.address, &other.repository, &other.branch)
    }

    /// The path of the folder that is meant; none for all that no other owner's path covers.
    #[must_use]
    pub fn owner_path(&self) -> Option<&str> {
        self.owner_path.as_deref()
    }

    /// The address of the host, unless it is the usual one.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// The credential for access, if one is declared.
    #[must_use]
    pub fn credential(&self) -> Option<&RepositoryCredential> {
        self.credential.as_ref()
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> RepositoryHost {
        self.host
    }

    /// `owner/name`, or the address for plain git.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.repository
    }

    /// The branch.
    #[must_use]
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// Returns the text form with everything in it, passwords included.
    fn spelled_out(&self) -> String {
        let at = self.address.as_ref().map(|address| format!("+{address}")).unwrap_or_default();
        let path = self.owner_path.as_ref().map(|path| format!(":{path}")).unwrap_or_default();
        format!("{}{at}:{}@{}{path}", self.host.prefix(), self.repository, self.branch)
    }

    fn with_shown_text(mut self) -> Self {
        let redacted = self.redacted();
        self.is_redacted = redacted.is_some();
        self.shown = redacted.unwrap_or_else(|| self.spelled_out()).into();
        self
    }

    /// Returns the text form without what must not be shown, if there is a user of the web, a password, a token, a query or a fragment with a
    /// value in the address.
    fn redacted(&self) -> Option<String> {
        let text = self.spelled_out();
        match text.split_once('?').filter(|_| self.repository.contains('?')) {
            // An address without a scheme may have parameters, too.
            Some((before, _)) => Some(format!("{}?…", redact_passwords(before).as_deref().unwrap_or(before))),
            None => redact_passwords(&text),
        }
    }

    /// Whether a user of the web, a password, a token, a query or a fragment is in its address.
    #[must_use]
    pub fn holds_password(&self) -> bool {
        self.is_redacted
    }
}

impl From<&str> for Repository {
    /// Reads `host:repository@branch` or `host:repository@branch:path`. A text of another form is taken for a plain git address, and what is missing
    /// is empty: validation reports it.
    fn from(text: &str) -> Self {
        let (host, address, rest) = text
            .split_once(':')
            .and_then(|(prefix, rest)| {
                let (kind, address) = match prefix.split_once('+') {
                    Some((kind, address)) => (kind, Some(address)),
                    None => (prefix, None),
                };
                let (_, host) = RepositoryHost::PREFIXES.into_iter().find(|(prefix, _)| *prefix == kind)?;
                Some((host, address, rest))
            })
            .unwrap_or((RepositoryHost::Git, None, text));
        // The last one: an address such as `git@host:name` has an `@` of its own.
        let (repository, branch) = rest.rsplit_once('@').unwrap_or((rest, ""));
        let (branch, path) = match branch.split_once(':') {
            Some((branch, path)) if is_whole(host, repository) => (branch, Some(path)),
            _ => (branch, None),
        };
        let read = Self::new(host, repository, branch);
        let read = path.into_iter().fold(read, Self::with_owner_path);
        address.into_iter().fold(read, Self::with_address)
    }
}

/// Whether the address of a repository can end here. Of `git@example.org:model.git` without a branch, `git` is not all of
/// it: what follows is the rest of an address, no branch with a path.
fn is_whole(host: RepositoryHost, repository: &str) -> bool {
    match repository.split_once("://") {
        _ if host != RepositoryHost::Git => true,
        Some((_, rest)) => rest.contains('/'),
        None => repository.contains(['/', ':']),
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
        f.write_str(&self.shown)
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
        for text in [
            "github:billy/yellow@feature/x",
            "gitlab:a/b/c@main",
            "gitlab+git.example.com:a/b/c@main",
            "git:git@example.org:r.git@main",
            "github:shop/mono@main:teams/sales",
            "git:git@example.org:r.git@main:teams/sales",
            "git:https://example.org:8443/r.git@feature/x:teams",
            "github:shop/mono@main:",
        ] {
            assert_eq!(Repository::from(text).to_string(), text);
        }
    }

    #[test]
    fn an_owner_has_a_path_where_the_text_says_so() {
        let sales = Repository::from("github:shop/mono@release/1:teams/sales");
        assert_eq!((sales.branch(), sales.owner_path()), ("release/1", Some("teams/sales")));
        let whole = Repository::from("github:shop/mono@release/1");
        assert!(sales.is_same_branch(&whole) && !sales.is_same(&whole));
        for other in ["github:shop/mono@release/1:teams/Sales", "github:shop/mono@release/1:teams/sales/"] {
            assert!(!sales.is_same(&other.into()), "{other}");
        }
        // The branch is missing: what looks like one is a host.
        for text in ["git:git@example.org:r.git", "git:https://robot@example.org:8443/r.git"] {
            assert_eq!(Repository::from(text).owner_path(), None, "{text}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let text = "git:https://joe:secret@git.example/x.git@main";
        let repository = Repository::from(text);
        assert_eq!(format!("{repository} {repository:?}").matches("secret").count(), 0);
        assert!(repository.path().contains("secret"));
    }

    #[test]
    fn a_password_that_comes_after_it_was_shown_is_not_shown() {
        let plain = Repository::from("gitlab:shop/model@main");
        assert_eq!(plain.to_string(), "gitlab:shop/model@main");
        let address = plain.clone().with_address("joe:secret@git.example");
        assert!(address.holds_password() && !address.to_string().contains("secret"), "{address}");
        let path = plain.with_owner_path("token=secret");
        assert!(path.holds_password() && !path.to_string().contains("secret"), "{path}");
    }

    #[test]
    fn what_it_is_reached_with_makes_no_difference() {
        let plain = Repository::from("github:nw/model@main");
        assert!(plain.is_same(&plain.clone().with_credential("robot")));
        for other in ["github:nw/Model@main", "gitlab:nw/model@main", "github+nw.example:nw/model@main"] {
            assert!(!plain.is_same(&other.into()), "{other}");
        }
    }

    #[test]
    fn a_fragment_is_never_shown() {
        for (text, shown) in [
            ("git:https://host.example/a/b.git#tok=abcd@main", "git:https://host.example/a/b.git#…"),
            ("git:host.example:b.git#a=b@main", "git:host.example:b.git#…"),
            ("git:https://host.example/C#/b.git#hunter2@main", "git:https://host.example/C#/b.git#…"),
            ("git:https://host.example/C#/b.git?x@main", "git:https://host.example/C#/b.git?…"),
        ] {
            let repository = Repository::from(text);
            assert!(repository.holds_password(), "{text}");
            assert_eq!(repository.to_string(), shown);
        }
        // A folder may be called like this.
        for text in [
            "git:https://host.example/C#.git@main",
            "git:https://host.example/C#@main",
            "git:git@host.example:F#/b.git@main",
        ] {
            assert!(!Repository::from(text).holds_password(), "{text}");
            assert_eq!(Repository::from(text).to_string(), text);
        }
    }
}
