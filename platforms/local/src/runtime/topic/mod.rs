//! Topics that another platform writes: the last value of each key is put into a table of a file beside the platform's own database, which
//! is captured like any source.
//!
//! | file | idea |
//! |---|---|
//! | `connect.rs` | the client of a cluster, by an address and a credential |
//! | `progress.rs` | how far the writer has read its source |
//! | `position.rs` | how far a topic was read, and whether it can be read on from there |
//! | `partition.rs` | reading a partition up to an end |
//! | `message.rs`, `value.rs` | records of Debezium: what each does to a row, and its values as they are kept |
//! | `json.rs`, `avro.rs` | the two forms of records |
//!
//! A batch is what topics have at a moment: the ends of all partitions are asked for, and all records below them are read. Rows are committed
//! together with the offset up to which they were read, for each partition. So a run that is cut off goes on where it was, and a capture only
//! follows when every end was reached. What the batch did is found by comparing, so a record that is read twice does nothing.
//!
//! A topic that was read too long ago may have forgotten that a row was deleted: then it is read from its beginning, and comparing finds what
//! went. Where records are gone that were never read, the run fails, and says so.

mod avro;
mod connect;
mod json;
mod message;
mod partition;
mod position;
mod progress;
mod value;

pub(super) use progress::confirmed;

use super::{
    context::RunContext,
    database::{Database, make_folder_of, text},
    job::{CaptureJob, CapturedDataset},
    place,
};
use crate::{prelude::*, sql::script::Script};
use connect::kafka_failed;
use datasurface_kafka_client::{AvroReader, KafkaClient, Offsets};
use datasurface_platform::KafkaTopicAddress;
use message::Decoder;
use partition::Partition;
use position::{Position, Positions};
use progress::Progress;
use rusqlite::types::Value;

/// A topic that a job reads.
struct Topic<'j> {
    captured: &'j CapturedDataset,
    table: &'j Script,
    address: KafkaTopicAddress,
}

impl RunContext<'_> {
    /// Reads the topics of a job up to the ends that they have now.
    pub(super) fn read_topics(&self, job: &CaptureJob) -> Result<(), PlatformError> {
        let topics = self.topics(job)?;
        let Some(first) = topics.first() else { return Ok(()) };
        if let Some(attached) = first.table.attached() {
            let (path, _) = place::database_path(&self.site, &attached.file)?;
            make_folder_of(&path)?;
        }
        let mut kafka = connect::connect(&first.address, job.credential.as_ref(), &self.site)?;
        // All topics of a job are of one writer.
        let mut avro = connect::avro_reader(&first.address)?;
        // What the writer had read before the ends are asked for is below them.
        let progress = Progress::read(&mut kafka, avro.as_mut(), &first.address, &self.site)?;
        let ends = topics.iter().map(|topic| ends(&mut kafka, &topic.address.topic));
        let ends: Vec<Offsets> = ends.collect::<Result<_, _>>()?;
        let database = Database::open_for(&self.site, first.table, self.breakpoint)?;
        for (topic, ends) in topics.iter().zip(&ends) {
            self.read_topic(&database, (&mut kafka, avro.as_mut()), topic, ends)?;
        }
        let until = progress.complete_until.map(progress::as_kept);
        let complete = [(":now", self.now()), (":complete_until", until.map_or(Value::Null, text))];
        database.in_deferred_transaction(|| {
            topics.iter().try_for_each(|topic| database.execute(topic.table, "topic_complete", &complete))
        })
    }

    fn topics<'j>(&'j self, job: &'j CaptureJob) -> Result<Vec<Topic<'j>>, PlatformError> {
        let with_topic =
            job.datasets.iter().filter_map(|captured| Some((captured, captured.topic.as_ref()?)));
        let topics = with_topic.map(|(captured, address)| {
            let table = self.rendered.script(&captured.into)?;
            let address = KafkaTopicAddress::read(address).ok_or_else(|| {
                let context = format!("`{address}` is no address of a topic");
                PlatformError::new(PlatformErrorKind::Rendering, context)
            })?;
            Ok(Topic { captured, table, address })
        });
        topics.collect()
    }

    fn read_topic(
        &self,
        database: &Database<'_>,
        (kafka, mut avro): (&mut KafkaClient, Option<&mut AvroReader>),
        topic: &Topic<'_>,
        ends: &Offsets,
    ) -> Result<(), PlatformError> {
        let Topic { captured, table, address } = topic;
        let name = &address.topic;
        database.in_deferred_transaction(|| database.execute(table, "topic_create", &[]))?;
        let known = database.rows(table, "topic_known", &[], |row| row.get::<_, String>(0))?;
        let is_usable = match known.first() {
            None => false,
            Some(read_at) => !position::has_forgotten(kafka, name, read_at, self.site.now)?,
        };
        if !is_usable {
            let now = [(":now", self.now())];
            database.in_deferred_transaction(|| database.execute(table, "topic_anew", &now))?;
        }
        let read = database.rows(table, "topic_positions", &[], Position::from_row)?;
        let failed = |error| kafka_failed(format!("reading the beginning of the topic `{name}`"), error);
        let firsts = kafka.first_offsets(name).map_err(failed)?;
        let file = table.attached().map_or("", |attached| attached.file.as_str());
        let positions = Positions::new(name, file, read, &firsts, ends)?;
        for (number, position, offsets) in positions.ranges() {
            let partition = Partition { topic: name, number, position, offsets, file };
            let decoder = Decoder::new(&captured.columns, avro.as_deref_mut());
            database.in_deferred_transaction(|| partition.read(database, kafka, table, decoder))?;
        }
        Ok(())
    }
}

/// Returns the ends of the partitions of a topic.
fn ends(kafka: &mut KafkaClient, topic: &str) -> Result<Offsets, PlatformError> {
    let failed = |error| kafka_failed(format!("reading the end of the topic `{topic}`"), error);
    if kafka.topic(topic).map_err(failed)?.is_none() {
        let context = format!(
            "the topic `{topic}` is not there: let the platform that captures it apply what was rendered first"
        );
        return Err(PlatformError::new(PlatformErrorKind::External, context));
    }
    kafka.end_offsets(topic).map_err(failed)
}
