//! The codes of what a lock shows beside another version of it, or on another day.

use datasurface_model::CodeInfo;

/// Every code of a change of a lock.
pub(crate) static CODES: &[&CodeInfo] = &[
    &EDITED,
    &FORMER_STORE,
    &FORMER_TEAM,
    &LOCK_GONE,
    &HELD_CHANGED,
    &HELD_NAME,
    &OTHER_OWNER,
    &UNRENDERED_RENAME,
];

pub(crate) static LOCK_GONE: CodeInfo = CodeInfo::error(
    "lock/gone",
    "a change takes the lock away",
    "The lock says who serves and captures what, and what is held. Without it everything would be decided anew, and nothing would be \
     held any more. Restore it from version control.",
)
.not_waivable();

pub(crate) static HELD_CHANGED: CodeInfo = CodeInfo::error(
    "lock/held-changed",
    "a change lets go of held data other than by release or by date",
    "Data that was promised is held until the promise is over, or until somebody releases it at the revision that was reached, or \
     until somebody is promised as much again. Restore the entry, and release it if nobody needs it.",
)
.not_waivable();

pub(crate) static HELD_NAME: CodeInfo = CodeInfo::error(
    "lock/held-name",
    "a new dataset would take up held data of another one",
    "What is held of a dataset that is gone belongs to its last owner. A new one of that name is stored under a name of its own, which \
     the lock gives it; here the lock would store it under that of the held data, and its readers would see that. Restore the storage \
     names of the lock.",
)
.not_waivable();

/// Stored data is given to another team.
pub static OTHER_OWNER: CodeInfo = CodeInfo::error(
    "lock/other-owner",
    "a lock gives stored data to another team",
    "The lock remembers the team that declared a datastore last: only that team may take up what is held of it. Rendering writes the entry, \
     from what is declared. Here it names a team that the lock before it does not name, and that did not declare the datastore: somebody edited it. Restore the entry.",
)
.not_waivable();

pub(crate) static EDITED: CodeInfo = CodeInfo::error(
    "lock/edited",
    "a lock has an entry that nothing accounts for",
    "What a lock says of decisions, of the revision that was reached, of storage names, of owners, of what is left, of what is held and of what rows derive \
     from is what the lock of the live model says, or what rendering or a verb makes of that. Anything else is an edit, or a merge of two branches: something would be stored under another \
     name, or somebody would lose what is theirs. Restore the lock of the live branch, and change it by `render`, `move` and `release` alone. A pin says which platform is wanted.",
)
.not_waivable();

pub(crate) static FORMER_STORE: CodeInfo = CodeInfo::error(
    "lock/former-store",
    "a new datastore has the name of one that left another team's data",
    "By the lock, data is stored under this name that belongs to a team whose datastore is not declared in the live model any more. What is new \
     would take it up. That the data is left, the lock knows once the live model is rendered, and a new datastore of that name is then stored under \
     another one. Render it first, and put that lock into the live branch; or choose another name.",
)
.not_waivable();

pub(crate) static FORMER_TEAM: CodeInfo = CodeInfo::error(
    "lock/former-team",
    "a new team has the name of one that left data",
    "By the lock, stored data belongs to a team that is not declared in the live model. A new team of that name would take it up, whoever \
     owns it. A team that is gone has left nothing to anybody: the lock knows that once the live model is rendered. Render it first, and put \
     that lock into the live branch; or choose another name.",
)
.not_waivable();

pub(crate) static UNRENDERED_RENAME: CodeInfo = CodeInfo::error(
    "lock/unrendered-rename",
    "a change takes a rename back that was not rendered",
    "What was renamed is stored under its former name, and the lock knows that once the model with `renamed_from` is rendered. Without it, the thing would be \
     new: its data would be held for nobody, and consumers would begin without it. Render the live model first, and put that lock into the live branch; \
     or leave `renamed_from` for now.",
)
.not_waivable();
