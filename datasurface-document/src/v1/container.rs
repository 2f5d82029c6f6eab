//! Containers.

use super::{
    annotations::{DocumentationForm, described, written},
    container_kind::KindObject,
    sets::set,
    short_form::ShortForm,
    words::Word,
};
use crate::shape::Shaped;
use datasurface_model::{ContainerName, DataContainer, Entity, KeyHolder, Place, Set};
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<ContainerName>,
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
            documentation: written(container.documentation()),
            renamed_from: container.former_name().cloned(),
        }
    }
}
