//! The platform: what it claims, and what it is asked.

use crate::{
    engine::Engine,
    handover, judge, lint,
    names::Names,
    render::{self, Context, IN_TRANSACTIONS},
    settings::KafkaSettings,
    transition,
};
use datasurface_platform::prelude::*;

/// An instance of the streaming platform.
#[derive(Debug)]
pub struct KafkaPlatform {
    descriptor: PlatformDescriptor,
    settings: KafkaSettings,
    names: Names,
}

/// The least time from a change at a source to a table of a consumer: a source asks its log twice a second, and a sink commits what it got.
const BEST_LATENCY: Latency = Latency::seconds(5);

/// The time from a batch of another platform to a table of a consumer: `run --follow` looks for one once a minute.
const RECEIVED_LATENCY: Latency = Latency::seconds(65);

/// The limit of the topics of one shard.
const TOPICS: &str = "topics";

impl PlatformPlugin for KafkaPlatform {
    type Config = KafkaSettings;
    const KIND: &'static str = "kafka";

    fn version() -> Version {
        Version::new(0, 1, 0)
    }

    fn configure(instance: &PlatformInstance, settings: KafkaSettings) -> Result<Self, PlatformError> {
        let names = Names::new(instance, &settings);
        let store = Context { settings: &settings, names: &names }.cluster_address();
        let descriptor = PlatformDescriptor::for_plugin::<Self>()
            .with_captures(["cdc"], Engine::ALL.map(Engine::technology))
            .with_consistencies([Consistency::SingleDataset])
            .with_export_targets(["platform_managed", "postgres"])
            .with_milestonings([Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic])
            .with_types([TypeKind::Integer, TypeKind::Decimal, TypeKind::Variant])
            .with_grants(["postgres"], PrincipalKind::ALL)
            .with_formats([format(&store, &names), format_of_transactions(&store, &names)])
            .with_formats([Format::Batches])
            .offered_format_at(Format::KafkaTopic, handover::prefix(&settings))
            .with_best_latency(BEST_LATENCY)
            .data_technology("kafka", None)
            .with_shares()
            .limit(TOPICS, settings.topics_per_shard);
        let descriptor =
            stores(&settings, &names).into_iter().fold(descriptor, PlatformDescriptor::with_store);
        // Kafka grants topics to users, which services are, if its brokers ask for it.
        let descriptor = match settings.acls {
            true => descriptor.with_grants(["platform_managed"], [PrincipalKind::Service]),
            false => descriptor,
        };
        let descriptor = match &settings.schema_registry {
            Some(_) => descriptor.with_avro_schemas(),
            None => descriptor,
        };
        let descriptor = match &settings.flink {
            // A job runs all the time. Timetables and signals from outside are claimed, since captures may have them; lint refuses them of transformers.
            Some(_) => descriptor.with_artifacts(["sql"]).without_triggers([TriggerKind::AllInputsMoved]),
            None => descriptor,
        };
        let descriptor = match &settings.place {
            Some(place) => descriptor.data_place(place.as_str()),
            None => descriptor,
        };
        Ok(Self { descriptor, settings, names })
    }
}

/// The beginning of its topics in the cluster, by each broker that leads there, and that of its connectors.
fn stores(settings: &KafkaSettings, names: &Names) -> Vec<String> {
    let cluster = DataContainer::kafka("cluster", settings.brokers());
    let mut places: Vec<String> = cluster.addresses().into_iter().map(String::from).collect();
    let connect = settings.connect_url.trim_end_matches('/').to_lowercase();
    places.push(format!("connect {connect}"));
    places.iter().map(|place| format!("{place}/{}", names.prefix())).collect()
}

impl KafkaPlatform {
    /// The settings of the instance.
    pub(crate) fn settings(&self) -> &KafkaSettings {
        &self.settings
    }

    fn context(&self) -> Context<'_> {
        Context { settings: &self.settings, names: &self.names }
    }
}

/// The format of what an instance offers. Its sinks read topics with its own prefix only, so each prefix has a format of its own.
fn format(cluster: &str, names: &Names) -> String {
    format!("Debezium topics of {cluster}/{}", names.prefix())
}

/// The format where topics are written in transactions.
fn format_of_transactions(cluster: &str, names: &Names) -> String {
    format!("{}{IN_TRANSACTIONS}", format(cluster, names))
}

impl DataPlatform for KafkaPlatform {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.descriptor
    }

    fn weigh(&self, node: &NodeFacts) -> Weights {
        let per_dataset = u64::from(matches!(node.detail, NodeDetail::Ingest(_)));
        Weights::new().with_weight(TOPICS, Weight { whole: 0, per_dataset })
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        let cluster = self.context().cluster_address();
        let is_received = matches!(
            &node.detail,
            NodeDetail::Ingest(IngestFacts { source: IngestSource::Platform { .. }, .. })
        );
        let (format, latency) = match is_received {
            true => (format_of_transactions(&cluster, &self.names), RECEIVED_LATENCY),
            false => (format(&cluster, &self.names), BEST_LATENCY),
        };
        let offers = |dataset: &DatasetFacts| {
            let topic = self.names.topic(dataset.storage_key());
            // The first one is read by sinks of this instance.
            let own = Offer::new(&dataset.key, topic, &format);
            [Some(own), handover::offer(self.context(), node, dataset)]
                .map(|offer| offer.map(|offer| offer.with_custody(dataset.custody).with_latency(latency)))
        };
        let datasets = match &node.detail {
            NodeDetail::Ingest(ingest) => ingest.datasets.as_slice(),
            // A transformer reads the topic itself, wherever its inputs are exported to.
            NodeDetail::Export(export) => std::slice::from_ref(&export.dataset),
            NodeDetail::Transform(transform) => transform.outputs.as_slice(),
            NodeDetail::Trigger(_) => &[],
        };
        datasets.iter().flat_map(offers).flatten().collect()
    }

    fn lint(&self, view: LintView<'_>, found: &mut Reporter<'_>) {
        match view {
            LintView::Node(node) => lint::report_node(self.context(), node, found),
            LintView::Platform(_) => lint::report_settings(&self.settings, found),
            _ => {}
        }
    }

    fn shares(&self, node: &NodeView) -> Vec<SharedPart> {
        render::shares(self.context(), node)
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        render::render(self.context(), scope)
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        transition::with_transitions(change, change.structural_of_all(judge::judge)?)
    }

    fn runtime(&self) -> Option<&dyn Runtime> {
        Some(self)
    }
}
