//! The codes of what a lock shows beside another version of it, or on another day.

use crate::placed::PLATFORM_OVER;
use datasurface_model::CodeInfo;

/// Every code of a change of a lock.
pub(crate) static CODES: &[&CodeInfo] =
    &[&LOCK_GONE, &HELD_CHANGED, &HELD_NAME, &OTHER_OWNER, &PLATFORM_OVER];

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

pub(crate) static OTHER_OWNER: CodeInfo = CodeInfo::error(
    "lock/other-owner",
    "a lock gives stored data to another team",
    "The lock remembers the team that declared a datastore last: only that team may take up what is held of it. Rendering writes the entry,      from what is declared. Here it names a team that the lock before it does not name, and that did not declare the datastore: somebody      edited it. Restore the entry.",
)
.not_waivable();
