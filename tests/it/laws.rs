//! The platforms that are here keep the laws that every platform must keep.

use crate::connectors::Connectors;
use chrono::NaiveDate;
use datasurface::{
    broker::{Base, Broker, Lock, Proposal},
    model::{Ecosystem, Validate, Validation},
    platform::{Registry, Rendering, remote::RemoteFactory},
};
use datasurface_local::LocalPlatform;
use datasurface_testkit::{
    LawReport, Laws, northwind, northwind_masked,
    strategies::{Adjustment, AdjustmentKind},
};
use std::process::Command;

#[test]
fn the_local_platform_keeps_them_on_northwind() {
    for ecosystem in [northwind(), northwind_masked()] {
        kept(&Laws::for_plugin::<LocalPlatform>().check(&ecosystem));
    }
}

/// Laws try each kind of edit once: this one is not refused.
#[test]
fn captures_in_another_way_are_rendered() {
    // By a watermark, each dataset has a column that only grows.
    let northwind = Adjustment::new(AdjustmentKind::NewColumn, 0, 1).apply(northwind());
    let edited = Adjustment::new(AdjustmentKind::Way, 0, 1).apply(northwind.clone());
    assert_ne!(edited, northwind);
    let broker = Broker::new(Registry::new().with_plugin::<LocalPlatform>());
    assert!(proposal(&broker, edited).scopes().next().is_some());
}

#[test]
fn the_local_platform_keeps_them_on_generated_ecosystems() {
    kept_over_edits(&Laws::for_plugin::<LocalPlatform>().check_generated(12));
}

#[test]
fn connectors_keep_them_on_northwind() {
    let report = Laws::for_plugin::<Connectors>().check(&northwind());
    kept(&report);
    assert!(!report.to_string().contains(UNSEEN), "{report}");
}

/// Part of the work of a program is not judged, and nobody is to think that it was.
const UNSEEN: &str = "reads of nodes that are not seen";

#[test]
fn connectors_keep_them_on_generated_ecosystems() {
    kept_over_edits(&Laws::for_plugin::<Connectors>().check_generated(12));
}

#[test]
fn what_surrounds_a_process_is_not_rendered() {
    let test = "laws::what_surrounds_a_process_is_not_rendered";
    kept(&Laws::for_plugin::<LocalPlatform>().check_in_second_process(&northwind_masked(), test));
    kept(&Laws::for_plugin::<Connectors>().check_in_second_process(&northwind(), test));
}

#[test]
fn connectors_keep_them_in_a_process_of_their_own() {
    if let Some(child) = child() {
        let laws = Laws::new(Registry::new().with_factory(child));
        let report = laws.check(&northwind());
        kept(&report);
        assert!(report.to_string().contains(UNSEEN), "{report}");
        let generated = laws.check_generated(6);
        kept(&generated);
        assert!(report.counts.edits + generated.counts.edits >= 50, "{report}\n{generated}");
    }
}

#[test]
fn another_process_renders_the_same_bytes() {
    let Some(child) = child() else {
        return;
    };
    let here = renderings(Registry::new().with_plugin::<Connectors>());
    let there = renderings(Registry::new().with_factory(child));
    assert!(here.iter().any(|rendering| rendering.file("sink.USA-NorthWindTeam-Warehouse.json").is_some()));
    assert_eq!(here, there);
}

/// The example `custom_platform`: the command with a platform of one's own.
#[test]
fn an_application_has_the_command_with_its_own_platform() {
    let Some(program) = crate::support::example("custom_platform") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let model = folder.path().join("model.yaml");
    let check = |ecosystem: &Ecosystem| {
        std::fs::write(&model, datasurface::document::to_yaml(ecosystem)).expect("a written model");
        let mut command = Command::new(&program);
        command.arg("check").arg(&model).args(["--on", "2026-11-21"]).output().expect("an output")
    };
    let (own, other) = (check(&by_connectors(&northwind())), check(&northwind()));
    assert!(own.status.success(), "{}", String::from_utf8_lossy(&own.stdout));
    assert_eq!(other.status.code(), Some(1), "the platform `local` is not among them");
}

/// Says how much was checked, to whoever looks at what tests print.
#[track_caller]
fn kept(verdict: &LawReport) {
    eprintln!("{verdict}");
    verdict.assert();
}

/// The same, where enough edits were rendered and compared.
#[track_caller]
fn kept_over_edits(verdict: &LawReport) {
    kept(verdict);
    assert!(verdict.counts.edits >= 50, "{verdict}");
}

/// The example `connectors`, as a running process.
fn child() -> Option<RemoteFactory> {
    let program = crate::support::example("connectors")?;
    Some(RemoteFactory::spawn(Command::new(program)).expect("a program that says hello"))
}

/// NorthWind, rendered by the connectors of a registry, scope by scope.
fn renderings(registry: Registry) -> Vec<Rendering> {
    let broker = Broker::new(registry);
    let proposal = proposal(&broker, by_connectors(&northwind()));
    let scopes = proposal.scopes();
    scopes.map(|(hosted, scope)| hosted.platform().render(scope).expect("a rendering")).collect()
}

fn proposal(broker: &Broker, ecosystem: Ecosystem) -> Proposal {
    let on: NaiveDate = "2026-11-21".parse().expect("a day");
    let checked = ecosystem.validate(&Validation::on(on)).expect("a valid ecosystem");
    let placed = broker.place(checked.ecosystem(), &Lock::default()).expect("a place for everything");
    broker.propose(&placed, Base::Target(None), on).expect("a proposal")
}

pub(crate) fn by_connectors(ecosystem: &Ecosystem) -> Ecosystem {
    let mut document = datasurface::document::to_value(ecosystem);
    for platform in document["platforms"].as_array_mut().expect("platforms") {
        platform["kind"] = "connectors".into();
        platform["config"] = serde_json::json!({});
    }
    datasurface::document::from_value(document).expect("a document")
}
