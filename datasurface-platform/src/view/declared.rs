//! Declarations of what nodes name, read off the model.

use super::{NodeDeclarations, ResolvedPlace};
use crate::{descriptor::PlatformDescriptor, offer::ResolvedOffer};
use datasurface_graph::{DatasetFacts, NodeDetail, NodeFacts};
use datasurface_model::{
    Credential, CredentialKey, DataContainer, Dataset, DatasetKey, Ecosystem, HintTarget,
    PlatformDeclaration, PlatformName, Schema, Valid,
};

/// Reads the declarations that nodes of one platform name off the model: what a host does for each view.
#[derive(Clone, Copy, Debug)]
pub struct DeclarationReader<'a> {
    ecosystem: &'a Valid<Ecosystem>,
    declared: Option<&'a PlatformDeclaration>,
    descriptor: &'a PlatformDescriptor,
}

impl<'a> DeclarationReader<'a> {
    /// Creates a reader for the nodes of a platform that claims this.
    pub fn new(
        ecosystem: &'a Valid<Ecosystem>,
        platform: &PlatformName,
        descriptor: &'a PlatformDescriptor,
    ) -> Self {
        Self { ecosystem, declared: ecosystem.platforms().get(platform), descriptor }
    }

    /// Returns what is declared of that which a node names, also by these offers.
    #[must_use]
    pub fn of_node(&self, facts: &NodeFacts, inputs: &[ResolvedOffer]) -> NodeDeclarations {
        let declarations = NodeDeclarations::default();
        let declarations = self.places(facts).into_iter().fold(declarations, NodeDeclarations::place);
        let declarations = self.credentials(facts, inputs).into_iter().fold(declarations, |all, found| {
            let (key, credential) = found;
            all.credential(key.clone(), credential.kind())
        });
        let declarations = self.hints(facts, declarations);
        self.avro(facts, declarations)
    }

    fn places(&self, facts: &NodeFacts) -> Vec<ResolvedPlace> {
        let vendors = self.ecosystem.vendors();
        let places = container(facts).into_iter().flat_map(DataContainer::locations);
        places.map(|place| ResolvedPlace::resolve(place, vendors)).collect()
    }

    fn credentials<'n>(
        &self,
        facts: &'n NodeFacts,
        inputs: &'n [ResolvedOffer],
    ) -> Vec<(&'n CredentialKey, &'a Credential)> {
        let of_capture = facts.capture().and_then(|capture| capture.credential.as_ref());
        let consumers = match &facts.detail {
            NodeDetail::Export(export) => export.consumers.as_slice(),
            _ => &[],
        };
        let of_consumers = consumers.iter().filter_map(|consumer| consumer.credential.as_ref());
        let of_inputs = inputs.iter().filter_map(|input| input.offer.credential());
        let named = of_capture.into_iter().chain(of_consumers).chain(of_inputs);
        named.filter_map(|key| Some((key, self.ecosystem.credential(key)?))).collect()
    }

    fn hints(&self, facts: &NodeFacts, declarations: NodeDeclarations) -> NodeDeclarations {
        let Some(hints) = self.declared.map(PlatformDeclaration::hints).filter(|hints| !hints.is_empty())
        else {
            return declarations;
        };
        declarations.with_hints(targets(facts).into_iter().filter_map(|about| {
            let settings = hints.get(&about)?.settings().clone();
            Some((about, settings))
        }))
    }

    fn avro(&self, facts: &NodeFacts, declarations: NodeDeclarations) -> NodeDeclarations {
        if !self.descriptor.reads_avro_schemas() {
            return declarations;
        }
        let written = |key: &DatasetKey| {
            let avro = self.ecosystem.dataset(key).map(Dataset::schema).and_then(Schema::avro);
            avro.map(|avro| avro.json().clone())
        };
        datasets(facts).fold(declarations, |declarations, dataset| match written(&dataset.key) {
            Some(schema) => declarations.avro_schema(dataset.key.clone(), schema),
            None => declarations,
        })
    }
}

/// The container that a node reads from or writes to.
fn container(facts: &NodeFacts) -> Option<&DataContainer> {
    match &facts.detail {
        NodeDetail::Ingest(_) => facts.capture().map(|capture| &*capture.container),
        NodeDetail::Export(export) => Some(&export.container),
        NodeDetail::Transform(transform) => Some(&transform.container),
        NodeDetail::Trigger(_) => None,
    }
}

/// The datasets that a node works with.
fn datasets(facts: &NodeFacts) -> impl Iterator<Item = &DatasetFacts> {
    let (one, more) = match &facts.detail {
        NodeDetail::Ingest(ingest) => (ingest.datasets.as_slice(), &[][..]),
        NodeDetail::Export(export) => (std::slice::from_ref(&export.dataset), &[][..]),
        NodeDetail::Transform(transform) => (transform.inputs.as_slice(), transform.outputs.as_slice()),
        NodeDetail::Trigger(_) => (&[][..], &[][..]),
    };
    one.iter().chain(more)
}

/// The targets of hints that are for a node.
fn targets(facts: &NodeFacts) -> Vec<HintTarget> {
    match &facts.detail {
        NodeDetail::Ingest(ingest) => {
            let datasets = ingest.datasets.iter().map(|dataset| HintTarget::Dataset(dataset.key.clone()));
            [HintTarget::Datastore(ingest.datastore.clone())].into_iter().chain(datasets).collect()
        }
        NodeDetail::Export(export) => {
            let key = &export.dataset.key;
            let data = [HintTarget::Datastore(key.datastore.clone()), HintTarget::Dataset(key.clone())];
            let groups = export.consumers.iter().map(|consumer| HintTarget::Group(consumer.group.clone()));
            data.into_iter().chain(groups).collect()
        }
        NodeDetail::Trigger(trigger) => vec![HintTarget::Transformer(trigger.workspace.clone())],
        NodeDetail::Transform(transform) => vec![HintTarget::Transformer(transform.workspace.clone())],
    }
}
