//! What Terraform plans, beside what a platform plans.

use super::TestingError;
use crate::{
    ResourceTypes,
    attributes::{ARGUMENTS, IMPORT_ID},
};
use datasurface_platform::{Action, Plan, Resource, Scope, Step};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// An action of Terraform on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TerraformAction {
    /// Nothing but what else is said of the change: it is imported, or gets another address.
    Keep,
    /// Creation.
    Create,
    /// A change in place.
    Update,
    /// Destruction, and creation of another one.
    Replace,
    /// Destruction.
    Destroy,
    /// Removal from the state: the thing stays.
    Forget,
}

/// The change of a resource that Terraform plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedChange {
    /// The action.
    pub action: TerraformAction,
    /// The id by which the resource is imported, if it is.
    pub imported_by: Option<String>,
    /// The address in the state, if that is another one.
    pub moved_from: Option<String>,
}

/// The changes of the resources of one root module, by address. What stays as it is, is not there.
pub type PlannedChanges = BTreeMap<String, PlannedChange>;

/// What Terraform plans for one root module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TerraformPlan {
    /// The changes.
    pub changes: PlannedChanges,
    /// The arguments and attributes of each resource after the plan, by address, as far as they are known.
    pub values: BTreeMap<String, Json>,
}

impl PlannedChange {
    /// Plans an action, without an import or another address.
    #[must_use]
    pub fn new(action: TerraformAction) -> Self {
        Self { action, imported_by: None, moved_from: None }
    }

    fn is_nothing(&self) -> bool {
        *self == Self::new(TerraformAction::Keep)
    }
}

impl TerraformPlan {
    /// Reads what `terraform show -json` says of a plan.
    pub(super) fn from_json(text: &str) -> Result<Self, TestingError> {
        let unexpected = |what: &str| TestingError::Unexpected(format!("the plan of Terraform has {what}"));
        let plan: Json = serde_json::from_str(text).map_err(|error| unexpected(&error.to_string()))?;
        let (mut changes, mut values) = (BTreeMap::new(), BTreeMap::new());
        for resource in plan["resource_changes"].as_array().into_iter().flatten() {
            if resource["mode"] != "managed" {
                continue;
            }
            let address = resource["address"].as_str().ok_or_else(|| unexpected("no address"))?;
            let change = PlannedChange {
                action: action(&resource["change"]["actions"])
                    .ok_or_else(|| unexpected(&format!("the actions {}", resource["change"]["actions"])))?,
                imported_by: resource["change"]["importing"]["id"].as_str().map(str::to_owned),
                moved_from: resource["previous_address"].as_str().map(str::to_owned),
            };
            if !change.is_nothing() {
                changes.insert(address.to_owned(), change);
            }
            values.insert(address.to_owned(), resource["change"]["after"].clone());
        }
        Ok(Self { changes, values })
    }
}

fn action(actions: &Json) -> Option<TerraformAction> {
    let actions: Vec<&str> = actions.as_array()?.iter().filter_map(Json::as_str).collect();
    Some(match actions.as_slice() {
        ["no-op"] => TerraformAction::Keep,
        ["create"] => TerraformAction::Create,
        ["update"] => TerraformAction::Update,
        ["delete", "create"] | ["create", "delete"] => TerraformAction::Replace,
        ["delete"] => TerraformAction::Destroy,
        ["forget"] => TerraformAction::Forget,
        _ => return None,
    })
}

/// What Terraform is expected to plan for each root module, by the plan of a platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation(BTreeMap<String, PlannedChanges>);

impl Expectation {
    /// Derives the expectation of a plan, from what its platform says of its types and of nothing else. Steps of what is no resource of
    /// Terraform are left out: frames, data sources, scripts.
    ///
    /// `import_id` has the id of each resource that is handed over, as the resource has it in the rendering of before; none if Terraform
    /// has to destroy and create it.
    #[must_use]
    pub fn new(plan: &Plan, types: &ResourceTypes, import_id: impl Fn(&Step) -> Option<String>) -> Self {
        let mut all = Self::default();
        for step in plan.steps().iter().filter(|step| types.find(&step.kind).is_some()) {
            all.add(step, import_id(step));
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
        let module = self.0.entry(crate::folder(scope)).or_default();
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

/// Returns the id by which a rendered resource is imported into another state; `None` if nothing imports it.
#[must_use]
pub fn import_id(resource: &Resource) -> Option<String> {
    resource.attributes().get(IMPORT_ID)?.as_str().map(str::to_owned)
}
