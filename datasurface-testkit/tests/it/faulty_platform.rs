//! A platform that keeps each dataset in a drawer, and that can be told to break one law.

mod careless;
mod defect;
mod diff;

pub(crate) use careless::Careless;

use datasurface_platform::prelude::*;
use defect::Defect;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

#[derive(Debug)]
pub(crate) struct FaultyPlatform {
    descriptor: PlatformDescriptor,
    defect: Defect,
    label: String,
    /// How often something was asked: what a pure platform could not know.
    asked: AtomicUsize,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(crate = "self::serde", deny_unknown_fields, default)]
pub(crate) struct Settings {
    defect: Defect,
    /// Claims captures of changes and exports to Kafka, and nothing of snapshots.
    streams: bool,
    /// The label of the cupboard.
    label: String,
    /// Reads schemas in Avro's words.
    avro: bool,
    /// Settings that mean nothing.
    notes: BTreeMap<String, String>,
}

impl PlatformPlugin for FaultyPlatform {
    type Config = Settings;
    const KIND: &'static str = "cupboard";

    fn version() -> Version {
        Version::new(1, 0, 0)
    }

    fn configure(_: &PlatformInstance, settings: Settings) -> Result<Self, PlatformError> {
        let descriptor = match settings.streams {
            true => PlatformDescriptor::for_plugin::<Self>()
                .with_captures(["cdc"], ["postgres", "mysql"])
                .with_consistencies([Consistency::SingleDataset])
                .with_export_targets(["kafka"])
                .data_place("Cloud/Frankfurt"),
            false => PlatformDescriptor::for_plugin::<Self>()
                .with_captures(["sql_snapshot"], ["sqlite", "postgres"])
                .with_consistencies([Consistency::MultiDataset, Consistency::SingleDataset])
                .with_export_targets(["sqlite", "postgres"]),
        };
        let descriptor = descriptor
            .with_milestonings([Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic])
            .with_artifacts(["sql"])
            .with_quality_checks(CheckKind::ALL)
            .with_rows_set_aside()
            .with_grants(["kafka", "postgres", "sqlite"], PrincipalKind::ALL)
            .with_formats(["drawer"])
            .with_shares();
        let descriptor = if settings.avro { descriptor.with_avro_schemas() } else { descriptor };
        let descriptor = match settings.defect {
            Defect::Secretive => descriptor,
            Defect::Squeamish => descriptor.data_technology("drawer", None).with_types([TypeKind::Geography]),
            Defect::Promising => descriptor.data_technology("drawer", None).with_offered_formats(["batches"]),
            Defect::Mumbling => descriptor.data_technology("drawer", None).with_formats(["sqlite"]),
            Defect::Unstored => descriptor.data_technology("drawer", None).with_formats(["sqlite"]),
            Defect::Stored => {
                descriptor.data_technology("drawer", None).with_formats(["sqlite"]).store_folder("drawers")
            }
            _ => descriptor.data_technology("drawer", None),
        };
        let Settings { defect, label, .. } = settings;
        Ok(Self { descriptor, defect, label, asked: AtomicUsize::new(0) })
    }
}

static MOOD: CodeInfo = CodeInfo::warning("cupboard/mood", "a mood", "It comes and goes.");

impl FaultyPlatform {
    fn count(&self) -> usize {
        self.asked.fetch_add(1, Ordering::Relaxed)
    }

    fn has(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    fn drawers(&self, scope: &ScopeView, rendering: &mut Rendering) -> Result<(), PlatformError> {
        let held = scope.held().iter().map(|held| &held.holds);
        let held: Vec<&DatasetKey> = held.map(|data| &data.dataset).collect();
        for (node, dataset) in scope.stored_datasets() {
            if self.has(Defect::Forgetter) && held.contains(&&dataset.key) {
                continue;
            }
            let drawer = match self.defect {
                Defect::Relabelling => {
                    let address = format!("drawer.{}", dataset_slug(&dataset.key));
                    Resource::new(address, "drawer").origin(node.key())
                }
                _ => Resource::for_dataset("drawer", node, &dataset.key),
            };
            let drawer = drawer.with_held_data(dataset).dependency(format!("key.{}", self.lock(node)));
            let drawer = self.inside(scope, dataset, drawer);
            let path = format!("drawers/{}.txt", node.dataset_slug(&dataset.key));
            rendering.add(File::new(&path, "text/plain", self.text())?, [drawer])?;
            if let NodeDetail::Ingest(ingest) = node.detail()
                && self.has(Defect::Pumping)
                && held.contains(&&dataset.key)
            {
                let pump = Resource::new(format!("pump.{}", dataset_slug(&dataset.key)), "pump");
                rendering.add_json(pump.origin(node.key()).attribute("from", &ingest.source))?;
            }
        }
        Ok(())
    }

    /// What is kept of a dataset, and in which cupboard.
    fn inside(&self, scope: &ScopeView, dataset: &DatasetFacts, drawer: Resource) -> Resource {
        let is_held = scope.held().iter().any(|held| held.holds.dataset == *dataset.storage_key());
        let custody = match self.defect {
            Defect::Forgetful => Custody { retention: None, ..dataset.custody },
            Defect::Historyless => Custody { live: true, ..Custody::default() },
            _ => dataset.custody,
        };
        let drawer = drawer.attribute("custody", custody);
        let drawer = match self.defect {
            Defect::Schemaless => drawer,
            _ => drawer.attribute("schema", &dataset.schema),
        };
        match self.defect {
            Defect::Swelling => {
                let large = " ".repeat(1000 * number(dataset.key.dataset.as_str()));
                drawer.attribute("cupboard", &scope.platform().name).attribute("label", large)
            }
            Defect::Listing => {
                drawer.attribute("cupboard", &scope.platform().name).attribute("all", keys(scope))
            }
            Defect::Common => drawer,
            Defect::Dusty => drawer.attribute("fed", !is_held).attribute("cupboard", &scope.platform().name),
            _ => drawer.attribute("cupboard", &scope.platform().name),
        }
    }

    /// The name of the key that the drawers of a capture are locked with.
    fn lock(&self, node: &NodeView) -> String {
        match self.defect {
            Defect::Relocking => node.facts().datasets().len().to_string(),
            _ => "all".to_owned(),
        }
    }

    /// What is in every file.
    fn text(&self) -> String {
        match self.defect {
            Defect::CountingRender => format!("{}\n", self.count()),
            Defect::HashedRender => {
                let words: std::collections::HashMap<usize, ()> = (0..20).map(|word| (word, ())).collect();
                format!("{:?}\n", words.keys())
            }
            Defect::Dated => format!("{}\n", today()),
            Defect::Homesick => format!("{:?}\n", std::env::var_os("HOME")),
            _ => "a drawer\n".to_owned(),
        }
    }

    fn job(
        &self,
        scope: &ScopeView,
        (position, node): (usize, &NodeView),
    ) -> Result<Option<(File, Resource)>, PlatformError> {
        let is_export = matches!(node.detail(), NodeDetail::Export(_));
        let is_first = shard(scope) == "main";
        match self.defect {
            Defect::PanickingRender if is_export => panic!("an export"),
            Defect::SurprisedRender if is_export => {
                let what = "exports were not expected";
                return Err(PlatformError::new(PlatformErrorKind::Rendering, what));
            }
            Defect::Dropper if is_export && !is_first => return Ok(None),
            Defect::Idle if is_export => return Ok(None),
            _ => {}
        }
        let job = Resource::new(format!("job.{}", node.key()), "job").origin(node.key());
        let job = self.sources(node, job).with_dependencies(self.needs(node));
        let job = match self.defect {
            Defect::FirstDrawer if is_export => {
                let mut stored = scope.stored_datasets();
                stored.next().map_or(job.clone(), |(first, dataset)| {
                    job.attribute("reads", first.dataset_slug(&dataset.key))
                })
            }
            _ => job,
        };
        let job = match self.defect {
            Defect::Sharded => job.attribute("shard", shard(scope)),
            Defect::Numbering => job.attribute("number", position),
            Defect::Haunted => job.attribute("held", scope.held().len()),
            Defect::Leaky => job.attribute("password", std::env::var("PASSWORD").ok()),
            _ => job.attribute("priority", node.obligation().priority()),
        };
        let path = format!("jobs/{}/{}.json", node.key().kind(), node.slug());
        let file = match self.defect {
            Defect::ShardedText => File::json(&path, &shard(scope)),
            Defect::Gossip => File::json(&path, &scope.nodes().len()),
            _ => File::json(&path, job.attributes()),
        };
        Ok(Some((file?, job)))
    }
}

impl FaultyPlatform {
    /// What a job reads, and where it writes to.
    fn sources(&self, node: &NodeView, job: Resource) -> Resource {
        let job = match self.defect {
            Defect::Blind => job,
            _ => job.attribute("reads", node.input_addresses()),
        };
        match (self.defect, node.detail()) {
            (Defect::Rootless, NodeDetail::Ingest(_)) => job,
            (Defect::Nameless, NodeDetail::Ingest(ingest)) => {
                let mut ingest = ingest.clone();
                if let IngestSource::Container(capture) = &mut ingest.source {
                    capture.credential = None;
                }
                job.attribute("detail", ingest)
            }
            (Defect::Schemaless, NodeDetail::Ingest(ingest)) => job.attribute("from", &ingest.source),
            (Defect::Ungranting, NodeDetail::Export(export)) => job.attribute("to", &export.container),
            (Defect::Generous, NodeDetail::Export(export)) => {
                let principals =
                    export.consumers.iter().flat_map(|consumer| consumer.entitlement.principals());
                let names = principals.map(|principal| principal.name().to_string());
                job.attribute("detail", node.detail())
                    .attribute("readers", names.chain(["*".to_owned()]).collect::<Vec<_>>())
            }
            (_, detail) => job.attribute("detail", detail),
        }
    }

    /// The drawers that a job fills, and the jobs that it comes after.
    fn needs(&self, node: &NodeView) -> Vec<String> {
        let own = |input: &&ResolvedOffer| input.platform() == node.key().platform();
        let before = node.inputs().iter().filter(own).map(|input| format!("job.{}", input.from));
        match (self.defect, node.key().kind()) {
            (Defect::Independent, _) => Vec::new(),
            (Defect::Dangling, _) => vec!["job.nobody".to_owned()],
            (_, NodeKind::Ingest) => before.chain(node.dataset_addresses("drawer")).collect(),
            _ => before.collect(),
        }
    }
}

/// Everything is to be had in drawers: what was captured, what was exported, what was made.
fn offers(node: &NodeFacts, kind: &str) -> Vec<Offer> {
    let datasets = match &node.detail {
        NodeDetail::Ingest(ingest) => &ingest.datasets,
        NodeDetail::Export(export) => std::slice::from_ref(&export.dataset),
        NodeDetail::Transform(transform) => &transform.outputs,
        NodeDetail::Trigger(_) => &[],
    };
    let offer = |dataset: &DatasetFacts| {
        let address = format!("{kind}.{}", dataset_slug(&dataset.key));
        Offer::new(&dataset.key, address, "drawer").with_custody(dataset.custody)
    };
    datasets.iter().map(offer).collect()
}

fn keys(scope: &ScopeView) -> Vec<&NodeKey> {
    scope.nodes().iter().map(|node| node.view().key()).collect()
}

fn today() -> chrono::NaiveDate {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    chrono::DateTime::from_timestamp(now.try_into().unwrap(), 0).unwrap().date_naive()
}

/// The number in a name; 0 if it has none.
fn number(name: &str) -> usize {
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

fn shard(scope: &ScopeView) -> &str {
    match scope.scope() {
        Scope::Shard(shard) => shard.as_str(),
        Scope::Foundation | Scope::Shared(_) => "",
    }
}

impl DataPlatform for FaultyPlatform {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.descriptor
    }

    fn weigh(&self, _: &NodeFacts) -> Weights {
        Weights::new()
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        match self.defect {
            Defect::PanickingOffer => panic!("an offer"),
            Defect::CountingOffer => offers(node, &format!("drawer-{}", self.count())),
            Defect::Namesake => {
                let everywhere = |offer: Offer| Offer::new(offer.dataset(), "drawer", "drawer");
                offers(node, "drawer").into_iter().map(everywhere).collect()
            }
            Defect::Mumbling => {
                let named = |offer: Offer| {
                    Offer::new(offer.dataset(), offer.address(), "sqlite").with_custody(offer.custody())
                };
                offers(node, "drawer").into_iter().map(named).collect()
            }
            Defect::Unstored | Defect::Stored => {
                let in_files = |offer: Offer| {
                    let address = format!("drawers/{}.db#rows", offer.address());
                    Offer::new(offer.dataset(), address, "sqlite").with_custody(offer.custody())
                };
                offers(node, "drawer").into_iter().map(in_files).collect()
            }
            Defect::Namer if node.key.kind() == NodeKind::Ingest => Vec::new(),
            _ => offers(node, "drawer"),
        }
    }

    fn lint(&self, what: LintView<'_>, found: &mut Reporter<'_>) {
        let LintView::Node(node) = what else {
            return;
        };
        let count = self.count();
        match self.defect {
            Defect::PanickingLint => panic!("a node"),
            Defect::Blabbing => found.report(&MOOD, std::env::var("PASSWORD").unwrap_or_default(), "wait"),
            Defect::MoodyLint if count.is_multiple_of(2) => found.report(&MOOD, "bad mood", "wait"),
            // Node keys are asked in order: only another order shows this.
            Defect::OrderedLint => {
                let now = node.key().to_string().len() * 1000
                    + node.key().to_string().bytes().map(usize::from).sum::<usize>();
                if self.asked.swap(now, Ordering::Relaxed) > now {
                    found.report(&MOOD, "a longer key came before", "wait");
                }
            }
            _ => found.report_unclaimed(&self.descriptor, what),
        }
    }

    fn shares(&self, node: &NodeView) -> Vec<SharedPart> {
        let NodeDetail::Ingest(ingest) = node.detail() else {
            return Vec::new();
        };
        let key = SharedKey::before("key", self.lock(node));
        match self.defect {
            Defect::PanickingShares => panic!("what is shared"),
            Defect::CountingShares => vec![SharedPart::new(key, self.count())],
            Defect::Sprawling => {
                let more = 0..4 * number(ingest.datastore.as_str());
                let more = more.map(|other| SharedKey::before("key", format!("{}-{other}", node.slug())));
                more.chain([key]).map(|key| SharedPart::new(key, "steel")).collect()
            }
            _ => vec![SharedPart::new(key, "steel")],
        }
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        let mut rendering = Rendering::new();
        if let Some(key) = scope.shared_key() {
            rendering.add_json(
                Resource::new(format!("key.{}", key.name), "key").attribute("made_of", scope.parts()),
            )?;
            return Ok(rendering);
        }
        if scope.is_foundation() {
            let label = Some(&self.label).filter(|_| !self.has(Defect::Unlabelled));
            let frame = Resource::new("frame", "frame").attribute("shards", scope.shards());
            let frame = frame.attribute("label", label);
            rendering.add(File::json("frame.json", frame.attributes())?, [frame])?;
        }
        let has_shape = |dataset: &DatasetFacts| {
            let mut columns = dataset.schema.table().columns().iter();
            columns.any(|column| matches!(column.data_type(), DataType::Geography { .. }))
        };
        if self.has(Defect::Squeamish) && scope.stored_datasets().any(|(_, dataset)| has_shape(dataset)) {
            return Err(PlatformError::new(PlatformErrorKind::Unsupported, "drawing a shape"));
        }
        if self.has(Defect::Nosy) {
            let known =
                scope.whole_nodes().filter(|node| scope.whole_nodes().any(|one| one.key() == node.key()));
            assert_eq!(known.count(), scope.whole_nodes().count());
        }
        self.drawers(scope, &mut rendering)?;
        for node in scope.whole_nodes().enumerate() {
            if let Some((file, job)) = self.job(scope, node)? {
                rendering.add(file, [job])?;
            }
        }
        if self.has(Defect::Doubler) && !scope.is_foundation() {
            rendering.add_json(Resource::new("lamp", "lamp"))?;
        }
        if self.has(Defect::FileAsFolder) && !scope.is_foundation() {
            let label = Resource::new(format!("label.{}", shard(scope)), "label");
            rendering.add(File::new("jobs", "text/plain", "jobs are here\n")?, [label])?;
        }
        Ok(rendering)
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        diff::diff(self.defect, change)
    }
}
