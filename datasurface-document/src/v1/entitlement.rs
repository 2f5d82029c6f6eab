//! Who may read: `group:analysts`, `role:auditor`, `service:dashboard`.

use super::{short_form::Compact, words::Word};
use crate::shape::Shaped;
use datasurface_model::{Principal, PrincipalName};
use serde::{Deserialize, Serialize};

/// The same in two members, for those who like that better. It is read, and never written.
#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[shape(identified_by(kind, name), separator = ":")]
pub(super) struct PrincipalObject {
    kind: Word<PrincipalKind>,
    name: PrincipalName,
}

/// Of which kind they are.
#[derive(Clone, Copy)]
pub(super) enum PrincipalKind {
    Group,
    Role,
    Service,
}

impl Compact for Principal {
    type Long = PrincipalObject;
    const EXPECTED: &'static str = "who may read, as `group:name`, `role:name` or `service:name`";

    fn from_text(text: &str) -> Result<Self, String> {
        let message = || format!("`{text}` is nobody; write `group:name`, `role:name` or `service:name`");
        Self::from_text(text).ok_or_else(message)
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn from_long(long: PrincipalObject) -> Self {
        match long.kind.0 {
            PrincipalKind::Group => Self::Group(long.name),
            PrincipalKind::Role => Self::Role(long.name),
            PrincipalKind::Service => Self::Service(long.name),
        }
    }

    fn long(&self) -> Option<PrincipalObject> {
        None
    }
}
