//! Merges: what the live branch would be with a change.

use super::{
    Answered, ObjectId, Repository, failed,
    program::{invoke, invoke_with_codes},
};

/// The result of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The tree of the merged files.
    Clean(ObjectId),
    /// The files that both sides changed, each otherwise.
    Conflicts(Vec<String>),
}

impl Repository {
    /// Merges two commits, in memory: neither the work tree nor a branch changes, and no attribute of a file names a program.
    ///
    /// # Errors
    ///
    /// If git cannot read one of both, or has no merge of them.
    pub fn merge(&self, tip: &ObjectId, head: &ObjectId) -> Answered<Merge> {
        let arguments = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages"];
        let mut git = self.isolated();
        let said = invoke_with_codes(git.args(arguments).args([tip.as_str(), head.as_str()]), b"", &[0, 1])?;
        let text = String::from_utf8_lossy(&said.out);
        let mut parts = text.split(['\0', '\n']).filter(|part| !part.is_empty());
        let tree = parts.next().and_then(ObjectId::from_hex);
        let tree = tree
            .ok_or_else(|| failed("git has no merge of two commits; it may be too old (2.38 is needed)"))?;
        Ok(if said.code == 0 {
            Merge::Clean(tree)
        } else {
            Merge::Conflicts(parts.map(str::to_owned).collect())
        })
    }

    /// Makes a commit of a tree on top of another one, in the temporary repository.
    pub(super) fn commit_tree(&self, tree: &ObjectId, parent: &ObjectId) -> Answered<ObjectId> {
        let mut git = self.isolated();
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "review")
                .env(format!("GIT_{role}_EMAIL"), "review@localhost");
            git.env(format!("GIT_{role}_DATE"), "2000-01-01T00:00:00Z");
        }
        let said =
            invoke(git.args(["commit-tree", "-m", "work tree", "-p", parent.as_str(), tree.as_str()]), b"")?;
        ObjectId::from_hex(String::from_utf8_lossy(&said.out).trim())
            .ok_or_else(|| failed("git made no commit of the work tree"))
    }
}
