//! Resolution of paths in a model: whether a written path leads to a part.

use super::{
    CodeArtifact, DataTransformer, Ecosystem, GovernanceZone, InfrastructureLocation, Team, Workspace,
    ZoneDeclaration,
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
            [segment::GROUP_PINS, workspace, group, inside @ ..] => {
                let pin = self.group_pins().get(&GroupKey::new(*workspace, *group));
                pin.is_some_and(|pin| match inside {
                    [segment::PLATFORMS, name, ..] => pin.platforms().iter().any(|wished| wished == name),
                    _ => true,
                })
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
            workspace.transformer().is_some_and(|transformer| is_in_transformer(inside, transformer))
        }
        _ => true,
    }
}

fn is_in_transformer(path: &[&str], transformer: &DataTransformer) -> bool {
    match path {
        [segment::SELECTS, output, ..] => match transformer.artifact() {
            CodeArtifact::Sql { selects } => selects.iter().any(|select| select.dataset == *output),
            _ => false,
        },
        [segment::REMOVES, output, inside @ ..] => {
            let removed = transformer.removals().get(*output);
            removed.is_some_and(|removed| match inside {
                [label, segment::COLUMNS, column, ..] => {
                    removed.get(*label).is_some_and(|removal| removal.columns().contains_key(*column))
                }
                [label, ..] => removed.contains_key(*label),
                [] => true,
            })
        }
        [segment::RELEASES, release, ..] => {
            transformer.releases().iter().any(|asked| format!("{} {}", asked.output, asked.zone) == *release)
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

#[cfg(test)]
mod tests {
    use crate::{DataTransformer, Ecosystem, GovernanceZone, GroupPin, Release, Removal, Team, Workspace};
    use datasurface_schema::GroupKey;

    #[test]
    fn a_path_is_there_if_all_that_it_names_is() {
        let transformer = DataTransformer::sql("Made")
            .select("a", "SELECT 1")
            .removal("a", "PII", Removal::new("cut").column("city", "cut"))
            .release(Release::new("a", "EU", "counts"));
        let team = Team::new().workspace(Workspace::new("Making").with_transformer(transformer));
        let ecosystem = Ecosystem::new("E", "github:e/e@main", "github:e/live@main")
            .zone("EU", "github:e/eu@main", GovernanceZone::new().team("T", "github:e/t@main", team))
            .group_pin("Making/g", ["Mill"]);
        assert_eq!(
            ecosystem.group_pins().get(&GroupKey::new("Making", "g")).map(GroupPin::platforms).unwrap().len(),
            1
        );
        let at = "zones/EU/teams/T/workspaces/Making/transformer";
        for there in ["", "/selects/a/sql", "/removes/a/PII/columns/city", "/releases/a EU"] {
            assert!(ecosystem.has_path(&format!("{at}{there}")), "{there}");
        }
        for missing in ["/selects/b", "/removes/b/PII", "/removes/a/PII/columns/id", "/releases/a US"] {
            assert!(!ecosystem.has_path(&format!("{at}{missing}")), "{missing}");
        }
        assert!(ecosystem.has_path("group_pins/Making/g/platforms/Mill"));
        assert!(!ecosystem.has_path("group_pins/Making/g/platforms/Big"));
        assert!(!ecosystem.has_path("zones/EU/teams/T/workspaces/Other/transformer"));
    }
}
