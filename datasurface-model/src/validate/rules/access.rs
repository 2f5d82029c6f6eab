//! `access/…`: a datastore may be closed to all but those whom its owner approved.

use super::{RuleContext, reference};
use crate::validate::facts::{DatasetFact, StoreFact};
use datasurface_ecosystem::{
    Access, Approval, CodeInfo, Datastore, Diagnostic, ModelPath, Protects, Reference, Suggestion,
};
use datasurface_schema::{DatasetKey, Entity, GroupKey, TeamKey, segment};
use serde_json::json;

pub(super) static NOT_APPROVED: CodeInfo = CodeInfo::error(
    "access/not-approved",
    "a group wants data that its owner did not approve it for",
    "The datastore is open to approved groups alone, and each dataset is approved on its own. Ask the team that owns the \
     datastore to approve the group for the dataset; the change belongs into its repository. The approval may come first.",
)
.waivable()
.protecting(Protects::DatasetOwner);

pub(super) static UNKNOWN_GROUP: CodeInfo = CodeInfo::warning(
    "access/unknown-group",
    "an approval is for a group that is not there",
    "An approval names the team, the workspace and the group, and fits nobody else's. It may come before the group does, and may \
     be left behind by it. Otherwise it is a slip of the pen: correct it, or take it away.",
)
.protecting(Protects::DatasetOwner);

/// Judges whether a sink may have its dataset.
pub(super) fn check(
    group: &GroupKey,
    key: &DatasetKey,
    dataset: DatasetFact<'_>,
    scope: &mut RuleContext<'_>,
    at: impl Fn(ModelPath) -> ModelPath,
) {
    check_approval(group, key, dataset.store(), None, &at, scope);
    for origin in dataset.closed_origins().filter(|origin| *origin != key) {
        // Of a dataset that is not there, that alone is told, where it is read.
        let is_there = scope.facts.exists(&Reference::Dataset(origin.clone()));
        if let Some(store) = scope.facts.store(&origin.datastore).filter(|_| is_there) {
            check_approval(group, origin, store, Some(key), &at, scope);
        }
    }
}

/// Judges whether a group is approved for a dataset: because it asks for it, or for what derives from it.
fn check_approval(
    group: &GroupKey,
    key: &DatasetKey,
    store: StoreFact<'_>,
    derived: Option<&DatasetKey>,
    at: &dyn Fn(ModelPath) -> ModelPath,
    scope: &mut RuleContext<'_>,
) {
    let Some(team) = scope.unit.team() else { return };
    if store.access().admits(team, group, &key.dataset) {
        return;
    }
    let approved = store.unit().path().attribute(segment::APPROVED);
    let approval = json!({"team": team.to_string(), "group": group.to_string(), "dataset": key.dataset});
    let onward = if derived.is_some() {
        ", or to say `onward: open` in its approval of whoever derives it"
    } else {
        ""
    };
    let derived = derived.map(|derived| format!(", from which `{derived}` derives")).unwrap_or_default();
    let message = format!("the group `{group}` is not approved for the dataset `{key}`{derived}");
    let owner = store.unit().team().map(|owner| format!("the team `{owner}`")).unwrap_or_default();
    let finding = Diagnostic::new(&NOT_APPROVED, at(scope.path()), message)
        .with_help(format!(
            "ask {owner}, which owns the datastore, to approve the group for this dataset{onward}"
        ))
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
        let Approval { team, group, dataset, .. } = approval;
        let at = |unit: ModelPath| unit.child(segment::APPROVED, format!("{team} {group} {dataset}"));
        if let Some(unknown) = unknown_group(team, group, scope) {
            let path = at(scope.path()).attribute(segment::GROUP);
            let nearest = scope.facts.nearest(&Reference::Group(group.clone()));
            let nearest =
                nearest.filter(|nearest| unknown_group(team, &nearest.as_str().into(), scope).is_none());
            let is_free = |nearest: &str| !datastore.access().admits(team, &nearest.into(), dataset);
            let nearest = nearest.filter(|nearest| is_free(nearest));
            let finding = Diagnostic::new(&UNKNOWN_GROUP, path.clone(), unknown)
                .with_help("correct it, take it away, or leave it until the group is there")
                .did_you_mean(nearest.as_deref())
                .with_suggestion(nearest.map(|nearest| Suggestion::put(path, nearest.as_str())));
            scope.report(finding);
        }
        let key = DatasetKey::new(datastore.name(), dataset);
        let of_dataset = |unit: ModelPath| at(unit).attribute(segment::DATASET);
        reference::judge(Reference::Dataset(key), scope, of_dataset, |path, nearest, _| {
            let DatasetKey { dataset, .. } = nearest.into();
            let is_approved = datastore.access().admits(team, group, &dataset);
            (!is_approved).then(|| Suggestion::put(path, dataset.as_str()))
        });
    }
}

/// Says what is not there: the group, or a group of this team.
fn unknown_group(team: &TeamKey, group: &GroupKey, scope: &RuleContext<'_>) -> Option<String> {
    let owner = scope.facts.workspace_unit(&group.workspace).and_then(|unit| unit.team());
    match owner {
        Some(owner) if **owner != *team => Some(format!(
            "the approval is for the team `{team}`, and `{}` is a workspace of `{owner}`",
            group.workspace
        )),
        Some(_) if scope.facts.exists(&Reference::Group(group.clone())) => None,
        Some(_) => Some(format!("the workspace `{}` has no group `{}`", group.workspace, group.group)),
        None => Some(format!("the team `{team}` has no workspace `{}`", group.workspace)),
    }
}
