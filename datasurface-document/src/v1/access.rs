//! Who may have the data of a datastore: a list of approvals; where there is none, everybody.

use super::{short_form::ShortForm, words::Word};
use crate::shape::Shaped;
use datasurface_model::{Access, Approval, DatasetName, Datastore, GroupKey, Onward, Set, TeamKey};
use serde::{Deserialize, Serialize};

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(
    deny_unknown_fields,
    expecting = "an approval, as `{team: <zone>/<team>, group: <workspace>/<group>, dataset: <dataset>}`"
)]
#[shape(identified_by(team, group, dataset))]
pub(super) struct ApprovalObject {
    team: ShortForm<TeamKey>,
    group: ShortForm<GroupKey>,
    dataset: DatasetName,
    /// Who may have what a transformer of the group derives from it.
    #[serde(default, skip_serializing_if = "Word::is_default")]
    onward: Word<Onward>,
}

/// The same datastore, open to these alone.
pub(super) fn approved(datastore: Datastore, approvals: Set<ApprovalObject>) -> Datastore {
    let approvals = approvals.into_iter();
    approvals.fold(datastore.restricted(), |datastore, approval| {
        let ApprovalObject { team, group, dataset, onward } = approval;
        let approval = Approval::new(team.0, group.0, dataset);
        datastore.approval(match onward.0 {
            Onward::Closed => approval,
            Onward::Open => approval.open_onward(),
        })
    })
}

/// The approvals, unless the datastore is open.
pub(super) fn approvals(access: &Access) -> Option<Set<ApprovalObject>> {
    match access {
        Access::Open => None,
        Access::Approved(approvals) => {
            let written = approvals.iter().map(|approval| ApprovalObject {
                team: ShortForm(approval.team.clone()),
                group: ShortForm(approval.group.clone()),
                dataset: approval.dataset.clone(),
                onward: Word(approval.onward),
            });
            Some(written.collect())
        }
    }
}
