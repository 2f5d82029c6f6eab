//! Limits: what one shard, or one shared scope, can bear.

use super::{mentions::Unit, staying::Kept, views::PlatformViews, waiting::together};
use crate::configured_platform::ConfiguredPlatform;
use datasurface_model::{CodeInfo, DatasetKey, Diagnostic, Ecosystem, ModelPath, Valid, segment};
use datasurface_platform::{LintSubject, NodeView, Scope, ScopeView};
use std::collections::BTreeSet;

pub(crate) static LIMIT: CodeInfo = CodeInfo::error(
    "shard/limit",
    "a shard, or what nodes share, is too large for its platform",
    "A platform states how much one shard can bear: resources in a state file, tasks in a schedule. Nodes are spread over \
     shards so that none bears more. What is left is a single node, or one dataset of a node, that is too much alone; or what \
     nodes share, which only the plug-in can divide.",
);

/// What cannot be divided: a node, or one dataset of a capture.
struct IndivisiblePart<'v> {
    node: &'v NodeView,
    dataset: Option<&'v DatasetKey>,
    weight: u64,
}

/// Weighs the shards of a platform, but for those that were not too large before and are as they were. Where one is too large, what is too much alone is named, wherever the model asks for it.
/// What stays as it was is where it was: it cannot stay where there is no room for it.
pub(super) fn check(
    ecosystem: &Valid<Ecosystem>,
    configured: &ConfiguredPlatform,
    (views, kept): (&PlatformViews, &Kept<'_>),
    found: &mut Vec<Diagnostic>,
) {
    let platform = &configured.instance().name;
    let too_large = |path: ModelPath, subject: String, weight: u64, limit: &str, most: u64| {
        let message = format!("{subject} has {weight} {limit}, and a shard of `{platform}` can have {most}");
        Diagnostic::new(&LIMIT, path, message)
    };
    for (limit, most) in configured.platform().descriptor().limits() {
        let weights = views.shared.iter().filter_map(|(key, shared)| Some((key, shared.weights.get(limit)?)));
        for (key, weight) in weights.filter(|(_, weight)| *weight > most) {
            let path = ModelPath::root().child(segment::PLATFORMS, platform);
            let message = format!("{key}, which nodes share, has {weight} {limit}, and can have {most}");
            let help = "let the plug-in divide it, by another name for each part; or raise the limit";
            found.push(Diagnostic::new(&LIMIT, path, message).with_help(help));
        }
        for scope in views.fresh_scopes() {
            let Scope::Shard(shard) = scope.scope() else {
                continue;
            };
            let pieces = || pieces(configured, scope, limit);
            let weight = pieces().fold(0, |total: u64, piece| total.saturating_add(piece.weight));
            if weight <= *most {
                continue;
            }
            let begun = found.len();
            found.extend(without_room(configured, scope, kept));
            if found.len() > begun {
                continue;
            }
            found.extend(pieces().filter(|piece| piece.weight > *most).map(|piece| {
                too_large(piece.path(ecosystem), piece.name(), piece.weight, limit, *most)
                    .with_help("it cannot be divided: let the platform do less of it, or raise the limit")
            }));
            if found.len() == begun {
                let path =
                    ModelPath::root().child(segment::PLATFORMS, platform).child(segment::SHARDS, shard);
                let subject = format!("the shard `{shard}`");
                found.push(
                    too_large(path, subject, weight, limit, *most)
                        .with_help("take something out of it in the lock, or raise the limit"),
                );
            }
        }
    }
}

/// What stays as it was in a shard though its platform goes forward.
fn without_room(configured: &ConfiguredPlatform, scope: &ScopeView, kept: &Kept<'_>) -> Vec<Diagnostic> {
    let keys = scope.nodes().iter().map(|scoped| scoped.view().facts().storage_key());
    let units: BTreeSet<_> = keys.map(|key| (key.platform().clone(), Unit::of_node(&key))).collect();
    let name = &configured.instance().name;
    let kept = units.iter().filter_map(|unit| {
        let stays = kept.staying?.now_called(&kept.units.get(unit)?.platform);
        Some(together(&unit.1, name, stays))
    });
    kept.collect()
}

/// What is in a shard, piece by piece.
fn pieces<'v>(
    configured: &ConfiguredPlatform,
    scope: &'v ScopeView,
    limit: &str,
) -> impl Iterator<Item = IndivisiblePart<'v>> {
    scope.nodes().iter().flat_map(move |scoped| {
        let node = scoped.view();
        let weight = configured.platform().weigh(node.facts()).get(limit);
        let whole =
            scoped.is_whole().then_some(IndivisiblePart { node, dataset: None, weight: weight.whole });
        let dataset =
            move |dataset| IndivisiblePart { node, dataset: Some(dataset), weight: weight.per_dataset };
        whole.into_iter().chain(scoped.datasets().map(|facts| &facts.key).map(dataset))
    })
}

impl IndivisiblePart<'_> {
    fn name(&self) -> String {
        let node = self.node.key();
        match self.dataset {
            Some(dataset) => format!("`{dataset}` in `{node}`"),
            None => format!("`{node}`"),
        }
    }

    /// Where the model asks for it.
    fn path(&self, ecosystem: &Valid<Ecosystem>) -> ModelPath {
        let subject = match self.dataset {
            Some(dataset) => LintSubject::Dataset(dataset.clone()),
            None => LintSubject::Node,
        };
        let platform = || ModelPath::root().child(segment::PLATFORMS, self.node.key().platform());
        self.node.model_path(&subject, ecosystem).unwrap_or_else(platform)
    }
}
