//! What may be wrong with a target.

use datasurface_model::CodeInfo;

/// Every code that this module reports.
pub(crate) static CODES: &[&CodeInfo] = &[
    &ACCEPTED,
    &BRANCH,
    &BUSY,
    &DAMAGED,
    &EDITED,
    &FOREIGN_FILE,
    &FOREIGN_JOURNAL,
    &INCOMPLETE,
    &INTERRUPTED,
    &MISSING_FILE,
    &NOT_EDITED,
    &NOT_RENDERED,
    &OTHER_STATE,
    &UNKNOWN_REVISION,
    &UNREACHABLE,
    &UNREADABLE,
    &UNWRITABLE,
];

pub(super) static ACCEPTED: CodeInfo = CodeInfo::note(
    "target/accepted",
    "a file of ours was edited, and an operator accepted that",
    "The record of the target says how the file was found and why that is accepted, so the next rendering replaces it. What is in it by then \
     is lost unless it is moved into the model or the platform before. Until then nothing executes it.",
);

pub(super) static BRANCH: CodeInfo = CodeInfo::error(
    "target/branch",
    "a branch cannot be the target",
    "A target that is a branch is written without a checkout of it. The branch is one of this repository, under its own name, and checked out nowhere: \
     files of a work tree would not follow it, and the next commit there would take back what was rendered.",
);

pub(super) static BUSY: CodeInfo = CodeInfo::error(
    "target/busy",
    "another process writes the target",
    "Only one process writes a target at a time, and what it plans must start from what is there now. Wait until the \
     other one is done, and plan again. A target that is a branch is planned again by itself, a few times.",
);

pub(super) static DAMAGED: CodeInfo = CodeInfo::error(
    "target/damaged",
    "an interrupted write can neither be finished nor undone",
    "The journal of an interrupted write names a file that is neither where it waited nor where it belongs. Somebody \
     took it away in between. Restore the target, for example from git, including its folder `.datasurface`.",
);

pub(super) static EDITED: CodeInfo = CodeInfo::error(
    "target/edited",
    "a file of ours was edited",
    "Files in a target are rendered; what a person changes there would be lost with the next write. Move the change \
     into the model or into the platform, delete the file to have it rendered again, or `datasurface accept` it: \
     then the next rendering replaces it.",
);

pub(super) static FOREIGN_FILE: CodeInfo = CodeInfo::error(
    "target/foreign-file",
    "something that is not ours is where a file has to go",
    "Files in a target that were not rendered are never touched, and links are never followed. Move it away, or give \
     the platform another folder. Names that differ in case only count as the same: on some systems they are.",
);

pub(super) static FOREIGN_JOURNAL: CodeInfo = CodeInfo::error(
    "target/foreign-journal",
    "the journal of an interrupted write is not of a write of this target and its lock",
    "A journal names the lock that is written together with the target, and only files that the manifests before and \
     after the write have. One that says something else was written for another place, or by somebody else: it is not \
     carried out.",
);

pub(super) static INTERRUPTED: CodeInfo = CodeInfo::error(
    "target/interrupted",
    "a rendering was interrupted, and only rendering finishes it",
    "The rest of the files, and the lock, are still to be written. That is done by the command that knows the lock; until \
     then the target is neither what it was nor what it will be.",
);

pub(super) static INCOMPLETE: CodeInfo = CodeInfo::error(
    "target/incomplete",
    "a write does not fit its own manifest",
    "A manifest names a file that was neither put nor there already, or one that cannot be. This is a bug in \
     datasurface: please report it with the message.",
);

pub(super) static MISSING_FILE: CodeInfo = CodeInfo::warning(
    "target/missing-file",
    "a file of ours is missing",
    "A file that was rendered into the target is not there any more. It will be written again.",
);

pub(super) static NOT_EDITED: CodeInfo = CodeInfo::error(
    "target/not-edited",
    "an edit is to be accepted of something that was not edited, or that no rendering would replace",
    "`accept` takes the edit of a rendered file into the record, so that the next rendering may replace it: `plan` lists such files. One that \
     is missing is written again anyway. One that exists for a single change is never rendered again, so it is restored, or deleted.",
);

pub(super) static NOT_RENDERED: CodeInfo = CodeInfo::error(
    "target/not-rendered",
    "what would be executed is not what was rendered",
    "Nothing is executed that was not rendered: before a platform applies, runs or looks at anything, each of its files is \
     compared with the manifest. Files that were put there by others are not looked at.",
);

pub(super) static OTHER_STATE: CodeInfo = CodeInfo::error(
    "target/other-state",
    "the folder of a target and its state in a database do not go together",
    "The state of a target may be in a database, which a file in the folder names, with the revision that the files are of. A folder that is a copy of \
     before is not planned from, and a write that was decided in one folder is not finished in another one: its content waits in the former.",
);

pub(super) static UNKNOWN_REVISION: CodeInfo = CodeInfo::error(
    "target/unknown-revision",
    "a rendering was named as applied that the target does not remember, or not alone",
    "What another tool applied is the last rendering, or an earlier one that nobody recorded as applied yet. Transition files that led up to \
     one that was recorded are removed. One revision can be rendered several times, with other ones in between or placed otherwise: then \
     the ID of the rendering says which one was applied. `plan.json` has it, and so has the answer of `render`.",
);

pub(super) static UNREACHABLE: CodeInfo = CodeInfo::error(
    "target/state-unreachable",
    "the database with the state of a target did not answer",
    "Without its state, nothing is known of what was rendered. If the connection was lost in the middle of a write, the next one says what became \
     of it, and finishes it if it was decided.",
);

pub(super) static UNREADABLE: CodeInfo = CodeInfo::error(
    "target/unreadable",
    "the target cannot be read",
    "What was written there before is not known, so nothing can be planned from it. Restore the file, for example from \
     git, or use the version of datasurface that wrote it.",
);

pub(super) static UNWRITABLE: CodeInfo = CodeInfo::error(
    "target/unwritable",
    "the target cannot be written",
    "The target has to be a folder in which files may be made, replaced and removed, on a disk that is not full.",
);
