//! What may be declared in a document of which nothing but its subject is known. A thing that another document declares is not among it: a container, a
//! datastore or a workspace is written at one place.

use datasurface_model::{Ecosystem, ModelPath, segment};

/// Places of all that a document about `subject` may declare and another finding may depend on. Those of things whose names are not known are
/// collections, or end with an empty name.
pub(super) fn places(ecosystem: &Ecosystem, subject: &ModelPath) -> Vec<ModelPath> {
    let segments: Vec<&str> = subject.segments().collect();
    let zone = |name: &str| ecosystem.zones().get(name);
    match segments.as_slice() {
        [segment::ZONES, name] if zone(name).is_some() => in_zone(subject),
        [segment::ZONES, name, segment::TEAMS, team] => {
            let definition = zone(name).and_then(|zone| zone.definition());
            match definition.and_then(|zone| zone.teams().get(*team)) {
                Some(_) => in_team(subject),
                None => anywhere(ecosystem),
            }
        }
        // What nobody declares may be a slip of the pen.
        _ => anywhere(ecosystem),
    }
}

/// A zone whose name is not known may have any team, with anything in it.
fn anywhere(ecosystem: &Ecosystem) -> Vec<ModelPath> {
    let root = ModelPath::root();
    let collections = [
        segment::OWNER,
        segment::CLASSIFICATIONS,
        segment::VENDORS,
        segment::PLATFORMS,
        segment::GROUP_PINS,
        segment::PRIMARY_PINS,
        segment::ZONES,
    ];
    let policies =
        ecosystem.zones().names().map(|zone| root.child(segment::ZONES, zone).attribute(segment::POLICIES));
    collections.into_iter().map(|collection| root.attribute(collection)).chain(policies).collect()
}

fn in_zone(zone: &ModelPath) -> Vec<ModelPath> {
    vec![zone.attribute(segment::POLICIES), zone.child(segment::TEAMS, "")]
}

fn in_team(team: &ModelPath) -> Vec<ModelPath> {
    let collections = [segment::CONTAINERS, segment::CREDENTIALS, segment::DATASTORES, segment::WORKSPACES];
    collections.into_iter().map(|collection| team.attribute(collection)).collect()
}
