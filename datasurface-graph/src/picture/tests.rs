//! Pictures as they are: who changes them looks at them.

use super::{Dot, GraphMl, GraphsPicture, Level, Mermaid, Picture};
use crate::{
    GraphDiff, IntentionGraphs,
    tests::{Fixture, group},
};
use datasurface_model::{Capture, Latency, Priority, Workspace};

/// A transformer on one platform, whose output is also wanted on another.
fn graphs() -> IntentionGraphs {
    let reporting = Workspace::new("Reporting").priority(Priority::Medium);
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
    insta::assert_snapshot!(format!("{}\n{}", Dot(&picture), GraphMl(std::slice::from_ref(&picture))));
}

#[test]
fn stores_and_teams_are_boxes_too() {
    let graphs = graphs();
    let graph = graphs.iter().next().unwrap();
    let chart = |level| Mermaid(&Picture::of(graph).level(level)).to_string();
    insta::assert_snapshot!(format!("{}\n{}", chart(Level::Store), chart(Level::Team)));
}

#[test]
fn a_neighbourhood_is_what_is_near_and_a_diff_has_colours() {
    let (old, new) = (graphs(), graphs());
    let fresh = Workspace::new("Fresh").priority(Priority::Critical);
    let changed = Fixture::new()
        .captured("Raw")
        .made("Mask", "Masked", &["Raw"])
        .primary("One", &["Raw", "Masked"])
        .served("One", fresh, group("live", &["Masked"]))
        .graphs();
    let (before, after) = (old.iter().next().unwrap(), changed.iter().next().unwrap());
    let diff = GraphDiff::between(before, after);
    let centre = "Trigger/One/Mask".parse().unwrap();
    let near = Mermaid(&Picture::of(after).around(&centre, 1).coloured(&diff)).to_string();
    insta::assert_snapshot!(near);
    let same = GraphDiff::between(before, new.iter().next().unwrap());
    let plain = Mermaid(&Picture::of(before).coloured(&same)).to_string();
    assert_eq!(plain, Mermaid(&Picture::of(before)).to_string());
    let nothing = Picture::of(after).around(&"Trigger/One/Gone".parse().unwrap(), 9);
    assert_eq!(Mermaid(&nothing).to_string(), "flowchart LR\n");
}

/// Names of containers may hold characters that mean something to Mermaid.
#[test]
fn mermaid_is_not_confused_by_names() {
    use crate::{Assignments, Stage};
    use datasurface_model::{
        DataContainer, Dataset, Datastore, Ecosystem, GovernanceZone, PlatformDeclaration, Team, Valid,
    };
    let name = r#"a "b" <c> & `d`; \e"#;
    let container = format!("USA/Team/{name}");
    let store = Datastore::new("Raw").dataset(Dataset::new("data", "id Integer key"));
    let workspace = Workspace::new("Reader").container(container.as_str());
    let team = Team::new()
        .container(DataContainer::sqlite(name, "lake.db"))
        .datastore(store.captured(Capture::sql_snapshot(container.as_str()).dataset_by_dataset()))
        .workspace(workspace.group(group("group", &["Raw"])));
    let zone = GovernanceZone::new().team("Team", "github:example/team@main", team);
    let ecosystem = Ecosystem::new("Odd", "github:example/eco@main", "github:example/live@main")
        .platform(PlatformDeclaration::new("One", "local"))
        .zone("USA", "github:example/usa@main", zone);
    let assignments = Assignments::default().serves("One", "Reader/group", Stage::Provisioned).captures(
        "One",
        "Raw",
        Stage::Provisioned,
    );
    let graphs = IntentionGraphs::build(&Valid::assume_valid(ecosystem), &assignments).unwrap();
    insta::assert_snapshot!(Mermaid(&Picture::of(graphs.iter().next().unwrap())), @r#"
    flowchart LR
        n0["Raw/data<br>in a #34;b#34; #60;c#62; #38; #96;d#96;#59; #92;e"]
        n1[("Raw/data")]
        n1 --> n0
    "#);
}
