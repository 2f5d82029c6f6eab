//! What other platforms may read: the topics of datasets that are captured here, with all that a reader has to know.

use crate::{
    engine::Engine,
    names::{source_name, source_parts},
    render::Context,
    settings::{KafkaSettings, RegistrySettings, SecurityProtocol},
};
use datasurface_platform::{KafkaTopicAddress, TopicEncoding, prelude::*};

/// Returns the beginning of the addresses of all topics of an instance.
pub(crate) fn prefix(settings: &KafkaSettings) -> String {
    KafkaTopicAddress::cluster_prefix(settings.brokers())
}

/// Returns the offer of a dataset to other platforms; none of what is neither captured nor made here.
///
/// A reader logs in as the platform does: the offer names the credential, and nobody has its value but who runs the reader.
/// A reader of Avro that the registry asks for a login needs one of its own: the offer has room for one credential.
pub(crate) fn offer(context: Context<'_>, node: &NodeFacts, dataset: &DatasetFacts) -> Option<Offer> {
    // An empty name says that nothing tells how complete the topic is.
    let progress = match (node.capture(), &node.detail) {
        (Some(capture), _) => {
            let container = node.storage.container(&capture.container_key);
            let source = source_name(&source_parts(capture, &container));
            // Only PostgreSQL has messages in its log. Without any, nobody knows up to when a topic is complete.
            match Engine::of(capture.container.kind()) {
                Some(engine) if engine.has_messages() => context.names.messages(&source),
                _ => String::new(),
            }
        }
        // A job has one offset for each of its inputs, which says nothing of times.
        (None, NodeDetail::Transform(_)) => String::new(),
        (None, NodeDetail::Ingest(ingest)) if matches!(ingest.source, IngestSource::Transformer { .. }) => {
            String::new()
        }
        _ => return None,
    };
    let topic = context.names.topic(dataset.storage_key());
    let registry = context.settings.schema_registry.as_ref();
    let encoding = match registry {
        Some(_) => TopicEncoding::DebeziumAvro,
        None => TopicEncoding::DebeziumJson,
    };
    let mut address = KafkaTopicAddress::new(context.settings.brokers(), topic, encoding);
    address.registry = registry.map(RegistrySettings::confluent_url);
    address.progress = Some(progress);
    let Some(security) = &context.settings.security else {
        return Some(Offer::new(&dataset.key, address.to_string(), Format::KafkaTopic));
    };
    address.tls = security.protocol != SecurityProtocol::SaslPlaintext;
    let credential = security.credential.as_ref().filter(|_| security.protocol.has_login());
    address.login = credential.map(|_| security.mechanism.name().to_owned());
    let offer = Offer::new(&dataset.key, address.to_string(), Format::KafkaTopic);
    Some(match credential {
        Some(credential) => offer.with_credential(CredentialKey::from(credential.as_str())),
        None => offer,
    })
}
