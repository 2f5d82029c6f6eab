//! The parts of nodes that findings are about, and where the model declares these.

use crate::view::NodeView;
use datasurface_graph::{NodeDetail, NodeKey};
use datasurface_model::{
    ColumnName, DatasetKey, DatasetName, Datastore, Ecosystem, GroupKey, Located, ModelPath, Valid,
    Workspace, segment,
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
    /// A consumer of what the node delivers.
    Consumer(GroupKey),
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
            Self::Consumer(group) => node.child(segment::GROUPS, group.to_string()),
            Self::Select(dataset) => node.child(segment::SELECTS, dataset),
        }
    }

    /// Returns the place at which the model declares a dataset or a column; `None` of any other part.
    #[must_use]
    pub fn declared_place(&self, ecosystem: &Valid<Ecosystem>) -> Option<ModelPath> {
        match self {
            Self::Dataset(key) => declared(key, ecosystem),
            Self::Column(key, column) => Some(declared(key, ecosystem)?.child(segment::COLUMNS, column)),
            _ => None,
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
            [segment::GROUPS, group] => Self::Consumer(GroupKey::from(*group)),
            [segment::SELECTS, dataset] => Self::Select((*dataset).into()),
            _ => Self::Node,
        }
    }
}

impl NodeView {
    /// Returns the place at which the model declares a part of the node: a capture at its datastore, what is delivered at the sink of the
    /// consumer that it is about, or of the one that comes first, a transformer at its workspace, a dataset where it is declared. `None` if the model has no such place.
    #[must_use]
    pub fn model_path(&self, subject: &LintSubject, ecosystem: &Valid<Ecosystem>) -> Option<ModelPath> {
        match (subject, self.key()) {
            (LintSubject::Column(..), _) => subject.declared_place(ecosystem),
            (LintSubject::Consumer(group), NodeKey::Export { dataset, .. }) => {
                sink(group, dataset, ecosystem)
            }
            (_, NodeKey::Export { dataset, .. }) => {
                let NodeDetail::Export(export) = self.detail() else { return None };
                sink(&export.consumers.first()?.group, dataset, ecosystem)
            }
            (LintSubject::Dataset(_), _) => subject.declared_place(ecosystem),
            (_, NodeKey::Ingest { datastore, dataset, .. }) => match dataset {
                Some(dataset) => declared(&DatasetKey::new(datastore, dataset), ecosystem),
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
}

/// The sink of a group that asks for a dataset.
fn sink(group: &GroupKey, dataset: &DatasetKey, ecosystem: &Valid<Ecosystem>) -> Option<ModelPath> {
    let path = ecosystem.workspace(&group.workspace)?.path().child(segment::GROUPS, &group.group);
    Some(path.child(segment::SINKS, dataset.to_string()))
}

/// The declaration of a dataset.
fn declared(key: &DatasetKey, ecosystem: &Valid<Ecosystem>) -> Option<ModelPath> {
    let datastore = ecosystem.datastore(&key.datastore)?;
    datastore.entity.datasets().get(&key.dataset)?;
    Some(datastore.path().child(segment::DATASETS, &key.dataset))
}
