//! Pictures as they are: who changes them looks at them.

use super::{Dot, GraphMl, GraphsPicture, Level, Mermaid, Picture};
use crate::{
    IntentionGraphs,
    tests::{Fixture, group},
};
use datasurface_model::{Capture, Deadline, Latency, Priority, Workspace};
use std::collections::BTreeSet;

/// A transformer on one platform, whose output is also wanted on another.
fn graphs() -> IntentionGraphs {
    let reporting = Workspace::new("Reporting")
        .priority(Priority::Medium)
        .deadline(Deadline::from_text("06:00 Europe/Berlin").unwrap());
    let research = Workspace::new("Research").priority(Priority::High);
    Fixture::new()
        .captured("Raw")
        .made("Mask", "Masked", &["Raw"])
        .primary("One", &["Raw", "Masked"])
        .served("One", reporting, group("daily", &["Raw"]).latency(Latency::hours(24)))
        .served("Two", research, group("live", &["Masked"]).regulator("Central Bank"))
        .graphs()
}

#[test]
fn mermaid() {
    let graphs = graphs();
    let charts: Vec<String> = graphs.iter().map(|graph| Mermaid(&Picture::of(graph)).to_string()).collect();
    insta::assert_snapshot!(charts.join("\n"));
}

#[test]
fn json() {
    let mut picture = serde_json::to_value(GraphsPicture(&graphs())).unwrap();
    // Fingerprints change with whatever is added to the facts; their laws are tested elsewhere.
    for graph in picture["platforms"].as_object_mut().unwrap().values_mut() {
        for node in graph["nodes"].as_array_mut().unwrap() {
            assert_eq!(node["fingerprint"].as_str().unwrap().len(), 64);
            node["fingerprint"] = "…".into();
        }
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&picture).unwrap());
}

#[test]
fn dot_and_graphml_show_the_same() {
    let graphs = graphs();
    let picture = Picture::of(graphs.iter().next().unwrap());
    let pictures = std::slice::from_ref(&picture);
    insta::assert_snapshot!(format!("{}\n{}", Dot(pictures), GraphMl(pictures)));
}

#[test]
fn stores_and_teams_are_boxes_too() {
    let graphs = graphs();
    let graph = graphs.iter().next().unwrap();
    let chart = |level| Mermaid(&Picture::of(graph).level(level)).to_string();
    insta::assert_snapshot!(format!("{}\n{}", chart(Level::Store), chart(Level::Team)));
}

#[test]
fn a_neighbourhood_is_what_is_near() {
    let graphs = graphs();
    let graph = graphs.iter().next().unwrap();
    let around =
        |key: &str, steps| Mermaid(&Picture::of(graph).around(&key.parse().unwrap(), steps)).to_string();
    insta::assert_snapshot!(around("Trigger/One/Mask", 1), @r#"
    flowchart LR
        n0["Raw/data<br>in Lake"]
        n3(["transform<br>Mask"])
        n4{{"trigger<br>Mask"}}
        n0 --> n4
        n4 --> n3
    "#);
    assert_eq!(around("Trigger/One/Gone", 9), "flowchart LR\n");
    assert_eq!(around("Trigger/One/Mask", 9), Mermaid(&Picture::of(graph)).to_string());
}

/// The same in either direction: what is new one way is gone the other way.
#[test]
fn a_change_has_colours_and_shows_what_is_gone() {
    let old = graphs();
    let fresh = Workspace::new("Fresh").priority(Priority::Critical);
    let new = Fixture::new()
        .captured("Raw")
        .made("Mask", "Masked", &["Raw"])
        .primary("One", &["Raw", "Masked"])
        .served("One", fresh, group("live", &["Masked"]))
        .graphs();
    let (old, new) = (old.iter().next().unwrap(), new.iter().next().unwrap());
    let added = Picture::of(new).since(old);
    let removed = Picture::of(old).since(new);
    let charts =
        [&added, &removed, &removed.clone().level(Level::Store), &removed.clone().level(Level::Team)];
    insta::assert_snapshot!(charts.map(|chart| Mermaid(chart).to_string()).join("\n"));
    insta::assert_snapshot!(GraphMl(std::slice::from_ref(&removed)));
    let gone = "Export/One/USA/Team/Lake/Masked/data".parse().unwrap();
    insta::assert_snapshot!(Mermaid(&removed.around(&gone, 1)));
    let unchanged = Mermaid(&Picture::of(old).since(old)).to_string();
    assert_eq!(unchanged, Mermaid(&Picture::of(old)).to_string());
}

/// Names of containers and platforms may hold characters that mean something where they are shown.
#[test]
fn pictures_are_not_confused_by_names() {
    use crate::{Assignments, Stage};
    use datasurface_model::{
        DataContainer, Dataset, Datastore, Ecosystem, GovernanceZone, PlatformDeclaration, Team, Valid,
    };
    let name = r#"a "b" <c> & `d`; \e $$f$$ &lt;g"#;
    let container = format!("USA/Team/{name}");
    let store = Datastore::new("Raw").dataset(Dataset::new("data", "id Integer key"));
    let workspace = Workspace::new("Reader").container(container.as_str());
    let team = Team::new()
        .container(DataContainer::sqlite(name, "lake.db"))
        .datastore(store.captured(Capture::sql_snapshot(container.as_str()).dataset_by_dataset()))
        .workspace(workspace.group(group("group", &["Raw"])));
    let zone = GovernanceZone::new().team("Team", "github:example/team@main", team);
    let platform = r#"One "x" & <b>"#;
    let ecosystem = Ecosystem::new("Odd", "github:example/eco@main", "github:example/live@main")
        .platform(PlatformDeclaration::new(platform, "local"))
        .zone("USA", "github:example/usa@main", zone);
    let assignments = Assignments::default().serves(platform, "Reader/group", Stage::Provisioned).captures(
        platform,
        "Raw",
        Stage::Provisioned,
    );
    let graphs = IntentionGraphs::build(&Valid::assume_valid(ecosystem), &assignments).unwrap();
    let pictures = [Picture::of(graphs.iter().next().unwrap())];
    let [picture] = &pictures;
    insta::assert_snapshot!(format!("{}\n{}\n{}", Mermaid(picture), Dot(&pictures), GraphMl(&pictures)));
    let twice = [picture.clone(), picture.clone()];
    insta::assert_snapshot!(Dot(&twice));
}

#[test]
fn analysis_tells_teams_from_transforms() {
    let graphs = graphs();
    let kinds = |level| {
        let pictures: Vec<_> = graphs.iter().map(|graph| Picture::of(graph).level(level)).collect();
        let text = GraphMl(&pictures).to_string();
        let kinds = text.split("<data key=\"kind\">").skip(1);
        kinds.filter_map(|rest| Some(rest.split_once('<')?.0.to_owned())).collect::<BTreeSet<_>>()
    };
    let set = |kinds: &[&str]| kinds.iter().map(|kind| (*kind).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(kinds(Level::Team), set(&["team"]));
    assert_eq!(kinds(Level::Store), set(&["capture", "export", "transform"]));
    assert_eq!(kinds(Level::Dataset), set(&["capture", "export", "transform", "trigger"]));
}
