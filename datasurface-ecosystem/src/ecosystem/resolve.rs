//! Resolution of paths in a model: whether a written path leads to a part.

use super::{
    CodeArtifact, Ecosystem, GovernanceZone, InfrastructureLocation, Team, Workspace, ZoneDeclaration,
};
use datasurface_schema::{DatasetKey, GroupKey, Named, PolicyKey, segment};

impl Ecosystem {
    /// Whether everything is there that the text of a [path](crate::ModelPath) names on its way. Attributes are not looked at: what is
    /// left out is there, too.
    #[must_use]
    pub fn has_path(&self, path: &str) -> bool {
        let segments: Vec<&str> = path.split('/').collect();
        match segments.as_slice() {
            [segment::ZONES, zone, inside @ ..] => {
                self.zones().get(*zone).is_some_and(|zone| is_in_declaration(inside, zone))
            }
            [segment::VENDORS, vendor, inside @ ..] => {
                self.vendors().get(*vendor).is_some_and(|vendor| is_in_locations(inside, vendor.locations()))
            }
            [segment::PLATFORMS, platform, ..] => self.platforms().get(*platform).is_some(),
            [segment::GROUP_PINS, workspace, group, ..] => {
                self.group_pins().get(&GroupKey::new(*workspace, *group)).is_some()
            }
            [segment::PRIMARY_PINS, datastore, ..] => self.primary_pins().get(*datastore).is_some(),
            _ => true,
        }
    }

    /// Whether its zone has a policy.
    #[must_use]
    pub fn has_policy(&self, key: &PolicyKey) -> bool {
        let zone = self.zones().get(&key.zone).and_then(ZoneDeclaration::definition);
        zone.is_some_and(|zone| zone.policies().get(&key.policy).is_some())
    }
}

fn is_in_declaration(path: &[&str], zone: &ZoneDeclaration) -> bool {
    match path {
        [segment::POLICIES | segment::TEAMS, _, ..] => {
            zone.definition().is_some_and(|zone| is_in_zone(path, zone))
        }
        _ => true,
    }
}

fn is_in_zone(path: &[&str], zone: &GovernanceZone) -> bool {
    match path {
        [segment::POLICIES, policy, ..] => zone.policies().get(*policy).is_some(),
        [segment::TEAMS, team, inside @ ..] => zone.teams().get(*team).is_some_and(|team| match inside {
            [
                segment::CONTAINERS | segment::CREDENTIALS | segment::DATASTORES | segment::WORKSPACES,
                _,
                ..,
            ] => team.definition().is_some_and(|team| is_in_team(inside, team)),
            _ => true,
        }),
        _ => true,
    }
}

fn is_in_team(path: &[&str], team: &Team) -> bool {
    match path {
        [segment::CONTAINERS, container, ..] => team.containers().get(*container).is_some(),
        [segment::CREDENTIALS, credential, ..] => team.credentials().get(*credential).is_some(),
        [segment::DATASTORES, datastore, inside @ ..] => {
            let Some(datastore) = team.datastores().get(*datastore) else { return false };
            match inside {
                [segment::DATASETS, dataset, segment::COLUMNS, column, ..] => {
                    let dataset = datastore.datasets().get(*dataset);
                    dataset.is_some_and(|dataset| !dataset.schema().lacks(&(*column).into()))
                }
                [segment::DATASETS, dataset, ..] => datastore.datasets().get(*dataset).is_some(),
                [segment::CAPTURE, ..] => datastore.capture().is_some(),
                _ => true,
            }
        }
        [segment::WORKSPACES, workspace, inside @ ..] => {
            team.workspaces().get(*workspace).is_some_and(|workspace| is_in_workspace(inside, workspace))
        }
        _ => true,
    }
}

fn is_in_workspace(path: &[&str], workspace: &Workspace) -> bool {
    match path {
        [segment::GROUPS, group, segment::SINKS, datastore, dataset, ..] => {
            let group = workspace.groups().get(*group);
            let sink = DatasetKey::new(*datastore, *dataset);
            group.is_some_and(|group| group.sinks().get(&sink).is_some())
        }
        [segment::GROUPS, group, ..] => workspace.groups().get(*group).is_some(),
        [segment::TRANSFORMER, inside @ ..] => {
            let Some(transformer) = workspace.transformer() else { return false };
            match (inside, transformer.artifact()) {
                ([segment::SELECTS, output, ..], CodeArtifact::Sql { selects }) => {
                    selects.iter().any(|select| select.dataset == *output)
                }
                _ => true,
            }
        }
        _ => true,
    }
}

fn is_in_locations(path: &[&str], mut locations: &Named<InfrastructureLocation>) -> bool {
    let mut rest = path;
    while let [segment::LOCATIONS, location, inside @ ..] = rest {
        let Some(location) = locations.get(*location) else { return false };
        (locations, rest) = (location.locations(), inside);
    }
    true
}
