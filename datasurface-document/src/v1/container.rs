//! Containers.

use super::{
    annotations::{DocumentationForm, described, written},
    container_kind::KindObject,
    credential::OwnCredential,
    objects::optional_object,
    sets::set,
    short_form::ShortForm,
    words::Word,
};
use crate::shape::Shaped;
use datasurface_model::{ContainerName, ContainerUser, DataContainer, Entity, KeyHolder, Place, Set};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a container, as an object")]
#[shape(identified_by(name))]
pub(super) struct ContainerObject {
    name: ContainerName,
    kind: KindObject,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    locations: Set<ShortForm<Place>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encryption: Option<Word<KeyHolder>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    read_only: bool,
    /// A credential of its own team, by name: with it that team reads and writes here where nothing else is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<OwnCredential>,
    /// Teams besides its own that may capture data from it, or have data delivered to it.
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    usable_by: Option<ContainerUsersObject>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<ContainerName>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "the users of a container, as an object with `read` and `write`")]
struct ContainerUsersObject {
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    read: Set<ShortForm<ContainerUser>>,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    write: Set<ShortForm<ContainerUser>>,
}

impl ContainerObject {
    pub(super) fn into_model(self) -> DataContainer {
        let mut container = DataContainer::new(self.name, self.kind.into_model());
        for ShortForm(place) in self.locations {
            container = container.located(place);
        }
        if let Some(Word(keys)) = self.encryption {
            container = container.encrypted(keys);
        }
        if self.read_only {
            container = container.read_only();
        }
        if let Some(OwnCredential(credential)) = self.credential {
            container = container.with_credential(credential);
        }
        if let Some(users) = self.usable_by {
            container = users.read.into_iter().map(|user| user.0).fold(container, DataContainer::readable_by);
            container =
                users.write.into_iter().map(|user| user.0).fold(container, DataContainer::writable_by);
        }
        described(
            container,
            self.documentation,
            self.renamed_from,
            DataContainer::documented,
            DataContainer::renamed_from,
        )
    }
}

impl From<&DataContainer> for ContainerObject {
    fn from(container: &DataContainer) -> Self {
        Self {
            name: container.name().clone(),
            kind: container.kind().into(),
            locations: container.locations().iter().cloned().map(ShortForm).collect(),
            encryption: container.encryption().map(Word),
            read_only: container.is_read_only(),
            credential: container.credential().cloned().map(OwnCredential),
            usable_by: container.usable_by().map(|users| ContainerUsersObject {
                read: users.read.iter().cloned().map(ShortForm).collect(),
                write: users.write.iter().cloned().map(ShortForm).collect(),
            }),
            documentation: written(container.documentation()),
            renamed_from: container.former_name().cloned(),
        }
    }
}
