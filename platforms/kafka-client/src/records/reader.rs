//! Reading a range of a partition.

use super::{
    Record,
    batch::{Batch, Marker, OpenBatch, next_batch},
};
use crate::{
    ErrorCode, KafkaClient, KafkaError,
    client::{Receiver, check, incomplete},
    wire::{
        Input, Malformed,
        messages::records::{Fetch, FetchedPartition, FetchedTopic, PartitionRecords},
    },
};
use std::{collections::HashSet, iter::FusedIterator, mem, ops::Range, time::Instant};

/// The time for which a broker waits for a record.
const WAIT_MS: i32 = 500;
/// No record of a transaction that was aborted, or is open.
const READ_COMMITTED: i8 = 1;

/// The records of a range of a partition, in order.
///
/// The range is complete when this iterator ends: what is missing in it was compacted, deleted, aborted, or is a marker of a transaction.
/// After an error, it asks again from where it was.
#[derive(Debug)]
pub struct Records<'c> {
    client: &'c mut KafkaClient,
    topic: String,
    partition: i32,
    next: i64,
    end: i64,
    leader: Option<Receiver>,
    answer: Answer,
    batch: Option<OpenBatch>,
    /// Producers with a transaction at this place that will turn out to be aborted.
    aborting: HashSet<i64>,
}

/// The rest of an answer, of which one batch at a time is decompressed: together, they may be larger than the memory.
#[derive(Debug, Default)]
struct Answer {
    bytes: Vec<u8>,
    position: usize,
    /// The first offsets of aborted transactions with their producers, the last one first.
    aborted: Vec<(i64, i64)>,
}

impl KafkaClient {
    /// Reads the records of a partition in a range of offsets, those of aborted transactions left out.
    ///
    /// The end is one of [the offsets of a moment](KafkaClient::end_offsets): together, these ranges are a complete batch. The beginning may
    /// be before the first record that is still there only if that is [the first offset](KafkaClient::first_offsets).
    pub fn records(&mut self, topic: &str, partition: i32, offsets: Range<i64>) -> Records<'_> {
        Records {
            client: self,
            topic: topic.to_owned(),
            partition,
            next: offsets.start,
            end: offsets.end,
            leader: None,
            answer: Answer::default(),
            batch: None,
            aborting: HashSet::new(),
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, KafkaError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(record) => record.map(Ok),
            Err(error) => {
                // Asked again, the broker may answer what can be read.
                self.answer = Answer::default();
                self.batch = None;
                Some(Err(error))
            }
        }
    }
}

impl FusedIterator for Records<'_> {}

impl Records<'_> {
    /// The offset that is read next: at the end of the range, its end.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.next
    }

    /// Reads up to the next record; `None` if there is none before the end.
    fn advance(&mut self) -> Result<Option<Record>, KafkaError> {
        let mut last = (self.next, Instant::now());
        loop {
            if let Some(record) = self.next_of_batch()? {
                return Ok(Some(record));
            }
            if self.next >= self.end {
                return Ok(None);
            }
            if self.open_next_batch()? {
                continue;
            }
            if self.next > last.0 {
                last = (self.next, Instant::now());
            }
            let waited = last.1.elapsed();
            if waited > self.client.limits().retrying {
                let (subject, next, end) = (self.subject(), self.next, self.end);
                return Err(KafkaError::Stalled { subject, next, end, waited });
            }
            self.fetch()?;
        }
    }

    /// The next record of the batch that is open, within the range.
    fn next_of_batch(&mut self) -> Result<Option<Record>, KafkaError> {
        let Some(batch) = &mut self.batch else { return Ok(None) };
        loop {
            match batch.next_record() {
                Ok(Some(record)) if record.offset >= self.end => break,
                // A broker answers with whole batches: the first one may begin before what was asked for.
                Ok(Some(record)) if record.offset < self.next => {}
                Ok(Some(record)) => {
                    self.next = record.offset.saturating_add(1);
                    return Ok(Some(record));
                }
                Ok(None) => break,
                Err(malformed) => return Err(self.unreadable(self.next, &malformed)),
            }
        }
        let next = batch.next_offset();
        self.skip_to(next);
        self.batch = None;
        Ok(None)
    }

    /// Goes to an offset, and never further than the end: who goes on there later would miss records.
    fn skip_to(&mut self, offset: i64) {
        self.next = self.next.max(offset.min(self.end));
    }

    fn subject(&self) -> String {
        format!("{}, partition {}", self.topic, self.partition)
    }

    fn fetch(&mut self) -> Result<(), KafkaError> {
        let (topic, partition, offset, subject) =
            (self.topic.clone(), self.partition, self.next, self.subject());
        let leader = &mut self.leader;
        // A broker that has just started may not know its topics yet. Where one led the partition before, there is one.
        let was_there = leader.is_some();
        let is_transient = |error: &KafkaError| {
            error.is_transient() || was_there && error.code() == Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
        };
        let answer = self.client.with_retries_after(is_transient, |client| {
            let receiver = match *leader {
                Some(known) => known,
                None => client.leader(&topic, partition)?,
            };
            *leader = Some(receiver);
            let fetched = fetch_from(client, receiver, &topic, partition, offset, &subject);
            // After a failure, somebody else may lead.
            fetched.inspect_err(|_| *leader = None)
        })?;
        let mut aborted: Vec<(i64, i64)> =
            answer.aborted.iter().map(|one| (one.first_offset, one.producer)).collect();
        aborted.sort_unstable_by(|one, other| other.cmp(one));
        self.answer = Answer { bytes: answer.records.0, position: 0, aborted };
        // An answer names all of its aborted transactions, also those that began in an earlier one.
        self.aborting.clear();
        Ok(())
    }

    /// Opens the next batch of the answer that has records for readers. Returns whether there was one.
    fn open_next_batch(&mut self) -> Result<bool, KafkaError> {
        let answer = mem::take(&mut self.answer);
        let mut input = Input::new(answer.bytes.get(answer.position..).unwrap_or_default());
        let batch = next_batch(&mut input).map_err(|malformed| self.unreadable(self.next, &malformed))?;
        let Some(batch) = batch else { return Ok(false) };
        let mut aborted = answer.aborted;
        while let Some((_, producer)) = aborted.pop_if(|(first, _)| *first < batch.header.next_offset) {
            self.aborting.insert(producer);
        }
        self.batch =
            self.open(&batch).map_err(|malformed| self.unreadable(batch.header.base_offset, &malformed))?;
        if self.batch.is_none() {
            self.skip_to(batch.header.next_offset);
        }
        let position = answer.bytes.len() - input.remaining();
        self.answer = Answer { bytes: answer.bytes, position, aborted };
        Ok(true)
    }

    /// Opens a batch, unless readers get nothing of it.
    fn open(&mut self, batch: &Batch<'_>) -> Result<Option<OpenBatch>, Malformed> {
        let header = batch.header;
        if header.next_offset <= self.next || header.base_offset >= self.end {
            return Ok(None);
        }
        let limit = self.client.limits().batch;
        match batch.marker(limit)? {
            Some(Marker::Abort) => {
                self.aborting.remove(&header.producer);
                Ok(None)
            }
            Some(Marker::Commit) => Ok(None),
            None if header.is_transactional() && self.aborting.contains(&header.producer) => Ok(None),
            None => batch.open(limit).map(Some),
        }
    }

    fn unreadable(&self, offset: i64, malformed: &Malformed) -> KafkaError {
        KafkaError::Batch { subject: self.subject(), offset, reason: malformed.0.to_owned() }
    }
}

fn fetch_from(
    client: &mut KafkaClient,
    leader: Receiver,
    topic: &str,
    partition: i32,
    offset: i64,
    subject: &str,
) -> Result<PartitionRecords, KafkaError> {
    let most_bytes = i32::try_from(client.limits().records).unwrap_or(i32::MAX);
    let wanted = FetchedPartition { index: partition, leader_epoch: -1, offset, log_start: -1, most_bytes };
    let request = Fetch {
        replica: -1,
        wait: WAIT_MS,
        least_bytes: 1,
        most_bytes,
        isolation: READ_COMMITTED,
        session: 0,
        session_epoch: -1,
        topics: vec![FetchedTopic { name: topic.to_owned(), partitions: vec![wanted] }],
        forgotten: Vec::new(),
    };
    let answer = client.call(leader, &request)?;
    check::<Fetch>(subject, answer.error, None)?;
    let found = answer.topics.into_iter().flat_map(|topic| topic.partitions).next();
    let found = found.ok_or_else(|| incomplete::<Fetch>(subject))?;
    check::<Fetch>(subject, found.error, None)?;
    Ok(found)
}
