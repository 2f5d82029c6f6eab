//! Connectors as JSON, for a connect cluster: a complete platform, not of SQL, with one sink per container and one role per principal.
use datasurface_platform::prelude::*;

#[derive(Debug)]
pub(crate) struct Connectors(PlatformDescriptor);

/// What a sink delivers of one dataset.
#[derive(Serialize, Deserialize)]
#[serde(crate = "self::serde")]
struct Delivery {
    to: ExportFacts,
    reads: Vec<String>,
    topics: Vec<String>,
}

/// What a principal may read, and by which sink it gets there.
#[derive(Serialize, Deserialize)]
#[serde(crate = "self::serde")]
struct Grant {
    principal: Principal,
    dataset: DatasetKey,
    sink: String,
}

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
            .with_grants(["sqlite", "postgres"], PrincipalKind::ALL)
            .with_formats(["topic"])
            .data_technology("kafka", None)
            .with_shares()
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
    fn shares(&self, node: &NodeView) -> Vec<SharedPart> {
        let (NodeDetail::Export(export), Some(container)) = (node.detail(), node.container_slug()) else {
            return Vec::new();
        };
        let reads = node.input_addresses().into_iter().map(str::to_owned).collect();
        let delivery = Delivery { to: export.clone(), reads, topics: node.dataset_addresses("topic") };
        let sink = SharedPart::new(SharedKey::after("sink", &container), delivery);
        let principals = export.consumers.iter().flat_map(|consumer| consumer.entitlement.principals());
        let roles = principals.map(|principal| {
            let key = SharedKey::after("role", slug(&[principal.kind(), principal.name().as_str()], 60));
            let (principal, dataset) = (principal.clone(), export.dataset.storage_key().clone());
            SharedPart::new(key, Grant { principal, dataset, sink: format!("sink.{container}") })
        });
        [sink].into_iter().chain(roles).collect()
    }
    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        if let Some(key) = scope.shared_key() {
            return Rendering::from_resources([shared(key, scope)?]);
        }
        let cluster = Resource::new("cluster", "cluster").attribute("name", &scope.platform().name);
        let topics = scope.stored_datasets().map(|(node, dataset)| {
            let topic = Resource::for_dataset("topic", node, &dataset.key).dependency("cluster");
            let topic = topic.attribute("cluster", &scope.platform().name).with_held_data(dataset);
            topic.attribute("schema", &dataset.schema).attribute("retention", dataset.custody.retention)
        });
        let sources = scope.whole_nodes().filter_map(|node| match node.detail() {
            NodeDetail::Ingest(from) => {
                let source = Resource::for_node("source", node).attribute("from", from);
                let source = source.attribute("reads", node.input_addresses());
                Some(source.with_dependencies(node.dataset_addresses("topic")))
            }
            _ => None,
        });
        Rendering::from_resources(topics.chain(sources).chain(scope.in_foundation(cluster)))
    }
    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        change.structural(|_| Judgement::update(Effect::Backfill, "it starts again from the first record"))
    }
}

/// The sink of a container, or the role of a principal.
fn shared(key: &SharedKey, scope: &ScopeView) -> Result<Resource, PlatformError> {
    let resource = Resource::new(format!("{}.{}", key.kind, key.name), &*key.kind);
    if key.kind == "role" {
        let grants: Vec<Grant> = scope.parts_as()?;
        let sinks = grants.iter().map(|grant| grant.sink.clone());
        return Ok(resource.attribute("grants", &grants).with_dependencies(sinks));
    }
    let deliveries: Vec<Delivery> = scope.parts_as()?;
    let topics = deliveries.iter().flat_map(|delivery| delivery.topics.clone());
    Ok(resource.attribute("deliveries", &deliveries).with_dependencies(topics))
}
