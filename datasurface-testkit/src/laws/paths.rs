//! Law 11: paths are relative, safe, and unique without regard to case, across the whole target.

use super::{OnPlatform, ReportBuilder};
use crate::law::Law;
use datasurface_broker::Proposal;
use datasurface_model::PlatformName;
use datasurface_platform::SafePath;
use std::collections::BTreeMap;

/// That a path is relative and safe, its type says already; what is left is whether it is the only one.
pub(super) fn check(report: &mut ReportBuilder, proposal: &Proposal) {
    let mut paths: BTreeMap<String, (&PlatformName, SafePath)> = BTreeMap::new();
    for (name, path) in paths_of(proposal) {
        if let Some((_, other)) = paths.insert(path.case_folded(), (name, path.clone())) {
            let difference = format!("`{other}` is the same file, where case does not matter");
            report.report(Law::PathsAreSafe, OnPlatform(name, format!("`{path}`")), difference);
        }
    }
    for (folded, (name, path)) in &paths {
        let folders = folded.match_indices('/').filter_map(|(end, _)| folded.get(..end));
        for (_, file) in folders.filter_map(|folder| paths.get(folder)) {
            let difference = format!("`{file}` is a file, and would have to be its folder");
            report.report(Law::PathsAreSafe, OnPlatform(name, format!("`{path}`")), difference);
        }
    }
}

/// Every path that would be written: of scopes, and of the transitions of plans.
fn paths_of(proposal: &Proposal) -> Vec<(&PlatformName, SafePath)> {
    let mut paths = Vec::new();
    for (name, record) in proposal.manifest().platforms() {
        for entry in &record.scopes {
            let folder = entry.folder.joined_to(&record.folder);
            paths.extend(entry.record.files.keys().map(|path| (name, path.joined_to(&folder))));
        }
        let plan = proposal.plan(name);
        let of_scopes = plan.into_iter().flat_map(|plan| plan.scope_transition_files());
        paths.extend(of_scopes.filter_map(|beside| {
            let entry = record.scopes.iter().find(|entry| entry.scope == beside.scope)?;
            Some((name, beside.file.path().joined_to(&entry.folder.joined_to(&record.folder))))
        }));
        let Ok(transition) = "transition".parse::<SafePath>() else {
            continue;
        };
        let folder = transition.joined_to(&record.folder);
        let files = plan.into_iter().flat_map(|plan| plan.transition_files());
        paths.extend(files.map(|file| (name, file.path().joined_to(&folder))));
    }
    paths
}
