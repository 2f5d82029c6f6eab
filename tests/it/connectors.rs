//! Connectors as JSON, as a connect cluster would be given them: a complete platform, and not one of SQL.
use datasurface_platform::prelude::*;

#[derive(Debug)]
pub(crate) struct Connectors(PlatformDescriptor);

impl PlatformPlugin for Connectors {
    type Config = NoSettings;
    const KIND: &'static str = "connectors";
    fn version() -> Version {
        Version::new(1, 0, 0)
    }
    fn configure(_: &PlatformInstance, _: NoSettings) -> Result<Self, PlatformError> {
        let descriptor = PlatformDescriptor::for_plugin::<Self>()
            .with_captures(["sql_snapshot"], ["sqlite", "postgres"])
            .with_consistencies([Consistency::SingleDataset, Consistency::MultiDataset])
            .with_export_targets(["sqlite", "postgres"])
            .with_milestonings([Milestoning::Live])
            .with_formats(["topic"])
            .data_technology("kafka", None)
            .limit("connectors", 100);
        Ok(Self(descriptor))
    }
}

impl DataPlatform for Connectors {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.0
    }
    fn weigh(&self, _: &NodeFacts) -> Weights {
        Weights::new().with_weight("connectors", Weight::whole(1))
    }
    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        Offer::for_datasets(node, "topic")
    }
    fn lint(&self, what: LintView<'_>, found: &mut Reporter<'_>) {
        found.report_unclaimed(&self.0, what);
    }
    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        let cluster = Resource::new("cluster", "cluster").attribute("name", &scope.platform().name);
        let topics = scope.stored_datasets().map(|(node, dataset)| {
            let topic = Resource::for_dataset("topic", node, &dataset.key).dependency("cluster");
            let topic = topic.attribute("cluster", &scope.platform().name).with_held_data(dataset);
            topic.attribute("schema", &dataset.schema).attribute("retention", dataset.custody.retention)
        });
        let connectors = scope.whole_nodes().filter_map(|node| {
            let named = |kind| Resource::for_node(kind, node).attribute("reads", node.input_addresses());
            let connector = match node.detail() {
                NodeDetail::Ingest(from) => named("source").attribute("from", from),
                NodeDetail::Export(to) => named("sink").attribute("to", to),
                _ => return None,
            };
            Some(connector.with_dependencies(node.dataset_addresses("topic")))
        });
        Rendering::from_resources(topics.chain(connectors).chain(scope.in_foundation(cluster)))
    }
    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        change.structural(|_| Judgement::update(Effect::Backfill, "it starts again from the first record"))
    }
}
