//! A small platform like those that render Terraform: it keeps each dataset on a shelf and copies it to consumers, each shard has a state of
//! its own, and what moves between two of them is forgotten by the one and imported by the other.

use datasurface::platform::prelude::*;
use datasurface_testkit::StateTransition;

/// The platform.
#[derive(Debug)]
pub(crate) struct Shelves(PlatformDescriptor);

/// The settings.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(crate = "self::serde", deny_unknown_fields)]
pub(crate) struct Settings {
    /// The most datasets of a shard.
    datasets: u64,
}

impl PlatformPlugin for Shelves {
    type Config = Settings;
    const KIND: &'static str = "shelves";

    fn version() -> Version {
        Version::new(1, 0, 0)
    }

    fn configure(_: &PlatformInstance, settings: Settings) -> Result<Self, PlatformError> {
        let descriptor = PlatformDescriptor::for_plugin::<Self>()
            .with_captures(["sql_snapshot"], ["postgres"])
            .with_consistencies([Consistency::SingleDataset])
            .with_export_targets(["postgres"])
            .with_formats(["shelf"])
            .with_milestonings([Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic])
            .data_technology("shelf", None)
            .limit("datasets", settings.datasets);
        Ok(Self(descriptor))
    }
}

impl DataPlatform for Shelves {
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
        Offer::for_datasets(node, "shelf")
    }

    fn lint(&self, _: LintView<'_>, _: &mut Reporter<'_>) {}

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        let shelves = scope.stored_datasets().map(|(node, dataset)| {
            let is_held = scope.held().iter().any(|held| held.holds.dataset == *dataset.storage_key());
            Resource::for_dataset("shelf", node, &dataset.key)
                .attribute("columns", &dataset.schema)
                .attribute("fed", !is_held)
                .with_held_data(dataset)
        });
        let copies = scope.whole_nodes().filter_map(|node| match node.detail() {
            NodeDetail::Export(export) => Some(
                Resource::for_node("copy", node)
                    .attribute("columns", &export.dataset.schema)
                    .attribute("team", &export.container_key.team)
                    .attribute("from", node.input_addresses()),
            ),
            _ => None,
        });
        Rendering::from_resources(shelves.chain(copies))
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        let plan = change.structural(|_| Judgement::update(Effect::InPlace, "its columns"))?;
        let moved = plan.steps().iter().filter(|step| step.action == Action::Move);
        let mut files = Vec::new();
        for step in moved {
            files.push(transition(&step.scope, &StateTransition::Import(step.resource.clone()))?);
            if let Some(from) = &step.moved_from {
                files.push(transition(from, &StateTransition::Forget(step.resource.clone()))?);
            }
        }
        Ok(files.into_iter().fold(plan, Plan::transition_file))
    }
}

/// The transition of one address in one state. A later one takes its place.
fn transition(scope: &Scope, transition: &StateTransition) -> Result<File, PlatformError> {
    let (StateTransition::Import(address) | StateTransition::Forget(address)) = transition;
    File::json(&format!("{}/transition/{address}.json", scope.folder()), transition)
}
