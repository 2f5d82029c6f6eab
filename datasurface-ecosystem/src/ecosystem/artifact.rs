//! Code: what a transformer runs.

use super::{ArtifactTechnology, VersionRequirement};
use crate::syntax::has_digest;
use datasurface_schema::{DatasetName, Text};
use serde::{Deserialize, Serialize};

/// The code of a transformer.
///
/// ```
/// use datasurface_ecosystem::{ArtifactTechnology, CodeArtifact, DataTransformer};
/// let code = CodeArtifact::python("nw-masking", "^2.1", "nw_masking.run:main");
/// let transformer = DataTransformer::new(code, "Masked");
/// assert_eq!(transformer.artifact().technology(), ArtifactTechnology::Python);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CodeArtifact {
    /// One SELECT for each output dataset. Inputs are visible as `<datastore>_<dataset>`, also by names that they had before, as long as
    /// these are stated; nothing else is.
    Sql {
        /// The statements, ordered by dataset.
        selects: Vec<Select>,
    },
    /// A package of Python.
    Python {
        /// The name of the package, as its index knows it.
        package: Text,
        /// The requirement on the version: as Cargo has it (`^2.1`), or as PEP 440 does (`~=2.1`).
        version: VersionRequirement,
        /// The function that is called: `module:function`.
        entry_point: Text,
    },
    /// An image of a container, such as Docker runs.
    Image {
        /// The repository of the image. A tag (`:1.2`) or a digest (`@sha256:…`) after it takes the place of the requirement.
        image: Text,
        /// The requirement on the version; images carry versions as tags. Any, where the image has a tag or a digest.
        version: VersionRequirement,
    },
    /// A module of WebAssembly.
    Wasm {
        /// The location of the module: a file or an address.
        module: Text,
        /// The requirement on the version.
        version: VersionRequirement,
    },
    /// A project of dbt.
    Dbt {
        /// The name of the project.
        project: Text,
        /// The requirement on the version.
        version: VersionRequirement,
    },
}

/// The statement that makes one output dataset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// The output dataset.
    pub dataset: DatasetName,
    /// One SELECT, whose columns are those of the dataset's schema, by name.
    pub sql: String,
}

impl CodeArtifact {
    /// Creates the code of a Python package. `entry_point` is the function that is called, as `module:function`.
    pub fn python(
        package: impl Into<Text>,
        version: impl Into<VersionRequirement>,
        entry_point: impl Into<Text>,
    ) -> Self {
        Self::Python { package: package.into(), version: version.into(), entry_point: entry_point.into() }
    }

    /// Creates the code of a container image.
    pub fn image(image: impl Into<Text>, version: impl Into<VersionRequirement>) -> Self {
        Self::Image { image: image.into(), version: version.into() }
    }

    /// Creates the code of a WebAssembly module.
    pub fn wasm(module: impl Into<Text>, version: impl Into<VersionRequirement>) -> Self {
        Self::Wasm { module: module.into(), version: version.into() }
    }

    /// Creates the code of a dbt project.
    pub fn dbt(project: impl Into<Text>, version: impl Into<VersionRequirement>) -> Self {
        Self::Dbt { project: project.into(), version: version.into() }
    }

    /// The technology.
    #[must_use]
    pub fn technology(&self) -> ArtifactTechnology {
        match self {
            Self::Sql { .. } => ArtifactTechnology::Sql,
            Self::Python { .. } => ArtifactTechnology::Python,
            Self::Image { .. } => ArtifactTechnology::Image,
            Self::Wasm { .. } => ArtifactTechnology::Wasm,
            Self::Dbt { .. } => ArtifactTechnology::Dbt,
        }
    }

    /// The requirement on the version of the code; none for SQL, which has no versions.
    #[must_use]
    pub fn version_requirement(&self) -> Option<&VersionRequirement> {
        match self {
            Self::Sql { .. } => None,
            Self::Python { version, .. }
            | Self::Image { version, .. }
            | Self::Wasm { version, .. }
            | Self::Dbt { version, .. } => Some(version),
        }
    }

    /// Whether other code can never be called the same: a statement is what it says, an image has a digest, and anything else one version.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        match self {
            Self::Sql { .. } => true,
            Self::Image { image, .. } => has_digest(image),
            Self::Python { version, .. } | Self::Wasm { version, .. } | Self::Dbt { version, .. } => {
                version.is_exact()
            }
        }
    }
}
