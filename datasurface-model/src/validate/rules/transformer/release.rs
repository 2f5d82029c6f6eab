//! Releases: the zone has consented to what is released, as it is now.

use super::{
    super::{RuleContext, former::FORMER_NAME},
    path,
};
use crate::validate::{facts::OutputFact, origins::ReleaseKey};
use datasurface_ecosystem::{
    CodeInfo, Consent, DataTransformer, Diagnostic, GovernanceZone, ModelPath, Reference, Release,
    Suggestion, Workspace,
};
use datasurface_schema::{Entity, ZoneName, segment};
use serde_json::json;

pub(in super::super) static NO_CONSENT: CodeInfo = CodeInfo::warning(
    "transformer/no-consent",
    "a release waits for the consent of the zone",
    "A transformer asks that an output be free from the policies of a zone from which it derives. Until the zone consents, these \
     hold. Its repository adds the consent that is shown, to exactly this version of the code, its inputs and the output.",
)
.not_waivable();

pub(in super::super) static CONSENT_OUTDATED: CodeInfo = CodeInfo::error(
    "transformer/consent-outdated",
    "a zone has consented to the release of something else",
    "The code of the transformer, what it reads, what was done to that before, or what it makes is another than when the zone looked at \
     it, so that its policies hold again. Undo the change, or ask the zone to look once more and to renew its consent.",
);

pub(in super::super) static UNKNOWN_RELEASE: CodeInfo = CodeInfo::error(
    "transformer/unknown-release",
    "a transformer releases what is not there",
    "A release names a dataset that the transformer makes, and a zone of the ecosystem. Correct the name, or \
     take the release away.",
);

pub(in super::super) static MOVABLE_CODE: CodeInfo = CodeInfo::warning(
    "transformer/movable-code",
    "what is released is made by code that can change under its name",
    "A zone consents to one version of the code. A tag of an image can be given to another one, and a range of versions has more of \
     them tomorrow: the consent would hold for these, too. Name an image by its digest, and of anything else one version (`=1.2.3`, or \
     `==1.2` of a package of Python).",
);

pub(in super::super) static UNUSED_CONSENT: CodeInfo = CodeInfo::warning(
    "transformer/unused-consent",
    "a zone consents to a release that nobody asks for",
    "A consent is to the release of one output, which the transformer of a workspace of that team asks for. One that is left behind \
     would hold for whoever comes back with the same code. Correct it, take it away, or leave it until the release is there.",
)
.not_waivable();

/// Judges the consents of a zone: whether anybody asks for what they let go.
pub(in super::super) fn check_consents(zone: &GovernanceZone, scope: &mut RuleContext<'_>) {
    let Some(name) = scope.unit.zone() else { return };
    for consent in zone.consents() {
        let Consent { team, workspace, output, .. } = consent;
        let key = ReleaseKey { workspace: workspace.clone(), output: output.clone(), zone: name.clone() };
        let owner = scope.facts.workspace_unit(workspace).and_then(|unit| unit.team());
        if owner.is_some_and(|owner| **owner == *team) && scope.facts.asks_for_release(&key) {
            continue;
        }
        let path = path_of(name, consent);
        let message = format!("no transformer of `{team}` asks in `{workspace}` that `{output}` be released");
        let finding = Diagnostic::new(&UNUSED_CONSENT, path.clone(), message)
            .with_help("correct it, take it away, or leave it until the release is asked for")
            .with_suggestion(Suggestion::remove(path));
        scope.report(finding);
    }
}

fn path_of(zone: &ZoneName, Consent { team, workspace, output, of, .. }: &Consent) -> ModelPath {
    let consent = format!("{team} {workspace} {output} {of}");
    ModelPath::root().child(segment::ZONES, zone).child(segment::CONSENTS, consent)
}

/// Judges the releases, and returns those to which the zone consented.
pub(super) fn check<'t>(
    workspace: &Workspace,
    transformer: &'t DataTransformer,
    output: OutputFact<'_>,
    scope: &mut RuleContext<'_>,
) -> Vec<&'t Release> {
    let mut given = Vec::new();
    for release in transformer.releases() {
        let Release { output: dataset, zone, .. } = release;
        let at = path(scope).child(segment::RELEASES, format!("{dataset} {zone}"));
        let is_zone = scope.facts.exists(&Reference::Zone(zone.clone()));
        let unknown = match output.has(dataset) {
            false => Some(format!("the transformer makes no dataset `{dataset}` that it could release")),
            true if is_zone => None,
            true => Some(format!("there is no zone `{zone}` from which it could be released")),
        };
        match unknown {
            Some(message) => {
                let finding = Diagnostic::new(&UNKNOWN_RELEASE, at.clone(), message)
                    .with_help("correct the name, or take the release away")
                    .with_suggestion(Suggestion::remove(at));
                scope.report(finding);
            }
            None => given.extend(consent(workspace, transformer, release, at, scope).then_some(release)),
        }
    }
    given
}

fn consent(
    workspace: &Workspace,
    transformer: &DataTransformer,
    release: &Release,
    at: ModelPath,
    scope: &mut RuleContext<'_>,
) -> bool {
    let Some(team) = scope.unit.team() else { return false };
    let (dataset, zone, name) = (&release.output, &release.zone, workspace.name());
    let key = ReleaseKey { workspace: name.clone(), output: dataset.clone(), zone: zone.clone() };
    let Some(fingerprints) = scope.facts.release_fingerprints(&key) else { return false };
    let help = "name an image by its digest, or ask for one version: `=1.2.3`";
    if !transformer.artifact().is_fixed() {
        let message = format!("the code that makes `{dataset}`, which is to be released, can change");
        scope.report(Diagnostic::new(&MOVABLE_CODE, at.clone(), message).with_help(help));
    }
    if let Some(upstream) = &fingerprints.movable {
        let message = format!(
            "the code that makes `{upstream}`, of which `{dataset}` is made, can change after its release"
        );
        scope.report(Diagnostic::new(&MOVABLE_CODE, at.clone(), message).with_help(help));
    }
    let fingerprint = &fingerprints.present;
    let consents = scope.facts.consents(zone);
    let mut given = consents.into_iter().flatten().filter(|consent| consent.is_about(team, name, dataset));
    if given.clone().any(|consent| consent.of == *fingerprint) {
        return true;
    }
    let former = given.clone().find(|consent| fingerprints.has(&consent.of));
    let outdated = former.or_else(|| given.next());
    let output = transformer.output();
    let list = ModelPath::root().child(segment::ZONES, zone).attribute(segment::CONSENTS);
    let wanted = json!({"team": team.to_string(), "workspace": name, "output": dataset, "of": fingerprint});
    let finding = match outdated {
        Some(consent) if former.is_some() => {
            let message = format!(
                "the zone `{zone}` has consented to the release of `{output}/{dataset}` by names from before a rename"
            );
            Diagnostic::new(&FORMER_NAME, path_of(zone, consent), message)
                .with_help(format!("consent to `{fingerprint}`, too, before `renamed_from` is taken away"))
                .with_suggestion(Suggestion::add(list, wanted))
                .related_place(at, "is the release")
        }
        Some(outdated) => {
            let message = format!(
                "the zone `{zone}` has consented to the release of another version of `{output}/{dataset}`"
            );
            Diagnostic::new(&CONSENT_OUTDATED, at, message)
                .with_help(format!(
                    "undo the change, or ask the zone `{zone}` to look at it and to consent to `{fingerprint}`"
                ))
                .related_place(path_of(zone, outdated), "is the consent")
        }
        None => {
            let message =
                format!("the zone `{zone}` has not consented to the release of `{output}/{dataset}`");
            Diagnostic::new(&NO_CONSENT, at, message)
                .with_help(format!("ask the zone `{zone}` to look at it and to consent to `{fingerprint}`"))
                .with_suggestion(Suggestion::add(list, wanted))
        }
    };
    scope.report(finding);
    former.is_some()
}
