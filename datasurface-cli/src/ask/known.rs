//! Whether what a question names is there.

use crate::{codes::UNKNOWN_NAME, selected_graphs::unknown_node};
use datasurface_graph::{IntentionGraphs, NodeKey, query::Outage};
use datasurface_model::{
    Diagnostic, Ecosystem, Entity, ModelPath, TeamDeclaration, Valid, ZoneDeclaration, nearest,
};

pub(super) fn node(graphs: &IntentionGraphs, wanted: &NodeKey) -> Result<(), Box<Diagnostic>> {
    if graphs.node(wanted).is_some() {
        return Ok(());
    }
    let nodes = graphs.iter().flat_map(|graph| graph.nodes());
    Err(Box::new(unknown_node(nodes.map(|node| node.key()), wanted)))
}

pub(super) fn lost(ecosystem: &Valid<Ecosystem>, lost: &Outage) -> Result<(), Box<Diagnostic>> {
    match lost {
        Outage::Container(key) if ecosystem.container(key).is_none() => {
            let team = |zone: &ZoneDeclaration, team: &TeamDeclaration| {
                let containers = team.definition().map(|team| team.containers().names().cloned());
                let path = format!("{}/{}", zone.name(), team.name());
                containers.into_iter().flatten().map(move |name| format!("{path}/{name}")).collect::<Vec<_>>()
            };
            let zones = ecosystem.zones().iter();
            let containers = zones.flat_map(|zone| {
                let teams = zone.definition().map(|definition| definition.teams().iter());
                teams.into_iter().flatten().flat_map(move |one| team(zone, one))
            });
            Err(unknown("container", "containers", &key.to_string(), containers.collect()))
        }
        Outage::Location(place) if !ecosystem.vendors().iter().any(|vendor| vendor.has_location(place)) => {
            let vendors = ecosystem.vendors().names().map(ToString::to_string);
            Err(unknown("location", "vendors", &place.to_string(), vendors.collect()))
        }
        Outage::Platform(name) if ecosystem.platforms().get(name).is_none() => {
            let platforms = ecosystem.platforms().names().map(ToString::to_string);
            Err(unknown("platform", "platforms", name.as_str(), platforms.collect()))
        }
        Outage::Datastore(name) if ecosystem.datastore(name).is_none() => {
            let datastores = ecosystem.datastores().into_iter().map(|one| one.entity.name().to_string());
            Err(unknown("datastore", "datastores", name.as_str(), datastores.collect()))
        }
        _ => Ok(()),
    }
}

fn unknown(noun: &str, collection: &'static str, wanted: &str, known: Vec<String>) -> Box<Diagnostic> {
    let help = match nearest(wanted, known.iter().map(String::as_str)) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("name a {noun} of the model, letter by letter"),
    };
    let path = ModelPath::root().child(collection, wanted);
    Box::new(Diagnostic::new(&UNKNOWN_NAME, path, format!("there is no {noun} `{wanted}`")).with_help(help))
}
