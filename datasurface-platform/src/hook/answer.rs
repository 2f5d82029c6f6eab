//! The answer of a hook to an event.

use super::decision::Decision;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The greatest number of notes of one answer. Nobody reads more, and a hook is asked often.
pub const MAX_NOTES: usize = 16;

/// The greatest length of a note or a reason, in characters.
pub const MAX_NOTE_LENGTH: usize = 1000;

/// The answer of a hook: a decision, if it makes one, and notes that are reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HookAnswerOf{D}")]
pub struct HookAnswer<D> {
    /// The decision; `None` leaves it to other hooks, and to what happens without any.
    #[serde(default = "Option::<D>::default", skip_serializing_if = "Option::<D>::is_none")]
    pub decision: Option<D>,
    /// Texts for people, beside what the event is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_NOTES), inner(length(min = 1, max = MAX_NOTE_LENGTH)))]
    pub notes: Vec<String>,
}

impl<D> Default for HookAnswer<D> {
    /// The answer of a hook that has nothing to say.
    fn default() -> Self {
        Self { decision: None, notes: Vec::new() }
    }
}

impl<D> HookAnswer<D> {
    /// Creates an answer with this decision.
    #[must_use]
    pub fn new(decision: D) -> Self {
        Self { decision: Some(decision), notes: Vec::new() }
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl<D: Decision> HookAnswer<D> {
    /// Returns why the answer is no sound one, if it is none.
    pub(super) fn problem(&self) -> Option<String> {
        let reason = self.decision.as_ref().and_then(Decision::blocking_reason);
        let is_long = |text: &str| text.chars().nth(MAX_NOTE_LENGTH).is_some();
        let is_empty = |text: &str| text.trim().is_empty();
        if self.notes.len() > MAX_NOTES {
            return Some(format!("it has more than {MAX_NOTES} notes"));
        }
        if self.notes.iter().map(String::as_str).chain(reason).any(is_long) {
            return Some(format!("a text of it has more than {MAX_NOTE_LENGTH} characters"));
        }
        if reason.is_some_and(is_empty) {
            return Some("it refuses without a reason".to_owned());
        }
        self.notes.iter().any(|note| is_empty(note)).then(|| "a note of it is empty".to_owned())
    }
}
