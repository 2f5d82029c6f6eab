//! `container/same-place`: containers that are one physical database, or a part of it.
//!
//! A container is found by each of its addresses: a cluster has several, and two containers may share any of them.

use super::{super::RuleContext, path_of};
use datasurface_ecosystem::{CodeInfo, ContainerKind, DataContainer, DatabaseServer, Diagnostic, Protects};
use datasurface_schema::{ContainerKey, Entity, Text, segment};
use std::net::IpAddr;

/// Longest key of an object, in bytes: longer prefixes begin nothing.
const LONGEST_KEY: usize = 1024;

pub(in super::super) static SAME_PLACE: CodeInfo = CodeInfo::warning(
    "container/same-place",
    "two containers are one physical database",
    "Two containers have the same address, or one is a part of the other: a prefix inside of a bucket, a broker of the same \
     cluster. Whoever writes to one writes to the other; and policies, encryption and location, which are said twice, may be \
     said differently. Use one container for both, or correct an address.",
)
.protecting(Protects::ContainerTeam);

pub(in super::super) static OTHER_CLAIM: CodeInfo = CodeInfo::error(
    "container/other-claim",
    "two containers have one address, and say different things of it",
    "One physical database belongs to one team, is at one place, and is encrypted in one way. Two containers that say it differently \
     cannot both be right, and each zone's policies would believe what suits it. Keep one container, and let its team say in \
     `usable_by` who else uses it; or correct an address. Files of two machines need two names, and a server that others reach is not \
     `localhost`: a platform finds both by the address alone.",
)
.protecting(Protects::ContainerTeam);

pub(super) fn check<'a>(container: &DataContainer, scope: &mut RuleContext<'a>) {
    let Some(team) = scope.unit.team() else { return };
    let key = ContainerKey::new(&team.zone, &team.team, container.name());
    let first = |address: &Text| scope.facts.first_at(address).filter(|first| **first != key);
    let others: Vec<_> = addresses(container).iter().filter_map(first).collect();
    let claim =
        |other: &'a ContainerKey| other_claim(&key, container, other, scope).map(|claim| (other, claim));
    let (code, message, related, other) = if let Some((other, claim)) = others.iter().copied().find_map(claim)
    {
        let message =
            format!("the container `{key}` is the same physical database as `{other}`, and {claim}");
        (&OTHER_CLAIM, message, "has the same address", other)
    } else if let Some(other) = others.first() {
        let message = format!("the container `{key}` is the same physical database as `{other}`");
        (&SAME_PLACE, message, "has the same address", *other)
    } else if let Some(outer) = outer_addresses(container).iter().find_map(first) {
        (&SAME_PLACE, format!("the container `{key}` is a part of `{outer}`"), "has all that it has", outer)
    } else {
        return;
    };
    let finding = Diagnostic::new(code, scope.path().child(segment::CONTAINERS, container.name()), message)
        .with_help("use one container for both, or correct one of the addresses")
        .related_place(path_of(other), related);
    scope.report(finding);
}

/// What a container says of its address that another one says differently.
fn other_claim(
    key: &ContainerKey,
    container: &DataContainer,
    other_key: &ContainerKey,
    scope: &RuleContext<'_>,
) -> Option<&'static str> {
    let other = scope.facts.container(other_key)?;
    if key.team_key() != other_key.team_key() {
        Some("belongs to another team")
    } else if container.locations() != other.locations() {
        Some("is said to be at another place")
    } else if container.encryption() != other.encryption() {
        Some("is said to be encrypted otherwise")
    } else {
        None
    }
}

/// What two containers share that are one physical database; nothing of those that are none. A cluster has several.
pub(in super::super::super) fn addresses(container: &DataContainer) -> Vec<Text> {
    let kind = container.kind();
    let technology = kind.technology();
    let at = |host: &str| format!("{technology} {}", host_of(host));
    if let Some(DatabaseServer { host, port, database }) = kind.server() {
        return vec![format!("{} {port} {database}", at(host)).into()];
    }
    match kind {
        ContainerKind::Sqlite { file } | ContainerKind::DuckDb { file } => {
            // One file is one file, whatever opens it and wherever it is said to be: a platform finds it by its name alone.
            vec![format!("file {}", ContainerKind::plain_file(file)).into()]
        }
        ContainerKind::Snowflake { account, database } => {
            // Snowflake tells no cases apart.
            vec![format!("{technology} {account} {database}").to_ascii_lowercase().into()]
        }
        ContainerKind::ObjectStorage { bucket, prefix, endpoint } => {
            vec![in_bucket(bucket, prefix.trim_end_matches('/'), endpoint.as_deref())]
        }
        ContainerKind::Kafka { brokers } => {
            let brokers = brokers.iter().filter_map(|broker| broker.rsplit_once(':'));
            brokers.map(|(host, port)| format!("{} {port}", at(host)).into()).collect()
        }
        // Of one without properties nobody but a plug-in knows what it is.
        ContainerKind::Custom { technology, properties } if !matches!(properties.as_str(), "{}" | "null") => {
            let places: Vec<_> = container.locations().iter().map(ToString::to_string).collect();
            vec![format!("custom {technology} {} {}", properties.as_str(), places.join(",")).into()]
        }
        _ => Vec::new(),
    }
}

/// The addresses of what the container is a part of: of its bucket, and of each prefix that begins its own.
fn outer_addresses(container: &DataContainer) -> Vec<Text> {
    let ContainerKind::ObjectStorage { bucket, prefix, endpoint } = container.kind() else {
        return Vec::new();
    };
    let own = prefix.trim_end_matches('/');
    if own.is_empty() {
        return Vec::new();
    }
    let parts = own.match_indices('/').map(|(end, _)| end).take_while(|end| *end <= LONGEST_KEY);
    let outer = parts.filter_map(|end| own.get(..end));
    std::iter::once("").chain(outer).map(|outer| in_bucket(bucket, outer, endpoint.as_deref())).collect()
}

fn in_bucket(bucket: &str, prefix: &str, endpoint: Option<&str>) -> Text {
    let endpoint = endpoint.unwrap_or_default().trim_end_matches('/').to_ascii_lowercase();
    format!("object_storage {endpoint} {bucket} {prefix}").into()
}

/// A host as it is written by nobody but one.
pub(super) fn host_of(text: &str) -> String {
    let text = text.strip_suffix('.').unwrap_or(text);
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inside.unwrap_or(text).parse::<IpAddr>() {
        // What a machine calls itself.
        Ok(address) if address.to_canonical().is_loopback() => "localhost".to_owned(),
        Ok(address) => address.to_canonical().to_string(),
        Err(_) => text.to_ascii_lowercase(),
    }
}
