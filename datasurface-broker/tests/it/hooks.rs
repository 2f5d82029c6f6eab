//! Hooks are asked about the plans of a proposal before anything is touched, once for each plan that does something.

use crate::fixture::*;
use datasurface_broker::{Base, Proposal, WriteError};
use datasurface_model::*;
use datasurface_platform::{PlatformError, hook::*};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

/// Refuses the plans of one platform, notes something about the others, and keeps what it was asked.
#[derive(Clone, Debug, Default)]
struct Gate {
    refused: Option<&'static str>,
    asked: Arc<Mutex<Vec<PlanReady>>>,
}

impl Hook for Gate {
    fn events(&self) -> BTreeSet<EventKind> {
        [EventKind::PlanReady].into()
    }

    fn plan_ready(&self, event: &PlanReady) -> Result<HookAnswer<PlanDecision>, PlatformError> {
        self.asked.lock().unwrap().push(event.clone());
        Ok(match self.refused == Some(event.platform.as_str()) {
            true => HookAnswer::new(PlanDecision::Refuse("a freeze".to_owned())),
            false => HookAnswer::new(PlanDecision::Write).note("tell the desk"),
        })
    }
}

impl Gate {
    fn refusing(platform: &'static str) -> Self {
        Self { refused: Some(platform), ..Self::default() }
    }

    fn propose(&self, site: &Site, ecosystem: Ecosystem) -> Proposal {
        let hooks = Hooks::new().with_hook("gate", FailurePolicy::Refuse, self.clone()).unwrap();
        let placed = place(ecosystem, &site.lock()).unwrap();
        let base = site.target();
        broker().with_hooks(hooks).propose(&placed, Base::Target(base.manifest()), today()).unwrap()
    }

    fn write(&self, site: &Site, ecosystem: Ecosystem) -> Result<Findings, WriteError> {
        self.propose(site, ecosystem).write(&mut site.target(), &site.lock_path())
    }

    /// The platforms whose plans it was asked about since it was asked for them last.
    fn platforms(&self) -> Vec<String> {
        self.asked.lock().unwrap().drain(..).map(|event| event.platform.to_string()).collect()
    }
}

/// Two platforms, of which one captures and serves `W`, and the other one serves `V`.
fn two_platforms(sinks: &[&str]) -> Ecosystem {
    let reads = || DatasetGroup::new("g").with_sinks(sinks.iter().copied());
    let ecosystem = fixture(
        [minimal_platform("P"), minimal_platform("Q")],
        [consumer("W", reads()), consumer("V", reads())],
    );
    ecosystem.group_pin("W/g", ["P"]).group_pin("V/g", ["Q"]).primary_pin("S", "P")
}

fn said(findings: &Findings) -> Vec<String> {
    findings.iter().map(|finding| format!("{} {}", finding.code(), finding.path())).collect()
}

#[test]
fn a_refusal_about_one_platform_keeps_the_plans_of_all_from_being_written() {
    for (refused, expected) in [
        ("P", ["hook/refused platforms/P", "hook/note platforms/Q"]),
        ("Q", ["hook/note platforms/P", "hook/refused platforms/Q"]),
    ] {
        let (site, gate) = (Site::new(), Gate::refusing(refused));
        let error = gate.write(&site, two_platforms(&["S/a"])).unwrap_err();
        assert_eq!(said(&error.findings()), expected);
        assert!(site.bytes().is_empty(), "{:?}", site.bytes().keys());
        assert_eq!(gate.platforms(), ["P", "Q"]);
    }
}

#[test]
fn what_hooks_note_is_returned_and_the_event_has_the_plan() {
    let (site, gate) = (Site::new(), Gate::default());
    let first = gate.propose(&site, two_platforms(&["S/a"]));
    let noted = first.write(&mut site.target(), &site.lock_path()).unwrap();
    assert_eq!(said(&noted), ["hook/note platforms/P", "hook/note platforms/Q"]);
    let second = gate.propose(&site, two_platforms(&["S/a", "S/b"]));
    second.write(&mut site.target(), &site.lock_path()).unwrap();
    let asked = gate.asked.lock().unwrap();
    let expected = [(&first, None), (&second, Some(first.revision()))];
    let expected =
        expected.into_iter().flat_map(|(proposal, reached)| ["P", "Q"].map(|name| (proposal, reached, name)));
    for (event, (proposal, reached, platform)) in asked.iter().zip(expected) {
        assert_eq!(event.platform.as_str(), platform);
        assert_eq!((event.reached.as_ref(), &event.revision), (reached, proposal.revision()));
        assert_eq!(Some(&event.plan), proposal.plan(&platform.into()));
    }
    assert_eq!(asked.len(), 4);
}

/// In process a hook costs what its questions do: there is none for each step or node.
#[test]
fn there_is_one_question_for_a_plan_however_many_steps_it_has() {
    for sinks in [&["S/a"][..], &["S/a", "S/b", "S/c"]] {
        let (site, gate) = (Site::new(), Gate::default());
        gate.write(&site, two_platforms(sinks)).unwrap();
        assert_eq!(gate.platforms(), ["P", "Q"], "{sinks:?}");
        gate.write(&site, two_platforms(sinks)).unwrap();
        assert_eq!(gate.platforms(), [] as [&str; 0], "a plan that does nothing is not asked about");
    }
}
