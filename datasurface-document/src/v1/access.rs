//! Who may have the data of a datastore: a list of approvals; where there is none, everybody.

use super::short_form::ShortForm;
use crate::shape::Shaped;
use datasurface_model::{Access, DatasetName, Datastore, GroupKey, Set};
use serde::{Deserialize, Serialize};

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "an approval, as an object")]
#[shape(identified_by(group, dataset))]
pub(super) struct ApprovalObject {
    group: ShortForm<GroupKey>,
    dataset: DatasetName,
}

/// The same datastore, open to these alone.
pub(super) fn approved(datastore: Datastore, approvals: Set<ApprovalObject>) -> Datastore {
    let approvals = approvals.into_iter();
    approvals.fold(datastore.restricted(), |datastore, approval| {
        datastore.approval(approval.group.0, approval.dataset)
    })
}

/// The approvals, unless the datastore is open.
pub(super) fn approvals(access: &Access) -> Option<Set<ApprovalObject>> {
    match access {
        Access::Open => None,
        Access::Approved(approvals) => {
            let written = approvals.iter().map(|approval| ApprovalObject {
                group: ShortForm(approval.group.clone()),
                dataset: approval.dataset.clone(),
            });
            Some(written.collect())
        }
    }
}
