//! A change, as the rules about approvals see it.

use crate::{
    changed_datastores::StoreChange, diff::Pruned, former_names::FormerNames, former_places::FormerPlaces,
    waived_ends::WaivedFindings,
};
use chrono::NaiveDate;
use datasurface_model::{Ecosystem, Findings, ModelPath, Repository, Valid, ownership::OwnedPart};

/// Both sides of a change, as rules see them.
pub(super) struct ChangedModel<'e> {
    pub(super) on: NaiveDate,
    pub(super) old: &'e Valid<Ecosystem>,
    pub(super) new: &'e Valid<Ecosystem>,
    /// Both without what they have in common.
    pub(super) pruned: &'e Pruned,
    pub(super) stores: &'e [StoreChange<'e>],
    pub(super) former: &'e FormerNames,
    pub(super) former_places: &'e FormerPlaces<'e>,
    /// What is found on both sides.
    pub(super) found: &'e [Findings; 2],
    pub(super) waived: &'e WaivedFindings,
}

impl ChangedModel<'_> {
    /// Who owned a part before the change, by whatever name; of a new one, who owns it now.
    pub(super) fn owner_before(&self, part: &OwnedPart) -> &Repository {
        let owner = self.former.part(part).owner(self.old).or_else(|| part.owner(self.new));
        owner.unwrap_or_else(|| self.old.owner())
    }

    /// The place that something had before.
    pub(super) fn former_place(&self, place: &ModelPath) -> String {
        self.former_places.of(place).to_string()
    }
}
