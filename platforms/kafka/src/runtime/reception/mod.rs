//! Receptions: batches that another platform publishes are written into topics, each change of each row once.
//!
//! | file | idea |
//! |---|---|
//! | `position.rs` | how far a dataset is, as a topic beside says it |
//! | `publication.rs` | whether what is published follows what was written before |
//! | `changes.rs` | what versions of one row say that happened |
//! | `written.rs` | what a topic has of each row already |
//! | `records.rs` | changes as records of Debezium's form |
//! | `producer.rs` | records in transactions, each with the position that it leads to |
//!
//! **Killed at any moment**, the next call loses nothing and writes nothing twice:
//!
//! - Records, and the position behind them, are in one transaction. Readers of committed records see both or neither.
//! - A batch that is too large for one transaction is written in several. Until the last of them, the position says that the batch has begun. Then
//!   the topic itself says how far each row is: each record has the number of its batch, the batches of one row are written in order, and compaction
//!   never removes the last record of a row before its batch is complete, but for a deletion that is as old as `deletion_hours`.
//! - Whoever begins produces by the same name, so that nothing more comes from a call that was killed, or that only looked so. The position is read after
//!   that: brokers have ended all transactions of the earlier one by then.
//!
//! **What is published anew** has all versions that are kept, and so all changes that are not written yet: the others are known by the numbers of their batches.
//! Versions that were purged meanwhile are not there, so rows that the topic has, and the publication does not, are deleted.
//!
//! **Where the publisher's database was made anew**, nothing that is published is written yet. Its batches get numbers behind those that were written, so each row
//! that is there is written once more, and each that is not is deleted.
//!
//! **A failure** is in the position of its dataset, until a run goes well: so `status` knows it.

mod changes;
mod position;
mod producer;
mod publication;
mod records;
mod written;

pub(super) use position::Position;

use super::{
    clients::{Clients, kafka_failed},
    rendered::Rendered,
};
use crate::render::{ReceivedDataset, Reception};
use changes::Versions;
use chrono::{DateTime, Utc};
use datasurface_kafka_client::{AvroReader, KafkaClient, RegistryClient};
use datasurface_platform::{
    BatchFolder, BatchManifest, DatasetRun, JobFailure, ReadBatch, RuntimeContext, prelude::*,
};
use position::{Positions, is_recreated};
use producer::Producer;
use publication::{Continuity, PublishedBatches, shifted};
use records::{RecordForm, source_of};
use std::{collections::BTreeMap, mem};
use written::{Written, highest_batch};

/// So often a folder is looked at: whoever publishes may remove files while they are read, once newer ones are there.
const MOST_LOOKS: usize = 3;

/// About so many versions are held in memory at once. A larger part is read several times, some rows each time.
const VERSIONS_AT_ONCE: u64 = 200_000;

/// What was received.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub(super) datasets: Vec<DatasetRun>,
    pub(super) failures: Vec<JobFailure>,
}

/// Writes all batches that are published and not written yet. A dataset that fails stays as it was, and the others go on.
///
/// # Errors
///
/// If the brokers cannot be asked, or the caller cancels.
pub(super) fn receive(
    clients: &mut Clients,
    site: &RuntimeContext<'_>,
    rendered: &Rendered,
) -> Result<Received, PlatformError> {
    let mut received = Received::default();
    for (address, reception) in &rendered.receptions {
        site.watcher.job_started(address.as_str());
        receive_all(clients, site, address, reception, &mut received)?;
    }
    Ok(received)
}

/// Returns the positions of all datasets that are received, by their topics.
///
/// # Errors
///
/// If the brokers cannot be asked.
pub(super) fn positions(
    kafka: &mut KafkaClient,
    rendered: &Rendered,
) -> Result<BTreeMap<String, Position>, PlatformError> {
    let mut all = BTreeMap::new();
    for reception in rendered.receptions.values() {
        let mut positions = Positions::read(kafka, &reception.positions)?;
        for dataset in &reception.datasets {
            let position = positions.0.remove(&dataset.topic);
            all.extend(position.map(|position| (dataset.topic.clone(), position)));
        }
    }
    Ok(all)
}

fn receive_all(
    clients: &mut Clients,
    site: &RuntimeContext<'_>,
    address: &ResourceAddress,
    reception: &Reception,
    received: &mut Received,
) -> Result<(), PlatformError> {
    let Clients { kafka, avro, registry, .. } = clients;
    let mut left: Vec<&ReceivedDataset> = reception.datasets.iter().collect();
    for look in 1..=MOST_LOOKS {
        // What was committed before is there for all readers when a producer has begun, and no moment earlier.
        let mut producer = Producer::begin(kafka, site, reception)?;
        let mut positions = Positions::read(producer.kafka(), &reception.positions)?;
        let mut reached = BTreeMap::new();
        for dataset in mem::take(&mut left) {
            let position = positions.0.remove(&dataset.topic).unwrap_or_default();
            let folder = BatchFolder::new(folder_path(site, &dataset.folder)?);
            let mut job =
                Job { site, dataset, producer: &mut producer, registry: registry.as_ref(), avro, position };
            let (outcome, is_changing) = job.look_into(&folder);
            let position = job.position;
            match outcome {
                Ok(runs) => {
                    received.datasets.extend(runs);
                    let position = Position { received_at: site.now, failure: None, ..position };
                    reached.insert(dataset.topic.as_str(), position);
                    continue;
                }
                Err(_) if is_changing && look < MOST_LOOKS => left.push(dataset),
                Err(error) => {
                    let reason = format!("`{}`: {}", dataset.dataset, with_causes(&error));
                    let position = Position { failure: Some(reason.clone()), ..position };
                    reached.insert(dataset.topic.as_str(), position);
                    received.failures.push(JobFailure { job: address.clone(), reason, examples: Vec::new() });
                }
            }
            producer.abort()?;
        }
        producer.write_positions(&reached)?;
        if left.is_empty() {
            break;
        }
    }
    Ok(())
}

/// An error with its causes.
fn with_causes(error: &PlatformError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The reception of one dataset.
struct Job<'j, 'c> {
    site: &'j RuntimeContext<'j>,
    dataset: &'j ReceivedDataset,
    producer: &'j mut Producer<'c>,
    /// The registry of schemas, if topics have Avro, and the reader of what they have.
    registry: Option<&'j RegistryClient>,
    avro: &'j mut Option<AvroReader>,
    position: Position,
}

/// What is known of a topic before a part is written.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// Whether it may have changes of later batches than its position.
    is_resumed: bool,
    /// Whether it may have rows that are not kept any more.
    is_compared: bool,
    /// Whether no other part comes behind.
    is_last: bool,
}

impl Job<'_, '_> {
    /// Writes what is new. Returns the batches, and whether others were published meanwhile.
    fn look_into(&mut self, folder: &BatchFolder) -> (Result<Vec<DatasetRun>, PlatformError>, bool) {
        match folder.manifests() {
            Ok(found) => {
                let outcome = self.receive(folder, &found);
                let is_changing = outcome.is_err() && folder.manifests().is_ok_and(|now| now != found);
                (outcome, is_changing)
            }
            Err(error) => (Err(error), true),
        }
    }

    fn receive(
        &mut self,
        folder: &BatchFolder,
        manifests: &[BatchManifest],
    ) -> Result<Vec<DatasetRun>, PlatformError> {
        let mut runs = Vec::new();
        let dataset = self.dataset;
        let Some(last) = manifests.last().map(|manifest| manifest.batch) else {
            return Err(nothing_published(dataset));
        };
        let topic = &dataset.topic;
        let failed = |error| kafka_failed(format!("reading the ends of the topic `{topic}`"), error);
        let ends = self.producer.kafka().end_offsets(topic).map_err(failed)?;
        if is_recreated(&self.position, &ends) {
            self.position = Position::default();
        }
        let is_empty = ends.values().all(|end| *end == 0);
        let published = PublishedBatches::new(manifests, &dataset.published_as);
        self.follow(&published, last, is_empty)?;
        let shift = self.position.shift;
        let (manifests, last) = (shifted(manifests, shift), last.saturating_add(shift));
        // Without a position, what is there was written before the position was lost.
        let is_resumed = self.position.has_begun || (self.position.batch == 0 && !is_empty);
        let parts = BatchFolder::parts_after(&manifests, &dataset.published_as, self.position.batch)?;
        if parts.is_empty() {
            self.reach(last, &published);
            return Ok(runs);
        }
        let form = RecordForm::new(dataset, self.registry, shift)?;
        for (at, read) in parts.iter().enumerate() {
            let before = self.position.batch;
            let is_last = at + 1 == parts.len();
            let known = Known { is_resumed, is_compared: read.part.whole && !is_empty, is_last };
            self.receive_part(folder, &form, read, known)?;
            let new = read.part.batches.iter().filter(|batch| batch.batch > before);
            runs.extend(new.map(|batch| DatasetRun {
                dataset: dataset.dataset.clone(),
                batch: batch.batch,
                inserted: batch.inserted,
                updated: batch.updated,
                deleted: batch.deleted,
                unchanged: batch.unchanged,
                rejected: 0,
                failure: None,
            }));
        }
        // Later batches have nothing of it.
        self.reach(last, &published);
        Ok(runs)
    }

    fn reach(&mut self, batch: u64, published: &PublishedBatches<'_>) {
        self.position.batch = batch;
        self.position.written = published.written().or(self.position.written.take());
    }

    /// Looks whether the publication follows what was written, and numbers its batches behind that if it was made anew.
    fn follow(
        &mut self,
        published: &PublishedBatches<'_>,
        last: u64,
        is_empty: bool,
    ) -> Result<(), PlatformError> {
        let Position { batch, shift, has_begun, .. } = self.position;
        let written = batch.saturating_sub(shift);
        match published.continuity(&self.position) {
            Continuity::Older => return Err(older_than_written(self.dataset, last, written)),
            Continuity::Same if last < written => {
                return Err(older_than_written(self.dataset, last, written));
            }
            Continuity::Same if batch > 0 || is_empty => {}
            // The position was lost.
            Continuity::Same => {
                let highest = highest_batch(self.producer.kafka(), &self.dataset.topic)?;
                // Numbers that the publication has not reached are of another one.
                self.position.shift = if highest > last { highest } else { 0 };
            }
            Continuity::Recreated => {
                let highest = match has_begun {
                    true => highest_batch(self.producer.kafka(), &self.dataset.topic)?,
                    false => 0,
                };
                self.position.shift = batch.max(highest);
                self.position.written = None;
            }
        }
        Ok(())
    }

    /// Writes the changes of a part that are not written yet.
    fn receive_part(
        &mut self,
        folder: &BatchFolder,
        form: &RecordForm<'_>,
        read: &ReadBatch,
        known: Known,
    ) -> Result<(), PlatformError> {
        let topic = &self.dataset.topic;
        let times = form.times(read)?;
        let Known { is_resumed, is_compared, is_last } = known;
        let deletions = is_compared.then(|| source_of(times.of(read.batch), read.batch));
        let passes = 1 + read.part.lines / VERSIONS_AT_ONCE;
        for pass in 0..passes {
            if self.site.watcher.is_cancelled() {
                let context = format!("receiving `{}`", self.dataset.dataset);
                return Err(
                    PlatformError::new(PlatformErrorKind::External, context).caused_by("it was cancelled")
                );
            }
            let is_of_pass = |key: &[u8]| hash(key) % passes == pass;
            let written = match is_compared || is_resumed {
                true => Written::read(self.producer.kafka(), self.avro, topic, deletions, is_of_pass)?,
                false => Written::default(),
            };
            let mut versions = Versions::default();
            folder.read(&read.part, |line| {
                let key = form.key(line)?;
                if is_of_pass(&key) {
                    versions.add(key, form.version(line)?);
                }
                Ok(())
            })?;
            let compared_at = is_compared.then_some(read.batch);
            for change in versions.changes(self.position.batch, written, compared_at) {
                self.producer.add(
                    topic,
                    form.records(&change, times.of(change.batch), self.site.now),
                    &mut self.position,
                )?;
            }
            if pass + 1 < passes {
                // A transaction must not wait for another reading of the file.
                self.producer.commit(topic, &mut self.position)?;
            }
        }
        self.producer.commit_last(topic, &mut self.position, read.batch, is_resumed && !is_last)
    }
}

/// A hash by which rows are divided, the same in each pass.
fn hash(key: &[u8]) -> u64 {
    key.iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The path of a folder that is rendered: below the root, whatever is written there.
fn folder_path(site: &RuntimeContext<'_>, folder: &str) -> Result<std::path::PathBuf, PlatformError> {
    let safe: SafePath = folder.parse().map_err(|error| {
        let context = format!("looking for batches in `{folder}`");
        PlatformError::new(PlatformErrorKind::Config, context).caused_by(error)
    })?;
    Ok(safe.parts().fold(site.root.to_owned(), |path, part| path.join(part)))
}

fn nothing_published(dataset: &ReceivedDataset) -> PlatformError {
    let context = format!(
        "no batch is published in `{}`: let the platform that captures it run first, and look whether both have one root",
        dataset.folder
    );
    PlatformError::new(PlatformErrorKind::External, context)
}

/// Batches of numbers that were written before would be taken for those.
fn older_than_written(dataset: &ReceivedDataset, last: u64, written: u64) -> PlatformError {
    let context = format!(
        "batch {last} is the last one in `{}`, and does not follow batch {written}, which was written to the topic before: the platform that publishes \
         has an older database; bring back the newer one, or delete the topic `{}` and apply again, to have all written anew",
        dataset.folder, dataset.topic
    );
    PlatformError::new(PlatformErrorKind::External, context)
}

/// The moment of a text that a manifest has.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
}
