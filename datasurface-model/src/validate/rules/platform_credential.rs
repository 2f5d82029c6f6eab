//! `platform/team-credential`: the settings of a platform name no credential of a team, by none of its names.

use super::RuleContext;
use datasurface_ecosystem::{CodeInfo, Diagnostic, FormerNames, ModelPath, PlatformDeclaration, Reference};
use datasurface_schema::{CredentialKey, Entity, Json, segment};
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) static TEAM_CREDENTIAL: CodeInfo = CodeInfo::error(
    "platform/team-credential",
    "the settings of a platform name the credential of a team",
    "A credential belongs to the team that declares it, and is presented to the containers that it `opens`. What a platform logs in with belongs to \
     the ecosystem, which declares the platform. If both had one name, the settings would present the team's secret to any host, or the team the \
     platform's to its own containers. Let the settings name a credential that no team declares.",
);

/// Judges the credentials that the settings of a platform and of its hints name: which setting that is, the plug-in alone knows.
pub(super) fn check(platform: &PlatformDeclaration, scope: &mut RuleContext<'_>) {
    for settings in settings(platform) {
        for key in keys(settings.value) {
            if scope.facts.credential(&key).is_some() {
                scope.report(settings.finding(&key, &key));
            }
        }
    }
}

/// Judges those that they name as teams and zones were called before: whoever provides secrets may do so by that name still.
pub(in crate::validate) fn by_former_names(
    names: &FormerNames,
    exists: impl Fn(&CredentialKey) -> bool,
) -> Vec<Diagnostic> {
    if !names.lead_somewhere() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for settings in names.written().platforms().iter().flat_map(settings) {
        for key in keys(settings.value) {
            let Reference::Team(team) = names.leads_to(&Reference::Team(key.team_key())) else { continue };
            let meant = CredentialKey::of_team(&team, &key.credential);
            if meant != key && exists(&meant) {
                findings.push(settings.finding(&key, &meant));
            }
        }
    }
    findings
}

struct Settings<'a> {
    value: &'a Json,
    place: ModelPath,
    /// What messages call them.
    subject: String,
}

impl Settings<'_> {
    fn finding(&self, key: &CredentialKey, declared: &CredentialKey) -> Diagnostic {
        let (subject, team) = (&self.subject, declared.team_key());
        let message = format!("{subject} name `{key}`, which is a credential of the team `{team}`");
        let declared = ModelPath::team(&team).child(segment::CREDENTIALS, &declared.credential);
        Diagnostic::new(&TEAM_CREDENTIAL, self.place.clone(), message)
            .with_help("name a credential that no team declares, and give it a secret of its own")
            .related_place(declared, "is the credential")
    }
}

/// The settings of a platform, and those of its hints.
fn settings(platform: &PlatformDeclaration) -> Vec<Settings<'_>> {
    let root = ModelPath::root().child(segment::PLATFORMS, platform.name());
    let own = Settings {
        value: platform.config(),
        place: root.clone().attribute(segment::CONFIG),
        subject: format!("the settings of the platform `{}`", platform.name()),
    };
    let of_hints = platform.hints().iter().map(|hint| Settings {
        value: hint.settings(),
        place: root.clone().child(segment::HINTS, hint.name().to_string()).attribute(segment::SETTINGS),
        subject: format!("the settings of the hint about `{}`", hint.name()),
    });
    std::iter::once(own).chain(of_hints).collect()
}

/// What may be the keys of credentials: settings of their own, or parameters of addresses.
fn keys(settings: &Json) -> BTreeSet<CredentialKey> {
    let mut texts = Vec::new();
    let mut open = vec![settings.value()];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => open.extend(members.into_iter().map(|(_, value)| value)),
            Value::Array(elements) => open.extend(elements),
            Value::String(text) => texts.push(text),
            _ => {}
        }
    }
    let words = texts.iter().flat_map(|text| text.split(['?', '&', '=']).chain([text.as_str()]));
    words.filter(|word| word.split('/').count() == 3).map(CredentialKey::from).collect()
}
