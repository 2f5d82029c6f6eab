//! A platform of one small resource for each node and for each dataset, in shards: what a plan costs beside the work of a platform.

use datasurface::platform::prelude::*;

/// The platform.
#[derive(Debug)]
pub(crate) struct SmallPlatform(PlatformDescriptor);

/// The settings.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(crate = "self::serde", deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// The most datasets of a shard.
    datasets: u64,
}

impl PlatformPlugin for SmallPlatform {
    type Config = Settings;
    const KIND: &'static str = "local";

    fn version() -> Version {
        Version::new(1, 0, 0)
    }

    fn configure(_: &PlatformInstance, settings: Settings) -> Result<Self, PlatformError> {
        let descriptor = PlatformDescriptor::for_plugin::<Self>()
            .with_captures(["sql_snapshot"], ["sqlite", "postgres"])
            .with_consistencies([Consistency::MultiDataset, Consistency::SingleDataset])
            .with_export_targets(["sqlite", "postgres"])
            .with_milestonings([Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic])
            .with_artifacts(["sql"])
            .with_formats(["table"])
            .data_technology("table", None)
            .limit("datasets", settings.datasets);
        Ok(Self(descriptor))
    }
}

impl DataPlatform for SmallPlatform {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.0
    }

    fn weigh(&self, node: &NodeFacts) -> Weights {
        match node.key.kind() {
            NodeKind::Ingest => Weights::new().with_weight("datasets", Weight::per_dataset(1)),
            _ => Weights::new(),
        }
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        Offer::for_datasets(node, "table")
    }

    fn lint(&self, _: LintView<'_>, _: &mut Reporter<'_>) {}

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        let tables = scope.stored_datasets().map(|(node, dataset)| {
            let table = Resource::for_dataset("table", node, &dataset.key).with_held_data(dataset);
            table.attribute("schema", &dataset.schema)
        });
        let jobs = scope.whole_nodes().map(|node| {
            let job = Resource::for_node(&node.key().kind().to_string(), node);
            job.attribute("from", node.input_addresses())
        });
        Rendering::from_resources(tables.chain(jobs))
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        change.structural(|_| Judgement::update(Effect::InPlace, "its columns"))
    }
}
