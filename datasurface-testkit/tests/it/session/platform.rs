//! A platform that shows all that it sees: whatever a session forgets to make again is seen in its files, its findings or its limits.

use datasurface_platform::prelude::*;

/// A platform of small shards, on which nodes share things, and which has something to say of most nodes.
#[derive(Debug)]
pub(super) struct Showcase {
    descriptor: PlatformDescriptor,
    settings: Settings,
}

/// Settings: those of another platform, which mean nothing here.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(crate = "self::serde", default)]
pub(super) struct Settings {
    /// The most datasets of a shard.
    pub(super) most: Option<u64>,
    /// Whether windows have other addresses than usual.
    pub(super) is_readdressed: bool,
    /// Whether the platform says nothing of nodes, and nodes share nothing.
    pub(super) is_quiet: bool,
    /// Whether platforms hand data over to each other.
    pub(super) hands_over: bool,
    /// What one of two platforms claims otherwise than the other.
    pub(super) other: Option<Claim>,
}

/// What one of two platforms claims otherwise than the other, so that one of them is chosen.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(crate = "self::serde")]
pub(super) enum Claim {
    /// It offers what the other one cannot read.
    Format,
    /// It keeps no history.
    LiveOnly,
    /// It needs some time.
    Latency,
    /// It captures from one kind of container alone.
    Source,
}

impl Claim {
    fn apply(self, descriptor: PlatformDescriptor) -> PlatformDescriptor {
        match self {
            Self::Format => descriptor.with_offered_formats(["pane"]),
            Self::LiveOnly => descriptor.with_milestonings([Milestoning::Live]),
            Self::Latency => descriptor.with_best_latency(Latency::minutes(20)),
            Self::Source => descriptor.with_captures(["sql_snapshot"], ["sqlite"]),
        }
    }
}

static LONG: CodeInfo = CodeInfo::warning("showcase/long", "a node has a long name", "It is hard to read.");

impl PlatformPlugin for Showcase {
    type Config = Settings;
    const KIND: &'static str = "local";

    fn version() -> Version {
        Version::new(1, 0, 0)
    }

    fn configure(instance: &PlatformInstance, settings: Settings) -> Result<Self, PlatformError> {
        let descriptor = PlatformDescriptor::for_plugin::<Self>()
            .with_captures(["sql_snapshot"], ["sqlite", "postgres"])
            .with_consistencies([Consistency::MultiDataset, Consistency::SingleDataset])
            .with_export_targets(["sqlite", "postgres"])
            .with_milestonings([Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic])
            .with_artifacts(["sql"])
            .with_keyless()
            .with_types(TypeKind::ALL)
            .with_quality_checks(CheckKind::ALL)
            .with_rows_set_aside()
            .with_grants(["sqlite", "postgres"], PrincipalKind::ALL)
            .with_formats(["window"])
            .data_technology("window", None);
        let descriptor = match settings.hands_over {
            true => descriptor.with_offered_formats(["window"]),
            false => descriptor,
        };
        let descriptor = if settings.is_quiet { descriptor } else { descriptor.with_shares() };
        let limit = |descriptor: PlatformDescriptor, most| descriptor.limit("datasets", most);
        let descriptor = settings.most.into_iter().fold(descriptor, limit);
        let is_other = instance.name.as_str().bytes().last().is_some_and(|last| last % 2 == 0);
        let descriptor = match settings.other.filter(|_| is_other) {
            Some(claim) => claim.apply(descriptor),
            None => descriptor,
        };
        Ok(Self { descriptor, settings })
    }
}

impl DataPlatform for Showcase {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.descriptor
    }

    fn weigh(&self, _: &NodeFacts) -> Weights {
        Weights::new().with_weight("datasets", Weight { whole: 0, per_dataset: 1 })
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        let datasets = match &node.detail {
            NodeDetail::Ingest(ingest) => &ingest.datasets,
            NodeDetail::Export(export) => std::slice::from_ref(&export.dataset),
            NodeDetail::Transform(transform) => &transform.outputs,
            NodeDetail::Trigger(_) => &[],
        };
        let offer = |dataset: &DatasetFacts| {
            let address = format!("{}/{}", node.key.kind(), dataset_slug(dataset.storage_key()));
            Offer::new(&dataset.key, address, "window").with_custody(dataset.custody)
        };
        datasets.iter().map(offer).collect()
    }

    fn lint(&self, what: LintView<'_>, found: &mut Reporter<'_>) {
        if let LintView::Node(node) = what
            && !self.settings.is_quiet
            && node.slug().len().is_multiple_of(2)
        {
            found.report(&LONG, format!("`{}` is long", node.slug()), "shorten it");
        }
    }

    fn shares(&self, node: &NodeView) -> Vec<SharedPart> {
        let schema = node.facts().datasets().iter().map(|dataset| {
            let name = format!("{}-columns", dataset.schema.table().columns().len());
            SharedPart::new(SharedKey::before("size", name), &dataset.classifications)
        });
        schema.collect()
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        let mut rendering = Rendering::new();
        for (node, dataset) in scope.stored_datasets() {
            let [kind, former] =
                if self.settings.is_readdressed { ["pane", "window"] } else { ["window", "pane"] };
            let slug = node.dataset_slug(&dataset.key);
            let window = Resource::new(format!("{kind}.{slug}"), "window").origin(node.key());
            let window = window.formerly(format!("{former}.{slug}"));
            rendering.add_json(window.with_held_data(dataset).attribute("schema", &dataset.schema))?;
        }
        for node in scope.whole_nodes() {
            rendering.add_json(
                Resource::for_node(&format!("{}", node.key().kind()), node).attribute("all", node),
            )?;
        }
        if let Some(key) = scope.shared_key() {
            let shared = Resource::new(format!("{}.{}", key.kind, key.name), "shared");
            rendering.add_json(shared.attribute("parts", scope.parts()))?;
        }
        if scope.is_foundation() {
            rendering.add_json(Resource::new("frame", "frame").attribute("shards", scope.shards()))?;
        }
        Ok(rendering)
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        change.structural(|_| Judgement::update(Effect::InPlace, "what it shows"))
    }
}
