//! `access/…`: a datastore may be closed to all but those whom its owner approved.

use super::{RuleContext, reference};
use crate::{
    diagnostic::{CodeInfo, Diagnostic, ModelPath, Suggestion},
    ecosystem::{Access, Approval, Datastore},
    validate::{facts::DatasetFact, reference::Reference},
};
use datasurface_schema::{DatasetKey, DatasetName, Entity, GroupKey, segment};
use serde_json::json;

pub(super) static NOT_APPROVED: CodeInfo = CodeInfo::error(
    "access/not-approved",
    "a group wants data that its owner did not approve it for",
    "The datastore is open to approved groups alone, and each dataset is approved on its own. Ask the team that owns the \
     datastore to approve the group for the dataset; the change belongs into its repository.",
)
.waivable();

/// Judges whether a sink may have its dataset.
pub(super) fn check(
    group: &GroupKey,
    key: &DatasetKey,
    dataset: DatasetFact<'_>,
    scope: &mut RuleContext<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
) {
    let store = dataset.store();
    if store.access().admits(group, &key.dataset) {
        return;
    }
    let approved = store.unit().path().attribute(segment::APPROVED);
    let approval = json!({"group": group.to_string(), "dataset": key.dataset});
    let message = format!("the group `{group}` is not approved for the dataset `{key}`");
    let finding = Diagnostic::new(&NOT_APPROVED, at(scope.path()), message)
        .with_help("ask the owner of the datastore to approve the group for this dataset")
        .with_suggestion(Suggestion::add(approved.clone(), approval))
        .related_place(approved, "says who is approved");
    scope.report(finding);
}

/// Judges whom a datastore approves, and for what.
pub(super) fn check_datastore(datastore: &Datastore, scope: &mut RuleContext<'_>) {
    let Access::Approved(approvals) = datastore.access() else {
        return;
    };
    for approval in approvals {
        let at = |unit: ModelPath| {
            unit.child(segment::APPROVED, format!("{} {}", approval.group, approval.dataset))
        };
        let group = |unit: ModelPath| at(unit).attribute(segment::GROUP);
        let is_approved =
            |group: GroupKey, dataset: DatasetName| approvals.contains(&Approval { group, dataset });
        reference::check_unless(Reference::Group(approval.group.clone()), scope, group, |nearest| {
            is_approved(nearest.into(), approval.dataset.clone())
        });
        let key = DatasetKey::new(datastore.name(), &approval.dataset);
        let dataset = |unit: ModelPath| at(unit).attribute(segment::DATASET);
        reference::judge(Reference::Dataset(key), scope, dataset, |path, nearest, _| {
            let DatasetKey { dataset, .. } = nearest.into();
            let suggestion = Suggestion::put(path, dataset.as_str());
            (!is_approved(approval.group.clone(), dataset)).then_some(suggestion)
        });
    }
}
