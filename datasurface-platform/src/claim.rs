//! What a node asks for, held against what a platform claims.

use crate::{descriptor::PlatformDescriptor, view::NodeView};
use datasurface_graph::{
    Custody, DatasetFacts, ExportFacts, IngestFacts, IngestSource, NodeDetail, RetentionPeriod,
};
use datasurface_model::{CodeInfo, Consistency, Milestoning, Requirements};
use std::{borrow::Borrow, collections::BTreeSet};

/// A platform was asked for something that its descriptor does not claim.
pub(crate) static UNCLAIMED: CodeInfo = CodeInfo::error(
    "platform/unclaimed",
    "a platform was asked for something that it does not claim",
    "The descriptor of a platform says what it can do, and the broker chooses by it. A node that asks for more comes \
     from a pin or an assignment that is older than the descriptor: assign the group or the capture to a platform that \
     claims it, or ask for less.",
);

impl PlatformDescriptor {
    /// Returns the requirements of a node that this descriptor does not claim, in words that follow "does not claim".
    #[must_use]
    pub fn unclaimed(&self, node: &NodeView) -> Vec<String> {
        let mut asks = BTreeSet::new();
        for input in node.inputs() {
            let (format, address) = (input.offer.format(), input.offer.address());
            if !self.formats().contains(format, address) {
                let at = self.formats().iter().find(|(claimed, _)| *claimed == format);
                asks.insert(match at {
                    Some(_) => format!("reading the format `{format}` at `{address}`"),
                    None => format!("reading the format `{format}`"),
                });
            }
        }
        match node.detail() {
            NodeDetail::Ingest(ingest) => self.add_ingest(ingest, &mut asks),
            NodeDetail::Export(export) => self.add_export(export, &mut asks),
            NodeDetail::Transform(transform) => {
                let code = transform.artifact.technology();
                asks.extend(unless(self.artifacts(), code.as_str(), "running transformers of"));
            }
            NodeDetail::Trigger(_) if self.artifacts().is_empty() => {
                asks.insert("triggering transformers".to_owned());
            }
            NodeDetail::Trigger(_) => {}
        }
        asks.into_iter().collect()
    }

    fn add_ingest(&self, ingest: &IngestFacts, asks: &mut BTreeSet<String>) {
        if let IngestSource::Container(capture) = &ingest.source {
            let (container, capture) = (&capture.container, &capture.capture);
            asks.extend(unless(self.captures(), capture.kind().technology().as_str(), "capturing by"));
            asks.extend(unless(
                self.capture_sources(),
                container.kind().technology().as_str(),
                "capturing from",
            ));
            if !self.consistencies().contains(&capture.consistency()) {
                asks.insert(match capture.consistency() {
                    Consistency::SingleDataset => "reading each dataset on its own".to_owned(),
                    Consistency::MultiDataset => "reading a whole datastore in one transaction".to_owned(),
                });
            }
        }
        let is_keyless = |dataset: &DatasetFacts| dataset.schema.table().key().is_empty();
        if !self.keeps_keyless() && ingest.datasets.iter().any(is_keyless) {
            asks.insert("keeping datasets without a key".to_owned());
        }
        let keeps_history = self.milestonings().iter().any(|shown| shown.has_history());
        if !keeps_history && ingest.datasets.iter().any(|dataset| dataset.custody.history) {
            asks.insert("keeping every version of a record".to_owned());
        }
    }

    fn add_export(&self, export: &ExportFacts, asks: &mut BTreeSet<String>) {
        let container = export.container.kind().technology();
        asks.extend(unless(self.export_targets(), container.as_str(), "exporting to"));
        for consumer in &export.consumers {
            self.add_requirements(&consumer.requirements, asks);
        }
    }

    fn add_requirements(&self, wanted: &Requirements, asks: &mut BTreeSet<String>) {
        if !self.milestonings().contains(&wanted.milestoning) {
            asks.insert(match wanted.milestoning {
                Milestoning::Live => "showing the latest version of a record".to_owned(),
                Milestoning::Forensic => "showing every version of a record".to_owned(),
                Milestoning::LiveAndForensic => "showing the latest and every version of a record".to_owned(),
            });
        }
        if let (Some(wanted), Some(least)) = (wanted.latency, self.best_latency())
            && wanted < least
        {
            asks.insert(format!("to be as fast as {wanted}"));
        }
        if let (Some(wanted), Some(most)) =
            (Custody::for_consumer(wanted).retention, self.longest_retention())
            && wanted > RetentionPeriod::For(most)
        {
            asks.insert(format!("keeping data for {wanted}"));
        }
    }
}

fn unless<T: Borrow<str> + Ord>(claims: &BTreeSet<T>, name: &str, doing: &str) -> Option<String> {
    (!claims.contains(name)).then(|| format!("{doing} `{name}`"))
}
