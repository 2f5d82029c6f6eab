//! Transition files that are in the folder of no scope, or in the place of a rendered file.

use datasurface_model::{CodeInfo, Diagnostic, ModelPath, PlatformName, segment};
use datasurface_platform::{Plan, SafePath};
use datasurface_state::{PlatformRecord, ScopeEntry};
use std::{collections::BTreeSet, sync::Arc};

pub(crate) static STRAY: CodeInfo = CodeInfo::error(
    "plan/stray-file",
    "a transition file is not in the folder of a scope, or in the place of another file",
    "What applies a scope looks for its transition files in the folder of that scope, beside those that are rendered. This is a bug of \
     the plug-in.",
);

/// Checks where each transition file of a plan is: in the folder of a scope that is rendered, or was.
pub(super) fn check(
    platform: &PlatformName,
    plan: &Plan,
    before: Option<&PlatformRecord>,
    after: &[Arc<ScopeEntry>],
    found: &mut Vec<Diagnostic>,
) {
    if plan.transition_files().is_empty() {
        return;
    }
    let entries = || before.into_iter().flat_map(|before| before.base_scopes().iter()).chain(after);
    let folders: BTreeSet<&str> = entries().map(|entry| entry.folder.as_str()).collect();
    let rendered = |entry: &Arc<ScopeEntry>| {
        let folder = entry.folder.clone();
        entry.record.files.keys().map(move |path| path.joined_to(&folder)).collect::<Vec<_>>()
    };
    let rendered: BTreeSet<SafePath> = after.iter().flat_map(rendered).collect();
    let mut add = |path: &SafePath, problem: &str| {
        let of_platform = ModelPath::root().child(segment::PLATFORMS, platform);
        let message = format!("the transition file `{path}` {problem}");
        let help =
            "report this to the author of the plug-in; `RenderingChange::transition_folder` names the folder";
        found.push(Diagnostic::new(&STRAY, of_platform, message).with_help(help));
    };
    for path in plan.transition_files().iter().map(|file| file.path()) {
        if rendered.contains(path) {
            add(path, "is in the place of a rendered one");
        } else if !folders_of(path).any(|folder| folders.contains(folder)) {
            add(path, "is in the folder of no scope");
        }
    }
}

/// The folders that a path is in, from the outermost one inwards.
fn folders_of(path: &SafePath) -> impl Iterator<Item = &str> {
    let path = path.as_str();
    path.match_indices('/').filter_map(move |(end, _)| path.get(..end))
}
