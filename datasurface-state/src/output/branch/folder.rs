//! The name of a branch, and of a folder in it.

use std::{fmt, path::PathBuf, str::FromStr};

/// A folder in a branch of a git repository, written as `BRANCH` or `BRANCH:path/in/it`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchFolder {
    branch: String,
    /// The path from the root of the branch; empty for the root itself.
    path: String,
}

/// The reason why a text names no folder in a branch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BranchFolderError(String);

impl BranchFolder {
    /// The name of the branch, without `refs/heads/`.
    #[must_use]
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// The whole name of the branch in its repository.
    pub(super) fn reference(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    /// The path of a file in the branch, from its path in the folder.
    pub(super) fn key(&self, inside: &str) -> String {
        match (self.path.as_str(), inside) {
            (folder, "") => folder.to_owned(),
            ("", inside) => inside.to_owned(),
            (folder, inside) => format!("{folder}/{inside}"),
        }
    }

    /// The folder and those that it is in, but for the root of the branch.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = &str> {
        let ends = self.path.match_indices('/').map(|(end, _)| end).chain([self.path.len()]);
        ends.filter_map(|end| self.path.get(..end)).filter(|path| !path.is_empty())
    }

    /// The path under which the files of the folder are found: one of no disk.
    pub(super) fn root(&self) -> PathBuf {
        PathBuf::from(self.to_string())
    }
}

impl fmt::Display for BranchFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "git:{}", self.branch)?;
        if self.path.is_empty() { Ok(()) } else { write!(f, ":{}", self.path) }
    }
}

impl FromStr for BranchFolder {
    type Err = BranchFolderError;

    fn from_str(text: &str) -> Result<Self, BranchFolderError> {
        let (branch, path) = text.split_once(':').unwrap_or((text, ""));
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        let is_odd = branch.is_empty() || branch == "HEAD" || branch.starts_with(['-', '/']);
        let is_elsewhere = branch.starts_with("refs/");
        if is_odd || is_elsewhere || branch.chars().any(|char| char.is_control() || char.is_whitespace()) {
            return Err(BranchFolderError(format!("`{}` is no name of a branch", branch.escape_debug())));
        }
        let path = path.strip_suffix('/').unwrap_or(path);
        if !path.is_empty() && !path.split('/').all(is_plain) {
            let path = path.escape_debug();
            return Err(BranchFolderError(format!("`{path}` is no path from the root of a branch")));
        }
        Ok(Self { branch: branch.to_owned(), path: path.to_owned() })
    }
}

fn is_plain(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
        && !name.eq_ignore_ascii_case(".git")
        && !name.contains(['\\', ':', '"'])
        && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_and_a_path_are_read_as_they_are_written() {
        for (text, shown, key) in [
            ("rendered", "git:rendered", "a/b"),
            ("refs/heads/rendered/eu", "git:rendered/eu", "a/b"),
            ("rendered:envs/prod/", "git:rendered:envs/prod", "envs/prod/a/b"),
        ] {
            let folder: BranchFolder = text.parse().unwrap();
            assert_eq!((folder.to_string().as_str(), folder.key("a/b").as_str()), (shown, key));
        }
        let folder: BranchFolder = "x:a/b/c".parse().unwrap();
        assert_eq!(folder.ancestors().collect::<Vec<_>>(), ["a", "a/b", "a/b/c"]);
    }

    #[test]
    fn what_git_would_take_for_something_else_is_refused() {
        let names = ["", "-d", "--upload-pack=x", "HEAD", "a b", "a\nb", "refs/remotes/origin/x", "/x"];
        let paths =
            ["x:..", "x:/etc", "x:a//b", "x:.git/hooks", "x:.GIT", "x:a\\b", "x:a:b", "x:a\"b", "x:./a"];
        for text in names.into_iter().chain(paths) {
            assert!(text.parse::<BranchFolder>().is_err(), "{text:?}");
        }
    }
}
