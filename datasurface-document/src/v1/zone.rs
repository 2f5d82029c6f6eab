//! Zones and teams, as declared and as defined.

use super::{
    annotations::{DocumentationForm, described, written},
    container::ContainerObject,
    credential::CredentialObject,
    dataset::DatastoreObject,
    objects::{objects, optional_object},
    policy::PolicyObject,
    release::ConsentObject,
    schema::Schemas,
    sets::set,
    short_form::ShortForm,
    sorted,
    waiver::WaiverObject,
    workspace::WorkspaceObject,
};
use crate::shape::Shaped;
use datasurface_model::{
    Consent, Entity, GovernanceZone, Repository, Set, Team, TeamDeclaration, TeamName, ZoneDeclaration,
    ZoneName,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a zone, as an object")]
#[shape(identified_by(name))]
pub(super) struct ZoneObject {
    name: ZoneName,
    owner: ShortForm<Repository>,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    definition: Option<ZoneDefinition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<ZoneName>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the definition of a zone, as an object")]
#[shape(transparent)]
pub(super) struct ZoneDefinition {
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    teams: Vec<TeamObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    policies: Vec<PolicyObject>,
    /// What derives from data of the zone, and is released from its policies.
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    consents: Set<ConsentObject>,
    /// Findings that are accepted for a while.
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    waivers: Vec<WaiverObject>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a team, as an object")]
#[shape(identified_by(name))]
struct TeamObject {
    name: TeamName,
    owner: ShortForm<Repository>,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    definition: Option<TeamDefinition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<TeamName>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the definition of a team, as an object")]
#[shape(transparent)]
pub(super) struct TeamDefinition {
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    containers: Vec<ContainerObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    credentials: Vec<CredentialObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    datastores: Vec<DatastoreObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    workspaces: Vec<WorkspaceObject>,
    /// Findings that are accepted for a while.
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    waivers: Vec<WaiverObject>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
}

impl ZoneObject {
    pub(super) fn into_model(self, schemas: &mut Schemas) -> ZoneDeclaration {
        let zone = ZoneDeclaration::new(self.name, self.owner.0);
        let zone = match self.definition {
            Some(definition) => zone.defined(definition.into_model(schemas)),
            None => zone,
        };
        self.renamed_from.into_iter().fold(zone, ZoneDeclaration::renamed_from)
    }
}

impl ZoneDefinition {
    pub(super) fn into_model(self, schemas: &mut Schemas) -> GovernanceZone {
        let teams = sorted(self.teams.into_iter().map(|team| team.into_model(schemas)));
        let policies = sorted(self.policies.into_iter().map(PolicyObject::into_model));
        let zone = teams.into_iter().fold(GovernanceZone::new(), GovernanceZone::team_declaration);
        let zone = policies.into_iter().fold(zone, GovernanceZone::policy);
        let zone = self.consents.into_iter().map(Consent::from).fold(zone, GovernanceZone::consent);
        let waivers = sorted(self.waivers.into_iter().map(WaiverObject::into_model));
        let zone = waivers.into_iter().fold(zone, GovernanceZone::waiver);
        described(zone, self.documentation, None::<ZoneName>, GovernanceZone::documented, |zone, _| zone)
    }
}

impl TeamObject {
    fn into_model(self, schemas: &mut Schemas) -> TeamDeclaration {
        let team = TeamDeclaration::new(self.name, self.owner.0);
        let team = match self.definition {
            Some(definition) => team.defined(definition.into_model(schemas)),
            None => team,
        };
        self.renamed_from.into_iter().fold(team, TeamDeclaration::renamed_from)
    }
}

impl TeamDefinition {
    pub(super) fn into_model(self, schemas: &mut Schemas) -> Team {
        let containers = sorted(self.containers.into_iter().map(ContainerObject::into_model));
        let credentials = sorted(self.credentials.into_iter().map(CredentialObject::into_model));
        let datastores = sorted(self.datastores.into_iter().map(|datastore| datastore.into_model(schemas)));
        let workspaces = sorted(self.workspaces.into_iter().map(WorkspaceObject::into_model));
        let team = containers.into_iter().fold(Team::new(), Team::container);
        let team = credentials.into_iter().fold(team, Team::credential);
        let team = datastores.into_iter().fold(team, Team::datastore);
        let team = workspaces.into_iter().fold(team, Team::workspace);
        let waivers = sorted(self.waivers.into_iter().map(WaiverObject::into_model));
        let team = waivers.into_iter().fold(team, Team::waiver);
        described(team, self.documentation, None::<TeamName>, Team::documented, |team, _| team)
    }
}

impl From<&ZoneDeclaration> for ZoneObject {
    fn from(zone: &ZoneDeclaration) -> Self {
        Self {
            name: zone.name().clone(),
            owner: ShortForm(zone.owner().clone()),
            definition: zone.definition().map(|definition| ZoneDefinition {
                teams: definition.teams().iter().map(TeamObject::from).collect(),
                policies: definition.policies().iter().map(PolicyObject::from).collect(),
                consents: definition.consents().iter().map(ConsentObject::from).collect(),
                waivers: definition.waivers().iter().map(WaiverObject::from).collect(),
                documentation: written(definition.documentation()),
            }),
            renamed_from: zone.former_name().cloned(),
        }
    }
}

impl From<&TeamDeclaration> for TeamObject {
    fn from(team: &TeamDeclaration) -> Self {
        Self {
            name: team.name().clone(),
            owner: ShortForm(team.owner().clone()),
            definition: team.definition().map(|team| TeamDefinition::from(Arc::as_ref(team))),
            renamed_from: team.former_name().cloned(),
        }
    }
}

impl From<&Team> for TeamDefinition {
    fn from(team: &Team) -> Self {
        Self {
            containers: team.containers().iter().map(ContainerObject::from).collect(),
            credentials: team.credentials().iter().map(CredentialObject::from).collect(),
            datastores: team.datastores().iter().map(|store| Arc::as_ref(store).into()).collect(),
            workspaces: team.workspaces().iter().map(|workspace| Arc::as_ref(workspace).into()).collect(),
            waivers: team.waivers().iter().map(WaiverObject::from).collect(),
            documentation: written(team.documentation()),
        }
    }
}
