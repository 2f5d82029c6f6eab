//! A small platform: tables of Glue in a bucket, and jobs that fill and deliver them. It is as honest as its jobs are short: their script
//! is not here.

mod resources;
mod settings;
mod types;

pub(crate) use settings::LakeSettings;
pub(crate) use types::TYPES;

use datasurface_platform::prelude::*;
use datasurface_terraform::{Module, Provider, RootConfiguration, label};

#[derive(Debug)]
pub(crate) struct Lake {
    descriptor: PlatformDescriptor,
    settings: LakeSettings,
}

impl PlatformPlugin for Lake {
    type Config = LakeSettings;
    const KIND: &'static str = "lake";

    fn version() -> Version {
        Version::new(1, 0, 0)
    }

    fn configure(_: &PlatformInstance, settings: LakeSettings) -> Result<Self, PlatformError> {
        let descriptor = PlatformDescriptor::for_plugin::<Self>()
            .with_captures(["sql_snapshot"], ["sqlite", "postgres"])
            .with_consistencies([Consistency::SingleDataset, Consistency::MultiDataset])
            .with_export_targets(["sqlite", "postgres"])
            .with_milestonings([Milestoning::Live])
            .with_formats(["glue_table"])
            .data_technology("s3", Some(KeyHolder::Vendor))
            .with_store(format!("s3://{}", settings.bucket))
            .limit("resources", settings.resources_per_state);
        Ok(Self { descriptor, settings })
    }
}

impl DataPlatform for Lake {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.descriptor
    }

    fn weigh(&self, _: &NodeFacts) -> Weights {
        Weights::new().with_weight("resources", Weight { whole: 1, per_dataset: 1 })
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        Offer::for_datasets(node, "glue_table")
    }

    fn lint(&self, view: LintView<'_>, found: &mut Reporter<'_>) {
        found.report_unclaimed(&self.descriptor, view);
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        let instance = scope.platform();
        let versions = "~> 6.0".parse().unwrap();
        let provider =
            Provider::new("aws", "hashicorp/aws", versions).argument("region", &self.settings.region);
        let name = instance.storage_name().as_str();
        let root = RootConfiguration::new(&self.settings.terraform, name, scope.scope(), [provider]);
        let mut module = Module::new(scope.scope(), root);
        if scope.is_foundation() {
            self.declare_foundation(instance, &mut module)?;
        }
        for (node, dataset) in scope.stored_datasets() {
            let file =
                label(&[dataset.storage_key().datastore.as_str(), dataset.storage_key().dataset.as_str()]);
            module.add(&file, self.table(instance, node, dataset))?;
        }
        for node in scope.whole_nodes() {
            if let Some(job) = self.job(instance, node) {
                module.add(&self.job_label(node), job)?;
            }
        }
        module.into_rendering()
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        TYPES.plan_with(change, |change| match change {
            JudgedChange::Changed(table) if types::is_table(table.after) => types::judge_table(change, table),
            _ => TYPES.judge(change),
        })
    }
}
