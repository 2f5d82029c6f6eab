//! A node alone in its shard: the smallest scope in which something can be rendered for it.

use super::rendered_node::RenderedNode;
use crate::{harness::HarnessRun, recording::RenderCall};
use datasurface_graph::NodeFacts;
use datasurface_platform::{
    DataPlatform, HeldState, NodeView, PlatformError, PlatformInstance, Scope, ScopeView, ScopedNode,
};
use std::{borrow::Cow, sync::Arc};

/// A node that was rendered, and the platform that can be asked to render it again, alone.
#[derive(Clone, Copy)]
pub(super) struct LoneNode<'a> {
    pub(super) platform: &'a dyn DataPlatform,
    pub(super) call: &'a RenderCall,
    pub(super) node: &'a ScopedNode,
}

impl<'a> LoneNode<'a> {
    /// Every node of every shard that was rendered.
    pub(super) fn all(stage: &'a HarnessRun) -> impl Iterator<Item = Self> {
        stage.log.renderings.iter().filter(|call| call.result.is_ok()).flat_map(|call| {
            let platform = stage.placed.platform(&call.platform).map(|configured| configured.platform());
            let nodes = call.view.nodes().iter();
            nodes.filter_map(move |node| Some(Self { platform: platform?, call, node }))
        })
    }

    pub(super) fn view(&self) -> &'a NodeView {
        self.node.view()
    }

    pub(super) fn instance(&self) -> Arc<PlatformInstance> {
        Arc::new(self.call.view.platform().clone())
    }

    /// Renders the node with other facts.
    pub(super) fn render(&self, facts: NodeFacts) -> Result<RenderedNode<'static>, PlatformError> {
        self.render_view(self.view().with_facts(facts))
    }

    /// Renders the node with another view of it.
    pub(super) fn render_view(&self, view: NodeView) -> Result<RenderedNode<'static>, PlatformError> {
        let shard = self.alone(view);
        let node = shard.nodes().first().map_or_else(|| self.view(), ScopedNode::view);
        let rendering = self.platform.render(&shard)?;
        RenderedNode::new(self.platform, &self.instance(), node, Cow::Owned(rendering))
    }

    /// The view of a shard in which there is nothing but the node.
    fn alone(&self, view: NodeView) -> ScopeView {
        let datasets = self.node.datasets().map(|dataset| dataset.key.dataset.clone()).collect();
        self.shard(vec![ScopedNode::new(view, self.node.is_whole(), datasets)], Vec::new())
    }

    /// The view of the shard with other nodes and other held state.
    pub(super) fn shard(&self, nodes: Vec<ScopedNode>, held: Vec<HeldState>) -> ScopeView {
        let shard = match self.call.view.scope() {
            Scope::Shard(shard) => shard.clone(),
            Scope::Foundation | Scope::Shared(_) => "main".into(),
        };
        ScopeView::shard(self.instance(), shard, nodes, held)
    }
}
