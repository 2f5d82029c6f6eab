//! A place where revisions are rendered, and applied by Terraform on providers that need no cloud.

use crate::{shop::Shop, skipped};
use datasurface_aws::{AwsPlatform, TYPES};
use datasurface_platform::prelude::*;
use datasurface_terraform::{
    ROOT_FILE,
    testing::{Expectation, FakeProviders, PlannedChanges, Terraform, TerraformPlan, missing},
};
use datasurface_testkit::{DeployedRevision, DeployedScope, Deployment};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Schemas of types that `../shared` does not have, from the documentation of the provider.
const SCHEMAS: &str = r#"{
    "aws_glue_resource_policy": {
        "enable_hybrid": {"t": "string"}, "id": {"t": "string"}, "policy": {"r": 1, "t": "string"}, "region": {"t": "string"}
    },
    "aws_kms_grant": {
        "grant_id": {"c": 1, "t": "string"}, "grant_token": {"c": 1, "t": "string"}, "grantee_principal": {"r": 1, "t": "string"},
        "id": {"t": "string"}, "key_id": {"r": 1, "t": "string"}, "name": {"t": "string"},
        "operations": {"r": 1, "set": 1, "t": ["string"]}, "region": {"t": "string"}
    }
}"#;

/// What of these forces a replacement. A policy is imported by its account, and a grant by an id that AWS makes up.
const FACTS: &str = r#"{
    "aws_glue_resource_policy": {"force_new": []},
    "aws_kms_grant": {"force_new": ["name", "key_id", "grantee_principal", "operations"]}
}"#;

/// The changes of each root module that has some, by the folder of its scope.
pub(crate) type Changes = BTreeMap<String, PlannedChanges>;

pub(crate) struct Site {
    folder: tempfile::TempDir,
    terraform: Terraform,
    deployment: Deployment,
    /// What the platforms are called now, and their folders, which have their first names.
    platforms: &'static [&'static str],
    folders: &'static [&'static str],
}

impl Site {
    /// A site with Terraform; without what that needs, the test is skipped.
    pub(crate) fn new() -> Option<Self> {
        Self::with_platforms(&["Lake"])
    }

    /// A site with these platforms; if there are several, names of their modules begin with theirs.
    pub(crate) fn with_platforms(platforms: &'static [&'static str]) -> Option<Self> {
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/tools/terraform");
        let without_schema =
            (!tools.is_dir()).then(|| "there is no schema of providers in ../shared".to_owned());
        if let Some(what) = missing().or(without_schema) {
            skipped(&what);
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let files = [("tfschema.json", SCHEMAS), ("forcenew.json", FACTS)].map(|(name, more)| {
            let mut known: serde_json::Value =
                serde_json::from_str(&fs::read_to_string(tools.join(name)).unwrap()).unwrap();
            let more: serde_json::Map<String, serde_json::Value> = serde_json::from_str(more).unwrap();
            known["resources"].as_object_mut().unwrap().extend(more);
            fs::write(folder.path().join(name), known.to_string()).unwrap();
            folder.path().join(name)
        });
        let fake_providers = FakeProviders::start(&files[0], &files[1]).unwrap();
        let terraform = Terraform::new(&fake_providers).unwrap();
        let deployment = deployment(folder.path());
        Some(Self { folder, terraform, deployment, platforms, folders: platforms })
    }

    /// The shop, with its states here.
    pub(crate) fn shop(&self) -> Shop {
        Shop::new(&self.states())
    }

    /// Renders a revision, and returns it with what Terraform is to make of its plan.
    pub(crate) fn render(&self, shop: &Shop) -> (DeployedRevision, Changes) {
        self.render_ecosystem(&shop.ecosystem())
    }

    /// The same, of any ecosystem.
    pub(crate) fn render_ecosystem(&self, ecosystem: &Ecosystem) -> (DeployedRevision, Changes) {
        self.render_after(ecosystem, &self.resources())
    }

    /// The same, of an ecosystem in which the platforms are called otherwise from now on.
    pub(crate) fn render_renamed(
        &mut self,
        ecosystem: &Ecosystem,
        platforms: &'static [&'static str],
    ) -> (DeployedRevision, Changes) {
        let before = self.resources();
        self.platforms = platforms;
        self.render_after(ecosystem, &before)
    }

    /// The resources of each platform.
    fn resources(&self) -> Vec<BTreeMap<ResourceAddress, Resource>> {
        let scopes = |platform: &str| self.deployment.scopes(&platform.into()).unwrap().into_iter();
        let platforms = self.platforms.iter();
        platforms.map(|platform| scopes(platform).flat_map(|scope| scope.resources).collect()).collect()
    }

    fn render_after(
        &self,
        ecosystem: &Ecosystem,
        before: &[BTreeMap<ResourceAddress, Resource>],
    ) -> (DeployedRevision, Changes) {
        let revision = self.deployment.render(ecosystem).unwrap();
        let mut changes = Changes::new();
        for (platform, before) in self.platforms.iter().zip(before) {
            let plan = &revision.plans[&PlatformName::from(*platform)];
            let expected = Expectation::new(plan, &TYPES, before);
            let modules = expected.modules().iter().filter(|(_, changes)| !changes.is_empty());
            changes.extend(modules.map(|(folder, changes)| (self.named(platform, folder), changes.clone())));
        }
        (revision, changes)
    }

    fn named(&self, platform: &str, module: &str) -> String {
        if self.platforms.len() == 1 { module.to_owned() } else { format!("{platform}/{module}") }
    }

    /// The folder with the states.
    pub(crate) fn states(&self) -> String {
        self.folder.path().join("states").to_str().unwrap().to_owned()
    }

    /// Places every node in a shard, from the next rendering on.
    pub(crate) fn place_all(&self, shard: &str) {
        let scopes = self.scopes();
        let origins = scopes.iter().flat_map(|scope| scope.resources.values()).flat_map(Resource::origins);
        let nodes = origins.map(|node| (node.clone(), ShardName::from(shard)));
        self.deployment.place(&"Lake".into(), nodes.collect::<Vec<_>>()).unwrap();
    }

    pub(crate) fn record_applied(&self, revision: &DeployedRevision) {
        self.deployment.record_applied(revision.rendering).unwrap();
    }

    pub(crate) fn scopes(&self) -> Vec<DeployedScope> {
        self.deployment.scopes(&"Lake".into()).unwrap()
    }

    /// What Terraform plans in each root module, where it plans anything.
    pub(crate) fn planned(&self) -> Changes {
        self.each_module(|terraform, folder| terraform.plan(folder).unwrap())
    }

    /// Applies every root module, the foundation first, and returns what was done.
    pub(crate) fn apply(&self) -> Changes {
        self.each_module(|terraform, folder| {
            let planned = terraform.plan(folder).unwrap();
            terraform.apply(folder).unwrap();
            planned
        })
    }

    /// The root modules of a platform in the target, by folder; the foundation comes first.
    fn modules(&self, platform: &str) -> BTreeMap<String, PathBuf> {
        let root = self.deployment.root().join(platform);
        let mut modules = BTreeMap::new();
        let mut open = vec![root.clone()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
                if entry.path().is_dir() {
                    open.push(entry.path());
                } else if entry.file_name() == ROOT_FILE {
                    let name = folder.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                    modules.insert(name, folder.clone());
                }
            }
        }
        modules
    }

    fn each_module(&self, run: impl Fn(&Terraform, &Path) -> TerraformPlan) -> Changes {
        // As plans order them: what shards share comes before them.
        let mut all = Changes::new();
        for platform in self.folders {
            let mut modules: Vec<_> = self.modules(platform).into_iter().collect();
            modules.sort_by_key(|(name, _)| (name.starts_with("shards"), name.clone()));
            let planned =
                modules.into_iter().map(|(name, folder)| (name, run(&self.terraform, &folder).changes));
            let planned = planned.filter(|(_, changes)| !changes.is_empty());
            all.extend(planned.map(|(name, changes)| (self.named(platform, &name), changes)));
        }
        all
    }
}

/// A deployment in a folder, which needs no Terraform.
pub(crate) fn deployment(folder: &Path) -> Deployment {
    Deployment::new(Registry::new().with_plugin::<AwsPlatform>(), folder, "2026-11-21".parse().unwrap())
}

pub(crate) fn plan(revision: &DeployedRevision) -> &Plan {
    &revision.plans[&PlatformName::from("Lake")]
}
