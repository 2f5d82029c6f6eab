//! A change, as the rules about approvals see it.

use crate::{
    changed_datastores::StoreChange,
    diff::{ModelDiff, Pruned},
    former_names::FormerNames,
};
use datasurface_model::{Ecosystem, Valid};

/// Both sides of a change, as rules see them.
pub(super) struct ChangedModel<'e> {
    pub(super) old: &'e Valid<Ecosystem>,
    pub(super) new: &'e Valid<Ecosystem>,
    pub(super) diff: &'e ModelDiff,
    /// Both without what they have in common.
    pub(super) pruned: &'e Pruned,
    pub(super) stores: &'e [StoreChange<'e>],
    pub(super) former: &'e FormerNames,
}
