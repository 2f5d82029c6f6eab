//! What the command itself can report: wishes that cannot be fulfilled.

use datasurface_model::{CodeInfo, Severity};
use datasurface_review::git::REVIEW_GIT;

/// Every code that this crate reports by itself.
pub static CODES: &[&CodeInfo] = &[
    &UNKNOWN_NAME,
    &UNUSED_CREDENTIAL,
    &UNKNOWN_NODE,
    &NO_COPY,
    &NOT_HELD,
    &LOCK_UNWRITTEN,
    &MOVE_NOT_READY,
    &MOVE_OUT_OF_ORDER,
    &MOVE_PINNED,
    &UNKNOWN_PLATFORM,
    &UNKNOWN_COLUMN,
    &UNKNOWN_DATASET,
    &NOT_LOST,
    &NO_BRANCH,
    &NO_FOLDER,
    &NOTHING_RENDERED,
    &NO_TIMETABLE,
    &FINISHED,
    &UNDONE,
    &UNFINISHED,
    &DRIFT_UNKNOWN,
    &PROPOSAL_MOVED,
    &PROPOSAL_UNREADABLE,
    &PROPOSAL_UNWRITTEN,
    &REVIEW_CONFLICT,
    &REVIEW_FIRST,
    &REVIEW_GIT,
    &REVIEW_VOID,
    &NO_OWNER,
];

pub(crate) static UNKNOWN_NAME: CodeInfo = CodeInfo::error(
    "ask/unknown-name",
    "a question was asked about something that is not in the model",
    "Containers are named as `zone/team/container`, locations as `vendor/place`, platforms and datastores by their names, letter \
     by letter. What the model does not know cannot be lost.",
);

pub(crate) static UNUSED_CREDENTIAL: CodeInfo = CodeInfo {
    severity: Severity::Note,
    ..CodeInfo::error(
        "credential/unused",
        "nothing uses a credential",
        "A secret that nobody needs is still a secret that somebody keeps. `check --credentials` looks for these: neither a capture nor a \
         workspace names the credential, nor does a container that one of its team is captured from or delivered to. Take it away, and \
         the secret with it.",
    )
};

pub(crate) static UNKNOWN_NODE: CodeInfo = CodeInfo::error(
    "graph/unknown-node",
    "a node was named that is not there",
    "Nodes are named by their keys, letter by letter. If a platform is named as well, its nodes are the only ones; with an \
     older model, what is gone can be named, too.",
);

pub(crate) static NO_COPY: CodeInfo = CodeInfo::error(
    "lock/no-copy",
    "a lock is to be restored from a target that has no copy of it",
    "Each rendering leaves a copy of its lock in the target. There is none before anything was rendered, and in targets of earlier \
     versions. Restore the lock from version control.",
);

pub(crate) static NOT_HELD: CodeInfo = CodeInfo::error(
    "lock/not-held",
    "something is to be released that is not held",
    "`release` lets go what is held since its last consumer left: `plan` lists it, by the address of its resource. What consumers still \
     ask for is not held, and goes when they go.",
);

pub(crate) static LOCK_UNWRITTEN: CodeInfo = CodeInfo::error(
    "lock/unwritten",
    "the lock cannot be written",
    "What was decided is written beside the lock and put in its place at once. That failed, so the lock is as it was.",
);

pub(crate) static MOVE_NOT_READY: CodeInfo = CodeInfo::error(
    "move/not-ready",
    "a move is completed too early",
    "A platform comes into use once what was decided is rendered and applied, and all of its data has arrived; what it replaces is taken down \
     after that. Where another tool applies what is rendered, `applied` records that it did.",
);

pub(crate) static MOVE_OUT_OF_ORDER: CodeInfo = CodeInfo::error(
    "move/out-of-order",
    "a step of a move is out of order",
    "A move is started, and completed or abandoned. There is one at a time, and something must have been in use before.",
);

pub(crate) static MOVE_PINNED: CodeInfo = CodeInfo::error(
    "move/pinned",
    "a pin contradicts a step of a move",
    "A pin names the platform that operators want, and starts a move by itself. A step that leads away from it would be undone by the next \
     rendering. Change the pin first.",
);

pub(crate) static UNKNOWN_PLATFORM: CodeInfo = CodeInfo::error(
    "graph/unknown-platform",
    "the graph of a platform was asked for that is not declared",
    "Each declared platform has a graph, which is called like the platform.",
);

pub(crate) static UNKNOWN_COLUMN: CodeInfo = CodeInfo::error(
    "lineage/unknown-column",
    "the lineage of a column was asked for that a dataset does not have",
    "Columns are named letter by letter. Without a column, all of the dataset are shown.",
);

pub(crate) static UNKNOWN_DATASET: CodeInfo = CodeInfo::error(
    "lineage/unknown-dataset",
    "the lineage of a dataset was asked for that is not in the model",
    "A dataset is named with its datastore, as `datastore/dataset`, letter by letter.",
);

pub(crate) static NOT_LOST: CodeInfo = CodeInfo::error(
    "target/not-lost",
    "a target was to be made again that is there",
    "Making a target again is for one that is lost: what is in it now would not be looked at, and nobody would see a plan \
     of what changes. A target that is there is rendered as usual. One that is beyond repair has to be moved away first.",
);

pub(crate) static NO_BRANCH: CodeInfo = CodeInfo::error(
    "target/no-branch",
    "a target is named like a branch, and no branch can have that name",
    "`git:BRANCH` is a branch of the repository around the current folder, and `git:BRANCH:path` a folder in it, with a plain path from the root of the \
     branch. Commits, tags and branches of other repositories are none. A folder on the disk whose name begins with `git:` is `./git:…`.",
);

pub(crate) static NO_FOLDER: CodeInfo = CodeInfo::error(
    "target/no-folder",
    "what runs needs a folder, and the target is a branch",
    "A platform that runs by itself reads its rendered files from a folder, beside which its databases may be, and records there what it applied. A \
     branch is for what other tools apply, such as Terraform: they read it by themselves, and `datasurface applied` records what they did.",
);

pub(crate) static NOTHING_RENDERED: CodeInfo = CodeInfo::error(
    "target/nothing-rendered",
    "a target was to be run in which nothing is rendered",
    "What runs is what was rendered, so a model is rendered first. The folder may also be another one than was meant: it \
     is relative to the current folder.",
);

pub(crate) static NO_TIMETABLE: CodeInfo = note(
    "run/no-timetable",
    "nothing is due at any time",
    "Whoever follows timetables waits for the next minute that one of them names. What is captured when something \
     outside says so has none: run it from there.",
);

pub(crate) static FINISHED: CodeInfo = note(
    "target/finished",
    "an interrupted write was finished",
    "Somebody wrote the target and was interrupted when all had been decided. The rest was done before anything else: it \
     is as if there had been no interruption.",
);

pub(crate) static UNDONE: CodeInfo = note(
    "target/undone",
    "an interrupted write was undone",
    "Somebody wrote the target and was interrupted before all had been decided. What was left behind was taken away \
     before anything else.",
);

pub(crate) static UNFINISHED: CodeInfo = note(
    "target/unfinished",
    "a write was interrupted, and whoever writes next finishes or undoes it",
    "Planning and asking for the status write nothing. They show the target as it will be: if all had been decided when the \
     write was interrupted, the rest of it is done by the next `render`; otherwise what was left behind is taken away.",
);

const fn note(code: &'static str, summary: &'static str, explanation: &'static str) -> CodeInfo {
    CodeInfo { severity: Severity::Note, ..CodeInfo::error(code, summary, explanation) }
}

pub(crate) static DRIFT_UNKNOWN: CodeInfo = CodeInfo::note(
    "plan/drift-unknown",
    "what was applied cannot be looked at, so drift is not known",
    "A plan goes from what was rendered to what the model says. It also lists what somebody dropped or changed of what was applied, \
     where the databases can be reached from here. The plan itself does not depend on it.",
);

pub(crate) static PROPOSAL_MOVED: CodeInfo = CodeInfo::error(
    "plan/proposal-moved",
    "what would be rendered is not what was planned",
    "`render --proposal` renders what `plan --out` saved, and nothing else. Since then the model, the lock, the target or a platform has \
     become another one, so what somebody approved is not what would be done. Each of them that moved is named, and nothing is written.",
);

pub(crate) static PROPOSAL_UNREADABLE: CodeInfo = CodeInfo::error(
    "plan/proposal-unreadable",
    "a saved proposal cannot be read",
    "It is missing, was cut off or edited, or another version of the command wrote it. Plan again with `--out`.",
);

pub(crate) static PROPOSAL_UNWRITTEN: CodeInfo = CodeInfo::error(
    "plan/proposal-unwritten",
    "a proposal cannot be saved",
    "The file that `plan --out` names cannot be written. Nothing else was.",
);

pub(crate) static REVIEW_CONFLICT: CodeInfo = CodeInfo::error(
    "review/conflict",
    "a change does not merge with the live branch",
    "What is judged is the live branch as it would be with the change. Where both changed the same lines, nobody can tell what that is. \
     Merge the live branch into the change, and resolve the conflict there.",
);

pub(crate) static REVIEW_FIRST: CodeInfo = CodeInfo::error(
    "review/first",
    "whether a model is live is not as the command line says",
    "Whoever proposes the first model names its owners, so that it is the first is said with `--first`, and is refused where a model or \
     a lock is live. Without that word, a live model that is missing is a mistake: a wrong folder, or a branch that was not fetched.",
);

pub(crate) static REVIEW_VOID: CodeInfo = CodeInfo::error(
    "review/void",
    "a review was asked for at a commit that is no longer live",
    "A verdict holds for the commit of the live branch with which the change was compared. Something else went live since: what was fine \
     before may break together with it. Review the change again.",
);

pub(crate) static NO_OWNER: CodeInfo = CodeInfo::error(
    "review/no-owner",
    "a list of owners was asked for of a repository in which nobody owns anything",
    "A file of owners belongs to one branch of one repository, and lists the owners that the model names there, with their folders.",
);
