//! Zones and teams, as declared and as defined.

use super::{
    compact::Compactly,
    container::ContainerObject,
    dataset::DatastoreObject,
    objects::{objects, optional_object},
    schema::Schemas,
    sorted,
    workspace::WorkspaceObject,
};
use crate::{
    ecosystem::{GovernanceZone, Repository, Team, TeamDeclaration, ZoneDeclaration},
    name::{TeamName, ZoneName},
    named::Entity,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a zone, as an object")]
pub(super) struct ZoneObject {
    name: ZoneName,
    owner: Compactly<Repository>,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    definition: Option<ZoneDefinition>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the definition of a zone, as an object")]
struct ZoneDefinition {
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    teams: Vec<TeamObject>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a team, as an object")]
struct TeamObject {
    name: TeamName,
    owner: Compactly<Repository>,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    definition: Option<TeamDefinition>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the definition of a team, as an object")]
struct TeamDefinition {
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    containers: Vec<ContainerObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    datastores: Vec<DatastoreObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    workspaces: Vec<WorkspaceObject>,
}

impl ZoneObject {
    pub(super) fn into_model(self, schemas: &mut Schemas) -> ZoneDeclaration {
        let zone = ZoneDeclaration::new(self.name, self.owner.0);
        match self.definition {
            Some(definition) => {
                let teams = definition.teams.into_iter().map(|team| team.into_model(schemas));
                let teams = sorted(teams).into_iter();
                zone.defined(teams.fold(GovernanceZone::new(), GovernanceZone::declare))
            }
            None => zone,
        }
    }
}

impl TeamObject {
    fn into_model(self, schemas: &mut Schemas) -> TeamDeclaration {
        let team = TeamDeclaration::new(self.name, self.owner.0);
        match self.definition {
            Some(definition) => team.defined(definition.into_model(schemas)),
            None => team,
        }
    }
}

impl TeamDefinition {
    fn into_model(self, schemas: &mut Schemas) -> Team {
        let containers = sorted(self.containers.into_iter().map(ContainerObject::into_model));
        let datastores = sorted(self.datastores.into_iter().map(|datastore| datastore.into_model(schemas)));
        let workspaces = sorted(self.workspaces.into_iter().map(WorkspaceObject::into_model));
        let team = containers.into_iter().fold(Team::new(), Team::container);
        let team = datastores.into_iter().fold(team, Team::datastore);
        workspaces.into_iter().fold(team, Team::workspace)
    }
}

impl From<&ZoneDeclaration> for ZoneObject {
    fn from(zone: &ZoneDeclaration) -> Self {
        Self {
            name: zone.name().clone(),
            owner: Compactly(zone.owner().clone()),
            definition: zone.definition().map(|definition| ZoneDefinition {
                teams: definition.teams().iter().map(TeamObject::from).collect(),
            }),
        }
    }
}

impl From<&TeamDeclaration> for TeamObject {
    fn from(team: &TeamDeclaration) -> Self {
        Self {
            name: team.name().clone(),
            owner: Compactly(team.owner().clone()),
            definition: team.definition().map(|team| TeamDefinition::from(Arc::as_ref(team))),
        }
    }
}

impl From<&Team> for TeamDefinition {
    fn from(team: &Team) -> Self {
        Self {
            containers: team.containers().iter().map(ContainerObject::from).collect(),
            datastores: team.datastores().iter().map(|store| Arc::as_ref(store).into()).collect(),
            workspaces: team.workspaces().iter().map(|workspace| Arc::as_ref(workspace).into()).collect(),
        }
    }
}
