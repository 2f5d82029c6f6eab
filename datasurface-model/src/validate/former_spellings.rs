//! References by former names that are not written as references: in statements of transformers, and in what zones consent to.

use super::{
    origins::{ReleaseFingerprints, ReleaseKey, named_in_release},
    statement_inputs::{inputs, sinks},
    unit_index::UnitIndex,
    unit_members::Located,
};
use datasurface_ecosystem::{CodeArtifact, Consent, Ecosystem, FormerSpelling, ModelPath, Workspace};
use datasurface_schema::{ZoneName, segment};
use datasurface_sql::compile;

/// Returns these references.
pub(super) fn former_spellings(ecosystem: &Ecosystem, directory: &UnitIndex) -> Vec<FormerSpelling> {
    let in_statements = directory.workspaces().iter().flat_map(|workspace| inputs_of(workspace, directory));
    let in_consents = ecosystem.all_consents().flat_map(|(zone, consent)| released(zone, consent, directory));
    in_statements.chain(in_consents).collect()
}

/// The inputs that statements call by keys that these had before.
fn inputs_of(workspace: &Located<Workspace>, directory: &UnitIndex) -> Vec<FormerSpelling> {
    let artifact = workspace.entity.transformer().map(|transformer| transformer.artifact());
    let Some(CodeArtifact::Sql { selects }) = artifact else { return Vec::new() };
    // Most statements read nothing that was renamed, and are not compiled.
    if sinks(&workspace.entity).all(|key| directory.former_keys(key).is_empty()) {
        return Vec::new();
    }
    let inputs = inputs(&workspace.entity, directory);
    let path = workspace.path().attribute(segment::TRANSFORMER);
    let found = selects.iter().flat_map(|select| {
        let at = path.child(segment::SELECTS, &select.dataset);
        let former = inputs.former_in(&select.sql, &compile(&select.sql, &inputs));
        former.into_iter().map(move |input| FormerSpelling::of_input(at.clone(), input.spelled, input.meant))
    });
    found.collect()
}

/// What a consent lets go by keys that this had before.
fn released(zone: &ZoneName, consent: &Consent, directory: &UnitIndex) -> Vec<FormerSpelling> {
    let Consent { team, workspace, output, of, .. } = consent;
    let key = ReleaseKey { workspace: workspace.clone(), output: output.clone(), zone: zone.clone() };
    let fingerprints = ReleaseFingerprints::find(&key, directory);
    if fingerprints.is_none_or(|found| *of == found.present || *of != found.former) {
        return Vec::new();
    }
    let name = format!("{team} {workspace} {output} {of}");
    let at = ModelPath::root().child(segment::ZONES, zone).child(segment::CONSENTS, name);
    let named = named_in_release(&key, directory).into_iter();
    let renamed = named.filter_map(|meant| {
        Some(FormerSpelling::of_consent(at.clone(), directory.former_keys(&meant).pop()?, meant))
    });
    renamed.collect()
}
