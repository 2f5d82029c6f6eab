//! References of a transformer, written anew.

use super::{
    respell::Respeller,
    spelling::SpellingKind::{Part, ShortName, ShortPart, Value},
};
use crate::{
    diagnostic::ModelPath,
    ecosystem::{CodeArtifact, DataTransformer, Release},
};
use datasurface_schema::segment;
use std::collections::BTreeMap;

impl Respeller<'_> {
    /// What a transformer says of its outputs is written without their datastore.
    pub(super) fn transformer(
        &mut self,
        transformer: &DataTransformer,
        path: &ModelPath,
    ) -> Option<DataTransformer> {
        let before = self.found.len();
        let at = || (path.attribute(segment::OUTPUT), Value);
        let output =
            self.datastore_ref(transformer.output(), at).unwrap_or_else(|| transformer.output().clone());
        let mut artifact = transformer.artifact().clone();
        if let CodeArtifact::Sql { selects } = &mut artifact {
            for select in selects {
                let at = || (path.child(segment::SELECTS, &select.dataset), ShortName);
                select.dataset = self.dataset_in(&output, &select.dataset, at);
            }
        }
        let mut releases = Vec::new();
        for Release { output: dataset, zone, reason } in transformer.releases() {
            let at = path.child(segment::RELEASES, format!("{dataset} {zone}"));
            let dataset = self.dataset_in(&output, dataset, || (at.clone(), ShortPart));
            let zone = self.zone_ref(zone, || (at, Part)).unwrap_or_else(|| zone.clone());
            releases.push(Release::new(dataset, zone, reason.clone()));
        }
        let mut removals = BTreeMap::new();
        for (dataset, removed) in transformer.removals() {
            let at = || (path.child(segment::REMOVES, dataset), ShortName);
            let named = self.dataset_in(&output, dataset, at);
            // What is said by both names stays as it is: neither replaces the other.
            let is_said_twice = named != *dataset && transformer.removals().contains_key(&named);
            removals.insert(if is_said_twice { dataset.clone() } else { named }, removed.clone());
        }
        (self.found.len() > before).then(|| {
            let now = transformer.clone().filling(output).with_artifact(artifact);
            now.with_releases(releases).with_removals(removals)
        })
    }
}
