//! A git repository to review changes in.

use crate::run::{Fixture, Said};
use datasurface_model::Ecosystem;
use std::{fs, process::Command};

/// A folder that is a repository. Its live branch is `refs/remotes/origin/main`.
pub(crate) struct Repo {
    pub(crate) fixture: Fixture,
}

impl Repo {
    /// A repository whose live branch has this model.
    pub(crate) fn new(live: &Ecosystem) -> Self {
        let repo = Self { fixture: Fixture::new(live) };
        repo.git("init --quiet --initial-branch=main .");
        repo.git("config user.name Tester");
        repo.git("config user.email tester@example.org");
        repo.git("config commit.gpgsign false");
        repo.commit("live");
        repo.git("update-ref refs/remotes/origin/main HEAD");
        repo
    }

    /// Runs git, with arguments separated by blanks, and returns its output.
    pub(crate) fn git(&self, arguments: &str) -> String {
        let output = self.git_command(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn git_command(&self, arguments: &str) -> Command {
        let mut git = Command::new("git");
        git.args(arguments.split_whitespace()).current_dir(self.fixture.path("."));
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        git
    }

    /// Commits everything, and returns the commit.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git("add --all");
        self.git(&format!("commit --quiet --allow-empty --no-verify -m {message}"));
        self.git("rev-parse HEAD")
    }

    /// Commits this model on the current branch.
    pub(crate) fn propose(&self, model: &Ecosystem) -> String {
        self.fixture.model(model);
        self.commit("proposal")
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.fixture.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn review(&self, arguments: &str) -> Said {
        self.fixture.run(&format!("review --on 2026-02-01 --format json {arguments}"))
    }
}

impl Said {
    /// Asserts that the review refused with this code, and says this.
    pub(crate) fn refused(&self, code: &str, says: &str) {
        assert_eq!(self.code, 1, "{self:?}");
        assert!(self.codes().contains(&code.to_owned()), "no {code}: {self:?}");
        assert!(self.out.contains(says), "no `{says}`: {self:?}");
        assert_eq!(self.json()["verdict"], "refused");
    }
}
