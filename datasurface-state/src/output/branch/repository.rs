//! What is asked of a repository about a branch, and the one change of it that others see.

use super::{BranchFolder, tree::Tree};
use crate::git::{GitError, ObjectId, invoke, program};
use std::{env, path::PathBuf, process::Command};

/// A repository of git, with or without a work tree.
#[derive(Debug)]
pub(super) struct Repository {
    /// A folder in it.
    at: PathBuf,
    /// The folder of git that all work trees share.
    pub(super) common: PathBuf,
    /// What git writes where there is no object.
    pub(super) nothing: String,
}

/// The author and the committer of commits, as git writes them: name, address, time.
pub(super) struct Identity {
    pub(super) author: String,
    pub(super) committer: String,
}

/// The result of an attempt to move a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moved {
    Yes,
    /// Somebody else moved, made or removed the branch meanwhile.
    ByOthers,
}

impl Repository {
    /// Opens the repository around a folder.
    pub(super) fn open(at: PathBuf) -> Result<Self, GitError> {
        let mut repository = Self { at, common: PathBuf::new(), nothing: String::new() };
        let asked = ["rev-parse", "--path-format=absolute", "--git-common-dir", "--show-object-format"];
        let said = repository.ask(&asked)?;
        let (common, format) = said.trim_end().rsplit_once('\n').ok_or_else(|| {
            GitError::new("git gave an answer of another form; it may be too old (2.38 is needed)")
        })?;
        repository.common = common.into();
        repository.nothing = "0".repeat(if format == "sha256" { 64 } else { 40 });
        Ok(repository)
    }

    /// Git in this repository.
    pub(super) fn git(&self) -> Command {
        let mut git = program();
        // What a name leads to is on the disk before the name is, and that before anybody is told.
        git.args(["-c", "core.fsync=all"]).current_dir(&self.at);
        git
    }

    /// Returns the last commit of a branch; `None` if there is no such branch.
    pub(super) fn tip(&self, folder: &BranchFolder) -> Result<Option<ObjectId>, GitError> {
        let reference = folder.reference();
        let said = self.ask(&["for-each-ref", "--format=%(refname) %(objectname) %(symref)", &reference])?;
        let line = said.lines().filter_map(|line| line.strip_prefix(&reference)?.strip_prefix(' ')).next();
        match line.and_then(|line| line.split_once(' ')) {
            // What git does not take for the name of a branch is never there.
            None => match self.ask(&["check-ref-format", &reference]) {
                Ok(_) => Ok(None),
                Err(_) => Err(GitError::new(format!("`{}` is no name of a branch", folder.branch()))),
            },
            Some((id, "")) => Ok(ObjectId::from_hex(id)),
            Some((_, other)) => {
                Err(GitError::new(format!("`{}` is another name of `{other}`", folder.branch())))
            }
        }
    }

    /// Returns a branch of another repository that has this name, as it was fetched, if there is one.
    pub(super) fn fetched(&self, folder: &BranchFolder) -> Result<Option<String>, GitError> {
        let (of_any, whole) =
            (format!("refs/remotes/*/{}", folder.branch()), format!("refs/remotes/{}", folder.branch()));
        let said = self.ask(&["for-each-ref", "--format=%(refname:lstrip=2)", &of_any, &whole])?;
        Ok(said.lines().next().map(str::to_owned))
    }

    /// Returns the work tree in which a branch is checked out, if there is one. It may have no commit yet.
    pub(super) fn checked_out(&self, folder: &BranchFolder) -> Result<Option<String>, GitError> {
        let said = self.ask(&["worktree", "list", "--porcelain", "-z"])?;
        let reference = folder.reference();
        let mut work_tree = None;
        for line in said.split('\0') {
            match line.split_once(' ') {
                Some(("worktree", path)) => work_tree = Some(path),
                Some(("branch", branch)) if branch == reference => return Ok(work_tree.map(str::to_owned)),
                _ => {}
            }
        }
        Ok(None)
    }

    /// Lists the files of a commit, all of them in one answer and none of their contents.
    pub(super) fn tree(&self, commit: &ObjectId) -> Result<Tree, GitError> {
        let mut git = self.git();
        let said = invoke(git.args(["ls-tree", "-r", "-z", "--full-tree", commit.as_str()]), b"", &[0])?;
        Tree::from_listing(&said.out)
            .ok_or_else(|| GitError::new(format!("the files of {commit} cannot be listed")))
    }

    /// Returns who commits, by the configuration of git and the environment that it has for that.
    pub(super) fn identity(&self) -> Result<Identity, GitError> {
        let ask = |role: &str| {
            let mut git = self.git();
            for name in ["NAME", "EMAIL", "DATE"].map(|part| format!("GIT_{role}_{part}")) {
                if let Some(value) = env::var_os(&name) {
                    git.env(name, value);
                }
            }
            let said = invoke(git.args(["var", &format!("GIT_{role}_IDENT")]), b"", &[0]);
            said.map(|said| String::from_utf8_lossy(&said.out).trim_end().to_owned()).map_err(|_| {
                GitError::new(
                    "git does not know who commits: set `user.name` and `user.email` by `git config`",
                )
            })
        };
        Ok(Identity { author: ask("AUTHOR")?, committer: ask("COMMITTER")? })
    }

    /// Moves a branch from one commit, or from not being there, to another one. Either happens as a whole, or nothing does.
    pub(super) fn move_branch(
        &self,
        folder: &BranchFolder,
        from: Option<&ObjectId>,
        to: &ObjectId,
    ) -> Result<Moved, GitError> {
        let mut git = self.git();
        git.args(["update-ref", "--no-deref", "-m", "datasurface"]);
        let before = from.map_or(self.nothing.as_str(), ObjectId::as_str);
        match invoke(git.args([&folder.reference(), to.as_str(), before]), b"", &[0]) {
            Ok(_) => Ok(Moved::Yes),
            // Where it is says what happened.
            Err(error) => match self.tip(folder)?.as_ref() {
                tip if tip == Some(to) => Ok(Moved::Yes),
                tip if tip != from => Ok(Moved::ByOthers),
                _ => Err(error),
            },
        }
    }

    fn ask(&self, arguments: &[&str]) -> Result<String, GitError> {
        let said = invoke(self.git().args(arguments), b"", &[0])?;
        Ok(String::from_utf8_lossy(&said.out).into_owned())
    }
}
