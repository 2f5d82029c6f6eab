//! The types of resources that a platform renders: the judge of its changes.

use crate::{
    attributes::{ARGUMENTS, LIFECYCLE, PREVENT_DESTROY},
    resource_type::ResourceType,
    transition,
};
use datasurface_platform::{
    Effect, JudgedChange, Judgement, Plan, PlatformError, RenderingChange, Resource, ResourceChange,
    model::CodeInfo,
};
use serde_json::Value as Json;

/// The code of a change that Terraform could only make by destroying what must stay.
pub(crate) static REPLACEMENT: CodeInfo = CodeInfo::error(
    "terraform/replacement",
    "a resource that must stay would be replaced",
    "Terraform changes some arguments of a resource by destroying it and creating another one. This resource holds data, or is protected \
     from destruction for another reason, so Terraform would refuse the change. Leave the argument as it is, or make another resource and \
     bring the data over.",
);

/// The types of resources that a platform renders, and what it knows of them.
#[derive(Clone, Copy, Debug)]
pub struct ResourceTypes(&'static [&'static ResourceType]);

impl ResourceTypes {
    /// Creates a set of these types.
    #[must_use]
    pub const fn new(types: &'static [&'static ResourceType]) -> Self {
        Self(types)
    }

    /// Returns the type of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'static ResourceType> {
        self.0.iter().copied().find(|one| one.name() == name)
    }

    /// Plans a change: by resources, each as [judged](Self::judge), with the transition files that transfer resources from state to state and
    /// rename them within one.
    ///
    /// # Errors
    ///
    /// If a scope cannot be loaded, or two scopes of one side have a resource of the same address.
    pub fn plan(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        self.plan_with(change, |change| self.judge(change))
    }

    /// Plans a change like [`plan`](Self::plan), with a judge that knows more: what an initial load costs, or that a change breaks readers.
    /// It asks [`judge`](Self::judge) for whatever it does not know better.
    ///
    /// # Errors
    ///
    /// As [`plan`](Self::plan).
    pub fn plan_with(
        &self,
        change: &RenderingChange<'_>,
        judge: impl FnMut(&JudgedChange<'_>) -> Judgement,
    ) -> Result<Plan, PlatformError> {
        transition::with_transitions(change, change.structural_of_all(judge)?)
    }

    /// Judges a change as Terraform will make it: in place, or by a replacement. A replacement of what must stay is refused.
    #[must_use]
    pub fn judge(&self, change: &JudgedChange<'_>) -> Judgement {
        match change {
            JudgedChange::Changed(change) => self.judge_changed(change),
            _ => Judgement::effect(Effect::None, ""),
        }
    }

    fn judge_changed(&self, change: &ResourceChange<'_>) -> Judgement {
        let arguments =
            |resource: &Resource| resource.attributes().get(ARGUMENTS).cloned().unwrap_or_default();
        let (before, after): (Json, Json) = (arguments(change.before), arguments(change.after));
        // Root configurations, data sources and scripts are configuration: no thing of a provider changes with them.
        let Some(resource_type) = self.find(change.after.kind()) else {
            return Judgement::update(Effect::None, "another configuration");
        };
        let replacing = resource_type.replacing(&before, &after);
        if replacing.is_empty() {
            return match before == after {
                true => Judgement::update(Effect::None, "another configuration"),
                false => Judgement::update(Effect::InPlace, ""),
            };
        }
        let named: Vec<String> = replacing.iter().map(|argument| format!("`{argument}`")).collect();
        let reason = format!("{} can be changed by a replacement only", named.join(" and "));
        if must_stay(change) {
            let address = change.after.address();
            let help = "leave it as it is, or declare another resource and bring the data over";
            let replaced = Judgement::replace(Effect::DataLoss, reason.clone());
            return Judgement::refuse(&REPLACEMENT, format!("{reason}, and `{address}` must stay"), help)
                .or(replaced);
        }
        Judgement::replace(resource_type.replacement_effect(), reason)
    }
}

/// Whether Terraform refuses to destroy a resource, or it holds data.
fn must_stay(change: &ResourceChange<'_>) -> bool {
    let protected = |resource: &Resource| {
        let lifecycle = resource.attributes().get(LIFECYCLE);
        let prevents = lifecycle.and_then(|lifecycle| lifecycle.get(PREVENT_DESTROY)).is_some();
        resource.held_data().is_some() || prevents
    };
    protected(change.before) || protected(change.after)
}
