//! Commits, read through the program `git`, without anything that a repository or its settings would execute.
//!
//! Names of commits are resolved in the repository itself. Everything else happens in a repository of its own, in a temporary
//! folder, which has no settings, hooks, attributes and work tree, and takes the objects of the other one: nothing is checked
//! out, and nothing is written to the repository under review.

mod merge;
mod program;
mod tree;
mod work_tree;

use datasurface_model::{CodeInfo, Diagnostic, Findings, ModelPath, segment};
use program::{invoke, lines, program};
use std::{collections::BTreeSet, fmt::Write as _, fs, path::PathBuf, process::Command};
use tempfile::TempDir;

pub use datasurface_broker::git::ObjectId;
pub use merge::Merge;
pub use tree::is_plain_folder;

/// A side of a review cannot be read from git.
pub static REVIEW_GIT: CodeInfo = CodeInfo::error(
    "review/git",
    "a side of a review cannot be read from git",
    "Commits are read through the program `git`, version 2.38 or newer, from the repository around the current folder, with their history \
     and without fetching anything. Branches, tags and commits are named so that one thing can be meant; folders in them have plain paths.",
);

/// The repository around the current folder.
#[derive(Debug)]
pub struct Repository {
    /// The root of the work tree, if there is one.
    work_tree: Option<PathBuf>,
    isolated: TempDir,
}

/// The result of a question to git, or the finding that says why there is none.
pub type Answered<T> = Result<T, Findings>;

impl Repository {
    /// Opens the repository around the current folder.
    ///
    /// # Errors
    ///
    /// If there is no repository, or git is missing or too old.
    pub fn open() -> Answered<Self> {
        let said =
            invoke(program().args(["rev-parse", "--git-path", "objects", "--show-object-format"]), b"")?;
        let [objects, format] = lines(&said.out)?;
        let objects = fs::canonicalize(objects).map_err(|error| failed(&format!("no objects: {error}")))?;
        let objects = objects.to_str().filter(|path| !path.contains(['\n', '\r']));
        let objects = objects.ok_or_else(|| failed("the path of the repository is not plain text"))?;
        let top = invoke(program().args(["rev-parse", "--show-toplevel"]), b"");
        let work_tree =
            top.ok().and_then(|said| lines::<1>(&said.out).ok().map(|[path]| PathBuf::from(path)));

        let unwritten =
            |error: std::io::Error| failed(&format!("a temporary folder cannot be made: {error}"));
        let isolated = TempDir::new().map_err(unwritten)?;
        let repository = Self { work_tree, isolated };
        let init = ["init", "--quiet", "--bare", "--template=", &format!("--object-format={format}")];
        invoke(repository.isolated().args(init), b"")?;
        let info = repository.isolated.path().join("objects/info");
        fs::create_dir_all(&info).map_err(unwritten)?;
        fs::write(info.join("alternates"), format!("{objects}\n")).map_err(unwritten)?;
        Ok(repository)
    }

    /// Returns the commit that a revision names, such as a branch, a tag or the name of a commit. A name that a branch and a
    /// tag have both is refused: who makes the one need not be who makes the other.
    ///
    /// # Errors
    ///
    /// If it names nothing, several things, or no commit.
    pub fn commit(&self, revision: &str) -> Answered<ObjectId> {
        check_revision(revision)?;
        // A branch that is called like a commit, or `HEAD`, is not what is meant.
        let is_exact =
            revision == "HEAD" || revision.starts_with("refs/") || ObjectId::from_hex(revision).is_some();
        let refs = ["refs/tags/", "refs/heads/", "refs/remotes/"].map(|kind| format!("{kind}{revision}"));
        let named = if is_exact { Vec::new() } else { self.resolved(&refs)? };
        let named: BTreeSet<ObjectId> = named.into_iter().flatten().collect();
        let mut named = named.into_iter();
        let object = match (named.next(), named.next()) {
            (Some(_), Some(_)) => {
                let why = format!("`{revision}` is the name of a branch, and of a tag or another branch");
                return Err(refused(&why, "name it as `refs/heads/…`, `refs/remotes/…` or `refs/tags/…`"));
            }
            (object, _) => match object {
                Some(object) => Some(object),
                None => self.resolved(&[revision.to_owned()])?.into_iter().flatten().next(),
            },
        };
        let unknown = || {
            refused(
                &format!("there is no commit `{revision}` here"),
                "fetch it, with its history (`fetch-depth: 0`, `GIT_DEPTH: 0`)",
            )
        };
        self.peeled(&object.ok_or_else(unknown)?, "commit")?.ok_or_else(unknown)
    }

    /// Returns the tip of the live branch: of this one, or of `origin/HEAD` or else `origin/main`. It is a branch, also where a tag
    /// has the same name.
    ///
    /// # Errors
    ///
    /// If there is no such branch.
    pub fn live(&self, branch: Option<&str>) -> Answered<ObjectId> {
        let refs = match branch {
            Some(name) if name.starts_with("refs/") => vec![name.to_owned()],
            Some(name) => vec![format!("refs/remotes/{name}"), format!("refs/heads/{name}")],
            None => vec!["refs/remotes/origin/HEAD".to_owned(), "refs/remotes/origin/main".to_owned()],
        };
        refs.iter().try_for_each(|name| check_revision(name))?;
        if let Some(object) = self.resolved(&refs)?.into_iter().flatten().next()
            && let Some(commit) = self.peeled(&object, "commit")?
        {
            return Ok(commit);
        }
        let name = branch.unwrap_or("origin/HEAD, origin/main");
        Err(refused(&format!("there is no live branch `{name}` here"), "fetch it, or name it with `--live`"))
    }

    /// Returns the objects of these names in the repository itself, each if there is one.
    fn resolved(&self, names: &[String]) -> Answered<Vec<Option<ObjectId>>> {
        objects(program(), names)
    }

    /// Returns the object of this kind that an object is or leads to.
    fn peeled(&self, object: &ObjectId, kind: &str) -> Answered<Option<ObjectId>> {
        let found = objects(self.isolated(), &[format!("{}^{{{kind}}}", object.as_str())])?;
        Ok(found.into_iter().flatten().next())
    }

    /// Git in the repository without settings.
    fn isolated(&self) -> Command {
        let folder = self.isolated.path();
        let mut git = program();
        git.current_dir(folder).env("GIT_DIR", folder).env("HOME", folder).env("XDG_CONFIG_HOME", folder);
        git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", folder.join("none"));
        git.env("GIT_ATTR_NOSYSTEM", "1");
        git
    }
}

/// The objects that git has under these names.
fn objects(mut git: Command, names: &[String]) -> Answered<Vec<Option<ObjectId>>> {
    let mut asked = String::new();
    for name in names {
        // Writing to a text cannot fail.
        let _ = writeln!(asked, "{name}");
    }
    let said = invoke(git.args(["cat-file", "--batch-check=%(objectname)"]), asked.as_bytes())?;
    let text = String::from_utf8_lossy(&said.out);
    Ok(text.lines().map(ObjectId::from_hex).collect())
}

/// Refuses what is no name of a commit, and what git would take for something else.
fn check_revision(revision: &str) -> Answered<()> {
    let is_odd = revision.is_empty()
        || revision.starts_with(['-', ':'])
        || revision.contains(':')
        || revision.chars().any(|character| character.is_control() || character == ' ');
    if is_odd {
        let why = format!("`{revision}` is no name of a commit");
        return Err(refused(
            &why,
            "name a branch, a tag or a commit, as `git:origin/main` or `git:3f9c…:path`",
        ));
    }
    Ok(())
}

/// The finding that git could not do something.
fn failed(why: &str) -> Findings {
    refused(why, "run it in the repository of the model, with all of its history fetched")
}

fn refused(why: &str, help: &str) -> Findings {
    let path = ModelPath::root().child(segment::DOCUMENTS, "git");
    [Diagnostic::new(&REVIEW_GIT, path, why.to_owned()).with_help(help)].into_iter().collect()
}
