//! The producer of a reception: records in transactions, each with the position that it leads to.

use super::{super::clients::kafka_failed, Position};
use crate::render::Reception;
use datasurface_kafka_client::{KafkaClient, NewRecord, Transaction, partition_of_key};
use datasurface_platform::{RuntimeContext, prelude::*};
use std::collections::BTreeMap;

/// The most bytes of records that are sent at once. Brokers take a megabyte, if they are not told otherwise.
const MOST_BYTES: usize = 500_000;

/// The most records of one transaction. It is written within a second or two, and brokers give it a minute.
const MOST_RECORDS: usize = 5_000;

/// The bytes of a record beside its key and its value, at most.
const OF_RECORD: usize = 150;

/// The producer of a reception.
#[derive(Debug)]
pub(super) struct Producer<'c> {
    transaction: Transaction<'c>,
    site: &'c RuntimeContext<'c>,
    positions: &'c str,
    /// What is to be sent, by partition, with its bytes.
    waiting: BTreeMap<i32, (Vec<NewRecord>, usize)>,
    /// The records of the transaction, sent or not.
    count: usize,
    /// The counts of partitions of topics.
    partitions: BTreeMap<String, i32>,
}

impl<'c> Producer<'c> {
    /// Begins to produce. What an earlier producer of the reception has not committed is aborted, and it writes nothing more.
    ///
    /// # Errors
    ///
    /// If the brokers cannot be asked, or an access rule is missing.
    pub(super) fn begin(
        kafka: &'c mut KafkaClient,
        site: &'c RuntimeContext<'c>,
        reception: &'c Reception,
    ) -> Result<Self, PlatformError> {
        let failed = |error| kafka_failed(format!("beginning to produce as `{}`", reception.name), error);
        let transaction = kafka.begin(&reception.name).map_err(failed)?;
        Ok(Self {
            transaction,
            site,
            positions: &reception.positions,
            waiting: BTreeMap::new(),
            count: 0,
            partitions: BTreeMap::new(),
        })
    }

    /// The client. It reads nothing of what is not committed.
    pub(super) fn kafka(&mut self) -> &mut KafkaClient {
        self.transaction.client()
    }

    /// Adds records of one key, and commits when there are many.
    ///
    /// # Errors
    ///
    /// If the brokers refuse them.
    pub(super) fn add(
        &mut self,
        topic: &str,
        records: Vec<NewRecord>,
        position: &mut Position,
    ) -> Result<(), PlatformError> {
        if self.count >= MOST_RECORDS {
            self.commit(topic, position)?;
        }
        let partitions = self.partitions_of(topic)?;
        for record in records {
            let partition = partition_of_key(record.key.as_deref().unwrap_or_default(), partitions);
            let size =
                [&record.key, &record.value].into_iter().flatten().map(Vec::len).sum::<usize>() + OF_RECORD;
            if self.waiting.get(&partition).is_some_and(|(_, bytes)| bytes + size > MOST_BYTES) {
                self.send(topic, partition, position)?;
            }
            let (waiting, bytes) = self.waiting.entry(partition).or_default();
            waiting.push(record);
            *bytes += size;
            self.count += 1;
        }
        Ok(())
    }

    /// Commits what was added. The position says that a batch has begun.
    ///
    /// # Errors
    ///
    /// If the brokers refuse it.
    pub(super) fn commit(&mut self, topic: &str, position: &mut Position) -> Result<(), PlatformError> {
        if self.count > 0 {
            position.has_begun = true;
            self.commit_with(topic, position)?;
        }
        Ok(())
    }

    /// Commits what was added last of a batch, which is complete with it. Changes of later batches may be there already.
    ///
    /// # Errors
    ///
    /// If the brokers refuse it.
    pub(super) fn commit_last(
        &mut self,
        topic: &str,
        position: &mut Position,
        batch: u64,
        has_begun: bool,
    ) -> Result<(), PlatformError> {
        let mut reached = Position { batch, has_begun, ..position.clone() };
        self.commit_with(topic, &mut reached)?;
        *position = reached;
        Ok(())
    }

    /// Writes positions for which nothing else is written.
    ///
    /// # Errors
    ///
    /// If the brokers refuse them.
    pub(super) fn write_positions(
        &mut self,
        positions: &BTreeMap<&str, Position>,
    ) -> Result<(), PlatformError> {
        let timestamp = self.site.now.timestamp_millis();
        let records = positions.iter().map(|(topic, position)| position.record(topic, timestamp));
        let records: Vec<NewRecord> = records.collect::<Result<_, _>>()?;
        let failed = |error| kafka_failed("writing positions", error);
        if records.is_empty() {
            return Ok(());
        }
        self.transaction.produce(self.positions, 0, &records).map_err(failed)?;
        self.transaction.commit_part().map_err(failed)
    }

    /// Aborts what was added and is not committed.
    ///
    /// # Errors
    ///
    /// If the brokers refuse it: then nothing more can be written.
    pub(super) fn abort(&mut self) -> Result<(), PlatformError> {
        self.waiting.clear();
        self.count = 0;
        self.transaction.abort_part().map_err(|error| kafka_failed("aborting a transaction", error))
    }

    fn commit_with(&mut self, topic: &str, position: &mut Position) -> Result<(), PlatformError> {
        let partitions: Vec<i32> = self.waiting.keys().copied().collect();
        self.site.watcher.job_started(topic);
        for partition in partitions {
            self.send(topic, partition, position)?;
        }
        let failed = |error| kafka_failed(format!("committing records of the topic `{topic}`"), error);
        let record = position.record(topic, self.site.now.timestamp_millis())?;
        self.transaction.produce(self.positions, 0, &[record]).map_err(failed)?;
        self.site.watcher.job_started(self.positions);
        self.transaction.commit_part().map_err(failed)?;
        self.count = 0;
        Ok(())
    }

    fn send(&mut self, topic: &str, partition: i32, position: &mut Position) -> Result<(), PlatformError> {
        let Some((records, _)) = self.waiting.remove(&partition) else { return Ok(()) };
        let failed = |error| kafka_failed(format!("writing into the topic `{topic}`"), error);
        let first = self.transaction.produce(topic, partition, &records).map_err(failed)?;
        let count = i64::try_from(records.len()).unwrap_or_default();
        position.ends.insert(partition, first.saturating_add(count));
        Ok(())
    }

    fn partitions_of(&mut self, topic: &str) -> Result<i32, PlatformError> {
        if let Some(count) = self.partitions.get(topic) {
            return Ok(*count);
        }
        let failed = |error| kafka_failed(format!("looking at the topic `{topic}`"), error);
        let found = self.kafka().topic(topic).map_err(failed)?;
        let count =
            found.and_then(|found| i32::try_from(found.partitions.len()).ok()).filter(|count| *count > 0);
        let count = count.ok_or_else(|| {
            PlatformError::new(
                PlatformErrorKind::External,
                format!("the topic `{topic}` is not there; apply again"),
            )
        })?;
        self.partitions.insert(topic.to_owned(), count);
        Ok(count)
    }
}
