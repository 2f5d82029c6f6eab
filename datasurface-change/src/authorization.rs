//! The authorization of changes: a repository may touch the parts that it owned before the change, and nothing else.
//!
//! A parent declares and removes declarations, and cannot write what the child defines; the child defines and empties,
//! and cannot declare itself. For something new, the declaration says who owns it. Only the owner hands over what is
//! defined. Whoever claims the approval of exactly this proposal may touch what the approving repository may.

use super::{
    Difference, ModelDiff,
    approval::ApprovalClaim,
    files::PartFiles,
    former_names::FormerNames,
    source::{Actor, Actors, ChangeSource},
};
use datasurface_model::{Ecosystem, Repository, Text, ownership::OwnedPart};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The decision whether a change may be made by its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "decision", content = "denied")]
pub enum Authorization {
    /// The decision for a change that touches nothing but parts of its source.
    Allow,
    /// The decision against a change, with the parts that belong to others.
    Deny(Vec<DeniedPart>),
}

/// A part that a change touches, and that does not belong to its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeniedPart {
    /// The part.
    pub part: OwnedPart,
    /// The repository that may change the part. None if no owner is known, as where nobody can say what was touched.
    pub owner: Option<Repository>,
    /// The differences in the part, ordered by path.
    pub differences: Vec<Difference>,
    /// The documents of the part that stand in another owner's folder, if several own the repository.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub misplaced: BTreeSet<Text>,
    /// Whether the lock was touched.
    pub lock: bool,
    /// Whether the configuration was touched.
    pub configuration: bool,
}

/// A decision, and what it is about.
pub(super) struct Evaluation {
    pub(super) authorization: Authorization,
    /// The count of differences in each part.
    pub(super) touched: BTreeMap<OwnedPart, usize>,
    /// The claims that were needed, and the parts for which.
    pub(super) trusted: BTreeMap<ApprovalClaim, BTreeSet<OwnedPart>>,
}

impl Authorization {
    /// Decides on a change: the source must have owned, before the change, every part in which the ecosystems differ.
    /// The owner of a new part is the one that its declaration names.
    #[must_use]
    pub fn evaluate(diff: &ModelDiff, old: &Ecosystem, new: &Ecosystem, source: &ChangeSource) -> Self {
        let actors = Actors::new(old, new, source, Vec::new());
        let former = FormerNames::from_diff(diff);
        let owners = Owners { old, new, former: &former, actors: &actors, files: None };
        owners.evaluate(diff, source).authorization
    }

    /// Whether it is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allow)
    }

    /// The parts that are denied; none if it is allowed.
    #[must_use]
    pub fn denied(&self) -> &[DeniedPart] {
        match self {
            Self::Allow => &[],
            Self::Deny(denied) => denied,
        }
    }
}

/// The owners of parts before a change, and those for whom it is made.
pub(super) struct Owners<'e, 'c> {
    pub(super) old: &'e Ecosystem,
    pub(super) new: &'e Ecosystem,
    pub(super) former: &'e FormerNames,
    pub(super) actors: &'e Actors<'c>,
    /// The documents of parts, where several own the repository that the change comes from.
    pub(super) files: Option<PartFiles>,
}

impl<'e, 'c> Owners<'e, 'c> {
    /// Decides on a change.
    pub(super) fn evaluate(&self, diff: &ModelDiff, source: &ChangeSource) -> Evaluation {
        let mut denied = BTreeMap::<OwnedPart, DeniedPart>::new();
        let mut touched = BTreeMap::<OwnedPart, usize>::new();
        let mut trusted = BTreeMap::<ApprovalClaim, BTreeSet<OwnedPart>>::new();
        for difference in diff {
            for (part, actor) in self.touched(difference) {
                *touched.entry(part.clone()).or_default() += 1;
                match actor {
                    Some(Actor::Source) => {}
                    Some(Actor::Claim(claim)) => drop(trusted.entry(claim.clone()).or_default().insert(part)),
                    None => {
                        let denied = self.denied_part(&mut denied, &part);
                        denied.misplaced.extend(self.misplaced(difference, &part));
                        denied.differences.push(difference.clone());
                        if difference.is_unattributable() {
                            denied.owner = None;
                        }
                    }
                }
            }
        }
        // What is claimed of a model says nothing of the lock and of the configuration beside it.
        let (lock, configuration) = (source.touches_lock(), source.touches_configuration());
        if (lock || configuration) && self.actors.owning(self.old.owner()) != Some(Actor::Source) {
            let denied = self.denied_part(&mut denied, &OwnedPart::Ecosystem);
            (denied.lock, denied.configuration) = (lock, configuration);
        }
        let denied: Vec<_> = denied.into_values().collect();
        let authorization =
            if denied.is_empty() { Authorization::Allow } else { Authorization::Deny(denied) };
        Evaluation { authorization, touched, trusted }
    }

    fn denied_part<'d>(
        &self,
        denied: &'d mut BTreeMap<OwnedPart, DeniedPart>,
        part: &OwnedPart,
    ) -> &'d mut DeniedPart {
        denied.entry(part.clone()).or_insert_with(|| DeniedPart {
            part: part.clone(),
            owner: self.owner(part).cloned(),
            differences: Vec::new(),
            misplaced: BTreeSet::new(),
            lock: false,
            configuration: false,
        })
    }

    /// The parts that a difference touches, each with the actor that owns it, if one does.
    fn touched(&self, difference: &Difference) -> Vec<(OwnedPart, Option<Actor<'c>>)> {
        let acting = |part: OwnedPart| {
            let actor = self.acting(difference, &part);
            (part, actor)
        };
        if difference.is_unattributable() {
            return vec![(OwnedPart::Ecosystem, None)];
        }
        let Some(handed_over) = difference.handed_over() else {
            return difference.parts().map(acting).collect();
        };
        let (handed_over, owner) = acting(handed_over);
        // What is declared and not defined yet is nothing but a declaration, which the parent could as well replace.
        if owner.is_none() && !self.former.part(&handed_over).is_defined(self.old) {
            let parents: Vec<_> = difference.parts().map(acting).collect();
            if parents.iter().all(|(_, actor)| actor.is_some()) {
                return parents;
            }
        }
        vec![(handed_over, owner)]
    }

    /// The actor that owns a part in which something differs. The source only does if the document stands in its folder.
    fn acting(&self, difference: &Difference, part: &OwnedPart) -> Option<Actor<'c>> {
        let owner = self.owner(part)?;
        match self.actors.owning(owner) {
            Some(Actor::Source) if !self.misplaced(difference, part).is_empty() => {
                self.actors.claiming(owner).map(Actor::Claim)
            }
            actor => actor,
        }
    }

    fn misplaced(&self, difference: &Difference, part: &OwnedPart) -> BTreeSet<Text> {
        let owner = self.owner(part).filter(|owner| self.actors.shares_branch(owner));
        let files = self.files.as_ref().zip(owner);
        files.map(|(files, owner)| files.outside_of(owner, difference)).unwrap_or_default()
    }

    /// The owner before the change; of something new, the one that its declaration names.
    pub(super) fn owner(&self, part: &OwnedPart) -> Option<&'e Repository> {
        self.former.part(part).owner(self.old).or_else(|| part.owner(self.new))
    }
}
