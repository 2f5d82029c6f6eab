//! Plans of Terraform, as the plan of a platform lets expect them.

use super::{PlannedChange, PlannedChanges, TerraformAction};
use crate::{
    ResourceTypes,
    attributes::{ARGUMENTS, IMPORT_ID},
};
use datasurface_platform::{Action, Plan, Resource, ResourceAddress, Scope, Step};
use std::collections::BTreeMap;

/// The changes that Terraform is expected to plan for each root module, by the plan of a platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation(BTreeMap<String, PlannedChanges>);

impl Expectation {
    /// Derives the expectation of a plan, from what its platform says of its types and of nothing else. Steps of what is no resource of
    /// Terraform are left out: root configurations, data sources, scripts.
    ///
    /// `before` has the resources of the revision from which the plan starts: by their ids, they are imported into other states.
    #[must_use]
    pub fn new(plan: &Plan, types: &ResourceTypes, before: &BTreeMap<ResourceAddress, Resource>) -> Self {
        let mut all = Self::default();
        for step in plan.steps().iter().filter(|step| types.find(&step.kind).is_some()) {
            all.add(step, before.get(&step.resource).and_then(import_id));
        }
        all
    }

    /// The changes that are expected in each root module, by the folder of its scope. Where none are expected, it may be missing.
    #[must_use]
    pub fn modules(&self) -> &BTreeMap<String, PlannedChanges> {
        &self.0
    }

    fn add(&mut self, step: &Step, import_id: Option<String>) {
        let here = self.change(&step.scope, step.resource.as_str());
        match step.action {
            Action::Create => here.action = TerraformAction::Create,
            Action::Replace => here.action = TerraformAction::Replace,
            Action::Retire => here.action = TerraformAction::Destroy,
            Action::Update if changes_arguments(step) => here.action = TerraformAction::Update,
            Action::Update | Action::Hold => {}
            Action::Move if import_id.is_some() => here.imported_by = import_id.clone(),
            Action::Move => here.action = TerraformAction::Create,
        }
        let renamed_from = step.renamed_from.as_ref().map(|address| address.as_str().to_owned());
        match (&step.moved_from, renamed_from) {
            (Some(from), former) => {
                let former = former.unwrap_or_else(|| step.resource.as_str().to_owned());
                let there = self.change(from, &former);
                there.action =
                    if import_id.is_some() { TerraformAction::Forget } else { TerraformAction::Destroy };
            }
            (None, Some(former)) => here.moved_from = Some(former),
            (None, None) => {}
        }
        self.drop_nothing();
    }

    fn change(&mut self, scope: &Scope, address: &str) -> &mut PlannedChange {
        let module = self.0.entry(scope.folder()).or_default();
        let change = module.entry(address.to_owned());
        change.or_insert_with(|| PlannedChange::new(TerraformAction::Keep))
    }

    fn drop_nothing(&mut self) {
        for module in self.0.values_mut() {
            module.retain(|_, change| !change.is_nothing());
        }
    }
}

/// Whether a step changes what the provider is given, not only how it is declared.
fn changes_arguments(step: &Step) -> bool {
    let is_argument = |path: &str| path.split('.').next() == Some(ARGUMENTS);
    step.differences.iter().any(|difference| is_argument(&difference.path))
}

/// The id by which a resource is imported into another state; `None` if it is destroyed and created instead.
fn import_id(resource: &Resource) -> Option<String> {
    resource.attributes().get(IMPORT_ID)?.as_str().map(str::to_owned)
}
