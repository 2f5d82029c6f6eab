//! Law 14: what is rendered for a node does not depend on the other nodes of its shard.

use super::{OnPlatform, ReportBuilder, essence::Essence};
use crate::{harness::HarnessRun, law::Law, recording::RenderCall};
use datasurface_graph::NodeKey;
use datasurface_model::Set;
use datasurface_platform::{
    DataPlatform, Rendering, Resource, ResourceAddress, SafePath, Scope, ScopeView, ScopedNode,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Renders each shard twice more: with every other node, and with the rest. So every node has another position, and other
/// neighbours.
pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    for rendered in &stage.log.renderings {
        let (Ok(whole), Some(configured)) = (&rendered.result, stage.placed.platform(&rendered.platform))
        else {
            continue;
        };
        for remainder in 0..2 {
            let nodes = rendered.view.nodes().iter().enumerate();
            let kept: Vec<ScopedNode> =
                nodes.filter(|(at, _)| at % 2 == remainder).map(|(_, node)| node.clone()).collect();
            if !kept.is_empty() && kept.len() < rendered.view.nodes().len() {
                compare(report, rendered, whole, configured.platform(), kept);
            }
        }
    }
}

fn compare(
    report: &mut ReportBuilder,
    rendered: &RenderCall,
    whole: &Rendering,
    platform: &dyn DataPlatform,
    kept: Vec<ScopedNode>,
) {
    let Scope::Shard(shard) = rendered.view.scope().clone() else {
        return;
    };
    let keys: BTreeSet<NodeKey> = kept.iter().map(|node| node.view().key().clone()).collect();
    let instance = Arc::new(rendered.view.platform().clone());
    let view = ScopeView::shard(instance, shard, kept, rendered.view.held().to_vec());
    let mut found = |place: String, difference: String| {
        report.report(Law::NeighboursAreInvisible, OnPlatform(&rendered.platform, place), difference);
    };
    let part = match platform.render(&view) {
        Ok(part) => part,
        Err(error) => {
            let difference = format!("without some of its nodes, it cannot be rendered: {}", error.report());
            return found(rendered.view.scope().to_string(), difference);
        }
    };
    let is_kept = |resource: &&Resource| {
        !resource.origins().is_empty() && resource.origins().iter().all(|origin| keys.contains(origin))
    };
    for one in whole.resources().filter(is_kept) {
        let difference = match part.resource(one.address()) {
            None => Some("it is not there".to_owned()),
            // What is there for fewer nodes may show less.
            Some(other) if other.origins() != one.origins() => None,
            Some(other) => Essence::new(one).difference(&Essence::new(other)),
        };
        if let Some(difference) = difference {
            found(format!("`{}`", one.address()), format!("without other nodes in its shard, {difference}"));
        }
    }
    let appears = |one: &&Resource| is_kept(one) && whole.resource(one.address()).is_none();
    for one in part.resources().filter(appears) {
        found(format!("`{}`", one.address()), "it is there only without other nodes in its shard".to_owned());
    }
    for path in differing_files(whole, &part, &keys) {
        found(format!("the file `{path}`"), "its text differs without other nodes in the shard".to_owned());
    }
}

/// The paths of files that declare the same resources on both sides, there for nodes that were kept, and differ.
fn differing_files<'r>(one: &'r Rendering, other: &'r Rendering, kept: &BTreeSet<NodeKey>) -> Vec<&'r str> {
    let (here, there) = (declarations(one), declarations(other));
    let files = one.files().filter(|file| {
        let path = file.path();
        let are_kept = here.get(path).is_some_and(|origins| {
            origins
                .values()
                .all(|origins| !origins.is_empty() && origins.iter().all(|origin| kept.contains(origin)))
        });
        let counterpart = other.file(path.as_str());
        are_kept
            && here.get(path) == there.get(path)
            && counterpart.is_some_and(|other| other.content() != file.content())
    });
    files.map(|file| file.path().as_str()).collect()
}

/// The origins of the resources in each file, by their addresses.
type Declarations<'r> = BTreeMap<&'r SafePath, BTreeMap<&'r ResourceAddress, &'r Set<NodeKey>>>;

fn declarations(rendering: &Rendering) -> Declarations<'_> {
    let mut declarations = Declarations::new();
    for resource in rendering.resources() {
        if let Some(path) = resource.file() {
            declarations.entry(path).or_default().insert(resource.address(), resource.origins());
        }
    }
    declarations
}
