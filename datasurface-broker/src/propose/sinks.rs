//! The sinks of an ecosystem: where the model declares what platforms find something about, and who asks for it.

use super::views::PlatformViews;
use datasurface_model::{
    DatasetKey, DatastoreName, Diagnostic, Ecosystem, Entity, ModelPath, Valid, segment,
};
use datasurface_platform::{LintView, NodeView, graph::NodeKey};
use std::{cell::OnceCell, collections::BTreeMap};

/// The sinks of an ecosystem: who asks for what. They are looked up when there is a finding.
pub(super) struct Sinks<'a> {
    ecosystem: &'a Valid<Ecosystem>,
    first: OnceCell<FirstSinks<'a>>,
}

/// The first sink of each dataset and of each datastore.
#[derive(Default)]
struct FirstSinks<'a> {
    datasets: BTreeMap<&'a DatasetKey, ModelPath>,
    datastores: BTreeMap<&'a DatastoreName, ModelPath>,
}

impl<'a> Sinks<'a> {
    pub(super) fn new(ecosystem: &'a Valid<Ecosystem>) -> Self {
        Self { ecosystem, first: OnceCell::new() }
    }

    fn first(&self) -> &FirstSinks<'a> {
        self.first.get_or_init(|| {
            let mut first = FirstSinks::default();
            for workspace in self.ecosystem.workspaces() {
                for group in workspace.entity.groups() {
                    for sink in group.sinks() {
                        let key = sink.name();
                        let path = || {
                            let group = workspace.path().child(segment::GROUPS, group.name());
                            group.child(segment::SINKS, key.to_string())
                        };
                        first.datasets.entry(key).or_insert_with(path);
                        first.datastores.entry(&key.datastore).or_insert_with(path);
                    }
                }
            }
            first
        })
    }

    /// Moves the refusal of a step to where the model declares what the resource is there for.
    pub(super) fn refused(&self, views: &PlatformViews, refused: Diagnostic) -> Diagnostic {
        let is_about = |node: &&NodeView| LintView::Node(node).path().covers(refused.path());
        match views.nodes.iter().find(is_about) {
            Some(node) => self.declared(node, refused),
            None => refused,
        }
    }

    /// Moves a finding about a node to where the model declares what it is about. Who asks for that, and the platform, become related.
    pub(super) fn declared(&self, node: &NodeView, finding: Diagnostic) -> Diagnostic {
        let Some(path) = node.declared_place(finding.path(), self.ecosystem) else { return finding };
        let platform = ModelPath::root().child(segment::PLATFORMS, node.key().platform());
        let asking = self.asking(node, finding.path()).filter(|asking| **asking != path).cloned();
        let finding = finding.with_path(path);
        let finding = match asking {
            Some(asking) => finding.related_place(asking, "asks for it"),
            None => finding,
        };
        finding.related_place(platform, "reports it")
    }

    fn asking(&self, node: &NodeView, path: &ModelPath) -> Option<&ModelPath> {
        let dataset = || {
            let mut segments = path.segments().skip_while(|segment| *segment != segment::DATASETS);
            segments.nth(1).map(DatasetKey::from)
        };
        match node.key() {
            NodeKey::Ingest { datastore, .. } => match dataset() {
                Some(dataset) => self.first().datasets.get(&dataset),
                None => self.first().datastores.get(datastore),
            },
            NodeKey::Trigger { workspace, .. } | NodeKey::Transform { workspace, .. } => {
                let workspace = self.ecosystem.workspace(workspace)?;
                self.first().datastores.get(workspace.entity.transformer()?.output())
            }
            NodeKey::Export { .. } => None,
        }
    }
}
