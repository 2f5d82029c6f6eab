//! `graph`.

use crate::{
    models,
    run::{Fixture, Said},
};
use std::io::Read;

fn graph(fixture: &Fixture, more: &str) -> Said {
    fixture.run(&format!("graph model.json --on 2026-02-01 {more}"))
}

#[test]
fn text_is_in_the_order_in_which_nodes_come_up() {
    let fixture = Fixture::new(&models::transformed());
    let said = graph(&fixture, "").good();
    let at = |text: &str| said.out.find(text).unwrap_or_else(|| panic!("no {text}: {said:?}"));
    assert!(said.out.starts_with("Local: 7 nodes\n"), "{said:?}");
    let order = [
        at("Ingest/Local/NW_Data"),
        at("Export/Local/USA/NorthWind/Lab/NW_Data/customers"),
        at("Trigger/Local/Masking"),
        at("Transform/Local/Masking"),
        at("Ingest/Local/Masked"),
        at("Export/Local/USA/NorthWind/Mart/Masked/customers"),
        at("Export/Local/USA/NorthWind/Mart/NW_Data/products"),
    ];
    assert!(order.is_sorted(), "what is critical comes first: {said:?}");
    assert!(said.out.contains("    1  Ingest/Local/NW_Data (priority critical)\n"), "{said:?}");
    assert!(said.out.contains("products (priority high; after 1)\n"), "{said:?}");
}

#[test]
fn json_is_the_picture_and_nothing_else() {
    let fixture = Fixture::new(&models::transformed());
    let picture = graph(&fixture, "--format json").good().json();
    let members: Vec<&String> = picture.as_object().unwrap().keys().collect();
    assert_eq!(members, ["platforms", "handovers"]);
    let local = &picture["platforms"]["Local"];
    assert_eq!(local["nodes"].as_array().unwrap().len(), 7);
    let node = &local["nodes"][0];
    assert!(node["key"].is_string() && node["kind"].is_string() && node.get("priority").is_some());
    assert!(local["edges"][0].as_array().unwrap().len() == 2);
    assert_eq!(picture["handovers"], serde_json::json!([]));
    assert_eq!(graph(&fixture, "--format json --platform Local").good().json(), picture);
}

#[test]
fn mermaid_is_a_flow_chart() {
    let fixture = Fixture::new(&models::first());
    let said = graph(&fixture, "--format mermaid").good();
    assert!(said.out.starts_with("flowchart LR\n"), "{said:?}");
    assert!(said.out.contains("-->"), "{said:?}");
}

#[test]
fn dot_is_one_graph_with_a_frame_for_each_platform() {
    let fixture = Fixture::new(&models::transformed());
    let said = graph(&fixture, "--format dot").good();
    assert!(said.out.starts_with("digraph {\n") && said.out.ends_with("}\n"), "{said:?}");
    assert_eq!(said.out.matches("label=").count(), 7, "{said:?}");
    assert!(said.out.contains("label=\"trigger\\nMasking\""), "{said:?}");
    let fixture = Fixture::new(&models::handed_over());
    let both = graph(&fixture, "--format dot").good().out;
    assert_eq!((both.matches("digraph {").count(), both.matches("subgraph ").count()), (1, 2), "{both}");
    assert!(both.contains("label=\"Other\""), "{both}");
    assert!(!graph(&fixture, "--format dot --platform Other").good().out.contains("subgraph "));
}

#[test]
fn graphml_is_one_document() {
    let fixture = Fixture::new(&models::handed_over());
    let said = graph(&fixture, "--format graphml").good();
    assert!(said.out.starts_with("<?xml "), "{said:?}");
    assert_eq!(said.out.matches("<graphml ").count(), 1, "{said:?}");
    for platform in ["Local", "Other"] {
        let of_it = format!("<data key=\"platform\">{platform}</data>");
        assert_eq!(said.out.matches(&of_it).count(), 2, "{said:?}");
    }
    assert_eq!(said.out.matches("<node ").count(), 4, "{said:?}");
    assert_eq!(said.out.matches("<edge ").count(), 3, "{said:?}");
    assert_eq!(said.out.matches("<data key=\"course\">handover</data>").count(), 1, "{said:?}");
}

#[test]
fn a_picture_shows_stores_or_what_is_near_a_node() {
    let fixture = Fixture::new(&models::transformed());
    let boxes = |more: &str| graph(&fixture, more).good().out.matches("label=").count();
    let all = boxes("--format dot");
    assert!(boxes("--format dot --level store") < all);
    assert!(boxes("--format dot --level team") < boxes("--format dot --level store"));
    // A trigger has what it waits for before it, and its transform after it.
    assert_eq!(boxes("--format dot --around Trigger/Local/Masking"), 3);
    assert_eq!(boxes("--format dot --around Trigger/Local/Masking --steps 9"), all);
}

#[test]
fn what_a_change_reaches_is_shown_with_what_becomes_of_it() {
    let fixture = Fixture::new(&models::transformed());
    fixture.write("older.json", datasurface_document::to_json(&models::first()));
    let said = graph(&fixture, "--since older.json").good();
    let expected = "\
the change reaches 6 nodes
  + Export/Local/USA/NorthWind/Mart/Masked/customers
  + Export/Local/USA/NorthWind/Lab/NW_Data/customers
  + Ingest/Local/Masked
  ~ Ingest/Local/NW_Data (detail.ingest.datasets +NW_Data/customers, obligation.priority)
  + Transform/Local/Masking
  + Trigger/Local/Masking
";
    assert_eq!(said.out, expected);

    // Backwards, what was new is gone; and that is drawn, too, but not what is not reached.
    fixture.write("newer.json", datasurface_document::to_json(&models::transformed()));
    fixture.model(&models::first());
    let said = graph(&fixture, "--since newer.json").good();
    assert_eq!(said.out, expected.replace("  + ", "  - ").replace(" +NW_Data", " -NW_Data"));
    assert_eq!(graph(&fixture, "--since newer.json --format dot").good().out.matches("label=").count(), 6);
    assert_eq!(graph(&fixture, "--since model.json").good().out, "the change reaches nothing\n");
}

#[test]
fn programs_and_pictures_show_what_a_change_reaches() {
    let fixture = Fixture::new(&models::transformed());
    fixture.write("older.json", datasurface_document::to_json(&models::first()));
    let reached = graph(&fixture, "--since older.json --format json").good().json();
    let of = |key: &str| {
        let nodes = reached["reached"].as_array().unwrap();
        nodes.iter().find(|node| node["key"] == key).map(|node| node["fate"].as_str().unwrap().to_owned())
    };
    assert_eq!(of("Ingest/Local/NW_Data").as_deref(), Some("changed"));
    assert_eq!(of("Trigger/Local/Masking").as_deref(), Some("added"));
    assert_eq!(of("Export/Local/USA/NorthWind/Mart/NW_Data/products"), None);
    let fields = |node: &serde_json::Value| node.get("fields").is_some();
    let nodes = reached["reached"].as_array().unwrap();
    let changed = nodes.iter().filter(|node| fields(node)).collect::<Vec<_>>();
    assert_eq!(changed.len(), 1, "{changed:?}");
    let datasets = serde_json::json!({"path": "detail.ingest.datasets", "added": ["NW_Data/customers"]});
    let expected = serde_json::json!([datasets, {"path": "obligation.priority"}]);
    assert_eq!(changed[0]["fields"], expected);
    let picture = graph(&fixture, "--since older.json --format dot").good().out;
    assert_eq!(picture.matches("label=").count(), 6, "{picture}");
    // One of them was there before, and owes more now.
    assert_eq!(picture.matches("#cfe8ff").count(), 5, "{picture}");
    assert_eq!(picture.matches("#ffe9b3").count(), 1, "{picture}");
    graph(&fixture, "--since nowhere.json").bad().complains("document/missing-file", "nowhere.json");
}

#[test]
fn a_loop_is_entered_at_its_trigger() {
    let fixture = Fixture::new(&models::looped());
    let said = graph(&fixture, "").good();
    let first = "    1  Ingest/Local/NW_Data\n    2  Export/Local/USA/NorthWind/Lab/NW_Data/products (after 1)\n    3  Trigger/";
    assert!(said.out.contains(first), "{said:?}");
    assert!(said.out.contains("    7  "), "{said:?}");
}

#[test]
fn platforms_that_hand_over() {
    let fixture = Fixture::new(&models::handed_over());
    let said = graph(&fixture, "").good();
    assert!(said.out.contains("Local: 2 nodes\n"), "{said:?}");
    assert!(said.out.contains("\n\nOther: 2 nodes\n"), "{said:?}");
    assert!(said.out.contains("handed over from Ingest/Local/NW_Data"), "{said:?}");

    let picture = graph(&fixture, "--format json --platform Other").good().json();
    let platforms: Vec<&String> = picture["platforms"].as_object().unwrap().keys().collect();
    assert_eq!(platforms, ["Other"]);
    let handover = serde_json::json!([["Ingest/Local/NW_Data", "Ingest/Other/NW_Data"]]);
    assert_eq!(picture["handovers"], handover);

    let both = graph(&fixture, "--format mermaid").good().out;
    assert!(both.starts_with("flowchart LR\n    subgraph p0 [\"Local\"]\n"), "{both}");
    assert!(both.contains("subgraph p1 [\"Other\"]\n"), "{both}");
    assert_eq!(both.matches(" -.-> ").count(), 1, "{both}");
    let dot = graph(&fixture, "--format dot").good().out;
    assert_eq!(dot.matches("[style=dashed]").count(), 1, "{dot}");

    // What only one of the two shows is there for the other to be seen.
    for (platform, label) in [("Other", "NW_Data<br>on Local"), ("Local", "NW_Data<br>on Other")] {
        let alone = graph(&fixture, &format!("--format mermaid --platform {platform}")).good().out;
        assert!(alone.starts_with("flowchart LR\n    n0"), "{alone}");
        assert!(alone.contains(label) && alone.matches(" -.-> ").count() == 1, "{alone}");
    }
    for (level, boxes) in [("store", 4), ("team", 2)] {
        let picture = graph(&fixture, &format!("--format dot --level {level}")).good().out;
        assert_eq!(picture.matches("[style=dashed]").count(), 1, "{picture}");
        assert_eq!(picture.matches(" [shape").count(), boxes, "{picture}");
    }
    // To hand over is a step.
    let near = |steps: usize| {
        let around = format!("--format dot --around Ingest/Local/NW_Data --steps {steps}");
        graph(&fixture, &around).good().out.matches(" [shape").count()
    };
    assert_eq!((near(0), near(1), near(2)), (1, 3, 4));
}

#[test]
fn a_platform_that_is_not_declared() {
    let fixture = Fixture::new(&models::first());
    let said = graph(&fixture, "--platform Locl").bad();
    said.complains("graph/unknown-platform", "`Locl`");
    assert!(said.err.contains("did you mean `Local`?"), "{said:?}");
    assert_eq!(said.out, "");
    let said = graph(&fixture, "--format json --platform Elsewhere").bad();
    assert_eq!(said.codes(), ["graph/unknown-platform"]);
}

#[test]
fn a_node_that_is_not_there_has_nothing_around_it() {
    let fixture = Fixture::new(&models::handed_over());
    let said = graph(&fixture, "--format dot --around Ingest/Local/NW_Dat").bad();
    said.complains("graph/unknown-node", "`Ingest/Local/NW_Dat`");
    assert!(said.err.contains("did you mean `Ingest/Local/NW_Data`?"), "{said:?}");
    assert_eq!(said.out, "");
    let said = graph(&fixture, "--format dot --around Ingest/Local/NW_Data --platform Other").bad();
    said.complains("graph/unknown-node", "`Ingest/Local/NW_Data`");
    graph(&fixture, "--format dot --around Ingest/Local/NW_Data --platform Local").good();
    // What was there before can be shown.
    fixture.write("older.json", datasurface_document::to_json(&models::handed_over()));
    fixture.model(&models::first());
    graph(&fixture, "--format dot --around Ingest/Other/NW_Data --since older.json").good();
    graph(&fixture, "--format dot --around Ingest/Other/NW_Data").bad();
}

#[test]
fn what_is_said_of_pictures_is_not_ignored_where_there_are_none() {
    let fixture = Fixture::new(&models::first());
    for more in ["--level dataset", "--level team", "--around Ingest/Local/NW_Data"] {
        let said = graph(&fixture, more);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
        assert!(said.err.contains("is for pictures"), "{said:?}");
    }
}

#[test]
fn json_has_levels_and_neighbourhoods() {
    let fixture = Fixture::new(&models::transformed());
    let count = |more: &str| {
        let picture = graph(&fixture, &format!("--format json {more}")).good().json();
        ["nodes", "edges"].map(|of| picture[of].as_array().unwrap().len())
    };
    let all = graph(&fixture, "--format json").good().json();
    let [nodes, _] = count("--level dataset");
    assert_eq!(nodes, all["platforms"]["Local"]["nodes"].as_array().unwrap().len());
    assert_eq!(count("--level team"), [1, 0]);
    assert_eq!(count("--around Trigger/Local/Masking"), [3, 2]);
    fixture.write("older.json", datasurface_document::to_json(&models::first()));
    let picture = graph(&fixture, "--format json --level dataset --since older.json").good().json();
    assert!(picture["nodes"].as_array().unwrap().iter().any(|node| node["change"] == "added"));
}

#[test]
fn platforms_come_and_go() {
    let fixture = Fixture::new(&models::handed_over());
    fixture.write("older.json", datasurface_document::to_json(&models::first()));
    let painted = |more: &str, colour: &str| {
        let out = graph(&fixture, more).good().out;
        let lines = out.lines().filter(|line| line.contains("label=") && line.contains(" [shape"));
        let boxes = lines.clone().count();
        (boxes, lines.filter(|line| line.contains(colour)).count(), out)
    };
    let (added, removed) = ("#cfe8ff", "#dddddd");
    // With the box that stands for where its data comes from, which is there all the time.
    let (boxes, coloured, out) = painted("--since older.json --format dot --platform Other", added);
    assert_eq!((boxes, coloured), (3, 2), "{out}");

    // Backwards, it is gone.
    fixture.write("newer.json", datasurface_document::to_json(&models::handed_over()));
    fixture.model(&models::first());
    let (boxes, coloured, out) = painted("--since newer.json --format dot --platform Other", removed);
    assert_eq!((boxes, coloured), (3, 2), "{out}");
    assert!(painted("--since newer.json --format dot", removed).2.contains("label=\"Other\""));
    let said = graph(&fixture, "--since newer.json --platform Other").good();
    assert_eq!(said.out.matches("  - ").count(), 2, "{said:?}");
    graph(&fixture, "--platform Other").bad().complains("graph/unknown-platform", "`Other`");
}

#[test]
fn a_platform_that_was_renamed_was_there_under_its_former_name() {
    let fixture = Fixture::new(&models::renamed());
    fixture.write("older.json", datasurface_document::to_json(&models::first()));
    let expected = "\
the change reaches 4 nodes
  - Export/Local/USA/NorthWind/Mart/NW_Data/products
  + Export/Nearby/USA/NorthWind/Mart/NW_Data/products (was Export/Local/USA/NorthWind/Mart/NW_Data/products)
  - Ingest/Local/NW_Data
  + Ingest/Nearby/NW_Data (was Ingest/Local/NW_Data)
";
    for only in ["", "--platform Nearby", "--platform Local"] {
        assert_eq!(graph(&fixture, &format!("--since older.json {only}")).good().out, expected);
    }
    let picture = graph(&fixture, "--since older.json --format dot").good().out;
    assert_eq!((picture.matches("#cfe8ff").count(), picture.matches("#dddddd").count()), (2, 2), "{picture}");
    assert_eq!(picture.matches("#0b5cad\", penwidth").count(), 1, "{picture}");
}

#[test]
fn a_model_with_errors_has_no_graph() {
    let fixture = Fixture::new(&models::broken());
    for format in ["text", "mermaid"] {
        let said = graph(&fixture, &format!("--format {format}")).bad();
        assert_eq!(said.out, "");
        assert!(said.err.contains("error[reference/"), "{said:?}");
    }
    let said = graph(&fixture, "--format json").bad();
    assert_eq!(said.codes().len(), 1);
    assert_eq!(said.err, "");
}

#[test]
fn nobody_has_to_read_to_the_end() {
    let fixture = Fixture::new(&models::transformed());
    let mut child = fixture.command("graph model.json --format json").spawn().unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert!(child.wait().unwrap().success(), "{err}");
    assert_eq!(err, "");
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_printed_is_a_failure() {
    let fixture = Fixture::new(&models::first());
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = fixture.command("graph model.json").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("the standard output cannot be written"), "{err}");
}
