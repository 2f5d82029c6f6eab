//! What a node asks for, held against what a platform claims.

mod ability;
mod kind;
mod types;

pub use ability::Ability;
pub use kind::{CheckKind, PrincipalKind, TriggerKind};
pub use types::{TypeClaims, TypeKind};

use crate::{descriptor::PlatformDescriptor, view::NodeView};
use datasurface_graph::{DatasetFacts, ExportFacts, IngestFacts, IngestSource, NodeDetail};
use datasurface_model::{CodeInfo, InvalidRows};
use std::collections::BTreeSet;

/// A platform was asked for something that its descriptor does not claim.
pub(crate) static UNCLAIMED: CodeInfo = CodeInfo::error(
    "platform/unclaimed",
    "a platform was asked for something that it does not claim",
    "The descriptor of a platform says what it can do, and the broker chooses by it. A node that asks for more comes \
     from a pin or an assignment that is older than the descriptor: assign the group or the capture to a platform that \
     claims it, or ask for less.",
);

impl PlatformDescriptor {
    /// Returns the abilities that a node needs and this descriptor does not claim.
    #[must_use]
    pub fn unclaimed(&self, node: &NodeView) -> BTreeSet<Ability> {
        let mut needed = BTreeSet::new();
        needed.extend(node.inputs().iter().map(|input| Ability::Format {
            format: input.offer.format().clone(),
            address: input.offer.address().to_owned(),
        }));
        match node.detail() {
            NodeDetail::Ingest(ingest) => self.add_ingest(ingest, &mut needed),
            NodeDetail::Export(export) => self.add_export(export, &mut needed),
            NodeDetail::Transform(transform) => {
                needed.insert(Ability::Artifact(transform.artifact.technology()));
                needed.insert(Ability::ExportTarget(transform.container.kind().technology()));
                for output in &transform.outputs {
                    needed.extend(self.uncarried(&output.key, output.schema.table(), None));
                }
            }
            NodeDetail::Trigger(trigger) => {
                needed.insert(Ability::Trigger((&trigger.trigger).into()));
            }
        }
        needed.retain(|ability| !self.claims(ability));
        needed
    }

    fn add_ingest(&self, ingest: &IngestFacts, needed: &mut BTreeSet<Ability>) {
        let mut source = None;
        if let IngestSource::Container(from) = &ingest.source {
            let (container, capture) = (from.container.kind().technology(), &from.capture);
            needed.insert(Ability::CaptureKind(capture.kind().technology()));
            needed.insert(Ability::CaptureSource(container.clone()));
            needed.insert(Ability::Consistency(capture.consistency()));
            needed.insert(Ability::Trigger(capture.trigger().into()));
            source = Some(container);
        }
        for dataset in &ingest.datasets {
            let (key, table) = (&dataset.key, dataset.schema.table());
            needed.extend(self.uncarried(key, table, source.as_ref()));
            needed.extend(table.key().is_empty().then(|| Ability::Keyless(key.clone())));
            needed.extend(dataset.custody.history.then_some(Ability::History));
            // What comes from another platform passed there, and its checks are not told.
            let check = |kind| Ability::Check { dataset: key.clone(), kind };
            needed.extend(dataset.checks.iter().map(|one| check(one.into())));
            let is_set_aside = dataset.invalid_rows == InvalidRows::SetAside;
            needed.extend(is_set_aside.then(|| Ability::SetAside(key.clone())));
        }
    }

    fn add_export(&self, export: &ExportFacts, needed: &mut BTreeSet<Ability>) {
        let container = export.container.kind().technology();
        let DatasetFacts { key, schema, .. } = &export.dataset;
        needed.extend(self.uncarried(key, schema.table(), Some(&container)));
        for consumer in &export.consumers {
            needed.extend(Ability::of_requirements(&consumer.requirements));
            // A transformer reads by itself, whoever may read in its workspace.
            let readers = consumer.entitlement.principals().filter(|_| !consumer.transforms);
            needed.extend(readers.map(|principal| Ability::Grant {
                group: consumer.group.clone(),
                principal: principal.clone(),
                container: container.clone(),
            }));
        }
        needed.insert(Ability::ExportTarget(container));
    }
}
