//! The front page, held against what it must show: the graph that was drawn by hand, and the plans of three revisions.

#[path = "../../examples/northwind.rs"]
#[expect(dead_code, reason = "its main is what people run")]
mod front_page;

use crate::support::shared;
use chrono::NaiveDate;
use datasurface::{
    broker::{Base, Broker, LOCK_FILE_NAME, Lock, Manifest, Proposal, Target},
    graph::{IntentionGraph, IntentionGraphs},
    model::*,
    platform::{Action, Effect, Meaning, Registry},
};
use datasurface_local::LocalPlatform;
use front_page::{northwind, reporting_on};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

fn day() -> NaiveDate {
    "2026-11-21".parse().unwrap()
}

fn placed(ecosystem: Ecosystem, lock: &Lock) -> datasurface::broker::Placed {
    let checked = ecosystem.validate(&Validation::on(day())).unwrap();
    // Whoever reports wants to be able to prove what it was shown, and is told what that gives.
    let mut others = checked.findings().codes().filter(|code| *code != "workspace/unseen-versions");
    assert!(others.next().is_none(), "{:?}", checked.findings());
    broker().place(checked.ecosystem(), lock).unwrap()
}

fn broker() -> Broker {
    Broker::new(Registry::new().with_plugin::<LocalPlatform>())
}

fn proposed(ecosystem: Ecosystem, lock: &Lock, reached: Option<&Manifest>) -> Proposal {
    broker().propose(&placed(ecosystem, lock), Base::Target(reached), day()).unwrap()
}

fn only(graphs: &IntentionGraphs) -> &IntentionGraph {
    assert_eq!(graphs.iter().len(), 1);
    graphs.graph(&"LegacyA".into()).unwrap()
}

/// The hand-made drawing, or nothing if this checkout has none.
fn drawing() -> Option<Value> {
    Some(serde_json::from_str(&shared("expected/northwind.json")?).unwrap())
}

fn texts(list: &Value) -> Vec<String> {
    serde_json::from_value(list.clone()).unwrap()
}

#[test]
fn the_graph_is_the_one_that_was_drawn() {
    let Some(drawing) = drawing() else { return };
    let placed = placed(northwind(), &Lock::default());
    let graph = only(placed.graphs());
    let keys: Vec<String> = graph.nodes().map(|node| node.key().to_string()).collect();
    assert_eq!(keys, texts(&drawing["nodes"]));
    let edges: Vec<_> =
        graph.edges().map(|(from, to)| (from.key().to_string(), to.key().to_string())).collect();
    let drawn: BTreeSet<(String, String)> = serde_json::from_value(drawing["edges"].clone()).unwrap();
    assert_eq!(edges.len(), drawn.len());
    assert_eq!(edges.into_iter().collect::<BTreeSet<_>>(), drawn);
}

#[test]
fn a_critical_consumer_raises_its_chain_and_nothing_else() {
    let Some(drawing) = drawing() else { return };
    let drawing = &drawing["priority_when_reporting_is_medium_and_masked_consumer_is_critical"];
    let calm = northwind().edit_team("USA", "NorthWindTeam", |team| {
        let name = WorkspaceName::from("WorkspaceUsingTransformerOutput");
        let group = team.workspaces().get(&name).unwrap().groups().get_index(0).unwrap().clone();
        let calm = Workspace::new(&name).with_container("USA/NorthWindTeam/AzureSQL").group(group);
        team.without_workspace(&name).workspace(calm)
    });
    let before = placed(calm, &Lock::default());
    let after = placed(northwind(), &Lock::default());
    for (priority, name) in [(Priority::Critical, "critical"), (Priority::Medium, "medium")] {
        let nodes = only(after.graphs()).nodes();
        let raised = nodes.filter(|node| node.obligation().priority() == Some(priority));
        let whole = |key: String| key.replace('…', "LegacyA/USA/NorthWindTeam/AzureSQL");
        assert_eq!(
            raised.map(|node| node.key().to_string()).collect::<BTreeSet<_>>(),
            texts(&drawing[name]).into_iter().map(whole).collect()
        );
    }
    for dataset in ["products", "suppliers"] {
        let key = format!("Export/LegacyA/USA/NorthWindTeam/AzureSQL/NW_Data/{dataset}").parse().unwrap();
        let fingerprint = |graphs: &IntentionGraphs| graphs.node(&key).unwrap().fingerprint();
        assert_eq!(fingerprint(before.graphs()), fingerprint(after.graphs()), "{dataset}");
    }
}

/// What is done to what, with which effect.
fn steps(proposal: &Proposal) -> BTreeSet<(Action, &str, Effect)> {
    let plan = proposal.plan(&"LegacyA".into()).unwrap();
    let steps: BTreeSet<_> =
        plan.steps().iter().map(|step| (step.action, step.resource.as_str(), step.effect)).collect();
    assert_eq!(steps.len(), plan.steps().len());
    steps
}

#[test]
fn three_revisions_and_what_each_of_them_takes() {
    let first = proposed(northwind(), &Lock::default(), None);
    assert!(steps(&first).iter().all(|(action, ..)| *action == Action::Create));

    let everything = ["NW_Data/products", "NW_Data/customers", "NW_Data/suppliers", "NW_Data/orders"];
    let second = proposed(reporting_on(northwind(), everything), first.lock(), Some(first.manifest()));
    let view = "view.ProductLiveAdhocReporting.LiveProducts.NW_Data";
    let orders = format!("{view}.orders");
    assert_eq!(
        steps(&second),
        [
            (Action::Create, "table.NW_Data.orders", Effect::None),
            (Action::Create, &orders, Effect::None),
            (Action::Update, "capture.NW_Data", Effect::InPlace),
        ]
        .into()
    );
    let plan = second.plan(&"LegacyA".into()).unwrap();
    assert!(plan.steps().iter().all(|step| step.meaning == Meaning::Compatible));
    assert!(
        plan.steps()
            .iter()
            .all(|step| step.cause.owners == [Repository::from("github:northwind/team@main")].into())
    );

    let less = ["NW_Data/products", "NW_Data/customers", "NW_Data/orders"];
    let third = proposed(reporting_on(northwind(), less), second.lock(), Some(second.manifest()));
    let suppliers = format!("{view}.suppliers");
    assert_eq!(
        steps(&third),
        [
            (Action::Update, "capture.NW_Data", Effect::InPlace),
            (Action::Hold, "table.NW_Data.suppliers", Effect::None),
            (Action::Retire, &suppliers, Effect::None),
        ]
        .into()
    );
    let plan = third.plan(&"LegacyA".into()).unwrap();
    let hold = plan.steps().iter().find(|step| step.action == Action::Hold).unwrap();
    assert_eq!(hold.owed_until, "2027-11-21".parse().ok());
    assert!(
        hold.reason.contains("nobody asks for what was promised of `NW_Data/suppliers` any more"),
        "{}",
        hold.reason
    );
    assert!(hold.reason.contains("2027-11-21"), "{}", hold.reason);
}

#[test]
fn the_model_that_is_printed_is_the_model() {
    let text = datasurface::document::to_json(&northwind());
    assert_eq!(datasurface::document::from_json(&text).unwrap(), northwind());
}

#[test]
fn the_ecosystem_takes_at_most_sixty_plain_lines() {
    let source = include_str!("../../examples/northwind.rs");
    let from = source.find("fn northwind()").unwrap();
    let to = source.find("/// The same ecosystem, in which").unwrap();
    assert!(source.lines().count() <= 302, "{} lines in all", source.lines().count());
    let ecosystem = &source[from..to];
    assert!(ecosystem.lines().count() <= 60, "{} lines", ecosystem.lines().count());
    for noise in ["?", "unwrap", "expect", ".into", "to_string", "vec!"] {
        assert!(!ecosystem.contains(noise), "{noise}");
    }
}

#[test]
fn a_whole_platform_with_shared_things_takes_at_most_110_lines_and_one_import() {
    let source = include_str!("connectors.rs");
    assert!(source.lines().count() <= 110, "{} lines", source.lines().count());
    assert_eq!(source.matches("\nuse ").count(), 1);
    assert!(source.contains("use datasurface_platform::prelude::*;"));
}

#[test]
fn a_target_that_was_lost_is_made_again_byte_by_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (rendered, lock) = (folder.path().join("rendered"), folder.path().join(LOCK_FILE_NAME));
    let write = |reached_is_lost: bool, lock_before: &Lock| {
        let mut target = Target::open(&rendered).unwrap();
        let reached = if reached_is_lost { Base::Lost } else { Base::Target(target.manifest()) };
        let proposal = broker().propose(&placed(northwind(), lock_before), reached, day()).unwrap();
        proposal.write(&mut target, &lock).unwrap();
        (proposal.lock().clone(), contents(&rendered))
    };
    let (decided, first) = write(false, &Lock::default());
    assert_eq!(write(false, &decided).1, first);
    std::fs::remove_dir_all(&rendered).unwrap();
    assert_eq!(write(true, &decided).1, first);
    assert_eq!(Lock::from_text(&std::fs::read_to_string(&lock).unwrap()).unwrap(), decided);
}

#[test]
fn a_file_of_an_earlier_change_that_somebody_took_away_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (rendered, lock_path) = (folder.path().join("rendered"), folder.path().join(LOCK_FILE_NAME));
    let less = ["NW_Data/products", "NW_Data/customers"];
    let mut lock = Lock::default();
    let mut write = |ecosystem: Ecosystem| {
        let mut target = Target::open(&rendered).unwrap();
        let proposal = proposed(ecosystem, &lock, target.manifest());
        proposal.write(&mut target, &lock_path).unwrap();
        lock = proposal.lock().clone();
    };
    write(northwind());
    write(reporting_on(northwind(), less));
    let served = |path: &PathBuf| path.components().any(|part| part.as_os_str() == "transition");
    let transition = contents(&rendered).into_keys().find(served).unwrap();
    std::fs::remove_file(transition).unwrap();
    write(reporting_on(northwind(), less));
    assert!(Target::open(&rendered).unwrap().inspect().unwrap().is_empty());
}

/// Every file below a folder, with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(path.clone(), std::fs::read(path).unwrap());
            }
        }
    }
    files
}
