//! Which platforms are shown, or why what was asked for cannot be.

use crate::{
    codes::{UNKNOWN_NODE, UNKNOWN_PLATFORM},
    graph_versions::GraphVersions,
};
use datasurface_graph::{IntentionGraphs, NodeKey};
use datasurface_model::{Diagnostic, ModelPath, PlatformName, nearest, segment};
use std::collections::BTreeSet;

/// The platforms that somebody wants to see, of those that are there or were before: all, or one. A node around
/// which to look must be there, too.
pub(crate) fn selected_graphs<'g>(
    before: Option<&'g IntentionGraphs>,
    graphs: &'g IntentionGraphs,
    only: Option<&PlatformName>,
    around: Option<&NodeKey>,
) -> Result<Vec<GraphVersions<'g>>, Box<Diagnostic>> {
    let mut shown = GraphVersions::pair_all(before, graphs);
    if let Some(only) = only {
        if !shown.iter().any(|versions| versions.are_of(only)) {
            return Err(Box::new(unknown_platform(&shown, only)));
        }
        shown.retain(|versions| versions.are_of(only));
    }
    if let Some(centre) = around
        && !shown.iter().any(|versions| versions.have(centre))
    {
        let nodes =
            shown.iter().flat_map(|versions| versions.before().nodes().chain(versions.after().nodes()));
        return Err(Box::new(unknown_node(nodes.map(|node| node.key()), centre)));
    }
    Ok(shown)
}

fn unknown_platform(all: &[GraphVersions<'_>], wanted: &PlatformName) -> Diagnostic {
    let known: BTreeSet<&str> = all.iter().flat_map(GraphVersions::names).map(PlatformName::as_str).collect();
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let help = match names.len() {
        0 => "no platform is declared".to_owned(),
        _ => format!("declared are {}", names.join(", ")),
    };
    let help = match nearest(wanted.as_str(), known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => help,
    };
    let path = ModelPath::root().child(segment::PLATFORMS, wanted);
    Diagnostic::new(&UNKNOWN_PLATFORM, path, format!("no platform `{wanted}` is declared")).with_help(help)
}

/// What is wrong if a node is named that is none of those that are known.
pub(crate) fn unknown_node(known: impl Iterator<Item = NodeKey>, wanted: &NodeKey) -> Diagnostic {
    let known: BTreeSet<String> = known.map(|key| key.to_string()).collect();
    let help = match nearest(&wanted.to_string(), known.iter().map(String::as_str)) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "without a format, `graph` lists the keys of all nodes".to_owned(),
    };
    let path = ModelPath::root().child(segment::PLATFORMS, wanted.platform());
    Diagnostic::new(&UNKNOWN_NODE, path, format!("there is no node `{wanted}`")).with_help(help)
}
