//! Pictures as they are: who changes them looks at them.

use super::{Dot, GraphMl, GraphsJson, Level, Mermaid, Picture, PictureJson};
use crate::{
    IntentionGraphs,
    tests::{Fixture, group},
};
use datasurface_model::{Capture, Consistency, Deadline, Latency, Priority, Workspace};
use std::collections::BTreeSet;

/// A transformer on one platform, whose output is also wanted on another.
fn graphs() -> IntentionGraphs {
    let reporting = Workspace::new("Reporting")
        .with_priority(Priority::Medium)
        .with_deadline(Deadline::from_text("06:00 Europe/Berlin").unwrap());
    let research = Workspace::new("Research").with_priority(Priority::High);
    Fixture::new()
        .captured("Raw")
        .made("Mask", "Masked", &["Raw"])
        .primary("One", &["Raw", "Masked"])
        .served("One", reporting, group("daily", &["Raw"]).with_latency(Latency::hours(24)))
        .served("Two", research, group("live", &["Masked"]).regulator("Central Bank"))
        .graphs()
}

#[test]
fn mermaid() {
    let graphs = graphs();
    let alone = graphs.iter().map(|graph| Mermaid(&Picture::new([graph])).to_string());
    let together = Mermaid(&Picture::new(graphs.iter())).to_string();
    let charts: Vec<String> = alone.chain([together]).collect();
    insta::assert_snapshot!(charts.join("\n"));
}

#[test]
fn json() {
    let mut picture = serde_json::to_value(GraphsJson::new(&graphs())).unwrap();
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
    let alone = Picture::new(graphs.iter().take(1));
    let together = Picture::new(graphs.iter());
    insta::assert_snapshot!(format!("{}\n{}", Dot(&alone), GraphMl(&alone)));
    insta::assert_snapshot!(format!("{}\n{}", Dot(&together), GraphMl(&together)));
}

#[test]
fn stores_and_teams_are_boxes_too() {
    let graphs = graphs();
    let alone = |level| Mermaid(&Picture::new(graphs.iter().take(1)).with_level(level)).to_string();
    let together = |level| Mermaid(&Picture::new(graphs.iter()).with_level(level)).to_string();
    let charts = [Level::Store, Level::Team].map(|level| alone(level) + "\n" + &together(level));
    insta::assert_snapshot!(charts.join("\n"));
}

#[test]
fn a_neighbourhood_is_what_is_near() {
    let graphs = graphs();
    let graph = graphs.iter().next().unwrap();
    let around =
        |key: &str, steps| Mermaid(&Picture::new([graph]).around(&key.parse().unwrap(), steps)).to_string();
    insta::assert_snapshot!(around("Trigger/One/Mask", 1), @r#"
    flowchart LR
        n0["Raw/data<br>in USA/Team/Lake"]
        n3(["transform<br>Mask"])
        n4{{"trigger<br>Mask"}}
        n0 --> n4
        n4 --> n3
    "#);
    assert_eq!(around("Trigger/One/Gone", 9), "flowchart LR\n");
    assert_eq!(around("Trigger/One/Mask", 9), Mermaid(&Picture::new([graph])).to_string());
}

/// The same in either direction: what is new one way is gone the other way.
#[test]
fn a_change_has_colours_and_shows_what_is_gone() {
    let old = graphs();
    let fresh = Workspace::new("Fresh").with_priority(Priority::Critical);
    let new = Fixture::new()
        .captured("Raw")
        .made("Mask", "Masked", &["Raw"])
        .primary("One", &["Raw", "Masked"])
        .served("One", fresh, group("live", &["Masked"]))
        .graphs();
    let (old, new) = (old.iter().next().unwrap(), new.iter().next().unwrap());
    let added = Picture::from_changes([(old, new)]);
    let removed = Picture::from_changes([(new, old)]);
    let charts = [
        &added,
        &removed,
        &removed.clone().with_level(Level::Store),
        &removed.clone().with_level(Level::Team),
    ];
    insta::assert_snapshot!(charts.map(|chart| Mermaid(chart).to_string()).join("\n"));
    insta::assert_snapshot!(GraphMl(&removed));
    let gone = "Export/One/USA/Team/Lake/Masked/data".parse().unwrap();
    insta::assert_snapshot!(Mermaid(&removed.around(&gone, 1)));
    let unchanged = Mermaid(&Picture::from_changes([(old, old)])).to_string();
    assert_eq!(unchanged, Mermaid(&Picture::new([old])).to_string());
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
    let workspace = Workspace::new("Reader").with_container(container.as_str());
    let team =
        Team::new()
            .container(DataContainer::sqlite(name, "lake.db"))
            .datastore(store.captured(
                Capture::sql_snapshot(container.as_str()).with_consistency(Consistency::SingleDataset),
            ))
            .workspace(workspace.group(group("group", &["Raw"])));
    let zone = GovernanceZone::new().team("Team", "github:example/team@main", team);
    let platform = r#"One "x" & <b>"#;
    let ecosystem = Ecosystem::new("Odd", "github:example/eco@main", "github:example/live@main")
        .platform(PlatformDeclaration::new(platform, "local"))
        .zone("USA", "github:example/usa@main", zone);
    let assignments = Assignments::default()
        .with_group(platform, "Reader/group", Stage::Provisioned)
        .with_primary(platform, "Raw", Stage::Provisioned);
    let graphs = IntentionGraphs::build(&Valid::assume_valid(ecosystem), &assignments).unwrap();
    let picture = Picture::new(graphs.iter());
    insta::assert_snapshot!(format!("{}\n{}\n{}", Mermaid(&picture), Dot(&picture), GraphMl(&picture)));
}

#[test]
fn analysis_tells_teams_from_transforms() {
    let graphs = graphs();
    let kinds = |level| {
        let text = GraphMl(&Picture::new(graphs.iter()).with_level(level)).to_string();
        let kinds = text.split("<data key=\"kind\">").skip(1);
        kinds.filter_map(|rest| Some(rest.split_once('<')?.0.to_owned())).collect::<BTreeSet<_>>()
    };
    let set = |kinds: &[&str]| kinds.iter().map(|kind| (*kind).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(kinds(Level::Team), set(&["team"]));
    assert_eq!(kinds(Level::Store), set(&["capture", "export", "transform"]));
    assert_eq!(kinds(Level::Dataset), set(&["capture", "export", "transform", "trigger"]));
}

/// At every level, of a neighbourhood, of a change, and of nothing: the boxes and arrows of GraphML, as JSON.
#[test]
fn json_of_a_picture_says_what_graphml_says() {
    let (old, new) = (graphs(), graphs());
    let centre = "Ingest/One/Masked".parse().unwrap();
    let empty = old.iter().map(|graph| graph.emptied()).collect::<Vec<_>>();
    let pictures = [
        Picture::new(old.iter()),
        Picture::new(old.iter()).with_level(Level::Store),
        Picture::new(old.iter()).with_level(Level::Team),
        Picture::new(old.iter()).around(&centre, 1),
        Picture::new(old.iter().take(1)),
        Picture::from_changes(empty.iter().zip(new.iter())),
        Picture::default(),
    ];
    for picture in pictures {
        let drawing: serde_json::Value = serde_json::from_str(&PictureJson(&picture).to_string()).unwrap();
        let document = GraphMl(&picture).to_string();
        let count = |what: &str| document.matches(what).count();
        let (nodes, edges) = (drawing["nodes"].as_array().unwrap(), drawing["edges"].as_array().unwrap());
        assert_eq!((nodes.len(), edges.len()), (count("<node "), count("<edge ")), "{drawing}");
        for node in nodes {
            assert!(document.contains(&format!("<node id=\"n{}\">", node["id"])), "{node}");
        }
        let all = || nodes.iter().chain(edges);
        assert_eq!(all().filter(|one| one.get("change").is_some()).count(), count("\"change\">"));
        assert_eq!(edges.iter().filter(|one| one["course"] == "handover").count(), count(">handover<"));
        for edge in edges {
            let (from, to) = (&edge["from"], &edge["to"]);
            assert!(document.contains(&format!("source=\"n{from}\" target=\"n{to}\"")), "{edge}");
        }
    }
    let alone = Picture::new(old.iter()).around(&centre, 0);
    let drawing: serde_json::Value = serde_json::from_str(&PictureJson(&alone).to_string()).unwrap();
    assert_eq!(drawing["nodes"][0]["key"], "Ingest/One/Masked");
}

/// An arrow can come or go between nodes that stay.
#[test]
fn arrows_that_come_and_go_are_coloured_too() {
    let with = |inputs: &[&str]| {
        let fixture = Fixture::new().captured("First").captured("Second").made("Mask", "Masked", inputs);
        let reader = |store: &str| Workspace::new(format!("Reader{store}"));
        fixture
            .primary("One", &["First", "Second", "Masked"])
            .served("One", reader("Masked"), group("all", &["Masked"]))
            .served("One", reader("First"), group("all", &["First"]))
            .served("One", reader("Second"), group("all", &["Second"]))
            .graphs()
    };
    let (old, new) = (with(&["First"]), with(&["Second"]));
    let chart = Mermaid(&Picture::from_changes(old.iter().zip(new.iter()))).to_string();
    let lines: Vec<&str> = chart.lines().map(str::trim).collect();
    let box_of = |label: &str| {
        let line = lines.iter().find(|line| line.contains(&format!("\"{label}\""))).unwrap();
        line.split(['[', '{', '(']).next().unwrap()
    };
    let arrows = lines.iter().filter(|line| line.contains(" --> "));
    let arrows: Vec<&str> = arrows.copied().collect();
    let colours = |from: &str| {
        let at = arrows
            .iter()
            .position(|arrow| *arrow == format!("{} --> {}", box_of(from), box_of("trigger<br>Mask")));
        let style = format!("linkStyle {} stroke:", at.unwrap());
        let line = lines.iter().find_map(|line| line.strip_prefix(&style)).unwrap();
        line.split(',').next().unwrap().to_owned()
    };
    assert_eq!(colours("Second/data<br>in USA/Team/Lake"), "#0b5cad");
    assert_eq!(colours("First/data<br>in USA/Team/Lake"), "#777777");
    assert_eq!(lines.iter().filter(|line| line.starts_with("linkStyle")).count(), 2, "{chart}");
}

/// Takes so many bytes, and then no more.
struct Narrow {
    left: usize,
    most: usize,
    refused: usize,
}

impl std::fmt::Write for Narrow {
    fn write_str(&mut self, piece: &str) -> std::fmt::Result {
        self.most = self.most.max(piece.len());
        match self.left.checked_sub(piece.len()) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.refused += 1;
                Err(std::fmt::Error)
            }
        }
    }
}

#[test]
fn pictures_are_written_in_pieces_until_nobody_takes_them() {
    use std::fmt::Write;
    let names: Vec<String> = (0..100).map(|at| format!("Store{at}")).collect();
    let stores: Vec<&str> = names.iter().map(String::as_str).collect();
    let fixture = stores.iter().fold(Fixture::new(), |fixture, store| fixture.captured(store));
    let reader = Workspace::new("Reader");
    let graphs = fixture.primary("One", &stores).served("One", reader, group("all", &stores)).graphs();
    for level in [Level::Dataset, Level::Store, Level::Team] {
        let picture = Picture::new(graphs.iter()).with_level(level);
        let pictures: [&dyn std::fmt::Display; 4] =
            [&Mermaid(&picture), &Dot(&picture), &GraphMl(&picture), &PictureJson(&picture)];
        for picture in pictures {
            let size = picture.to_string().len();
            let mut all = Narrow { left: size, most: 0, refused: 0 };
            write!(all, "{picture}").unwrap();
            // The longest piece is the head of a document.
            assert!(all.left == 0 && all.most < 700, "{} bytes at once", all.most);
            let mut half = Narrow { left: size / 2, most: 0, refused: 0 };
            write!(half, "{picture}").unwrap_err();
            assert_eq!(half.refused, 1);
        }
    }
}
