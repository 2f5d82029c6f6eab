//! Credentials: what a team declares, how the team names it, and what repositories are read with.

use super::{
    sets::set,
    short_form::{Compact, ShortForm},
    words::Word,
};
use crate::shape::{Shape, Shaped};
use datasurface_model::{
    ContainerKey, Credential, CredentialKind, CredentialName, Entity, RepositoryCredential, Set,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use std::fmt;

/// A credential, and the containers that it opens: those of its team, and those that its team may use.
#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(
    deny_unknown_fields,
    expecting = "a credential, as `{name: lake_rw, opens: [<zone>/<team>/<container>]}`"
)]
#[shape(identified_by(name))]
pub(super) struct CredentialObject {
    name: CredentialName,
    #[serde(default, skip_serializing_if = "Word::is_default")]
    kind: Word<CredentialKind>,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    opens: Set<ShortForm<ContainerKey>>,
}

impl CredentialObject {
    pub(super) fn into_model(self) -> Credential {
        let credential = Credential::new(self.name, self.kind.0);
        self.opens.into_iter().map(|container| container.0).fold(credential, Credential::opening)
    }
}

impl From<&Credential> for CredentialObject {
    fn from(credential: &Credential) -> Self {
        Self {
            name: credential.name().clone(),
            kind: Word(credential.kind()),
            opens: credential.opens().iter().cloned().map(ShortForm).collect(),
        }
    }
}

/// The name of a credential of the same team. What was written before, the credential itself, is refused with what to write now.
#[derive(Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(super) struct OwnCredential(pub(super) CredentialName);

impl Shaped for OwnCredential {
    const SHAPE: Shape = Shape::Leaf;
}

impl<'de> Deserialize<'de> for OwnCredential {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OwnCredentialVisitor)
    }
}

struct OwnCredentialVisitor;

impl<'de> Visitor<'de> for OwnCredentialVisitor {
    type Value = OwnCredential;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a credential of the team, as text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<OwnCredential, E> {
        Ok(OwnCredential(text.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<OwnCredential, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Err(A::Error::custom(
            "a credential is named here, and declared once by its team: write its name alone, as `credential: reader`, and add to \
             the team `credentials: [{name: reader, kind: password, opens: [zone/team/container]}]`",
        ))
    }
}

/// A credential of a repository: its name alone, if it is that of a user and a password.
#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[shape(identified_by(name))]
pub(super) struct RepositoryCredentialObject {
    name: CredentialName,
    kind: Word<CredentialKind>,
}

impl Compact for RepositoryCredential {
    type Long = RepositoryCredentialObject;
    const EXPECTED: &'static str = "a credential, as its name, or as an object with its kind";

    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }

    fn text(&self) -> String {
        self.name().to_string()
    }

    fn from_long(long: RepositoryCredentialObject) -> Self {
        Self::new(long.name, long.kind.0)
    }

    fn long(&self) -> Option<RepositoryCredentialObject> {
        Some(RepositoryCredentialObject { name: self.name().clone(), kind: Word(self.kind()) })
    }
}
