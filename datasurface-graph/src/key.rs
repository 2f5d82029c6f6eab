//! Keys of nodes: identity for ever. A key holds names only; it does not depend on position, shard or revision.
//!
//! Keys are ordered as fragments hold their nodes: exports by dataset, then by container, although their text begins with the container.
//! So a walk over all nodes in order is a walk through memory in order.

use datasurface_model::{ContainerKey, DatasetKey, DatasetName, DatastoreName, PlatformName, WorkspaceName};
use serde::{Deserialize, Serialize};
use serde_with::{DeserializeFromStr, SerializeDisplay};
use std::{fmt, str::FromStr, sync::Arc};

/// The kind of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub enum NodeKind {
    /// The delivery of data into an asset that a workspace uses.
    Export,
    /// The capture of data, and its retention.
    Ingest,
    /// The run of a transformer.
    Transform,
    /// The decision whether a transformer should run.
    Trigger,
}

impl fmt::Display for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Export => "Export",
            Self::Ingest => "Ingest",
            Self::Transform => "Transform",
            Self::Trigger => "Trigger",
        })
    }
}

/// The identity of a node. As text: kind, platform and names, joined with `/`.
/// Keys are ordered by kind, platform and names: the exports of a dataset are beside each other, by container.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, SerializeDisplay, DeserializeFromStr)]
pub enum NodeKey {
    /// `Export/<platform>/<zone>/<team>/<container>/<datastore>/<dataset>`
    Export {
        /// The platform that does it.
        platform: PlatformName,
        /// The dataset that is exported.
        dataset: DatasetKey,
        /// The container that the data is exported to.
        container: Arc<ContainerKey>,
    },
    /// `Ingest/<platform>/<datastore>`, or `Ingest/<platform>/<datastore>/<dataset>` where each dataset is captured on
    /// its own.
    Ingest {
        /// The platform that does it.
        platform: PlatformName,
        /// The datastore that is captured.
        datastore: DatastoreName,
        /// The dataset, if each is captured on its own.
        dataset: Option<DatasetName>,
    },
    /// `Transform/<platform>/<workspace>`
    Transform {
        /// The platform that does it.
        platform: PlatformName,
        /// The workspace whose transformer it is.
        workspace: WorkspaceName,
    },
    /// `Trigger/<platform>/<workspace>`
    Trigger {
        /// The platform that does it.
        platform: PlatformName,
        /// The workspace whose transformer it is.
        workspace: WorkspaceName,
    },
}

impl NodeKey {
    /// The kind of the node.
    #[must_use]
    pub fn kind(&self) -> NodeKind {
        match self {
            Self::Export { .. } => NodeKind::Export,
            Self::Ingest { .. } => NodeKind::Ingest,
            Self::Transform { .. } => NodeKind::Transform,
            Self::Trigger { .. } => NodeKind::Trigger,
        }
    }

    /// The platform of the node.
    #[must_use]
    pub fn platform(&self) -> &PlatformName {
        match self {
            Self::Export { platform, .. }
            | Self::Ingest { platform, .. }
            | Self::Transform { platform, .. }
            | Self::Trigger { platform, .. } => platform,
        }
    }

    /// Replaces the platform in the key.
    #[must_use]
    pub(crate) fn with_platform(mut self, name: &PlatformName) -> Self {
        match &mut self {
            Self::Export { platform, .. }
            | Self::Ingest { platform, .. }
            | Self::Transform { platform, .. }
            | Self::Trigger { platform, .. } => platform.clone_from(name),
        }
        self
    }
}

impl fmt::Display for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind(), self.platform())?;
        match self {
            Self::Export { container, dataset, .. } => write!(f, "/{container}/{dataset}"),
            Self::Ingest { datastore, dataset: None, .. } => write!(f, "/{datastore}"),
            Self::Ingest { datastore, dataset: Some(dataset), .. } => write!(f, "/{datastore}/{dataset}"),
            Self::Transform { workspace, .. } | Self::Trigger { workspace, .. } => write!(f, "/{workspace}"),
        }
    }
}

impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// A text that is no node's key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the key of a node")]
pub struct NodeKeyError {
    text: String,
}

impl FromStr for NodeKey {
    type Err = NodeKeyError;

    fn from_str(text: &str) -> Result<Self, NodeKeyError> {
        let parts: Vec<&str> = text.split('/').collect();
        Ok(match *parts {
            ["Export", platform, zone, team, container, datastore, dataset] => Self::Export {
                platform: platform.into(),
                container: ContainerKey::new(zone, team, container).into(),
                dataset: DatasetKey::new(datastore, dataset),
            },
            ["Ingest", platform, datastore] => {
                Self::Ingest { platform: platform.into(), datastore: datastore.into(), dataset: None }
            }
            ["Ingest", platform, datastore, dataset] => Self::Ingest {
                platform: platform.into(),
                datastore: datastore.into(),
                dataset: Some(dataset.into()),
            },
            ["Transform", platform, workspace] => {
                Self::Transform { platform: platform.into(), workspace: workspace.into() }
            }
            ["Trigger", platform, workspace] => {
                Self::Trigger { platform: platform.into(), workspace: workspace.into() }
            }
            _ => {
                return Err(NodeKeyError { text: text.to_owned() });
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_round_trip_as_text() {
        for text in [
            "Export/LegacyA/USA/NorthWindTeam/AzureSQL/NW_Data/customers",
            "Ingest/LegacyA/NW_Data",
            "Ingest/LegacyA/NW_Data/customers",
            "Transform/LegacyA/Mask",
            "Trigger/LegacyA/Mask",
        ] {
            assert_eq!(text.parse::<NodeKey>().unwrap().to_string(), text);
        }
        assert!("Ingest/LegacyA".parse::<NodeKey>().is_err());
    }
}
