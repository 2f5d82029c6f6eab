//! The parts of nodes that findings are about, and where the model declares these.

use crate::view::NodeView;
use datasurface_graph::{NodeDetail, NodeKey};
use datasurface_model::{
    ColumnName, DatasetKey, DatasetName, Datastore, Ecosystem, Located, ModelPath, Valid, Workspace, segment,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The part of a node that a finding is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LintSubject {
    /// The node as a whole.
    #[default]
    Node,
    /// A dataset of the node.
    Dataset(DatasetKey),
    /// A column of a dataset.
    Column(DatasetKey, ColumnName),
    /// The statement of a transformer that makes this dataset of its output.
    Select(DatasetName),
}

impl LintSubject {
    /// Adds the segments of the subject to the path of its node.
    pub(crate) fn path(&self, node: ModelPath) -> ModelPath {
        match self {
            Self::Node => node,
            Self::Dataset(dataset) => node.child(segment::DATASETS, dataset.to_string()),
            Self::Column(dataset, column) => {
                node.child(segment::DATASETS, dataset.to_string()).child(segment::COLUMNS, column)
            }
            Self::Select(dataset) => node.child(segment::SELECTS, dataset),
        }
    }

    pub(crate) fn is_node(&self) -> bool {
        *self == Self::Node
    }

    /// Reads the subject off the path of a finding; `None` if that is not below the path of its node.
    pub(crate) fn from_paths(node: &ModelPath, finding: &ModelPath) -> Option<Self> {
        let inside = || finding.segments().skip(node.segments().len()).collect::<Vec<&str>>();
        node.covers(finding).then(|| Self::from_segments(&inside()))
    }

    /// Reads the subject off the path of a finding, of which these segments follow the path of its node.
    fn from_segments(segments: &[&str]) -> Self {
        match segments {
            [segment::DATASETS, dataset] => Self::Dataset(DatasetKey::from(*dataset)),
            [segment::DATASETS, dataset, segment::COLUMNS, column] => {
                Self::Column(DatasetKey::from(*dataset), (*column).into())
            }
            [segment::SELECTS, dataset] => Self::Select((*dataset).into()),
            _ => Self::Node,
        }
    }
}

impl NodeView {
    /// Returns the place at which the model declares a part of the node: a capture at its datastore, what is delivered at the sink of the
    /// consumer that comes first, a transformer at its workspace, a dataset where it is declared. `None` if the model has no such place.
    #[must_use]
    pub fn model_path(&self, subject: &LintSubject, ecosystem: &Valid<Ecosystem>) -> Option<ModelPath> {
        let declared = |key: &DatasetKey| {
            let datastore = ecosystem.datastore(&key.datastore)?;
            datastore.entity.datasets().get(&key.dataset)?;
            Some(datastore.path().child(segment::DATASETS, &key.dataset))
        };
        match (subject, self.key()) {
            (LintSubject::Column(key, column), _) => Some(declared(key)?.child(segment::COLUMNS, column)),
            (_, NodeKey::Export { dataset, .. }) => self.sink(dataset, ecosystem),
            (LintSubject::Dataset(key), _) => declared(key),
            (_, NodeKey::Ingest { datastore, dataset, .. }) => match dataset {
                Some(dataset) => declared(&DatasetKey::new(datastore, dataset)),
                None => ecosystem.datastore(datastore).map(Located::<Datastore>::path),
            },
            (subject, NodeKey::Trigger { workspace, .. } | NodeKey::Transform { workspace, .. }) => {
                let workspace = ecosystem.workspace(workspace).map(Located::<Workspace>::path)?;
                let transformer = workspace.attribute(segment::TRANSFORMER);
                Some(match subject {
                    LintSubject::Select(dataset) => transformer.child(segment::SELECTS, dataset),
                    _ => transformer,
                })
            }
        }
    }

    /// Returns the place in the model that a finding of the lint of this node is about, by its path.
    #[must_use]
    pub fn declared_place(&self, path: &ModelPath, ecosystem: &Valid<Ecosystem>) -> Option<ModelPath> {
        let node = crate::LintView::Node(self).path();
        self.model_path(&LintSubject::from_paths(&node, path)?, ecosystem)
    }

    fn sink(&self, dataset: &DatasetKey, ecosystem: &Valid<Ecosystem>) -> Option<ModelPath> {
        let NodeDetail::Export(export) = self.detail() else { return None };
        let group = &export.consumers.first()?.group;
        let path = ecosystem.workspace(&group.workspace)?.path().child(segment::GROUPS, &group.group);
        Some(path.child(segment::SINKS, dataset.to_string()))
    }
}
