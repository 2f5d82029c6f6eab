//! The question for the cost of changes, and its answer: all at once.

use super::finding::Finding;
use crate::{
    change::{AttributeDifference, JudgedChange, Judgement, PlacedChange, RenderingChange},
    error::PlatformError,
    plan::{Action, Carrier, Effect, Meaning},
    rendering::{File, Resource},
    view::Scope,
};
use datasurface_model::{GroupKey, ModelPath};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeSet};

/// The change of one resource. One that comes has no `before`, one that goes no `after`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoteChange<'a> {
    /// The scope of the resource: of one that goes, the scope in which it was.
    pub scope: Cow<'a, Scope>,
    /// The folder of the transition files of that scope.
    pub folder: String,
    /// The resource as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Cow<'a, Resource>>,
    /// The resource as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Cow<'a, Resource>>,
    /// The attributes that differ, of one that stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<AttributeDifference>,
    /// The groups that read the dataset that the resource holds, directly or through transformers.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub readers: BTreeSet<GroupKey>,
}

impl<'a> RemoteChange<'a> {
    /// Writes down a change that is a part of another one.
    ///
    /// # Errors
    ///
    /// As [`RenderingChange::transition_folder`].
    pub(super) fn new(placed: &PlacedChange<'a>, all: &RenderingChange<'_>) -> Result<Self, PlatformError> {
        let (before, after, differences) = match &placed.change {
            JudgedChange::Created(resource) => (None, Some(*resource), Vec::new()),
            JudgedChange::Changed(change) => (Some(change.before), Some(change.after), change.differences()),
            JudgedChange::Retired(resource) => (Some(*resource), None, Vec::new()),
        };
        let held = before.or(after).and_then(Resource::held_data);
        Ok(Self {
            scope: Cow::Borrowed(placed.scope),
            folder: all.transition_folder(placed.scope)?,
            before: before.map(Cow::Borrowed),
            after: after.map(Cow::Borrowed),
            differences,
            readers: held.map(|held| all.readers_of(&held.dataset)).unwrap_or_default(),
        })
    }
}

/// The cost of changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Judgements {
    /// One for each change, in the same order.
    pub changes: Vec<RemoteJudgement>,
    /// The files that only this change needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transition: Vec<File>,
}

/// The cost of the change of one resource. Of one that comes or goes, the action does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoteJudgement {
    /// The action: an update by default.
    #[serde(default)]
    pub action: JudgedAction,
    /// The effect on running pipelines.
    pub effect: Effect,
    /// The reason, in the words of the platform.
    #[serde(default)]
    pub reason: String,
    /// The meaning for readers of the data: compatible by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<Meaning>,
    /// The means by which the data of a replaced resource gets into the new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_by: Option<Carrier>,
    /// The refusal of the change. Where it is waived, the rest of the judgement holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Finding>,
}

/// The action on a resource that stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JudgedAction {
    /// A change of the resource in its place.
    #[default]
    Update,
    /// Removal of the resource, and creation of another one in its place.
    Replace,
}

impl From<RemoteJudgement> for Judgement {
    fn from(judged: RemoteJudgement) -> Self {
        let refused = judged.refused.map(|finding| Box::new(finding.into_diagnostic(ModelPath::root())));
        Self {
            action: match judged.action {
                JudgedAction::Update => Action::Update,
                JudgedAction::Replace => Action::Replace,
            },
            meaning: judged.meaning.unwrap_or(Meaning::Compatible),
            effect: judged.effect,
            reason: judged.reason,
            carried_by: judged.carried_by,
            refused,
        }
    }
}
