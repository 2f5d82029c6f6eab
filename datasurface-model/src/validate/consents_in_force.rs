//! Consents of zones by which something is released.

use super::{
    origins::{ReleaseFingerprints, ReleaseKey, named_in_release},
    unit_index::UnitIndex,
};
use datasurface_ecosystem::{Consent, Ecosystem};
use datasurface_schema::{DatasetKey, ZoneName};
use std::collections::BTreeSet;

/// A consent by which something is released.
#[derive(Clone, Debug)]
pub struct ConsentInForce<'e> {
    /// The zone that consents.
    pub zone: &'e ZoneName,
    /// The consent, as the zone wrote it.
    pub consent: &'e Consent,
    /// The datasets that the consent is about: what is read, what that is made of where it is data of the zone, and what is released.
    pub datasets: BTreeSet<DatasetKey>,
}

/// Returns these consents, by zone.
pub(super) fn consents_in_force<'e>(
    ecosystem: &'e Ecosystem,
    directory: &UnitIndex,
) -> Vec<ConsentInForce<'e>> {
    let in_force = ecosystem.all_consents().filter_map(|(zone, consent)| {
        let Consent { team, workspace, output, of, .. } = consent;
        let key = ReleaseKey { workspace: workspace.clone(), output: output.clone(), zone: zone.clone() };
        let found = directory.workspaces().get(workspace)?.1.located();
        let fingerprints = ReleaseFingerprints::find(&key, directory)?;
        let is_in_force = directory.asks_for_release(&key) && *found.team == *team && fingerprints.has(of);
        is_in_force.then(|| ConsentInForce { zone, consent, datasets: named_in_release(&key, directory) })
    });
    in_force.collect()
}
