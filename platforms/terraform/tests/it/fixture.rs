//! A place where revisions are rendered, and applied by Terraform.

use crate::{
    lake::{Lake, TYPES},
    shop::Shop,
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{
    ROOT_FILE,
    testing::{Expectation, FakeProviders, PlannedChanges, Terraform, TerraformPlan, TestingError, missing},
};
use datasurface_test_support::skipped;
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
    terraform: Terraform,
    deployment: Deployment,
}

/// The fake providers; without what they need, the test is skipped.
pub(crate) fn fake_providers() -> Option<FakeProviders> {
    if let Some(what) = missing() {
        skipped(&what);
        return None;
    }
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/tools/terraform");
    if !tools.is_dir() {
        skipped("there is no schema of providers in ../shared");
        return None;
    }
    Some(FakeProviders::start(&tools.join("tfschema.json"), &tools.join("forcenew.json")).unwrap())
}

impl Site {
    pub(crate) fn new() -> Option<Self> {
        let terraform = Terraform::new(&fake_providers()?).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let deployment = deployment(folder.path(), "2026-11-21");
        Some(Self { folder, terraform, deployment })
    }

    /// Renders as of a later date from now on.
    pub(crate) fn go_on_at(&mut self, date: &str) {
        self.deployment = deployment(self.folder.path(), date);
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

    pub(crate) fn refusal(&self, shop: &Shop) -> String {
        self.deployment.render(&shop.ecosystem()).unwrap_err().to_string()
    }

    /// Places every node in a shard, from the next rendering on.
    pub(crate) fn place_all(&self, shard: &str) {
        self.place(shard, |_| true);
    }

    /// Places nodes in a shard, from the next rendering on.
    pub(crate) fn place(&self, shard: &str, which: impl Fn(&NodeKey) -> bool) {
        let scopes = self.scopes();
        let origins = scopes.iter().flat_map(|scope| scope.resources.values()).flat_map(Resource::origins);
        let nodes = origins.filter(|node| which(node)).map(|node| (node.clone(), ShardName::from(shard)));
        self.deployment.place(&"Lake".into(), nodes.collect::<Vec<_>>()).unwrap();
    }

    pub(crate) fn record_applied(&self, revision: &DeployedRevision) {
        self.deployment.record_applied(revision.rendering).unwrap();
    }

    pub(crate) fn scopes(&self) -> Vec<DeployedScope> {
        self.deployment.scopes(&"Lake".into()).unwrap()
    }

    /// The root modules in the target, by folder; the foundation comes first.
    pub(crate) fn modules(&self) -> BTreeMap<String, PathBuf> {
        let root = self.deployment.root().join("Lake");
        let mut modules = BTreeMap::new();
        let mut open: Vec<PathBuf> = root.is_dir().then(|| root.clone()).into_iter().collect();
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

    /// The names of the transition files in the target, in order.
    pub(crate) fn transitions(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (module, folder) in self.modules() {
            let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
            let files = files.map(|name| format!("{module}/{}", name.to_str().unwrap()));
            names.extend(files.filter(|name| name.contains(".transition.")));
        }
        names.sort();
        names
    }

    pub(crate) fn terraform(&self) -> &Terraform {
        &self.terraform
    }

    /// What Terraform plans in each root module, where it plans anything.
    pub(crate) fn planned(&self) -> Changes {
        self.each_module(|terraform, folder| terraform.plan(folder).unwrap())
    }

    /// Applies every root module, and returns what was done.
    pub(crate) fn apply(&self) -> Changes {
        self.each_module(|terraform, folder| apply(terraform, folder).unwrap())
    }

    /// Applies one root module alone.
    pub(crate) fn apply_module(&self, module: &str) -> Result<TerraformPlan, TestingError> {
        apply(self.terraform(), &self.modules()[module])
    }

    /// The addresses in the state of a root module.
    pub(crate) fn state(&self, module: &str) -> Vec<String> {
        let (terraform, folder) = (self.terraform(), &self.modules()[module]);
        terraform.init(folder).unwrap();
        terraform.state(folder).unwrap()
    }

    fn each_module(&self, run: impl Fn(&Terraform, &Path) -> TerraformPlan) -> Changes {
        let terraform = self.terraform();
        let planned =
            self.modules().into_iter().map(|(name, folder)| (name, run(terraform, &folder).changes));
        planned.filter(|(_, changes)| !changes.is_empty()).collect()
    }
}

fn deployment(folder: &Path, on: &str) -> Deployment {
    Deployment::new(Registry::new().with_plugin::<Lake>(), folder, on.parse().unwrap())
}

fn apply(terraform: &Terraform, folder: &Path) -> Result<TerraformPlan, TestingError> {
    let planned = terraform.plan(folder)?;
    terraform.apply(folder)?;
    Ok(planned)
}

pub(crate) fn plan(revision: &DeployedRevision) -> &Plan {
    &revision.plans[&PlatformName::from("Lake")]
}
