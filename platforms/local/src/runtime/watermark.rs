//! From where on a source is read: what is new there, once all of it was read.

use super::{
    context::RunContext,
    job::{CaptureJob, CapturedDataset},
};
use crate::{prelude::*, sql::script::Script};
use datasurface_platform::graph::Fingerprint;
use rusqlite::types::Value;

/// How far a source was read that has a watermark.
#[derive(Clone, Debug)]
pub(super) struct Watermark<'a> {
    /// The SELECT that reads from a position on.
    read: &'a str,
    /// The highest watermark that was read; none if the source is to be read as a whole.
    position: Option<Value>,
    /// A fingerprint of all that the position depends on. What was reached in another way tells nothing.
    made_by: Value,
}

impl Watermark<'_> {
    /// What is to be read, and from where on, unless it is everything.
    pub(super) fn lower_bound(&self) -> Option<(&str, &Value)> {
        self.position.as_ref().map(|position| (self.read, position))
    }
}

impl RunContext<'_> {
    /// How far the source of a dataset was read, if it has a watermark.
    pub(super) fn watermark<'j>(
        &self,
        job: &CaptureJob,
        captured: &'j CapturedDataset,
        table: &Script,
    ) -> Result<Option<Watermark<'j>>, PlatformError> {
        let Some(read) = &captured.since else {
            return Ok(None);
        };
        let made_by = Fingerprint::of(&(&job.source, read, table.section("stage")));
        let made_by = Value::Text(made_by.to_string());
        // Whoever asks for all of it again forgets the position, which is replaced in the transaction that merges. The table
        // may then be one that somebody dropped.
        let position = match self.again.contains(&captured.dataset) {
            true => None,
            false => {
                let values = [(":made_by", made_by.clone())];
                present(self.own.rows(table, "position", &values, |row| row.get(0))?)
            }
        };
        Ok(Some(Watermark { read, position, made_by }))
    }

    /// Remembers how far the source was read, in the transaction that merges what is staged.
    pub(super) fn remember(&self, table: &Script, watermark: &Watermark<'_>) -> Result<(), PlatformError> {
        let reached = present(self.own.rows(table, "reached", &[], |row| row.get(0))?);
        // Nothing may be left of what was at the watermark.
        let position = reached.or_else(|| watermark.position.clone()).unwrap_or(Value::Null);
        let values = [(":position", position), (":made_by", watermark.made_by.clone())];
        self.own.execute(table, "remember", &values)
    }
}

/// The value of the first row, unless it is NULL.
fn present(rows: Vec<Value>) -> Option<Value> {
    rows.into_iter().next().filter(|value| *value != Value::Null)
}
