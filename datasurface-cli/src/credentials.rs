//! The credentials of a model: in which variables runtimes look for them, whose they are, what they open, and who uses them. Values are
//! never looked at.

use crate::codes::UNUSED_CREDENTIAL;
use datasurface_model::{
    CredentialKey, Diagnostic, Ecosystem, Entity, Findings, Located, ModelPath, Valid, Workspace, segment,
};
use datasurface_platform::credential_variable;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// One credential.
#[derive(Debug, Serialize)]
pub(crate) struct CredentialSummary {
    /// `zone/team/name`.
    credential: String,
    team: String,
    kind: String,
    /// The environment variable of the secret; with `_HOST` behind it, that of the host to which alone it is shown.
    variable: String,
    /// The containers, as `zone/team/container`.
    opens: Vec<String>,
    /// The places in the model that make use of it.
    used_by: Vec<String>,
}

/// The credentials of an ecosystem, in order.
pub(crate) fn credentials(ecosystem: &Valid<Ecosystem>) -> Vec<CredentialSummary> {
    let mut users: BTreeMap<CredentialKey, BTreeSet<String>> = BTreeMap::new();
    for datastore in ecosystem.datastores() {
        if let Some(key) = ecosystem.capture_credential(datastore.entity.name()) {
            let path = datastore.path().attribute(segment::CAPTURE);
            users.entry(key).or_default().insert(path.to_string());
        }
    }
    for workspace in ecosystem.workspaces() {
        if let Some(key) = ecosystem.delivery_credential(workspace.entity.name()) {
            users.entry(key).or_default().insert(Located::<Workspace>::path(workspace).to_string());
        }
    }
    let summary = |key: CredentialKey| {
        let credential = ecosystem.credential(&key)?;
        Some(CredentialSummary {
            credential: key.to_string(),
            team: key.team_key().to_string(),
            kind: credential.kind().to_string(),
            variable: credential_variable(&key),
            opens: credential.opens().iter().map(ToString::to_string).collect(),
            used_by: users.remove(&key).unwrap_or_default().into_iter().collect(),
        })
    };
    ecosystem.credentials().into_iter().filter_map(summary).collect()
}

/// The findings about credentials that nothing uses.
pub(crate) fn unused(ecosystem: &Valid<Ecosystem>, credentials: &[CredentialSummary]) -> Findings {
    let unused = credentials.iter().filter(|credential| credential.used_by.is_empty());
    let finding = |credential: &CredentialSummary| {
        let key = CredentialKey::from(credential.credential.as_str());
        let team = ModelPath::root().child(segment::ZONES, &key.zone).child(segment::TEAMS, &key.team);
        let message = format!("nothing uses the credential `{key}`");
        Diagnostic::new(&UNUSED_CREDENTIAL, team.child(segment::CREDENTIALS, &key.credential), message)
            .with_help("name it where a container is captured from or delivered to, or take it away")
    };
    unused.map(finding).collect::<Findings>().with_addressees(ecosystem)
}

impl fmt::Display for CredentialSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { team, kind, variable, opens, used_by, .. } = self;
        let list = |names: &[String]| match names {
            [] => "nothing".to_owned(),
            names => names.join(", "),
        };
        write!(f, "{variable}\n  {kind} of {team}\n  opens {}\n  used by {}", list(opens), list(used_by))
    }
}
