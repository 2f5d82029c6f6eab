//! Linting without a target: everything that would prevent rendering, as far as the model and the lock tell.

use super::{
    CODES, judge,
    refused::REFUSED,
    views::{Held, PlatformViews, Sources},
};
use crate::{broker::Broker, configured_platform::ConfiguredPlatform, placed::Placed};
use datasurface_model::{
    CodeInfo, DatasetKey, DatastoreName, Diagnostic, Ecosystem, Entity, Findings, ModelPath, Valid, segment,
};
use datasurface_platform::{LintView, NodeView, PlatformView, Reporter, graph::NodeKey};
use std::{cell::OnceCell, collections::BTreeMap, sync::Arc};

/// The findings about what is placed: of platforms, of the limits of shards, and of links between nodes.
#[derive(Clone, Debug, Default)]
pub struct LintReport {
    /// The findings, errors among them.
    pub findings: Findings,
    /// The findings that a waiver accepts for a while.
    pub waived: Findings,
}

impl Broker {
    /// Asks each platform about its nodes, as [`propose`](Self::propose) does before it renders. Nothing is rendered, and no target is
    /// needed: what is held is known from the lock.
    #[must_use]
    pub fn lint(&self, placed: &Placed) -> LintReport {
        let locks = || placed.lock.platforms.iter();
        let sources = Sources {
            ecosystem: placed.ecosystem(),
            graphs: &placed.graphs,
            platforms: &placed.platforms,
            names: placed.lock.storage_names(),
            placements: locks().map(|(name, lock)| (name.clone(), lock.placement.clone())).collect(),
        };
        let held: Held = locks().map(|(name, lock)| (name.clone(), lock.held.clone())).collect();
        let views = sources.views(&held);
        let mut found = Vec::new();
        judge(placed, &sources, &views, &mut found);
        // No plan is made here, so a waiver of what a plan refuses is not about nothing.
        let is_of_lint = |info: &&'static CodeInfo| info.code != REFUSED.code;
        let codes: Vec<_> = CODES.iter().copied().filter(is_of_lint).collect();
        let (findings, waived) = placed.ecosystem.apply_waivers(Findings::from_iter(found), &codes);
        LintReport { findings, waived }
    }
}

/// Asks a platform what it finds of itself and of its nodes. What it finds of a node is reported where the model declares that.
///
/// A node that asks for something that the descriptor does not claim is refused here, and the platform never sees it: so no platform has
/// to compare nodes with its descriptor.
pub(super) fn ask(
    configured: &ConfiguredPlatform,
    views: &PlatformViews,
    sinks: &Sinks<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let platform = PlatformView::new(Arc::clone(configured.instance()), views.shards.clone());
    let view = LintView::Platform(&platform);
    configured.platform().lint(view, &mut Reporter::new(&view, found));
    let mut of_node = Vec::new();
    for node in &views.nodes {
        let view = LintView::Node(node);
        Reporter::new(&view, &mut of_node).report_unclaimed(configured.platform().descriptor(), view);
        if of_node.is_empty() {
            configured.platform().lint(view, &mut Reporter::new(&view, &mut of_node));
        }
        found.extend(of_node.drain(..).map(|finding| sinks.declared(node, finding)));
    }
}

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
    fn declared(&self, node: &NodeView, finding: Diagnostic) -> Diagnostic {
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
