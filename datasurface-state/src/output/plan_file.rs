//! The plan file: what is to be done in a target, for whoever applies what is rendered.

use super::RenderingId;
use datasurface_platform::{File, Plan, Revision, SafePath, Step};
use serde::{Deserialize, Serialize};

/// The content of the file `plan.json` in the folder of a platform, which is there until its change is recorded as applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// The revision that the plan starts from; none if nothing was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Revision>,
    /// The revision that the plan leads to; none in a target of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Revision>,
    /// The ID of the rendering that the plan leads to, under which it is recorded as applied; none in a target of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendering: Option<RenderingId>,
    /// Every scope that is rendered, in the order in which scopes are applied.
    #[serde(default)]
    pub scopes: Vec<OrderedScope>,
    /// The folders of the scopes that are rendered no more, in the order in which they are taken down, after all others were applied: of
    /// every revision since the last one that was recorded as applied.
    #[serde(default)]
    pub gone: Vec<SafePath>,
    /// The steps from what was applied last, of a platform that applies them by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// The transition files of these steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transition: Vec<File>,
}

impl PlanFile {
    /// Returns the steps and their transition files as a plan.
    pub fn into_plan(self) -> Plan {
        self.transition.into_iter().fold(Plan::new(self.steps), Plan::transition_file)
    }
}

/// A scope in the order of scopes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderedScope {
    /// The folder of the scope, in that of its platform.
    pub folder: SafePath,
    /// The folders of the scopes that must be applied before this one: the foundation, and those on whose resources its own depend.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<SafePath>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_of_a_target_of_before_is_read() {
        let read: PlanFile = serde_json::from_str(r#"{"steps": []}"#).unwrap();
        assert_eq!((read.from.clone(), read.to.clone()), (None, None));
        assert!(read.into_plan().is_empty());
    }
}
