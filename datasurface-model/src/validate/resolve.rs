//! Whether a path that somebody has written leads to something.

use crate::ecosystem::{Ecosystem, GovernanceZone, InfrastructureLocation, Team, ZoneDeclaration};
use datasurface_schema::{DatasetKey, GroupKey, Named, PolicyKey};

/// Whether everything is there that the text of a path names on its way. Attributes are not looked at: what is left out
/// is there, too.
pub(super) fn leads_somewhere(path: &str, ecosystem: &Ecosystem) -> bool {
    let segments: Vec<&str> = path.split('/').collect();
    match segments.as_slice() {
        ["zones", zone, inside @ ..] => {
            ecosystem.zones().get(*zone).is_some_and(|zone| is_in_declaration(inside, zone))
        }
        ["vendors", vendor, inside @ ..] => {
            ecosystem.vendors().get(*vendor).is_some_and(|vendor| is_in_locations(inside, vendor.locations()))
        }
        ["platforms", platform, ..] => ecosystem.platforms().get(*platform).is_some(),
        ["group_pins", workspace, group, ..] => {
            ecosystem.group_pins().get(&GroupKey::new(*workspace, *group)).is_some()
        }
        ["primary_pins", datastore, ..] => ecosystem.primary_pins().get(*datastore).is_some(),
        _ => true,
    }
}

/// Whether its zone has a policy.
pub(super) fn has_policy(key: &PolicyKey, ecosystem: &Ecosystem) -> bool {
    let zone = ecosystem.zones().get(&key.zone).and_then(ZoneDeclaration::definition);
    zone.is_some_and(|zone| zone.policies().get(&key.policy).is_some())
}

fn is_in_declaration(path: &[&str], zone: &ZoneDeclaration) -> bool {
    match path {
        ["policies" | "teams", _, ..] => zone.definition().is_some_and(|zone| is_in_zone(path, zone)),
        _ => true,
    }
}

fn is_in_zone(path: &[&str], zone: &GovernanceZone) -> bool {
    match path {
        ["policies", policy, ..] => zone.policies().get(*policy).is_some(),
        ["teams", team, inside @ ..] => zone.teams().get(*team).is_some_and(|team| match inside {
            ["containers" | "datastores" | "workspaces", _, ..] => {
                team.definition().is_some_and(|team| is_in_team(inside, team))
            }
            _ => true,
        }),
        _ => true,
    }
}

fn is_in_team(path: &[&str], team: &Team) -> bool {
    match path {
        ["containers", container, ..] => team.containers().get(*container).is_some(),
        ["datastores", datastore, inside @ ..] => {
            let Some(datastore) = team.datastores().get(*datastore) else { return false };
            match inside {
                ["datasets", dataset, "columns", column, ..] => {
                    let dataset = datastore.datasets().get(*dataset);
                    dataset.is_some_and(|dataset| !dataset.schema().lacks(&(*column).into()))
                }
                ["datasets", dataset, ..] => datastore.datasets().get(*dataset).is_some(),
                _ => true,
            }
        }
        ["workspaces", workspace, inside @ ..] => {
            let Some(workspace) = team.workspaces().get(*workspace) else { return false };
            match inside {
                ["groups", group, "sinks", datastore, dataset, ..] => {
                    let group = workspace.groups().get(*group);
                    let sink = DatasetKey::new(*datastore, *dataset);
                    group.is_some_and(|group| group.wanted().get(&sink).is_some())
                }
                ["groups", group, ..] => workspace.groups().get(*group).is_some(),
                _ => true,
            }
        }
        _ => true,
    }
}

fn is_in_locations(path: &[&str], mut locations: &Named<InfrastructureLocation>) -> bool {
    let mut rest = path;
    while let ["locations", location, inside @ ..] = rest {
        let Some(location) = locations.get(*location) else { return false };
        (locations, rest) = (location.locations(), inside);
    }
    true
}
