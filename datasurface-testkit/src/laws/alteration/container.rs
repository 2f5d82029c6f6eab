//! Containers at another address, and what opens them.

use datasurface_model::{ContainerKind, CredentialKey, DataContainer};
use serde_json::{Value, json};

/// The address of containers in altered facts.
pub(in crate::laws) const ELSEWHERE: &str = "elsewhere.example";

/// The name of credentials in altered facts.
pub(in crate::laws) const OTHER_CREDENTIAL: &str = "other_credential";

pub(super) fn other_credential() -> CredentialKey {
    CredentialKey::new("other_zone", "other_team", OTHER_CREDENTIAL)
}

/// A file is opened without a credential.
pub(super) fn needs_credential(container: &DataContainer) -> bool {
    !matches!(
        container.kind(),
        ContainerKind::Sqlite { .. } | ContainerKind::DuckDb { .. } | ContainerKind::PlatformManaged
    )
}

/// Returns the container at another address; none if nothing is known of its address.
pub(super) fn readdressed(container: &DataContainer) -> Option<DataContainer> {
    let mut document = serde_json::to_value(container).ok()?;
    let is_changed = readdress(&mut document);
    let changed = serde_json::from_value(document).ok()?;
    is_changed.then_some(changed)
}

/// The member of a container's document that says where it is is not the same for every technology.
fn readdress(value: &mut Value) -> bool {
    let Value::Object(members) = value else {
        return false;
    };
    let mut is_changed = false;
    for (name, member) in members {
        is_changed |= match name.as_str() {
            "file" | "host" | "account" | "bucket" if member.is_string() => {
                *member = json!(ELSEWHERE);
                true
            }
            "brokers" if member.is_array() => {
                *member = json!([format!("{ELSEWHERE}:9092")]);
                true
            }
            _ => readdress(member),
        };
    }
    is_changed
}
