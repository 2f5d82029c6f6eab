//! A place where revisions are rendered, and applied by Terraform on providers that need no cloud.

use crate::{shop::Shop, skipped::skipped};
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

/// The changes of each root module that has some, by the folder of its scope.
pub(crate) type Changes = BTreeMap<String, PlannedChanges>;

pub(crate) struct Site {
    folder: tempfile::TempDir,
    fake_providers: FakeProviders,
    deployment: Deployment,
}

impl Site {
    /// A site with Terraform; without what that needs, the test is skipped.
    pub(crate) fn new() -> Option<Self> {
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/tools/terraform");
        let without_schema =
            (!tools.is_dir()).then(|| "there is no schema of providers in ../shared".to_owned());
        if let Some(what) = missing().or(without_schema) {
            skipped(&what);
            return None;
        }
        let fake_providers =
            FakeProviders::start(&tools.join("tfschema.json"), &tools.join("forcenew.json")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let deployment = deployment(folder.path());
        Some(Self { folder, fake_providers, deployment })
    }

    /// The shop, with its states here.
    pub(crate) fn shop(&self) -> Shop {
        Shop::new(self.folder.path().join("states").to_str().unwrap())
    }

    /// Renders a revision, and returns it with what Terraform is to make of its plan.
    pub(crate) fn render(&self, shop: &Shop) -> (DeployedRevision, Changes) {
        let before = self.scopes().into_iter().flat_map(|scope| scope.resources).collect();
        let revision = self.deployment.render(&shop.ecosystem()).unwrap();
        let expected = Expectation::new(plan(&revision), &TYPES, &before);
        let changes = expected.modules().iter().filter(|(_, changes)| !changes.is_empty());
        let changes = changes.map(|(folder, changes)| (folder.clone(), changes.clone())).collect();
        (revision, changes)
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

    /// The root modules in the target, by folder; the foundation comes first.
    fn modules(&self) -> BTreeMap<String, PathBuf> {
        let root = self.deployment.root().join("Lake");
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

    fn each_module(&self, run: impl Fn(&Terraform<'_>, &Path) -> TerraformPlan) -> Changes {
        let terraform = Terraform::new(&self.fake_providers).unwrap();
        // As plans order them: what shards share comes before them.
        let mut modules: Vec<_> = self.modules().into_iter().collect();
        modules.sort_by_key(|(name, _)| (name.starts_with("shards"), name.clone()));
        let planned = modules.into_iter().map(|(name, folder)| (name, run(&terraform, &folder).changes));
        planned.filter(|(_, changes)| !changes.is_empty()).collect()
    }
}

/// A deployment in a folder, which needs no Terraform.
pub(crate) fn deployment(folder: &Path) -> Deployment {
    Deployment::new(Registry::new().with_plugin::<AwsPlatform>(), folder, "2026-11-21".parse().unwrap())
}

pub(crate) fn plan(revision: &DeployedRevision) -> &Plan {
    &revision.plans[&PlatformName::from("Lake")]
}
