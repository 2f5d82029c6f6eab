//! A change, as the rules about approvals see it.

use crate::{
    changed_datastores::StoreChange,
    diff::{DifferenceKind, ModelDiff, Pruned},
    former_names::FormerNames,
    waived_ends::WaivedFindings,
};
use chrono::NaiveDate;
use datasurface_model::{Ecosystem, ModelPath, Repository, Valid, ownership::OwnedPart};
use std::cmp::Reverse;

/// Both sides of a change, as rules see them.
pub(super) struct ChangedModel<'e> {
    pub(super) on: NaiveDate,
    pub(super) old: &'e Valid<Ecosystem>,
    pub(super) new: &'e Valid<Ecosystem>,
    pub(super) diff: &'e ModelDiff,
    /// Both without what they have in common.
    pub(super) pruned: &'e Pruned,
    pub(super) stores: &'e [StoreChange<'e>],
    pub(super) former: &'e FormerNames,
    pub(super) waived: &'e WaivedFindings,
}

impl ChangedModel<'_> {
    /// Who owned a part before the change, by whatever name; of a new one, who owns it now.
    pub(super) fn owner_before(&self, part: &OwnedPart) -> &Repository {
        let owner = self.former.part(part).owner(self.old).or_else(|| part.owner(self.new));
        owner.unwrap_or_else(|| self.old.owner())
    }

    /// The place that something had before: each rename of it and around it is undone, the innermost first.
    pub(super) fn former_place(&self, place: &ModelPath) -> String {
        let renamed = self.diff.iter().filter_map(|difference| {
            let is_whole = match difference.kind() {
                DifferenceKind::Renamed { .. } => false,
                // Where it was is told with all that was around it.
                DifferenceKind::Moved { .. } => true,
                _ => return None,
            };
            let now = difference.path();
            let former = difference.places().into_iter().find(|former| *former != now)?;
            Some((now.to_string(), former, is_whole))
        });
        let part = OwnedPart::from_path(place);
        let around = (part.path().to_string(), self.former.part(&part).path(), false);
        let mut renamed: Vec<_> = renamed.chain([around]).collect();
        renamed.sort_by_key(|(now, ..)| Reverse(now.len()));
        let mut place = place.to_string();
        for (now, former, is_whole) in renamed {
            let rest = place.strip_prefix(&now).filter(|rest| rest.is_empty() || rest.starts_with('/'));
            if let Some(rest) = rest {
                place = format!("{former}{rest}");
                if is_whole {
                    break;
                }
            }
        }
        place
    }
}
