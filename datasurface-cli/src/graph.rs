//! `graph`: shows what must happen on each platform.

use crate::{
    answer::Answer,
    arguments::{Format, Graph, GraphFormat, GraphLevel, Model},
    graph_versions::GraphVersions,
    input::Input,
    listing::Listing,
    reach::Reach,
    selected_graphs::selected_graphs,
};
use datasurface_broker::{Broker, Placed};
use datasurface_graph::picture::{Dot, GraphMl, GraphsJson, Level, Mermaid, Picture, PictureJson};
use datasurface_model::{Findings, PlatformName};
use std::{fmt, process::ExitCode};

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
    let shown = match selected_graphs(before, graphs, only.as_ref(), arguments.around.as_ref()) {
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
        (GraphFormat::Text, Some(reach)) => Answer::text(reach, findings, true),
        (GraphFormat::Text, None) => Answer::text(Listing { graphs, shown: &shown }, findings, true),
        (GraphFormat::Json, _) if arguments.is_picture() => {
            let picture = picture();
            Answer::json_text(fmt::from_fn(move |f| write!(f, "{}", PictureJson(&picture))), findings, true)
        }
        (GraphFormat::Json, Some(reach)) => Answer::long_json(reach, true).with_findings(findings),
        (GraphFormat::Json, None) => {
            let picture = GraphsJson::new(graphs);
            let picture = only.as_ref().map_or(picture, |only| picture.for_platform(only));
            Answer::long_json(picture, true).with_findings(findings)
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
    let format = match arguments.format {
        GraphFormat::Json => Format::Json,
        GraphFormat::Text | GraphFormat::Mermaid | GraphFormat::Dot | GraphFormat::GraphMl => Format::Text,
    };
    Answer::of(format, findings, None, &None::<()>)
}

/// What is shown, as a picture.
fn drawn<'g>(arguments: &Graph, shown: &'g [GraphVersions<'_>], reach: Option<&Reach>) -> Picture<'g> {
    let picture = match reach {
        Some(_) => Picture::from_changes(shown.iter().map(|versions| (versions.before(), versions.after()))),
        None => Picture::new(shown.iter().map(GraphVersions::after)),
    };
    let mut picture = picture.with_level(match arguments.level.unwrap_or_default() {
        GraphLevel::Dataset => Level::Dataset,
        GraphLevel::Store => Level::Store,
        GraphLevel::Team => Level::Team,
    });
    if let Some(reached) = reach.map(Reach::keys) {
        picture = picture.filter(|node| reached.contains(&node.key()));
    }
    match &arguments.around {
        Some(centre) => picture.around(centre, arguments.steps),
        None => picture,
    }
}
