//! `credential/…`: a secret belongs to one team, and opens what that team may use.

use super::{
    RuleContext,
    container::{path_of, users},
    reference,
};
use datasurface_ecosystem::{
    CodeInfo, ContainerKind, Credential, CredentialKind, DataContainer, Diagnostic, ModelPath, Reference,
    Suggestion, Team,
};
use datasurface_schema::{ContainerKey, CredentialKey, CredentialName, Entity, TeamKey, segment};

pub(super) static DOES_NOT_OPEN: CodeInfo = CodeInfo::error(
    "credential/does-not-open",
    "a credential is used for a container that it does not open",
    "A secret is presented to whatever a container says is its host. So a credential lists the containers that it `opens`, and is \
     used for no other one. Add the container to the list, if its host may see the secret; or name another credential.",
);

pub(super) static KIND: CodeInfo = CodeInfo::error(
    "credential/kind",
    "a credential is of a kind that a container does not take",
    "Each technology accepts some kinds of credentials: a file at most a password, a database a password or a \
     certificate, an object storage an access key or a role. Let a credential of such a kind open the container.",
);

pub(super) static NOT_USABLE: CodeInfo = CodeInfo::error(
    "credential/not-usable",
    "a credential opens a container that its team may not use",
    "A team keeps credentials for its own containers, and for those that other teams open to it by `usable_by`. Take the container \
     out of `opens`, or ask its team to list yours; that change belongs into the repository of that team.",
);

/// Judges the credentials that a team declares.
pub(super) fn check(team: &Team, scope: &mut RuleContext<'_>) {
    for credential in team.credentials() {
        for key in credential.opens() {
            check_opened(credential, key, scope);
        }
    }
}

fn check_opened(credential: &Credential, key: &ContainerKey, scope: &mut RuleContext<'_>) {
    let name = credential.name();
    let at = |unit: ModelPath| unit.child(segment::CREDENTIALS, name).child(segment::OPENS, key.to_string());
    let is_listed = |text: &str| credential.opens().contains(&ContainerKey::from(text));
    reference::check_element(Reference::Container(key.clone()), scope, at, is_listed);
    if let Some(team) = scope.unit.team()
        && !users::may_open(key, team, scope)
    {
        let owner = key.team_key();
        let message = format!(
            "the credential `{name}` opens the container `{key}`, which the team `{owner}` did not open to `{team}`"
        );
        let path = at(scope.path());
        let finding = Diagnostic::new(&NOT_USABLE, path.clone(), message)
            .with_help(format!(
                "take the container out, or ask the team `{owner}` to list `{team}` in `usable_by` of the container"
            ))
            .with_suggestion(Suggestion::remove(path))
            .related_place(path_of(key), "is the container");
        scope.report(finding);
    }
    if let Some(container) = scope.facts.container(key)
        && !takes(container.kind(), credential.kind())
    {
        let (kind, found) = (credential.kind(), container.kind().technology());
        let message = format!("`{found}` takes no {kind}, and the credential `{name}` is one");
        let finding = Diagnostic::new(&KIND, at(scope.path()), message)
            .with_help("open the container with a credential of a kind that it takes, or with none where it needs none")
            .related_place(path_of(key), "is of this kind");
        scope.report(finding);
    }
}

/// Judges the credential that a container names for its own team.
pub(super) fn check_default(container: &DataContainer, scope: &mut RuleContext<'_>) {
    let Some(team) = scope.unit.team() else { return };
    let key = ContainerKey::new(&team.zone, &team.team, container.name());
    check_use(container.credential(), &key, scope, |unit| {
        unit.child(segment::CONTAINERS, container.name()).attribute(segment::CREDENTIAL)
    });
}

/// Judges the credential that something of the unit's team names for a container: it belongs to the team, and opens the container.
pub(super) fn check_use(
    credential: Option<&CredentialName>,
    container: &ContainerKey,
    scope: &mut RuleContext<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
) {
    let (Some(name), Some(team)) = (credential, scope.unit.team()) else { return };
    let key = CredentialKey::of_team(team, name);
    let Some(found) = scope.facts.credential(&key) else {
        reference::check(Reference::Credential(key), scope, at);
        return;
    };
    let is_there = scope.facts.exists(&Reference::Container(container.clone()));
    if found.opens().contains(container) || !is_there {
        return;
    }
    let message = format!("the credential `{name}` does not open the container `{container}`");
    let declared = path_of_credential(team, name);
    // What the team may not use it cannot open.
    let opens = declared.attribute(segment::OPENS);
    let suggestion =
        users::may_open(container, team, scope).then(|| Suggestion::add(opens, container.to_string()));
    let finding = Diagnostic::new(&DOES_NOT_OPEN, at(scope.path()), message)
        .with_help("list the container in `opens` of the credential, if its host may see the secret; or name another credential")
        .with_suggestion(suggestion)
        .related_place(declared, "says what it opens");
    scope.report(finding);
}

fn path_of_credential(team: &TeamKey, name: &CredentialName) -> ModelPath {
    let team = ModelPath::root().child(segment::ZONES, &team.zone).child(segment::TEAMS, &team.team);
    team.child(segment::CREDENTIALS, name)
}

fn takes(container: &ContainerKind, credential: CredentialKind) -> bool {
    use CredentialKind::{AccessKey, Certificate, KeyPair, Password, Role, Token};
    match container {
        // A file may be encrypted.
        ContainerKind::Sqlite { .. } | ContainerKind::DuckDb { .. } => matches!(credential, Password),
        ContainerKind::ObjectStorage { .. } => matches!(credential, AccessKey | Role | Token),
        ContainerKind::Snowflake { .. } => matches!(credential, Password | KeyPair | Token),
        ContainerKind::Kafka { .. } => matches!(credential, Password | Certificate | Token),
        ContainerKind::Custom { .. } | ContainerKind::PlatformManaged => true,
        _ => matches!(credential, Password | Certificate | Token | Role),
    }
}
