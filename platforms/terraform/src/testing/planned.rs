//! Plans of Terraform, as it shows them.

use super::TestingError;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// An action of Terraform on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TerraformAction {
    /// No change of the resource itself: it is imported, or gets another address.
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

/// A plan of Terraform for one root module.
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

    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::new(TerraformAction::Keep)
    }
}

impl TerraformPlan {
    /// Reads the output of `terraform show -json` for a plan.
    pub(super) fn from_json(text: &str) -> Result<Self, TestingError> {
        let unexpected =
            |error: String| TestingError::Unexpected(format!("reading the plan of Terraform: {error}"));
        let shown: ShownPlan = serde_json::from_str(text).map_err(|error| unexpected(error.to_string()))?;
        let mut plan = Self::default();
        for ShownResource { address, previous_address, change, .. } in
            shown.resource_changes.into_iter().filter(|resource| resource.mode == "managed")
        {
            let action = action(&change.actions)
                .ok_or_else(|| unexpected(format!("the actions {:?} are not known", change.actions)))?;
            let imported_by = change.importing.and_then(|importing| importing.id);
            let planned = PlannedChange { action, imported_by, moved_from: previous_address };
            if !planned.is_nothing() {
                plan.changes.insert(address.clone(), planned);
            }
            plan.values.insert(address, change.after);
        }
        Ok(plan)
    }
}

/// A plan as Terraform shows it, as far as it is read.
#[derive(Deserialize)]
struct ShownPlan {
    #[serde(default)]
    resource_changes: Vec<ShownResource>,
}

#[derive(Deserialize)]
struct ShownResource {
    address: String,
    previous_address: Option<String>,
    mode: String,
    change: ShownChange,
}

#[derive(Deserialize)]
struct ShownChange {
    actions: Vec<String>,
    importing: Option<ShownImport>,
    after: Json,
}

#[derive(Deserialize)]
struct ShownImport {
    id: Option<String>,
}

fn action(actions: &[String]) -> Option<TerraformAction> {
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
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
