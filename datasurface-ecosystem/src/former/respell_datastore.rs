//! References of a datastore, written anew.

use super::{
    respell::{Respeller, change},
    spelling::SpellingKind::{ShortValue, Value},
};
use crate::{
    diagnostic::ModelPath,
    ecosystem::{Access, Approval, Dataset, Datastore, Deprecation},
    reference::Reference,
};
use datasurface_schema::{Entity, PolicyKey, PolicyName, Set, ZoneName, segment};

impl Respeller<'_> {
    pub(super) fn datastore(
        &mut self,
        store: &Datastore,
        zone: &ZoneName,
        path: &ModelPath,
    ) -> Option<Datastore> {
        let mut changed = None;
        if let Some(capture) = store.capture() {
            let at = || (path.attribute(segment::CAPTURE).attribute(segment::CONTAINER), Value);
            if let Some(key) = self.container(capture.container(), at) {
                change(&mut changed, store, |store| store.captured(capture.clone().within(key)));
            }
        }
        if let Some(deprecation) = store.deprecation() {
            let replacement = deprecation.replacement().and_then(|name| {
                let at = || (path.attribute(segment::DEPRECATION).attribute(segment::REPLACEMENT), Value);
                self.datastore_ref(name, at)
            });
            if let Some(name) = replacement {
                let deprecation = deprecation.clone().replaced_by(name);
                change(&mut changed, store, |store| store.deprecated(deprecation));
            }
        }
        for dataset in store.datasets() {
            let path = path.child(segment::DATASETS, dataset.name());
            if let Some(asked_for) = self.storage_policies(dataset, zone, &path) {
                change(&mut changed, store, |store| {
                    store.edit_dataset(dataset.name(), |dataset| dataset.with_storage_policies(asked_for))
                });
            }
            let Some(deprecation) = dataset.deprecation() else { continue };
            if let Some(now) = self.replacement(deprecation, &path) {
                change(&mut changed, store, |store| {
                    store.edit_dataset(dataset.name(), |dataset| dataset.deprecated(now))
                });
            }
        }
        if let Access::Approved(approvals) = store.access()
            && let Some(approvals) = self.approvals(store, approvals, path)
        {
            change(&mut changed, store, |store| store.with_approvals(approvals));
        }
        changed
    }

    /// The storage policies of its zone that a dataset asks for.
    fn storage_policies(
        &mut self,
        dataset: &Dataset,
        zone: &ZoneName,
        path: &ModelPath,
    ) -> Option<Set<PolicyName>> {
        let asked_for: Set<PolicyName> = dataset.storage_policies().cloned().collect();
        let before = self.found.len();
        let refer = |policy| Reference::Policy(PolicyKey::new(zone, policy));
        let at = |policy| path.child(segment::STORAGE_POLICIES, policy);
        let now = self.elements(&asked_for, |names, policy| names.policy_in(zone, policy), refer, at);
        (self.found.len() > before).then_some(now)
    }

    fn replacement(&mut self, deprecation: &Deprecation, dataset: &ModelPath) -> Option<Deprecation> {
        let at = || (dataset.attribute(segment::DEPRECATION).attribute(segment::REPLACEMENT), Value);
        let now = self.dataset(deprecation.replacement()?, at)?;
        Some(deprecation.clone().replaced_by(now))
    }

    fn approvals(
        &mut self,
        store: &Datastore,
        approvals: &Set<Approval>,
        path: &ModelPath,
    ) -> Option<Set<Approval>> {
        let before = self.found.len();
        let mut all = Vec::new();
        for approval in approvals {
            let Approval { team, group, dataset, onward } = approval;
            let at = path.child(segment::APPROVED, format!("{team} {group} {dataset}"));
            let team =
                self.team_ref(team, || (at.attribute(segment::TEAM), Value)).unwrap_or_else(|| team.clone());
            let group =
                self.group(group, || (at.attribute(segment::GROUP), Value)).unwrap_or_else(|| group.clone());
            // The datastore has the name that it has; only what is inside was renamed.
            let dataset =
                self.dataset_in(store.name(), dataset, || (at.attribute(segment::DATASET), ShortValue));
            all.push(Approval { team, group, dataset, onward: *onward });
        }
        (self.found.len() > before).then(|| all.into_iter().collect())
    }
}
