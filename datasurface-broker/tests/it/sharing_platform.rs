//! A platform on which nodes share things: a key that all shelves are locked with, a window for each container, and a chest for each
//! datastore.

use datasurface_platform::prelude::*;

#[derive(Debug)]
pub(crate) struct SharingPlatform {
    descriptor: PlatformDescriptor,
    config: Config,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// The name of the key that all shelves are locked with.
    key: String,
    /// Whether data is in chests, which datasets of one datastore share, rather than on shelves.
    chests: bool,
    /// Whether each chest has a copy of each shelf.
    copies: bool,
    /// Whether the data of a shelf whose key differs is brought to a new one.
    brings_over: bool,
    /// Whether what comes after the shards is made in turns: the windows of a container, by the first letter of a dataset.
    divides: bool,
    /// Whether each datastore has a feed, which is there while something feeds it.
    feeds: bool,
    /// Whether windows keep the data that is seen through them.
    keeps_panes: bool,
    /// The most panes of a window.
    most_panes: Option<u64>,
}

impl PlatformPlugin for SharingPlatform {
    type Config = Config;
    const KIND: &'static str = "hall";

    fn version() -> Version {
        Version::new(1, 0, 0)
    }

    fn configure(_: &PlatformInstance, config: Config) -> Result<Self, PlatformError> {
        let descriptor = PlatformDescriptor::for_plugin::<Self>()
            .with_captures(["sql_snapshot"], ["sqlite"])
            .with_consistencies([Consistency::MultiDataset, Consistency::SingleDataset])
            .with_export_targets(["sqlite"])
            .with_formats(["shelf"])
            .with_milestonings([Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic])
            .data_technology("shelf", None)
            .with_shares();
        let limits = config.most_panes.into_iter();
        let descriptor = limits.fold(descriptor, |descriptor, most| descriptor.limit("panes", most));
        Ok(Self { descriptor, config })
    }
}

impl SharingPlatform {
    fn window(&self, node: &NodeView, export: &ExportFacts) -> Option<SharedPart> {
        let dataset = export.dataset.storage_key();
        let container = node.container_slug()?;
        let name = match self.config.divides {
            true => format!("{container}-{}", dataset.dataset.as_str().chars().next()?),
            false => container,
        };
        Some(SharedPart::new(SharedKey::after("window", name), dataset).with_weight("panes", 1))
    }

    /// A resource for a dataset, wherever it is rendered.
    fn shelf(&self, dataset: &DatasetFacts) -> Resource {
        Resource::new(format!("shelf.{}", dataset.storage_key()), "shelf")
            .attribute("columns", &dataset.schema)
            .attribute("key", &self.config.key)
            .with_held_data(dataset)
            .dependency(format!("key.{}", self.config.key))
    }
}

impl DataPlatform for SharingPlatform {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.descriptor
    }

    fn weigh(&self, _: &NodeFacts) -> Weights {
        Weights::new()
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        let datasets = match &node.detail {
            NodeDetail::Ingest(ingest) => &ingest.datasets,
            NodeDetail::Export(export) => std::slice::from_ref(&export.dataset),
            NodeDetail::Transform(_) | NodeDetail::Trigger(_) => &[],
        };
        let offer = |dataset: &DatasetFacts| {
            Offer::new(&dataset.key, format!("shelf.{}", dataset.storage_key()), "shelf")
                .with_custody(dataset.custody)
        };
        datasets.iter().map(offer).collect()
    }

    fn lint(&self, _: LintView<'_>, _: &mut Reporter<'_>) {}

    fn shares(&self, node: &NodeView) -> Vec<SharedPart> {
        match node.detail() {
            NodeDetail::Ingest(ingest) => {
                let key = SharedPart::new(SharedKey::before("key", &self.config.key), &self.config.key);
                let chest = SharedKey::after("chest", node.slug());
                let chests = ingest.datasets.iter().filter(|_| self.config.chests);
                let feed = SharedKey::after("feed", node.slug());
                let feeds = ingest.datasets.iter().filter(|_| self.config.feeds);
                let feeds = feeds
                    .map(|dataset| SharedPart::new(feed.clone(), dataset.storage_key()).only_while_fed());
                let chests = chests.map(|dataset| SharedPart::new(chest.clone(), dataset));
                [key].into_iter().chain(chests).chain(feeds).collect()
            }
            NodeDetail::Export(export) => self.window(node, export).into_iter().collect(),
            NodeDetail::Transform(_) | NodeDetail::Trigger(_) => Vec::new(),
        }
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        match scope.shared_key() {
            Some(key) if key.kind == "key" => {
                Rendering::from_resources([Resource::new(format!("key.{}", key.name), "key")])
            }
            Some(key) if key.kind == "chest" => {
                let datasets: Vec<DatasetFacts> = scope.parts_as()?;
                let copy = |dataset: &DatasetFacts| {
                    Resource::new(format!("copy.{}", dataset.storage_key()), "shelf").with_held_data(dataset)
                };
                let copies = datasets.iter().filter(|_| self.config.copies).map(copy);
                Rendering::from_resources(datasets.iter().map(|dataset| self.shelf(dataset)).chain(copies))
            }
            Some(key) if key.kind == "feed" => {
                let datasets: Vec<DatasetKey> = scope.parts_as()?;
                let feed = Resource::new(format!("feed.{}", key.name), "feed").attribute("reads", &datasets);
                let shelves = datasets.iter().map(|dataset| format!("shelf.{dataset}"));
                Rendering::from_resources([feed.with_dependencies(shelves)])
            }
            Some(key) => {
                let panes: Vec<DatasetKey> = scope.parts_as()?;
                let window =
                    Resource::new(format!("window.{}", key.name), "window").attribute("panes", &panes);
                let kept = panes.first().filter(|_| self.config.keeps_panes);
                let window = kept.into_iter().fold(window, |window, dataset| {
                    window.with_held_data(HeldData::new(dataset, Custody::default()))
                });
                let shelves = panes.iter().map(|dataset| format!("shelf.{dataset}"));
                Rendering::from_resources([window.with_dependencies(shelves)])
            }
            None => {
                let stored = scope.stored_datasets().filter(|_| !self.config.chests);
                let shelves = stored.map(|(node, dataset)| self.shelf(dataset).origin(node.key()));
                let jobs = scope.whole_nodes().map(|node| {
                    Resource::new(format!("job.{}", node.facts().storage_key()), "job")
                        .attribute("reads", node.input_addresses())
                        .origin(node.key())
                });
                Rendering::from_resources(shelves.chain(jobs))
            }
        }
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        let copy = format!("{}/copy.json", change.transition_folder(&Scope::Foundation)?);
        let plan = change.structural(|changed| match changed.attributes().contains("key") {
            true if self.config.brings_over => {
                let path = copy.parse().unwrap();
                Judgement::replace(Effect::Rebuild, "another key").carried_by(Carrier::TransitionFile(path))
            }
            _ => Judgement::update(Effect::InPlace, ""),
        })?;
        let is_needed = plan.steps().iter().any(|step| step.carried_by.is_some());
        Ok(if is_needed { plan.transition_file(File::json(&copy, &0)?) } else { plan })
    }
}
