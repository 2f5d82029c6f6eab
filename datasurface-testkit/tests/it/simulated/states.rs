//! A small platform like those that render Terraform: each scope has a state, and what moves between two is forgotten by the one and
//! imported by the other.

use datasurface_platform::prelude::*;
use datasurface_testkit::StateTransition;

#[derive(Debug)]
pub(crate) struct States(PlatformDescriptor);

impl PlatformPlugin for States {
    type Config = NoSettings;
    const KIND: &'static str = "states";

    fn version() -> Version {
        Version::new(1, 0, 0)
    }

    fn configure(_: &PlatformInstance, _: NoSettings) -> Result<Self, PlatformError> {
        let descriptor = PlatformDescriptor::for_plugin::<Self>()
            .with_captures(["sql_snapshot"], ["sqlite"])
            .with_consistencies([Consistency::MultiDataset, Consistency::SingleDataset])
            .with_export_targets(["sqlite"])
            .with_formats(["shelf"])
            .with_milestonings([Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic])
            .data_technology("shelf", None);
        Ok(Self(descriptor))
    }
}

/// The transition of one address in one state. A later one takes its place.
fn transition(scope: &Scope, transition: &StateTransition) -> Result<File, PlatformError> {
    let (StateTransition::Import(address) | StateTransition::Forget(address)) = transition;
    File::json(&format!("{}/transition/{address}.json", scope.folder()), transition)
}

impl DataPlatform for States {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.0
    }

    fn weigh(&self, _: &NodeFacts) -> Weights {
        Weights::new()
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
        Rendering::from_resources(shelves)
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
