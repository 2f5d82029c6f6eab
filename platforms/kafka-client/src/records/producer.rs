//! Writing records, one batch at a time.

use super::Header;
use crate::{
    KafkaClient, KafkaError,
    client::{Coordinated, check, incomplete},
    wire::{
        Binary, Encode as _,
        messages::{
            records::{Produce, ProducedPartition, ProducedTopic},
            transactions::{AddPartitionsToTxn, AddedTopic, EndTxn, InitProducerId},
        },
        output::varint,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// A record to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRecord {
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value; none deletes the key, in a compacted topic.
    pub value: Option<Vec<u8>>,
    /// The headers, in order.
    pub headers: Vec<Header>,
    /// Milliseconds since 1970, in UTC.
    pub timestamp: i64,
}

/// A transaction of a producer, to which batches are added.
///
/// One that is neither committed nor aborted is aborted by the broker, after its timeout.
#[derive(Debug)]
pub struct Transaction<'c> {
    client: &'c mut KafkaClient,
    name: String,
    producer: Producer,
    /// The next sequence number of each partition of each topic. A broker refuses a gap, and takes a repetition once.
    sequences: BTreeMap<(String, i32), i32>,
    /// The partitions that are written to since the last commit.
    added: BTreeSet<(String, i32)>,
}

#[derive(Clone, Copy, Debug)]
struct Producer {
    id: i64,
    epoch: i16,
    sequence: i32,
    is_transactional: bool,
}

const NO_PRODUCER: Producer = Producer { id: -1, epoch: -1, sequence: -1, is_transactional: false };
const TRANSACTION_TIMEOUT_MS: i32 = 60_000;

impl KafkaClient {
    /// Writes a batch of records, and returns the offset of the first one once all replicas in sync have them.
    ///
    /// If an answer is lost, the batch is written again: readers may get it twice. A [transaction](Self::begin) is written once.
    ///
    /// # Errors
    ///
    /// If the topic is missing, or an access rule, or the batch is larger than the topic allows.
    pub fn produce(&mut self, topic: &str, partition: i32, records: &[NewRecord]) -> Result<i64, KafkaError> {
        let batch = encode_batch(records)?;
        self.with_retries(|client| produce_batch(client, topic, partition, &batch, None))
    }

    /// Begins a transaction. A producer that was still writing by the same name is fenced off.
    ///
    /// # Errors
    ///
    /// If an access rule is missing, or no broker coordinates the transaction.
    pub fn begin(&mut self, name: &str) -> Result<Transaction<'_>, KafkaError> {
        let (id, epoch) = self.with_retries(|client| {
            let coordinator = client.coordinator(Coordinated::Transaction, name)?;
            let request =
                InitProducerId { transaction: Some(name.to_owned()), timeout: TRANSACTION_TIMEOUT_MS };
            let answer = client.call(coordinator, &request)?;
            check::<InitProducerId>(name, answer.error, None)?;
            Ok((answer.producer, answer.epoch))
        })?;
        let producer = Producer { id, epoch, sequence: 0, is_transactional: true };
        Ok(Transaction {
            client: self,
            name: name.to_owned(),
            producer,
            sequences: BTreeMap::new(),
            added: BTreeSet::new(),
        })
    }
}

impl Transaction<'_> {
    /// Adds a batch of records, and returns the offset of the first one.
    ///
    /// # Errors
    ///
    /// As [`KafkaClient::produce`], and if the transaction was fenced off, or has timed out.
    pub fn produce(&mut self, topic: &str, partition: i32, records: &[NewRecord]) -> Result<i64, KafkaError> {
        let sequence = self.sequence(topic, partition)?;
        let batch = encode_batch_of(records, Producer { sequence, ..self.producer })?;
        let name = self.name.clone();
        let offset = self
            .client
            .with_retries(|client| produce_batch(client, topic, partition, &batch, Some(name.clone())))?;
        let next = sequence.wrapping_add(i32::try_from(records.len()).unwrap_or_default());
        self.sequences.insert((topic.to_owned(), partition), next);
        Ok(offset)
    }

    /// Returns the client, to ask for something else meanwhile. It reads nothing of this transaction before that is committed.
    pub fn client(&mut self) -> &mut KafkaClient {
        self.client
    }

    /// Commits: readers get the records a moment later, when each partition has its marker.
    ///
    /// # Errors
    ///
    /// If the transaction was fenced off, or has timed out.
    pub fn commit(mut self) -> Result<(), KafkaError> {
        self.end(true)
    }

    /// Commits what was added so far, and begins another transaction of the same producer. So whoever begins one by the same name fences off
    /// all that this one would still write, also between two of its transactions.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    pub fn commit_part(&mut self) -> Result<(), KafkaError> {
        self.end(true)?;
        self.added.clear();
        Ok(())
    }

    /// Aborts: readers do not get the records.
    ///
    /// # Errors
    ///
    /// If the transaction was fenced off, or has timed out.
    pub fn abort(mut self) -> Result<(), KafkaError> {
        self.end(false)
    }

    /// Aborts what was added since the last commit, and begins another transaction of the same producer.
    ///
    /// # Errors
    ///
    /// As [`abort`](Self::abort).
    pub fn abort_part(&mut self) -> Result<(), KafkaError> {
        self.end(false)?;
        self.added.clear();
        Ok(())
    }

    /// A broker knows no transaction without a partition.
    fn end(&mut self, commits: bool) -> Result<(), KafkaError> {
        if self.added.is_empty() {
            return Ok(());
        }
        let (name, producer) = (&self.name, self.producer);
        self.client.with_retries(|client| {
            // After a failure, another broker may coordinate.
            let coordinator = client.coordinator(Coordinated::Transaction, name)?;
            let (transaction, Producer { id, epoch, .. }) = (name.clone(), producer);
            let answer = client.call(coordinator, &EndTxn { transaction, producer: id, epoch, commits })?;
            check::<EndTxn>(name, answer.error, None)
        })
    }

    /// The sequence number of the next record. A partition is added to the transaction when it is first written to.
    fn sequence(&mut self, topic: &str, partition: i32) -> Result<i32, KafkaError> {
        let place = (topic.to_owned(), partition);
        let next = self.sequences.get(&place).copied().unwrap_or_default();
        if self.added.contains(&place) {
            return Ok(next);
        }
        let (name, producer) = (&self.name, self.producer);
        self.client.with_retries(|client| {
            let coordinator = client.coordinator(Coordinated::Transaction, name)?;
            let topics = vec![AddedTopic { name: topic.to_owned(), partitions: vec![partition] }];
            let (transaction, Producer { id, epoch, .. }) = (name.clone(), producer);
            let request = AddPartitionsToTxn { transaction, producer: id, epoch, topics };
            let answer = client.call(coordinator, &request)?;
            for outcome in answer.topics.iter().flat_map(|topic| &topic.partitions) {
                check::<AddPartitionsToTxn>(name, outcome.error, None)?;
            }
            Ok(())
        })?;
        self.added.insert(place);
        Ok(next)
    }
}

fn produce_batch(
    client: &mut KafkaClient,
    topic: &str,
    partition: i32,
    batch: &[u8],
    transaction: Option<String>,
) -> Result<i64, KafkaError> {
    let leader = client.leader(topic, partition)?;
    let subject = format!("{topic}, partition {partition}");
    let partitions = vec![ProducedPartition { index: partition, records: Binary(batch.to_vec()) }];
    let timeout = i32::try_from(client.limits().answering.as_millis()).unwrap_or(i32::MAX);
    let request = Produce {
        transaction,
        // All replicas in sync.
        acknowledgements: -1,
        timeout,
        topics: vec![ProducedTopic { name: topic.to_owned(), partitions }],
    };
    let answer = client.call(leader, &request)?;
    let outcome = answer.topics.into_iter().flat_map(|topic| topic.partitions).next();
    let outcome = outcome.ok_or_else(|| incomplete::<Produce>(&subject))?;
    check::<Produce>(&subject, outcome.error, None)?;
    Ok(outcome.base_offset)
}

/// Writes a batch of nobody in particular.
pub(super) fn encode_batch(records: &[NewRecord]) -> Result<Vec<u8>, KafkaError> {
    encode_batch_of(records, NO_PRODUCER)
}

/// Writes a batch of format 2, not compressed: the topic's configuration says how brokers compress it.
fn encode_batch_of(records: &[NewRecord], producer: Producer) -> Result<Vec<u8>, KafkaError> {
    let count = i32::try_from(records.len()).map_err(|_| too_long())?;
    if count == 0 {
        return Err(KafkaError::Invalid("a batch of no records cannot be written".to_owned()));
    }
    let times = || records.iter().map(|record| record.timestamp);
    let (first, last) = (times().next().unwrap_or_default(), times().max().unwrap_or_default());
    let mut summed = Vec::new();
    (i16::from(producer.is_transactional) << 4).encode(&mut summed);
    (count - 1).encode(&mut summed);
    first.encode(&mut summed);
    last.encode(&mut summed);
    producer.id.encode(&mut summed);
    producer.epoch.encode(&mut summed);
    producer.sequence.encode(&mut summed);
    count.encode(&mut summed);
    for (delta, record) in (0..).zip(records) {
        let encoded = encode_record(record, delta, record.timestamp.wrapping_sub(first));
        varint(i64::try_from(encoded.len()).map_err(|_| too_long())?, &mut summed);
        summed.extend_from_slice(&encoded);
    }
    let mut batch = Vec::new();
    // The broker assigns the offset.
    0_i64.encode(&mut batch);
    i32::try_from(summed.len() + 9).map_err(|_| too_long())?.encode(&mut batch);
    // No epoch of a leader, and the format.
    (-1_i32).encode(&mut batch);
    2_i8.encode(&mut batch);
    crc32c::crc32c(&summed).cast_signed().encode(&mut batch);
    batch.append(&mut summed);
    Ok(batch)
}

fn too_long() -> KafkaError {
    KafkaError::Invalid("a batch of records is too long for Kafka".to_owned())
}

fn encode_record(record: &NewRecord, delta: i64, time_delta: i64) -> Vec<u8> {
    let mut output = vec![0];
    varint(time_delta, &mut output);
    varint(delta, &mut output);
    encode_bytes(record.key.as_deref(), &mut output);
    encode_bytes(record.value.as_deref(), &mut output);
    varint(i64::try_from(record.headers.len()).unwrap_or(i64::MAX), &mut output);
    for header in &record.headers {
        encode_bytes(Some(header.name.as_bytes()), &mut output);
        encode_bytes(header.value.as_deref(), &mut output);
    }
    output
}

fn encode_bytes(bytes: Option<&[u8]>, output: &mut Vec<u8>) {
    let length = bytes.map_or(-1, |bytes| i64::try_from(bytes.len()).unwrap_or(i64::MAX));
    varint(length, output);
    output.extend_from_slice(bytes.unwrap_or_default());
}
