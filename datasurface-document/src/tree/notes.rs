//! What reading notes: the problems after which it went on, and what it left out for them.

use super::{Extent, ReadError, Unread};
use rustc_hash::FxHashSet;

/// The greatest number of errors of one document that are kept.
const MAX_ERRORS: usize = 1000;

#[derive(Default)]
pub(super) struct Notes {
    errors: Vec<ReadError>,
    /// Where objects stand, and names of members, that are not read.
    left_out: FxHashSet<Extent>,
}

impl Notes {
    /// Adds an error; once, although what is read again has its errors again.
    pub(super) fn note(&mut self, error: ReadError) {
        let is_the_same =
            |earlier: &ReadError| earlier.extent() == error.extent() && earlier.message() == error.message();
        if self.left_out.is_empty() || self.is_full() || !self.errors.iter().any(is_the_same) {
            note(&mut self.errors, error);
        }
    }

    /// Whether there are as many errors as are kept.
    pub(super) fn is_full(&self) -> bool {
        self.errors.len() > MAX_ERRORS
    }

    /// Leaves out what stands here. Returns whether it was read up to now.
    pub(super) fn leave_out(&mut self, extent: Extent) -> bool {
        self.left_out.insert(extent)
    }

    pub(super) fn is_left_out(&self, extent: Extent) -> bool {
        !self.left_out.is_empty() && self.left_out.contains(&extent)
    }

    /// Whether the name here was a slip that was read as another one. From now on it is not.
    pub(super) fn is_misread(&mut self, name: Extent) -> bool {
        let is_slip = |error: &&mut ReadError| {
            error.extent() == Some(name) && matches!(error.unread(), Unread::Nothing)
        };
        let slip = self.errors.iter_mut().find(is_slip);
        slip.map(|error| *error = error.clone().with_unread(Unread::Around)).is_some()
    }

    pub(super) fn into_errors(self) -> Vec<ReadError> {
        self.errors
    }
}

/// Adds an error, unless there are as many as anybody reads: then it says that there are more. Of a document of many megabytes, each
/// member may be one.
pub(super) fn note(errors: &mut Vec<ReadError>, error: ReadError) {
    if errors.len() < MAX_ERRORS {
        errors.push(error);
    } else if errors.len() == MAX_ERRORS {
        errors.push(ReadError::unreadable("the document has more errors, which are not shown"));
    }
}
