//! Reading a range of a partition.

use super::{
    Record,
    batch::{Batch, Marker, next_batch},
};
use crate::{
    KafkaClient, KafkaError,
    client::{Receiver, check, incomplete},
    wire::{
        Input, Malformed,
        messages::records::{Fetch, FetchedPartition, FetchedTopic, PartitionRecords},
    },
};
use std::{
    collections::{HashSet, VecDeque},
    iter::FusedIterator,
    ops::Range,
    time::Instant,
};

/// The time for which a broker waits for a record.
const WAIT_MS: i32 = 500;
/// No record of a transaction that was aborted, or is open.
const READ_COMMITTED: i8 = 1;

/// The records of a range of a partition, in order.
///
/// The range is complete when this iterator ends: what is missing in it was compacted, deleted, aborted, or is a marker of a transaction.
/// After an error, it goes on where it was.
#[derive(Debug)]
pub struct Records<'c> {
    client: &'c mut KafkaClient,
    topic: String,
    partition: i32,
    next: i64,
    end: i64,
    leader: Option<Receiver>,
    read: VecDeque<Record>,
    /// Producers with a transaction at this place that will turn out to be aborted.
    aborting: HashSet<i64>,
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
            read: VecDeque::new(),
            aborting: HashSet::new(),
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, KafkaError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut last = Instant::now();
        loop {
            if let Some(record) = self.read.pop_front() {
                return Some(Ok(record));
            }
            if self.next >= self.end {
                return None;
            }
            let before = self.next;
            if let Err(error) = self.fetch() {
                return Some(Err(error));
            }
            if self.next > before {
                last = Instant::now();
            }
            let waited = last.elapsed();
            if waited > self.client.limits().retrying {
                let (subject, next, end) = (self.subject(), self.next, self.end);
                return Some(Err(KafkaError::Stalled { subject, next, end, waited }));
            }
        }
    }
}

impl FusedIterator for Records<'_> {}

impl Records<'_> {
    /// The offset that is read next, once the records that were read are taken.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.read.front().map_or(self.next, |record| record.offset)
    }

    fn subject(&self) -> String {
        format!("{}, partition {}", self.topic, self.partition)
    }

    fn fetch(&mut self) -> Result<(), KafkaError> {
        let (topic, partition, offset, subject) =
            (self.topic.clone(), self.partition, self.next, self.subject());
        let leader = &mut self.leader;
        let answer = self.client.with_retries(|client| {
            let receiver = match *leader {
                Some(known) => known,
                None => client.leader(&topic, partition)?,
            };
            *leader = Some(receiver);
            let fetched = fetch_from(client, receiver, &topic, partition, offset, &subject);
            // After a failure, somebody else may lead.
            fetched.inspect_err(|_| *leader = None)
        })?;
        self.take(&answer)
    }

    fn take(&mut self, answer: &PartitionRecords) -> Result<(), KafkaError> {
        // An answer names all of its aborted transactions, also those that began in an earlier one.
        let mut aborted: Vec<(i64, i64)> =
            answer.aborted.iter().map(|one| (one.first_offset, one.producer)).collect();
        aborted.sort_unstable();
        let mut aborted = aborted.into_iter().peekable();
        self.aborting.clear();
        let mut input = Input::new(&answer.records.0);
        loop {
            let offset = self.next;
            let batch = next_batch(&mut input).map_err(|malformed| self.unreadable(offset, &malformed))?;
            let Some(batch) = batch else { return Ok(()) };
            // A broker answers with whole batches, and the first one may begin before what was asked for.
            if batch.next_offset <= self.next {
                continue;
            }
            if batch.base_offset >= self.end {
                self.next = self.end;
                return Ok(());
            }
            while let Some((_, producer)) = aborted.next_if(|(first, _)| *first < batch.next_offset) {
                self.aborting.insert(producer);
            }
            self.take_batch(&batch).map_err(|malformed| self.unreadable(batch.base_offset, &malformed))?;
        }
    }

    fn take_batch(&mut self, batch: &Batch<'_>) -> Result<(), Malformed> {
        let limit = self.client.limits().batch;
        match batch.marker(limit)? {
            Some(Marker::Abort) => {
                self.aborting.remove(&batch.producer);
            }
            Some(Marker::Commit) => {}
            None if batch.is_transactional() && self.aborting.contains(&batch.producer) => {}
            None => {
                let wanted = self.next..self.end;
                let records = batch.records(limit)?;
                self.read.extend(records.into_iter().filter(|record| wanted.contains(&record.offset)));
            }
        }
        self.next = batch.next_offset;
        Ok(())
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
