//! `graph`: shows what must happen on each platform.

use crate::{
    answer::Answer,
    arguments::{Graph, GraphFormat, GraphLevel, Model},
    input::Input,
    reach::Reach,
    shown::shown,
    text::count,
    versions::Versions,
};
use datasurface_broker::{Broker, Placed};
use datasurface_graph::{
    IntentionGraphs, Node, NodeKey,
    picture::{Dot, GraphMl, GraphsPicture, Level, Mermaid, Picture},
    query::{Step, coming_up},
};
use datasurface_model::{Findings, PlatformName};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

#[derive(serde::Serialize)]
struct Refusal<'a> {
    findings: &'a Findings,
}

pub(crate) fn graph(arguments: &Graph, broker: &Broker) -> Answer {
    let mut input = match Input::read(&arguments.model) {
        Ok(input) => input,
        Err(findings) => return refuse(arguments, &findings),
    };
    let older = arguments.since.as_deref().map(|model| arguments.model.older(model));
    let before = match older.map(|older| placed_before(&older, broker)).transpose() {
        Ok(before) => before,
        Err(findings) => return refuse(arguments, &findings),
    };
    if let Some(before) = &before {
        // What was decided stays, as it would with a lock.
        input.lock = before.lock().clone();
    }
    let placed = match input.place(broker) {
        Ok(placed) => placed,
        Err(findings) => return refuse(arguments, &findings),
    };
    let graphs = placed.graphs();
    let before = before.as_ref().map(Placed::graphs);
    let only = arguments.platform.as_deref().map(PlatformName::from);
    let shown = match shown(before, graphs, only.as_ref(), arguments.around.as_ref()) {
        Ok(shown) => shown,
        Err(finding) => {
            input.findings.extend([*finding]);
            return refuse(arguments, &input.findings);
        }
    };
    let reach = before.map(|before| Reach::between(before, graphs, &shown));
    let pictures = || -> Vec<Picture<'_>> {
        let reached = reach.as_ref().map(Reach::keys);
        let pictures = shown.iter().map(|versions| {
            let picture = Picture::of(versions.after());
            let picture = if before.is_some() { picture.since(versions.before()) } else { picture };
            narrowed(picture, reached.as_ref(), arguments)
        });
        pictures.collect()
    };
    match (arguments.format, &reach) {
        (GraphFormat::Text, Some(reach)) => Answer::text(reach.text(), &input.findings, true),
        (GraphFormat::Json, Some(reach)) => Answer::json(reach, true).beside(&input.findings),
        (GraphFormat::Text, None) => Answer::text(text(graphs, &shown), &input.findings, true),
        (GraphFormat::Mermaid, _) => Answer::text(mermaid(&shown, &pictures()), &input.findings, true),
        (GraphFormat::Dot, _) => Answer::text(Dot(&pictures()).to_string(), &input.findings, true),
        (GraphFormat::GraphMl, _) => Answer::text(GraphMl(&pictures()).to_string(), &input.findings, true),
        (GraphFormat::Json, None) => json(graphs, only.as_ref()).beside(&input.findings),
    }
}

/// The older version, with all that was decided about it.
fn placed_before(older: &Model, broker: &Broker) -> Result<Placed, Findings> {
    Input::read(older)?.place(broker)
}

fn refuse(arguments: &Graph, findings: &Findings) -> Answer {
    match arguments.format {
        GraphFormat::Json => Answer::json(&Refusal { findings }, false),
        GraphFormat::Text | GraphFormat::Mermaid | GraphFormat::Dot | GraphFormat::GraphMl => {
            Answer::text(String::new(), findings, false)
        }
    }
}

/// Numbered, in the order in which they come up.
fn text(graphs: &IntentionGraphs, shown: &[Versions<'_>]) -> String {
    let parts = shown.iter().map(Versions::after).map(|graph| {
        let steps = coming_up(graph);
        let nodes: Vec<&Node<'_>> = steps.iter().flat_map(Step::members).collect();
        let numbers: BTreeMap<NodeKey, usize> =
            (1..).zip(&nodes).map(|(number, node)| (node.key(), number)).collect();
        let mut part = format!("{}: {}\n", graph.platform(), count(nodes.len(), "node"));
        for (number, node) in (1..).zip(&nodes) {
            let _ = writeln!(part, "{number:>5}  {}{}", node.key(), remarks(graphs, node, &numbers));
        }
        part
    });
    parts.collect::<Vec<_>>().join("\n")
}

fn remarks(graphs: &IntentionGraphs, node: &Node<'_>, numbers: &BTreeMap<NodeKey, usize>) -> String {
    let obligation = node.obligation();
    let mut remarks = Vec::new();
    remarks.extend(obligation.priority().map(|priority| format!("priority {priority}")));
    remarks.extend(obligation.latency().map(|latency| format!("within {latency}")));
    remarks.extend(obligation.deadlines().iter().map(|deadline| format!("by {deadline}")));
    let mut after: Vec<usize> =
        node.predecessors().filter_map(|node| numbers.get(&node.key()).copied()).collect();
    after.sort_unstable();
    if !after.is_empty() {
        let after: Vec<String> = after.iter().map(usize::to_string).collect();
        remarks.push(format!("after {}", after.join(", ")));
    }
    remarks
        .extend(graphs.handed_over_from(&node.key()).map(|from| format!("handed over from {}", from.key())));
    if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join("; ")) }
}

/// What of a graph is shown in a picture.
fn narrowed<'g>(
    mut picture: Picture<'g>,
    reached: Option<&BTreeSet<&NodeKey>>,
    arguments: &Graph,
) -> Picture<'g> {
    picture = picture.level(match arguments.level.unwrap_or_default() {
        GraphLevel::Dataset => Level::Dataset,
        GraphLevel::Store => Level::Store,
        GraphLevel::Team => Level::Team,
    });
    if let Some(reached) = reached {
        picture = picture.only(|node| reached.contains(&node.key()));
    }
    match &arguments.around {
        Some(centre) => picture.around(centre, arguments.steps),
        None => picture,
    }
}

fn mermaid(shown: &[Versions<'_>], pictures: &[Picture<'_>]) -> String {
    match pictures {
        [picture] => Mermaid(picture).to_string(),
        _ => shown
            .iter()
            .zip(pictures)
            .map(|(versions, picture)| {
                let platform = versions.after().platform();
                format!("## {platform}\n\n```mermaid\n{}```\n", Mermaid(picture))
            })
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

fn json(graphs: &IntentionGraphs, only: Option<&PlatformName>) -> Answer {
    let Some(only) = only else {
        return Answer::json(&GraphsPicture(graphs), true);
    };
    let mut picture = serde_json::to_value(GraphsPicture(graphs)).unwrap_or_default();
    if let Some(platforms) = picture.get_mut("platforms").and_then(Value::as_object_mut) {
        platforms.retain(|name, _| name == only.as_str());
    }
    if let Some(handovers) = picture.get_mut("handovers").and_then(Value::as_array_mut) {
        let mut keys = graphs.handovers().map(|(from, to)| (from.key(), to.key()));
        handovers.retain(|_| {
            keys.next().is_some_and(|(from, to)| from.platform() == only || to.platform() == only)
        });
    }
    Answer::json(&picture, true)
}
