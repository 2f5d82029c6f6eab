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
use std::{
    collections::BTreeMap,
    fmt::{self, Write},
    process::ExitCode,
};

#[derive(serde::Serialize)]
struct Refusal<'a> {
    findings: &'a Findings,
}

/// Prints while it looks: pictures may be large.
pub(crate) fn graph(arguments: &Graph, broker: &Broker) -> ExitCode {
    let mut input = match Input::read(&arguments.model) {
        Ok(input) => input,
        Err(findings) => return refuse(arguments, &findings).deliver(),
    };
    let older = arguments.since.as_deref().map(|model| arguments.model.older(model));
    let before = match older.map(|older| placed_before(&older, broker)).transpose() {
        Ok(before) => before,
        Err(findings) => return refuse(arguments, &findings).deliver(),
    };
    if let Some(before) = &before {
        // What was decided stays, as it would with a lock.
        input.lock = before.lock().clone();
    }
    let placed = match input.place(broker) {
        Ok(placed) => placed,
        Err(findings) => return refuse(arguments, &findings).deliver(),
    };
    let graphs = placed.graphs();
    let before = before.as_ref().map(Placed::graphs);
    let only = arguments.platform.as_deref().map(PlatformName::from);
    let shown = match shown(before, graphs, only.as_ref(), arguments.around.as_ref()) {
        Ok(shown) => shown,
        Err(finding) => {
            input.findings.extend([*finding]);
            return refuse(arguments, &input.findings).deliver();
        }
    };
    let reach = before.map(|before| Reach::between(before, graphs, &shown));
    let picture = || drawn(arguments, &shown, reach.as_ref());
    let findings = &input.findings;
    let answer = match (arguments.format, &reach) {
        (GraphFormat::Text, Some(reach)) => Answer::text(reach.text(), findings, true),
        (GraphFormat::Text, None) => Answer::text(text(graphs, &shown), findings, true),
        (GraphFormat::Json, Some(reach)) => Answer::long_json(reach, true).beside(findings),
        (GraphFormat::Json, None) => {
            let picture = GraphsPicture::of(graphs);
            let picture = only.as_ref().map_or(picture, |only| picture.only(only));
            Answer::long_json(picture, true).beside(findings)
        }
        (GraphFormat::Mermaid, _) => {
            let picture = picture();
            Answer::text(fmt::from_fn(move |f| write!(f, "{}", Mermaid(&picture))), findings, true)
        }
        (GraphFormat::Dot, _) => {
            let picture = picture();
            Answer::text(fmt::from_fn(move |f| write!(f, "{}", Dot(&picture))), findings, true)
        }
        (GraphFormat::GraphMl, _) => {
            let picture = picture();
            Answer::text(fmt::from_fn(move |f| write!(f, "{}", GraphMl(&picture))), findings, true)
        }
    };
    answer.deliver()
}

/// The older version, with all that was decided about it.
fn placed_before(older: &Model, broker: &Broker) -> Result<Placed, Findings> {
    Input::read(older)?.place(broker)
}

fn refuse(arguments: &Graph, findings: &Findings) -> Answer<'static> {
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

/// What is shown, as a picture.
fn drawn<'g>(arguments: &Graph, shown: &'g [Versions<'_>], reach: Option<&Reach>) -> Picture<'g> {
    let picture = match reach {
        Some(_) => Picture::of_change(shown.iter().map(|versions| (versions.before(), versions.after()))),
        None => Picture::of(shown.iter().map(Versions::after)),
    };
    let mut picture = picture.level(match arguments.level.unwrap_or_default() {
        GraphLevel::Dataset => Level::Dataset,
        GraphLevel::Store => Level::Store,
        GraphLevel::Team => Level::Team,
    });
    if let Some(reached) = reach.map(Reach::keys) {
        picture = picture.only(|node| reached.contains(&node.key()));
    }
    match &arguments.around {
        Some(centre) => picture.around(centre, arguments.steps),
        None => picture,
    }
}
