//! The two sides of a review: folders, commits, or the live branch and its merge with a change.

use super::arguments::Review;
use crate::codes::{REVIEW_CONFLICT, REVIEW_FIRST, REVIEW_VOID};
use datasurface_model::{CodeInfo, Diagnostic, Findings, ModelPath, segment};
use datasurface_review::{
    ReviewSide,
    git::{Answered, Merge, ObjectId, REVIEW_GIT, Repository, is_plain_folder},
};
use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// The word with which the name of a commit begins.
const GIT: &str = "git:";

/// The sides of a review.
pub(super) struct Sides {
    /// The live model; none if the proposed one is the first.
    pub(super) old: Option<ReviewSide>,
    pub(super) new: ReviewSide,
    /// The commit of the live model, if it is known.
    pub(super) tip: Option<String>,
    /// The commit of the proposal, if there is one.
    pub(super) head: Option<String>,
}

impl Sides {
    /// Reads both sides. What is inside of them and cannot be read is in the sides.
    pub(super) fn read(arguments: &Review) -> Answered<Self> {
        if !is_plain_folder(&arguments.folder) {
            let message = format!("`{}` is no path from the root of a repository", arguments.folder);
            return Err(finding(&REVIEW_GIT, &arguments.folder, message, "name it as `models/company`"));
        }
        let (old, new, tip, head) = match (&arguments.old, &arguments.new) {
            (Some(old), Some(new)) => {
                let mut repository = None;
                let (old, tip) = side(old, arguments, &mut repository)?;
                let (new, head) = side(new, arguments, &mut repository)?;
                (old, new, tip, head)
            }
            _ => merged(arguments)?,
        };
        let tip = tip.map(|tip| tip.as_str().to_owned());
        if let (Some(actual), Some(expected)) = (&tip, &arguments.tip)
            && actual != expected
        {
            let message = format!(
                "the live model is that of the commit {actual}, and the one of {expected} is asked for"
            );
            return Err(finding(
                &REVIEW_VOID,
                actual,
                message,
                "review the change against the live branch as it is now",
            ));
        }
        let name = tip.as_deref().unwrap_or("OLD");
        let old = match (old.is_empty(), arguments.first) {
            (true, true) => None,
            (false, false) => Some(old),
            (true, false) => {
                let message = format!("there is no model in `{name}`");
                let help = "name the live model, or say `--first` if this is the first check-in";
                return Err(finding(&REVIEW_FIRST, name, message, help));
            }
            (false, true) => {
                let message = format!("`--first` is said, and something is in `{name}`");
                return Err(finding(&REVIEW_FIRST, name, message, "leave `--first` out"));
            }
        };
        let tip = tip.or_else(|| arguments.tip.clone());
        Ok(Self { old, new, tip, head: head.map(|head| head.as_str().to_owned()) })
    }
}

/// A side, and its commit, if it is in one.
type Named = (ReviewSide, Option<ObjectId>);

/// The side of this name: `git:REV`, `git:REV:path`, a file or a folder.
fn side(name: &Path, arguments: &Review, repository: &mut Option<Repository>) -> Answered<Named> {
    let Some(commit) = name.to_str().and_then(|name| name.strip_prefix(GIT)) else {
        return Ok((ReviewSide::from_path(from_here(name)).in_folder(arguments.folder.as_str()), None));
    };
    let (revision, path) = commit.split_once(':').unwrap_or((commit, &arguments.folder));
    let repository = match repository {
        Some(repository) => repository,
        None => repository.insert(Repository::open()?),
    };
    let commit = repository.commit(revision)?;
    Ok((repository.side(&commit, path)?, Some(commit)))
}

/// The live branch, and its merge with a commit or the work tree.
fn merged(arguments: &Review) -> Answered<(ReviewSide, ReviewSide, Option<ObjectId>, Option<ObjectId>)> {
    let repository = Repository::open()?;
    let tip = repository.live(arguments.live.as_deref())?;
    let head = match &arguments.head {
        Some(head) => repository.commit(head)?,
        None => repository.work_tree(&arguments.folder)?,
    };
    match repository.merge(&tip, &head)? {
        Merge::Clean(tree) => {
            let old = repository.side(&tip, &arguments.folder)?;
            let new = repository.side(&tree, &arguments.folder)?;
            Ok((old, new, Some(tip), Some(head)))
        }
        Merge::Conflicts(files) => Err(files
            .iter()
            .map(|file| {
                let message =
                    format!("the change does not merge with {}: `{file}` has a conflict", tip.as_str());
                let help = "merge the live branch into the change, and resolve the conflict there";
                Diagnostic::new(&REVIEW_CONFLICT, place(file), message).with_help(help)
            })
            .collect()),
    }
}

fn finding(code: &CodeInfo, name: &str, message: String, help: &str) -> Findings {
    [Diagnostic::new(code, place(name), message).with_help(help)].into_iter().collect()
}

fn place(name: &str) -> ModelPath {
    ModelPath::root().child(segment::DOCUMENTS, name)
}

/// The path relative to the current folder, if it is inside: tools show findings in a checkout by relative names.
fn from_here(path: &Path) -> PathBuf {
    let here = env::current_dir().ok();
    let inside = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    match inside {
        Some(inside) if inside.as_os_str() == OsStr::new("") => PathBuf::from("."),
        Some(inside) => inside,
        None => path.to_owned(),
    }
}
