//! Containers that get another address while credentials of other teams open them.

use super::{
    approval::RequiredApproval,
    changed_model::ChangedModel,
    required::{declarations, team_path},
};
use datasurface_model::{ContainerKey, ContainerKind, Entity, Text, ownership::OwnedPart, segment};

/// A credential was meant for the server at which a container was: it is presented to another one only if its team agrees.
pub(super) fn that_others_open(change: &ChangedModel<'_>, required: &mut Vec<RequiredApproval>) {
    for (team, declaration) in declarations(&change.pruned.new) {
        let former = change.former.part(&OwnedPart::Team(team.clone()));
        for container in declaration.definition().into_iter().flat_map(|team| team.containers()) {
            let key = ContainerKey::new(&team.zone, &team.team, container.name());
            let OwnedPart::Team(old_team) = &former else { continue };
            // The statement of a rename stays for as long as anybody spells the former name.
            let names = [Some(container.name()), container.former_name()].into_iter().flatten();
            let moved = names.filter_map(|name| {
                let old_key = ContainerKey::new(&old_team.zone, &old_team.team, name);
                let old = change.old.container(&old_key)?;
                (destination(old.kind()) != destination(container.kind())).then_some(old_key)
            });
            let openers = moved.flat_map(|old_key| change.old.teams_that_open(&old_key));
            for opener in openers.filter(|opener| opener != old_team) {
                let part = OwnedPart::Team(opener.clone());
                let Some(owner) = part.owner(change.old) else { continue };
                let place = team_path(&team).child(segment::CONTAINERS, container.name());
                required.push(RequiredApproval {
                    path: place,
                    part: OwnedPart::Team(team.clone()),
                    owner: owner.clone(),
                    reason: format!(
                        "a credential of {part} opens the container `{key}`, which gets another address"
                    ),
                    related: team_path(&opener),
                });
            }
        }
    }
}

/// Returns where a secret for such a container goes to, in one form of what may be written in several. Rules that look for two containers
/// in one place take for the same whatever may be; this one takes for another whatever may be.
fn destination(kind: &ContainerKind) -> ContainerKind {
    let mut kind = kind.clone();
    match &mut kind {
        ContainerKind::Sqlite { file } | ContainerKind::DuckDb { file } => {
            *file = ContainerKind::plain_file(file).into();
        }
        ContainerKind::Postgres { host, .. }
        | ContainerKind::MySql { host, .. }
        | ContainerKind::SqlServer { host, .. }
        | ContainerKind::Oracle { host, .. }
        | ContainerKind::Db2 { host, .. } => *host = plain_host(host).into(),
        ContainerKind::Snowflake { account, .. } => {
            let host = plain_host(account);
            *account = host.strip_suffix(".snowflakecomputing.com").unwrap_or(&host).into();
        }
        ContainerKind::Kafka { brokers } => {
            let plain = brokers.iter().map(|broker| Text::from(plain_server(broker, "")));
            *brokers = plain.collect();
            brokers.sort();
            brokers.dedup();
        }
        ContainerKind::ObjectStorage { prefix, endpoint, .. } => {
            *prefix = prefix.trim_end_matches('/').into();
            *endpoint = endpoint.as_deref().map(|endpoint| plain_endpoint(endpoint).into());
        }
        _ => {}
    }
    kind
}

fn plain_host(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// Returns `host:port` in one form, without the port that goes without saying.
fn plain_server(server: &str, usual_port: &str) -> String {
    match server.rsplit_once(':') {
        Some((host, port)) if port == usual_port => plain_host(host),
        Some((host, port)) => format!("{}:{port}", plain_host(host)),
        None => plain_host(server),
    }
}

fn plain_endpoint(endpoint: &str) -> String {
    let Some((scheme, rest)) = endpoint.split_once("://") else { return endpoint.to_owned() };
    let scheme = scheme.to_ascii_lowercase();
    let (server, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let usual_port = if scheme == "https" { "443" } else { "80" };
    format!("{scheme}://{}{}", plain_server(server, usual_port), path.trim_end_matches('/'))
}
