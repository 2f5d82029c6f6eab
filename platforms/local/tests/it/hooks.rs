//! Hooks decide whether a transformer runs, and how much of it: of the platform here, and of the same platform as a program.

use crate::{
    example::Example,
    fixture::{Fixture, moved},
    northwind::{CUSTOMERS, NorthWind},
};
use datasurface_platform::{RunReport, RunRequest, WaitReason, graph::Stage, hook::*, prelude::*};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

/// A transformer with three outputs, one of one input and two of the other one.
fn example() -> Example {
    example_beside(false)
}

/// The same, beside another transformer or alone.
fn example_beside(other: bool) -> Example {
    let ecosystem = NorthWind::default().ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        let transformer = DataTransformer::sql("Made")
            .with_trigger(TransformTrigger::AnyInputMoved)
            .select("customers", "SELECT customer_id, company_name, city FROM NW_Data_customers")
            .select("weights", "SELECT product_id, unit_price AS price FROM NW_Data_products")
            .select("counts", "SELECT 'all' AS what, count(*) AS number FROM NW_Data_products");
        let made = Datastore::new("Made")
            .dataset(Dataset::new("customers", CUSTOMERS))
            .dataset(Dataset::new("weights", "product_id Integer key, price Decimal(18,2)"))
            .dataset(Dataset::new("counts", "what VarChar(10) key, number Integer"));
        let reads = DatasetGroup::new("raw").with_sinks(["NW_Data/customers", "NW_Data/products"]);
        let desk = "USA/NorthWindTeam/Desk";
        let board = DatasetGroup::new("all").with_sinks(["Made/customers", "Made/weights", "Made/counts"]);
        let team = match other {
            true => team,
            false => team
                .without_workspace(&"Mask".into())
                .without_workspace(&"Marketing".into())
                .without_datastore(&"Masked_NW_Data".into()),
        };
        team.datastore(made)
            .workspace(Workspace::new("Make").with_container(desk).group(reads).with_transformer(transformer))
            .workspace(Workspace::new("Board").with_container(desk).group(board))
    });
    let assignments = NorthWind::assignments()
        .with_group("Local", "Make/raw", Stage::Provisioned)
        .with_group("Local", "Board/all", Stage::Provisioned)
        .with_primary("Local", "Made", Stage::Provisioned);
    Example::new(ecosystem, &assignments)
}

type Decide = dyn Fn(&TriggerDue) -> HookAnswer<TriggerDecision> + Send + Sync;

/// A hook that decides by a function, and keeps what it was asked and told.
#[derive(Clone)]
struct Recording {
    decide: Arc<Decide>,
    asked: Arc<Mutex<Vec<TriggerDue>>>,
    told: Arc<Mutex<Vec<DatasetLoaded>>>,
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recording")
    }
}

impl Hook for Recording {
    fn events(&self) -> BTreeSet<EventKind> {
        [EventKind::TriggerDue, EventKind::DatasetLoaded].into()
    }

    fn trigger_due(&self, event: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
        self.asked.lock().unwrap().push(event.clone());
        Ok((self.decide)(event))
    }

    fn dataset_loaded(&self, event: &DatasetLoaded) -> Result<HookAnswer<NoDecision>, PlatformError> {
        self.told.lock().unwrap().push(event.clone());
        Ok(HookAnswer::default().note(format!("batch {}", event.batch.batch)))
    }
}

/// Where the platform is, seen from the hooks.
#[derive(Clone, Copy, Debug)]
enum Place {
    Here,
    Program,
}

const PLACES: [Place; 2] = [Place::Here, Place::Program];

fn deciding(
    place: Place,
    decide: impl Fn(&TriggerDue) -> HookAnswer<TriggerDecision> + Send + Sync + 'static,
) -> (Fixture, Recording) {
    deciding_in(&example(), place, decide)
}

fn deciding_in(
    example: &Example,
    place: Place,
    decide: impl Fn(&TriggerDue) -> HookAnswer<TriggerDecision> + Send + Sync + 'static,
) -> (Fixture, Recording) {
    let hook = Recording { decide: Arc::new(decide), asked: Arc::default(), told: Arc::default() };
    let fixture = Fixture::with(example);
    let mut fixture = match place {
        Place::Here => fixture,
        Place::Program => fixture.into_program(),
    };
    fixture.hooks = Hooks::new().with_hook("deciding", FailurePolicy::Refuse, hook.clone()).unwrap();
    fixture.change_source(
        "INSERT INTO Customers VALUES ('A', 'a', 'x'); INSERT INTO products VALUES (1, 'p', 1, 1)",
    );
    (fixture, hook)
}

/// The batches of the transformer's outputs in a report.
fn made(report: &RunReport) -> Vec<String> {
    moved(report).into_iter().filter(|line| line.starts_with("Made/")).collect()
}

#[test]
fn an_incremental_run_makes_the_outputs_that_read_what_moved() {
    for place in PLACES {
        let (fixture, hook) = deciding(place, |_| HookAnswer::new(TriggerDecision::RunIncrementally));
        assert_eq!(made(&fixture.run()).len(), 3, "nothing was made before: all of it is");
        fixture.change_source("UPDATE Customers SET city = 'y'");
        assert_eq!(made(&fixture.run()), ["Made/customers 2: +0 ~1 -0 =0"]);
        let kept = "SELECT price FROM Made__weights WHERE batch_out IS NULL";
        assert_eq!(fixture.rows("northwind.db", kept), ["1.00"]);
        fixture.change_source("INSERT INTO products VALUES (2, 'q', 2, 1)");
        assert_eq!(
            made(&fixture.run()),
            ["Made/counts 3: +0 ~1 -0 =0", "Made/weights 3: +1 ~0 -0 =1"],
            "one of them uses no column of what it reads"
        );
        assert_eq!(made(&fixture.run()), [] as [&str; 0], "nothing moved");
        assert_eq!(hook.asked.lock().unwrap().len(), 3, "hooks are asked only where a transformer is due");
        let refresh = RunRequest::until_idle().full_refresh("Made/customers");
        assert_eq!(
            made(&fixture.ask(&refresh)),
            ["Made/customers 2: +0 ~0 -0 =1"],
            "what an operator asks for"
        );
        let requested: Vec<bool> =
            hook.asked.lock().unwrap().iter().map(|event| event.is_requested).collect();
        assert_eq!(requested, [false, false, false, true]);
    }
}

#[test]
fn a_full_run_makes_all_outputs_whatever_moved() {
    for place in PLACES {
        for decision in [None, Some(TriggerDecision::RunInFull)] {
            let (fixture, _) =
                deciding(place, move |_| HookAnswer { decision: decision.clone(), notes: Vec::new() });
            fixture.run();
            fixture.change_source("UPDATE Customers SET city = 'y'");
            assert_eq!(made(&fixture.run()).len(), 3, "one of them is of what moved");
        }
    }
}

/// Another transformer that moved something makes the run look at all of them again.
#[test]
fn a_transformer_that_does_not_run_is_asked_about_once_a_run() {
    for decision in [TriggerDecision::Skip, TriggerDecision::Refuse("no".to_owned())] {
        for place in PLACES {
            let answer = HookAnswer::new(decision.clone());
            let decide = move |event: &TriggerDue| match event.workspace.as_str() {
                "Make" => answer.clone(),
                _ => HookAnswer::default(),
            };
            let (fixture, hook) = deciding_in(&example_beside(true), place, decide);
            let report = fixture.try_run().unwrap();
            assert_eq!(report.waiting.len() + report.failures.len(), 1, "{report:?}");
            let mut asked: Vec<String> =
                hook.asked.lock().unwrap().iter().map(|event| event.workspace.to_string()).collect();
            asked.sort();
            assert_eq!(asked, ["Make", "Mask"], "{decision:?}");
        }
    }
}

#[test]
fn an_event_has_what_moved() {
    for place in PLACES {
        let (fixture, hook) = deciding(place, |_| HookAnswer::default());
        fixture.run();
        fixture.change_source("INSERT INTO Customers VALUES ('B', 'b', 'y'), ('C', 'c', 'z')");
        fixture.run();
        let asked = hook.asked.lock().unwrap();
        assert_eq!(asked.len(), 2);
        assert_eq!(asked[0].last_run, None);
        assert!(asked[0].inputs.iter().all(|input| (input.batch, input.seen_batch) == (1, 0)));
        let second = &asked[1];
        assert_eq!(second.platform, Some("Local".into()));
        assert_eq!((second.workspace.as_str(), second.job.as_str()), ("Make", "transform.Make"));
        assert_eq!(second.trigger, TransformTrigger::AnyInputMoved);
        assert_eq!(second.last_run, Some(fixture.now.parse().unwrap()));
        assert_eq!(second.outputs.len(), 3);
        let moved: Vec<_> = second.moved().collect();
        assert_eq!(moved.len(), 1);
        assert_eq!(moved[0].dataset.to_string(), "NW_Data/customers");
        assert_eq!((moved[0].batch, moved[0].seen_batch, moved[0].changed_records), (2, 1, 2));
        let told = hook.told.lock().unwrap();
        let batches: Vec<String> =
            told.iter().map(|event| format!("{} {}", event.batch.dataset, event.batch.batch)).collect();
        assert_eq!(batches[..2], ["NW_Data/customers 1", "NW_Data/products 1"]);
    }
}

#[test]
fn a_transformer_that_is_skipped_sees_later_what_moved() {
    for place in PLACES {
        let may_run = Arc::new(Mutex::new(false));
        let switch = Arc::clone(&may_run);
        let (fixture, hook) = deciding(place, move |_| match *switch.lock().unwrap() {
            true => HookAnswer::new(TriggerDecision::RunInFull),
            false => HookAnswer::new(TriggerDecision::Skip).note("not before the first of the month"),
        });
        let report = fixture.run();
        assert_eq!(made(&report), [] as [&str; 0]);
        assert_eq!(report.waiting.len(), 1);
        assert_eq!(report.waiting[0].waits_for, WaitReason::Hooks);
        let said: Vec<String> = report.remarks.iter().map(|said| said.remark.to_string()).collect();
        assert!(
            said.contains(&"the hook `deciding` notes: not before the first of the month".to_owned()),
            "{said:?}"
        );
        assert_eq!(hook.asked.lock().unwrap().len(), 1, "once a run");
        *may_run.lock().unwrap() = true;
        assert_eq!(made(&fixture.run()).len(), 3);
    }
}

#[test]
fn a_transformer_that_is_refused_fails_and_what_it_would_have_made_stays() {
    for place in PLACES {
        let (fixture, _) =
            deciding(place, |_| HookAnswer::new(TriggerDecision::Refuse("the figures are odd".to_owned())));
        let before = fixture.everything();
        let report = fixture.try_run().unwrap();
        assert_eq!(made(&report), [] as [&str; 0]);
        assert_eq!(report.failures.len(), 1);
        assert_eq!(report.failures[0].job.as_str(), "trigger.Make");
        assert_eq!(report.failures[0].reason, "the hook `deciding` refuses: the figures are odd");
        assert_ne!(fixture.everything(), before, "captures went on");
    }
}

/// What a run reports does not depend on where the platform is, in any order.
#[test]
fn a_run_of_a_program_reports_what_hooks_said_as_one_here_does() {
    for decision in [
        TriggerDecision::Skip,
        TriggerDecision::RunInFull,
        TriggerDecision::Refuse("the figures are odd".to_owned()),
    ] {
        let reports = PLACES.map(|place| {
            let answer = HookAnswer::new(decision.clone()).note("as you like it");
            let (fixture, _) = deciding(place, move |_| answer.clone());
            let first = fixture.try_run().unwrap();
            fixture.change_source("UPDATE Customers SET city = 'y'");
            [first, fixture.try_run().unwrap()]
        });
        assert_eq!(reports[0], reports[1], "{decision:?}");
        assert!(reports[0].iter().all(|report| report.remarks.len() > 1), "{reports:?}");
    }
}

/// In process a hook costs what its questions do: there is one for each batch, and one for each transformer that is due.
#[test]
fn hooks_are_asked_as_often_however_many_records_there_are() {
    let asked_about = |records: u32| {
        let (fixture, hook) = deciding(Place::Here, |_| HookAnswer::default());
        let rows: Vec<String> = (2..2 + records).map(|id| format!("({id}, 'p', 1, 1)")).collect();
        fixture.change_source(&format!("INSERT INTO products VALUES {}", rows.join(", ")));
        fixture.run();
        fixture.run();
        let told = hook.told.lock().unwrap();
        let loaded: Vec<String> = told.iter().map(|event| event.batch.dataset.to_string()).collect();
        (hook.asked.lock().unwrap().len(), loaded)
    };
    let (due, loaded) = asked_about(1);
    assert_eq!(
        (due, loaded.len()),
        (1, 5),
        "two batches that were captured, and three that were made: {loaded:?}"
    );
    assert_eq!(asked_about(1_000), (due, loaded));
}

/// Fails at each event.
#[derive(Debug)]
struct Failing;

impl Hook for Failing {
    fn events(&self) -> BTreeSet<EventKind> {
        [EventKind::TriggerDue, EventKind::DatasetLoaded].into()
    }

    fn trigger_due(&self, _: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
        panic!("on purpose")
    }
}

#[test]
fn a_hook_that_fails_is_an_error_or_a_remark_by_its_policy() {
    for place in PLACES {
        for policy in [FailurePolicy::Refuse, FailurePolicy::Continue] {
            let (mut fixture, _) = deciding(place, |_| HookAnswer::default());
            fixture.hooks = Hooks::new().with_hook("failing", policy, Failing).unwrap();
            let report = fixture.try_run().unwrap();
            let failed: Vec<&str> = report.failures.iter().map(|failure| failure.reason.as_str()).collect();
            let unanswered =
                "the hook `failing` failed: it listens to `dataset_loaded`, and has no answer to it";
            match policy {
                FailurePolicy::Refuse => {
                    assert_eq!(failed, [unanswered, "the hook `failing` failed: it panicked"]);
                    assert_eq!(made(&report), [] as [&str; 0]);
                }
                FailurePolicy::Continue => {
                    assert_eq!(failed, [] as [&str; 0]);
                    assert_eq!(made(&report).len(), 3);
                    assert!(report.remarks.iter().all(|said| said.remark.kind == RemarkKind::FailureIgnored));
                    assert!(report.remarks.iter().any(|said| said.job.as_str() == "transform.Make"));
                }
            }
        }
    }
}
