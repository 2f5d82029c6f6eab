//! Reading a partition up to an end.

use super::{
    connect::kafka_failed,
    message::{Change, Decoder},
    position::{Position, another_topic},
};
use crate::{
    prelude::*,
    runtime::{database::Database, loader::Loader},
    sql::script::Script,
};
use datasurface_kafka_client::KafkaClient;
use rusqlite::types::{Value, ValueRef};
use std::ops::Range;

/// A partition, and what is read of it.
pub(super) struct Partition<'t> {
    pub(super) topic: &'t str,
    pub(super) number: i32,
    pub(super) position: Option<Position>,
    pub(super) offsets: Range<i64>,
    /// The file with what was read.
    pub(super) file: &'t str,
}

impl Partition<'_> {
    /// Reads the records, does to the table what each does, and remembers the end.
    ///
    /// # Errors
    ///
    /// If the brokers do not hand the records on, or one of them cannot be read.
    pub(super) fn read(
        &self,
        database: &Database<'_>,
        kafka: &mut KafkaClient,
        table: &Script,
        mut decoder: Decoder<'_>,
    ) -> Result<(), PlatformError> {
        let failed = |error| kafka_failed(format!("reading the topic `{}`", self.topic), error);
        let mut put = database.loader(table, "topic_put")?;
        let mut delete = database.loader(table, "topic_delete")?;
        let next = self.position.map_or(0, |position| position.next);
        let mut last = self.position.and_then(|position| position.last);
        for record in kafka.records(self.topic, self.number, self.offsets.clone()) {
            let record = record.map_err(failed)?;
            if record.offset < next {
                if last.is_some_and(|(offset, at)| offset == record.offset && at != record.timestamp) {
                    return Err(another_topic(self.topic, self.file));
                }
                continue;
            }
            let change = decoder.change(&record).map_err(|reason| self.unreadable(record.offset, &reason))?;
            match change {
                Change::Put(row) => load(&mut put, &row)?,
                Change::Delete(key) => load(&mut delete, &key)?,
                Change::None => {}
            }
            last = Some((record.offset, record.timestamp));
        }
        for loader in [&mut put, &mut delete] {
            loader.finish()?.map_or(Ok(()), Err)?;
        }
        let of_last =
            |pick: fn((i64, i64)) -> i64| last.map_or(Value::Null, |last| Value::Integer(pick(last)));
        let position = [
            (":partition", Value::Integer(self.number.into())),
            (":next", Value::Integer(self.offsets.end)),
            (":last", of_last(|(offset, _)| offset)),
            (":appended_at", of_last(|(_, at)| at)),
        ];
        database.execute(table, "topic_position", &position)
    }

    fn unreadable(&self, offset: i64, reason: &str) -> PlatformError {
        let context = format!(
            "reading the record {offset} of the partition {} of the topic `{}`",
            self.number, self.topic
        );
        PlatformError::new(PlatformErrorKind::External, context).caused_by(reason)
    }
}

fn load(loader: &mut Loader<'_>, values: &[Value]) -> Result<(), PlatformError> {
    for (position, value) in (1..).zip(values) {
        loader.set(position, ValueRef::from(value))?;
    }
    loader.load()?.map_or(Ok(()), Err)
}
