//! Limits: what one shard can bear.

use super::views::PlatformViews;
use crate::hosted::Hosted;
use datasurface_model::{CodeInfo, Diagnostic, ModelPath};
use datasurface_platform::{Scope, ScopeView};

pub(crate) static LIMIT: CodeInfo = CodeInfo::error(
    "shard/limit",
    "a shard is too large for its platform",
    "A platform states how much one shard can bear: resources in a state file, tasks in a schedule. Nodes are spread over \
     shards so that none bears more. What is left is a single node, or one dataset of a node, that is too much alone.",
);

/// Weighs the shards of a platform.
pub(super) fn check(hosted: &Hosted, views: &PlatformViews, found: &mut Vec<Diagnostic>) {
    for (limit, most) in hosted.platform().descriptor().limits() {
        for scope in &views.scopes {
            let weight = weigh(hosted, scope, limit);
            if let Scope::Shard(shard) = scope.scope()
                && weight > *most
            {
                let name = hosted.instance().name();
                let path = ModelPath::root().child("platforms", name).child("shards", shard);
                let message =
                    format!("the shard `{shard}` of `{name}` has {weight} {limit}, and can have {most}");
                found.push(
                    Diagnostic::new(&LIMIT, path, message)
                        .help("it cannot be divided: let the platform do less of it, or raise the limit"),
                );
            }
        }
    }
}

fn weigh(hosted: &Hosted, scope: &ScopeView, limit: &str) -> u64 {
    scope.nodes().iter().fold(0, |total: u64, node| {
        let weight = hosted.platform().weigh(node.view().facts()).of(limit);
        let datasets = u64::try_from(node.datasets_here().count()).unwrap_or(u64::MAX);
        let whole = if node.is_here() { weight.whole } else { 0 };
        total.saturating_add(whole).saturating_add(weight.per_dataset.saturating_mul(datasets))
    })
}
