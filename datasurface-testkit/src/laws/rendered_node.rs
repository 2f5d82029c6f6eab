//! What is rendered for a node: in its shard, and in what it shares with others.

use datasurface_graph::NodeKey;
use datasurface_model::Json;
use datasurface_platform::{
    DataPlatform, File, NodeView, PlatformError, PlatformInstance, Rendering, Resource, ResourceAddress,
    Scope, ScopeChange, ScopeRecord, ScopeView, SharedKey,
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The rendering of the shard of a node, and that of each scope that it shares, as if no other node shared it.
#[derive(Debug)]
pub(super) struct RenderedNode<'r> {
    node: NodeKey,
    shard: Cow<'r, Rendering>,
    shared: BTreeMap<SharedKey, Rendering>,
}

impl<'r> RenderedNode<'r> {
    /// Renders what a node shares, beside the rendering of its shard.
    pub(super) fn new(
        platform: &dyn DataPlatform,
        instance: &Arc<PlatformInstance>,
        node: &NodeView,
        shard: Cow<'r, Rendering>,
    ) -> Result<Self, PlatformError> {
        let mut parts: BTreeMap<SharedKey, BTreeSet<Json>> = BTreeMap::new();
        for share in super::shares(platform, node) {
            parts.entry(share.key).or_default().insert(share.part);
        }
        let render = |(key, parts): (SharedKey, BTreeSet<Json>)| {
            let view = ScopeView::shared(Arc::clone(instance), key.clone(), parts);
            Ok((key, platform.render(&view)?))
        };
        let shared = parts.into_iter().map(render).collect::<Result<_, PlatformError>>()?;
        Ok(Self { node: node.key().clone(), shard, shared })
    }

    /// All resources, also those of other nodes of the shard, each with the rendering that it is in.
    fn all(&self) -> impl Iterator<Item = (&Rendering, &Resource)> {
        let renderings = [&*self.shard].into_iter().chain(self.shared.values());
        renderings.flat_map(|rendering| rendering.resources().map(move |resource| (rendering, resource)))
    }

    /// All resources, also those of other nodes of the shard.
    pub(super) fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.all().map(|(_, resource)| resource)
    }

    /// The resources that are there for the node, each with the rendering that it is in.
    pub(super) fn own(&self) -> impl Iterator<Item = (&Rendering, &Resource)> {
        let of_shard = self.shard.resources().filter(|resource| resource.origins().contains(&self.node));
        let of_shard = of_shard.map(|resource| (&*self.shard, resource));
        let shared = self.shared.values();
        let shared =
            shared.flat_map(|rendering| rendering.resources().map(move |resource| (rendering, resource)));
        of_shard.chain(shared)
    }

    /// Returns the resource of this address.
    pub(super) fn resource(&self, address: &ResourceAddress) -> Option<&Resource> {
        self.resources().find(|resource| resource.address() == address)
    }

    /// Returns the text of the file that declares the resource of this address.
    pub(super) fn text(&self, address: &ResourceAddress) -> Option<&[u8]> {
        let (rendering, resource) = self.all().find(|(_, resource)| resource.address() == address)?;
        rendering.file(resource.file()?.as_str()).map(File::content)
    }

    /// The scopes that differ between two renderings of a node, which are in the same shard.
    pub(super) fn changes(&self, after: &RenderedNode<'_>, shard: &Scope) -> Vec<ScopeChange> {
        let nothing = Rendering::new();
        let keys: BTreeSet<&SharedKey> = self.shared.keys().chain(after.shared.keys()).collect();
        let shared = keys.into_iter().map(|key| {
            let (old, new) = (self.shared.get(key), after.shared.get(key));
            (Scope::Shared(key.clone()), old.unwrap_or(&nothing), new.unwrap_or(&nothing))
        });
        let all = [(shard.clone(), &*self.shard, &*after.shard)].into_iter().chain(shared);
        let record = |rendering: &Rendering| Arc::new(ScopeRecord::from(rendering.clone()));
        all.map(|(scope, old, new)| ScopeChange { scope, old: record(old), new: record(new) }).collect()
    }
}
