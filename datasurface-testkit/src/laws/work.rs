//! Law 10: the work of a platform grows with what it is asked about, and not faster. It is counted, not timed: the questions that a
//! proposal asks, the size of all answers, and the reads of nodes while a scope is rendered.

use super::ReportBuilder;
use crate::{
    harness::{Harness, HarnessError, HarnessRun},
    law::Law,
    recording::Subject,
    synthetic::Synthetic,
};
use datasurface_broker::Lock;
use datasurface_model::{Ecosystem, PlatformName};
use datasurface_platform::prelude::Serialize;
use std::{collections::BTreeMap, io};

/// The number of datastores of the smaller ecosystem.
const SMALL: usize = 4;

/// The factor by which the other one is larger.
const TIMES: usize = 8;

/// The growth of answers that is taken for linear, in percent of that of the views: names and counts get longer, and one part of an answer may
/// weigh more than another.
const PERCENT: u64 = 150;

/// The same of reads. Who sorts nodes reads them more often, the more there are.
const PERCENT_OF_READS: u64 = 300;

/// The reason why the work inside of a rendering is not judged: a program reads a copy, in a process where nobody counts.
const UNSEEN_READS: &str = "reads of nodes that are not seen, as those of a program";

/// The work of a platform.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    /// The bytes of the views of all nodes.
    views: u64,
    /// The questions to it.
    questions: u64,
    /// The bytes of its answers.
    bytes: u64,
    /// The reads of nodes.
    reads: u64,
}

/// An ecosystem of a size: consumers and transformers in proportion.
pub(crate) fn ecosystem(is_large: bool) -> Ecosystem {
    let datastores = if is_large { SMALL * TIMES } else { SMALL };
    Synthetic::new(datastores)
        .with_datasets_per_datastore(2)
        .with_columns_per_dataset(3)
        .with_consumers(datastores / 2)
        .with_transformers(0)
        .with_sinks_per_consumer(2)
        .with_datastores_per_team(SMALL)
        .ecosystem()
}

/// Compares the work for two ecosystems, of which the second one is so many times as large. One that the platform refuses tells nothing.
pub(crate) fn check(report: &mut ReportBuilder, harness: &Harness, [small, large]: [&Ecosystem; 2]) {
    let [small, large] = [small, large].map(|ecosystem| work(harness, ecosystem));
    let (small, large) = match (small, large) {
        (Ok(small), Ok(large)) => (small, large),
        (Err(refused), _) | (_, Err(refused)) => return report.skip(refused.codes()),
    };
    for (platform, large) in large {
        if large.reads == 0 {
            report.skip([UNSEEN_READS.to_owned()]);
        }
        let small = small.get(&platform).copied().unwrap_or_default();
        for (counted, before, after, percent) in [
            ("questions", small.questions, large.questions, PERCENT),
            ("bytes of answers", small.bytes, large.bytes, PERCENT),
            ("reads of nodes", small.reads, large.reads, PERCENT_OF_READS),
        ] {
            let most = most(before, small.views, large.views, percent);
            if after > most {
                let difference = format!(
                    "where {} bytes of views become {}, {before} {counted} become {after}, and more than {most} are out of proportion: so the work \
                     for a node depends on how many others there are",
                    small.views, large.views
                );
                report.report(Law::NoPanic, format!("platform `{platform}`"), difference);
            }
        }
    }
}

/// The most that is in proportion to the views.
fn most(before: u64, small: u64, large: u64, percent: u64) -> u64 {
    before.saturating_mul(large).saturating_mul(percent) / small.max(1) / 100
}

fn work(harness: &Harness, ecosystem: &Ecosystem) -> Result<BTreeMap<PlatformName, Work>, HarnessError> {
    let placed = harness.place(ecosystem, &Lock::default())?;
    let HarnessRun { placed, log, .. } = harness.propose(placed, None, harness.date());
    let mut works: BTreeMap<PlatformName, Work> = BTreeMap::new();
    let mut add = |platform: &PlatformName, views: u64, bytes: u64| {
        let work = works.entry(platform.clone()).or_default();
        work.views += views;
        work.questions += 1;
        work.bytes += bytes;
    };
    for lint in &log.lints {
        add(&lint.platform, 0, lint.findings.iter().map(|finding| finding.to_string().len() as u64).sum());
        if let Subject::Node(node) = &lint.subject
            && let Some(configured) = placed.platform(&lint.platform)
        {
            add(&lint.platform, size(node), size(&configured.platform().offer(node.facts())));
        }
    }
    for rendered in &log.renderings {
        let Ok(rendering) = &rendered.result else { continue };
        let files: u64 = rendering.files().map(|file| file.content().len() as u64).sum();
        add(&rendered.platform, 0, files + rendering.resources().map(size).sum::<u64>());
    }
    for diffed in &log.diffs {
        add(&diffed.change.frame.platform.name, 0, diffed.result.as_ref().map_or(0, size));
    }
    for rendered in &log.renderings {
        works.entry(rendered.platform.clone()).or_default().reads += rendered.reads;
    }
    Ok(works)
}

/// The bytes that a value has in JSON.
fn size(value: &impl Serialize) -> u64 {
    /// Counts what is written.
    struct Counter(u64);

    impl io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut counter = Counter(0);
    // Nothing that a platform answers is without a form in JSON; what has none counts as far as it goes.
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0
}
