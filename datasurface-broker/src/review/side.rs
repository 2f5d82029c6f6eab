//! One side of a review: the documents of a model, and the lock beside it.

use crate::lock::{FILE_NAME, Lock};
use datasurface_document::Documents;
use datasurface_model::{Findings, Text};

/// One side of a review: the documents of a model, and the lock beside it.
#[derive(Clone, Debug, Default)]
pub struct ReviewSide {
    pub(super) documents: Documents,
    pub(super) unread: Findings,
    pub(super) lock_text: Option<Text>,
}

impl ReviewSide {
    /// Creates a side of these documents, without a lock.
    #[must_use]
    pub fn new(documents: Documents) -> Self {
        Self { documents, ..Self::default() }
    }

    /// Sets the findings about documents that could not be read.
    #[must_use]
    pub fn with_unread(mut self, findings: Findings) -> Self {
        self.unread = findings;
        self
    }

    /// Sets the text of the lock.
    #[must_use]
    pub fn with_lock(mut self, text: impl Into<Text>) -> Self {
        self.lock_text = Some(text.into());
        self
    }

    /// Reads the lock; one that is missing is empty.
    pub(super) fn lock(&self, found: &mut Findings) -> Lock {
        let Some(text) = &self.lock_text else {
            return Lock::default();
        };
        Lock::from_text(text).unwrap_or_else(|error| {
            found.extend([error.diagnostic(FILE_NAME)]);
            Lock::default()
        })
    }
}
