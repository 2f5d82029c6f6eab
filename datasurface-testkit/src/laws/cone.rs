//! Law 6: a change is seen in what is there for the nodes that it touches, and nowhere else.

use super::{OnPlatform, ReportBuilder, essence::Essence};
use crate::{harness::HarnessRun, law::Law};
use datasurface_graph::NodeKey;
use datasurface_model::PlatformName;
use datasurface_platform::{PlatformInstance, Resource, ResourceAddress, Scope, ScopedNode};
use std::collections::{BTreeMap, BTreeSet};

/// Compares what is there before and after a change for nodes whose views are the same.
pub(crate) fn check(report: &mut ReportBuilder, before: &HarnessRun, after: &HarnessRun) {
    let (before, after) = (rendered(before), rendered(after));
    for (platform, after) in &after {
        // Settings are seen everywhere.
        let Some(before) = before.get(platform).filter(|before| before.instance == after.instance) else {
            continue;
        };
        compare(report, platform, before, after);
    }
}

/// What one platform was asked to render, and did.
struct Rendered<'r> {
    instance: &'r PlatformInstance,
    scopes: BTreeSet<&'r Scope>,
    /// The parts of nodes in all scopes.
    nodes: BTreeMap<&'r NodeKey, BTreeMap<&'r Scope, &'r ScopedNode>>,
    resources: BTreeMap<&'r ResourceAddress, (&'r Scope, &'r Resource)>,
}

/// What is rendered by each platform. After a change only the scopes are there whose views it changed. Of a scope that was rendered more
/// than once, the last time counts.
fn rendered(stage: &HarnessRun) -> BTreeMap<&PlatformName, Rendered<'_>> {
    let mut platforms = BTreeMap::new();
    for call in &stage.log.renderings {
        let Ok(rendering) = &call.result else { continue };
        let of_platform = platforms.entry(&call.platform).or_insert_with(|| Rendered {
            instance: call.view.platform(),
            scopes: BTreeSet::new(),
            nodes: BTreeMap::new(),
            resources: BTreeMap::new(),
        });
        let scope = call.view.scope();
        of_platform.scopes.insert(scope);
        for node in call.view.nodes() {
            of_platform.nodes.entry(node.view().key()).or_default().insert(scope, node);
        }
        of_platform
            .resources
            .extend(rendering.resources().map(|resource| (resource.address(), (scope, resource))));
    }
    platforms
}

fn compare(report: &mut ReportBuilder, platform: &PlatformName, before: &Rendered<'_>, after: &Rendered<'_>) {
    let is_untouched = |resource: &Resource| {
        let mut origins = resource.origins().iter();
        let is_same =
            |origin| before.nodes.get(origin).is_some_and(|parts| after.nodes.get(origin) == Some(parts));
        !resource.origins().is_empty() && origins.all(is_same)
    };
    let mut found = |resource: &Resource, difference: &str| {
        let place = OnPlatform(platform, format!("`{}`", resource.address()));
        let difference = format!("the change does not touch what it is there for, but {difference}");
        report.report(Law::ChangesAreLocal, place, difference);
    };
    for (address, (_, resource)) in after.resources.iter().filter(|(_, (_, one))| is_untouched(one)) {
        match before.resources.get(address) {
            None => found(resource, "it is new"),
            // What was there for other nodes, too, may have shown these.
            Some((_, old)) if old.origins() == resource.origins() => {
                if let Some(difference) = Essence::new(old).difference(&Essence::new(resource)) {
                    found(resource, &difference);
                }
            }
            Some(_) => {}
        }
    }
    let gone = before.resources.iter().filter(|(address, (scope, resource))| {
        after.scopes.contains(scope) && !after.resources.contains_key(*address) && is_untouched(resource)
    });
    for (_, (_, resource)) in gone {
        found(resource, "it is gone");
    }
}
