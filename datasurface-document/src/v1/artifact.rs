//! Code.

use super::objects::objects;
use crate::shape::Shaped;
use datasurface_model::{CodeArtifact, DatasetName, Select, Text, VersionRequirement};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", expecting = "code, as an object")]
pub(super) enum ArtifactObject {
    Sql(SqlObject),
    Python(PythonObject),
    Image(ImageObject),
    Wasm(WasmObject),
    Dbt(DbtObject),
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "SQL code, as an object")]
pub(super) struct SqlObject {
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    selects: Vec<SelectObject>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a statement, as an object")]
#[shape(identified_by(dataset))]
struct SelectObject {
    dataset: DatasetName,
    sql: String,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a package of Python, as an object")]
pub(super) struct PythonObject {
    package: Text,
    #[serde(default = "VersionRequirement::any", skip_serializing_if = "VersionRequirement::is_any")]
    version: VersionRequirement,
    entry_point: Text,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "an image of a container, as an object")]
pub(super) struct ImageObject {
    image: Text,
    #[serde(default = "VersionRequirement::any", skip_serializing_if = "VersionRequirement::is_any")]
    version: VersionRequirement,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a module of WebAssembly, as an object")]
pub(super) struct WasmObject {
    module: Text,
    #[serde(default = "VersionRequirement::any", skip_serializing_if = "VersionRequirement::is_any")]
    version: VersionRequirement,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a project of dbt, as an object")]
pub(super) struct DbtObject {
    project: Text,
    #[serde(default = "VersionRequirement::any", skip_serializing_if = "VersionRequirement::is_any")]
    version: VersionRequirement,
}

impl ArtifactObject {
    pub(super) fn into_model(self) -> CodeArtifact {
        match self {
            Self::Sql(SqlObject { selects }) => {
                let selects =
                    selects.into_iter().map(|SelectObject { dataset, sql }| Select { dataset, sql });
                CodeArtifact::Sql { selects: selects.collect() }
            }
            Self::Python(PythonObject { package, version, entry_point }) => {
                CodeArtifact::Python { package, version, entry_point }
            }
            Self::Image(ImageObject { image, version }) => CodeArtifact::Image { image, version },
            Self::Wasm(WasmObject { module, version }) => CodeArtifact::Wasm { module, version },
            Self::Dbt(DbtObject { project, version }) => CodeArtifact::Dbt { project, version },
        }
    }
}

impl From<&CodeArtifact> for ArtifactObject {
    fn from(artifact: &CodeArtifact) -> Self {
        match artifact.clone() {
            CodeArtifact::Sql { selects } => {
                let selects =
                    selects.into_iter().map(|Select { dataset, sql }| SelectObject { dataset, sql });
                Self::Sql(SqlObject { selects: selects.collect() })
            }
            CodeArtifact::Python { package, version, entry_point } => {
                Self::Python(PythonObject { package, version, entry_point })
            }
            CodeArtifact::Image { image, version } => Self::Image(ImageObject { image, version }),
            CodeArtifact::Wasm { module, version } => Self::Wasm(WasmObject { module, version }),
            CodeArtifact::Dbt { project, version } => Self::Dbt(DbtObject { project, version }),
        }
    }
}
