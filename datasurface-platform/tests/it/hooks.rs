//! Hooks here and as programs: what they may decide, and what becomes of those that do not do what they should.

use crate::misbehaviour::{BOUNDS, shell};
use datasurface_platform::{
    DatasetRun, Revision,
    graph::Fingerprint,
    hook::*,
    prelude::*,
    remote::{ConnectionLimits, ResponseLine},
};
use std::{
    collections::BTreeSet,
    io::{self, BufReader, pipe},
    thread,
    time::{Duration, Instant},
};

pub(crate) fn trigger_due() -> TriggerDue {
    TriggerDue {
        platform: Some("Local".into()),
        now: "2026-11-21T10:00:00Z".parse().unwrap(),
        workspace: "Train".into(),
        job: "transform.Train".into(),
        trigger: TransformTrigger::AnyInputMoved,
        inputs: vec![TriggerInput {
            dataset: DatasetKey::new("Reviews", "examples"),
            batch: 3,
            seen_batch: 2,
            changed_records: 40,
        }],
        outputs: vec![DatasetKey::new("Models", "weights")],
        last_run: None,
        is_requested: false,
    }
}

pub(crate) fn dataset_loaded() -> DatasetLoaded {
    let batch = DatasetRun {
        dataset: DatasetKey::new("Reviews", "examples"),
        batch: 3,
        inserted: 40,
        updated: 0,
        deleted: 0,
        unchanged: 1,
        rejected: 0,
        failure: None,
    };
    DatasetLoaded { platform: None, now: "2026-11-21T10:00:00Z".parse().unwrap(), batch }
}

pub(crate) fn plan_ready() -> PlanReady {
    PlanReady {
        platform: "Local".into(),
        reached: None,
        revision: Revision::new(Fingerprint::of_bytes(b"to")),
        plan: Plan::default(),
    }
}

fn finding_raised() -> FindingRaised {
    let finding = Diagnostic::with_code("topic/name", Severity::Warning, ModelPath::root(), "a name");
    FindingRaised { finding }
}

pub(crate) fn every_kind() -> BTreeSet<EventKind> {
    [EventKind::DatasetLoaded, EventKind::TriggerDue, EventKind::PlanReady, EventKind::FindingRaised].into()
}

/// A hook that makes every decision, by its setting.
#[derive(Debug)]
struct Guard {
    skips: bool,
}

impl Hook for Guard {
    fn events(&self) -> BTreeSet<EventKind> {
        every_kind()
    }

    fn dataset_loaded(&self, event: &DatasetLoaded) -> Result<HookAnswer<NoDecision>, PlatformError> {
        Ok(HookAnswer::default().note(format!("{} came", event.batch.inserted)))
    }

    fn trigger_due(&self, event: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
        let is_large = event.moved().any(|input| input.changed_records > 30);
        Ok(HookAnswer::new(match (self.skips, is_large) {
            (true, _) => TriggerDecision::Skip,
            (false, true) => TriggerDecision::RunInFull,
            (false, false) => TriggerDecision::RunIncrementally,
        }))
    }

    fn plan_ready(&self, event: &PlanReady) -> Result<HookAnswer<PlanDecision>, PlatformError> {
        Ok(HookAnswer::new(PlanDecision::Refuse(format!("not on `{}`", event.platform))))
    }

    fn finding_raised(&self, event: &FindingRaised) -> Result<HookAnswer<NoDecision>, PlatformError> {
        Ok(HookAnswer::default().note(format!("see the page about {}", event.finding.code())))
    }
}

fn configure(settings: &Json) -> Result<Guard, PlatformError> {
    let skips = settings.value().get("skips").and_then(|skips| skips.as_bool());
    skips
        .map(|skips| Guard { skips })
        .ok_or_else(|| PlatformError::new(PlatformErrorKind::Config, "`skips` is `true` or `false`"))
}

/// The guard as a program behind pipes.
fn program(settings: Json) -> Result<ProgramHook, PlatformError> {
    let (asked, ask) = pipe().unwrap();
    let (answers, answered) = pipe().unwrap();
    thread::spawn(move || serve_hook(configure, BufReader::new(asked), answered));
    ProgramHook::connect(answers, ask, BOUNDS, settings)
}

fn settings(skips: bool) -> Json {
    json!({ "skips": skips }).into()
}

/// All that one hook says of each event.
fn all(hooks: &Hooks) -> (Option<TriggerDecision>, Vec<Vec<HookRemark>>) {
    let due = hooks.trigger_due(|| Ok::<_, ()>(trigger_due())).unwrap();
    let remarks = vec![
        hooks.dataset_loaded(dataset_loaded).remarks,
        due.remarks,
        hooks.plan_ready(plan_ready).remarks,
        hooks.finding_raised(finding_raised).remarks,
    ];
    (due.decision, remarks)
}

fn only(hook: impl Hook + 'static, policy: FailurePolicy) -> Hooks {
    Hooks::new().with_hook("guard", policy, hook).unwrap()
}

#[test]
fn a_program_answers_as_the_same_hook_would_here() {
    for skips in [true, false] {
        let here = all(&only(Guard { skips }, FailurePolicy::Refuse));
        assert_eq!(here, all(&only(program(settings(skips)).unwrap(), FailurePolicy::Refuse)));
        let expected = if skips { TriggerDecision::Skip } else { TriggerDecision::RunInFull };
        assert_eq!(here.0, Some(expected));
        let texts: Vec<String> = here.1.iter().flatten().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "the hook `guard` notes: 40 came",
                "the hook `guard` refuses: not on `Local`",
                "the hook `guard` notes: see the page about topic/name"
            ]
        );
    }
    let error = program(Json::object()).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::Config, "{}", error.report());
}

/// A hook that always makes one decision.
#[derive(Debug)]
struct Always(TriggerDecision);

impl Hook for Always {
    fn events(&self) -> BTreeSet<EventKind> {
        [EventKind::TriggerDue].into()
    }

    fn trigger_due(&self, _: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
        Ok(HookAnswer::new(self.0.clone()))
    }
}

#[test]
fn the_greatest_decision_holds_whatever_the_order_of_names() {
    use TriggerDecision::{Refuse, RunInFull, RunIncrementally, Skip};
    let decided = |one: TriggerDecision, other: TriggerDecision| {
        let hooks = Hooks::new()
            .with_hook("a", FailurePolicy::Refuse, Always(one))
            .and_then(|hooks| hooks.with_hook("b", FailurePolicy::Refuse, Always(other)));
        hooks.unwrap().trigger_due(|| Ok::<_, ()>(trigger_due())).unwrap().decision.unwrap()
    };
    let ordered = [RunIncrementally, RunInFull, Skip, Refuse("no".to_owned())];
    for (position, lesser) in ordered.iter().enumerate() {
        for greater in &ordered[position..] {
            assert_eq!(decided(lesser.clone(), greater.clone()), *greater);
            assert_eq!(decided(greater.clone(), lesser.clone()), *greater);
        }
    }
    assert!(
        only(Always(Skip), FailurePolicy::Refuse)
            .with_hook("guard", FailurePolicy::Refuse, Always(Skip))
            .is_err()
    );
}

#[test]
fn an_event_that_nobody_listens_to_is_not_made() {
    let hooks = only(Always(TriggerDecision::Skip), FailurePolicy::Refuse);
    let never = || panic!("nobody listens");
    assert_eq!(hooks.plan_ready(never), HookOutcome::default());
    let due = || -> Result<TriggerDue, ()> { panic!("nobody listens") };
    assert_eq!(Hooks::new().trigger_due(due), Ok(HookOutcome::default()));
    let (none, platform) = (Hooks::new(), "Local".into());
    for asked in [PlatformHooks::default(), PlatformHooks::new(&none, &platform)] {
        assert_eq!(asked.trigger_due(due), Ok(HookOutcome::default()), "as a runtime asks");
        assert_eq!(asked.dataset_loaded(|| panic!("nobody listens")), HookOutcome::default());
    }
}

#[test]
fn without_a_hook_an_event_costs_nothing_measurable() {
    let hooks = Hooks::new();
    let rounds = 100_000_u32;
    let turn = |_| {
        let before = Instant::now();
        for _ in 0..rounds {
            let outcome = std::hint::black_box(&hooks).trigger_due(|| Ok::<_, ()>(trigger_due()));
            std::hint::black_box(outcome).unwrap();
        }
        before.elapsed() / rounds
    };
    // The least of several turns, since other work takes the processor away.
    let each = (0..10).map(turn).min().unwrap();
    assert!(each < Duration::from_micros(5), "{each:?} in a build that is not optimized");
}

/// The lines that a program answers with: a greeting, and then these.
fn answering(lines: &[&str]) -> Result<ProgramHook, PlatformError> {
    let hello = r#"{"number":1,"response":{"hello":{"protocol":1,"events":["trigger_due"]}}}"#;
    let text = [&[hello], lines].concat().join("\n");
    ProgramHook::connect(io::Cursor::new(text.into_bytes()), io::sink(), BOUNDS, Json::object())
}

/// What is said of a hook that answers a due trigger with this line.
fn failure(line: &str) -> String {
    let hook = answering(&[line]).unwrap();
    let outcome = only(hook, FailurePolicy::Refuse).trigger_due(|| Ok::<_, ()>(trigger_due())).unwrap();
    assert_eq!(outcome.decision, None, "{line}");
    assert_eq!(outcome.remarks.len(), 1);
    assert_eq!(outcome.remarks[0].kind, RemarkKind::Failed, "{line}");
    assert_eq!(outcome.blocking_remark(), outcome.remarks.first());
    outcome.remarks[0].text.clone()
}

#[test]
fn an_answer_that_is_not_sound_is_the_failure_of_the_hook() {
    let long = "x".repeat(MAX_NOTE_LENGTH + 1);
    let answer = |answer: &str| format!(r#"{{"number":2,"response":{answer}}}"#);
    let cases = [
        ("garbage".to_owned(), "is no answer"),
        (answer(r#"{"plan_ready":{"decision":"write"}}"#), "something else"),
        (answer(r#"{"finding_raised":{"notes":["x"]}}"#), "something else"),
        (answer(r#"{"trigger_due":{"decision":"explode"}}"#), "unknown variant"),
        (answer(r#"{"trigger_due":{"decision":"write"}}"#), "unknown variant"),
        (answer(r#"{"trigger_due":{"decision":{"refuse":"  "}}}"#), "without a reason"),
        (answer(r#"{"trigger_due":{"decision":"skip","also":1}}"#), "unknown field"),
        (answer(r#"{"trigger_due":{"notes":[" "]}}"#), "note of it is empty"),
        (answer(&format!(r#"{{"trigger_due":{{"notes":["{long}"]}}}}"#)), "more than 1000 characters"),
        (
            answer(&format!(r#"{{"trigger_due":{{"decision":{{"refuse":"{long}"}}}}}}"#)),
            "more than 1000 characters",
        ),
        (
            answer(&format!(r#"{{"trigger_due":{{"notes":[{}]}}}}"#, [r#""x""#; MAX_NOTES + 1].join(","))),
            "notes",
        ),
        (answer(r#"{"error":{"kind":"internal","context":"lost my way"}}"#), "lost my way"),
        (r#"{"number":7,"response":{"trigger_due":{}}}"#.to_owned(), "answered request 7"),
        (
            format!(r#"{{"number":2,"response":{{"trigger_due":{{"notes":["{}"]}}}}}}"#, "x".repeat(2 << 20)),
            "too long",
        ),
        ("\n".to_owned(), "is no answer"),
    ];
    for (line, expected) in cases {
        let said = failure(&line);
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(failure_of_nothing().contains("ended without an answer"));
}

fn failure_of_nothing() -> String {
    let hooks = only(answering(&[]).unwrap(), FailurePolicy::Refuse);
    hooks.trigger_due(|| Ok::<_, ()>(trigger_due())).unwrap().remarks[0].text.clone()
}

/// Fails for a reason of any length.
#[derive(Debug)]
struct Verbose;

impl Hook for Verbose {
    fn events(&self) -> BTreeSet<EventKind> {
        [EventKind::TriggerDue].into()
    }

    fn trigger_due(&self, _: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
        Err(PlatformError::new(PlatformErrorKind::Internal, "why ".repeat(100_000)))
    }
}

#[test]
fn a_hook_may_give_any_reason_and_somebody_reads_its_beginning() {
    let outcome = only(Verbose, FailurePolicy::Refuse).trigger_due(|| Ok::<_, ()>(trigger_due())).unwrap();
    let text = &outcome.remarks[0].text;
    assert!(text.starts_with("why why ") && text.ends_with('…') && text.len() < 11_000, "{}", text.len());
}

/// Panics at each event.
#[derive(Debug)]
struct Panicking;

impl Hook for Panicking {
    fn events(&self) -> BTreeSet<EventKind> {
        every_kind()
    }

    fn plan_ready(&self, _: &PlanReady) -> Result<HookAnswer<PlanDecision>, PlatformError> {
        std::panic::resume_unwind(Box::new("on purpose"))
    }
}

#[test]
fn a_hook_that_panics_or_has_no_answer_has_failed_and_others_are_asked() {
    let hooks = only(Panicking, FailurePolicy::Continue);
    let hooks = hooks.with_hook("other", FailurePolicy::Refuse, Guard { skips: true }).unwrap();
    let texts = |remarks: Vec<HookRemark>| remarks.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        texts(hooks.plan_ready(plan_ready).remarks),
        ["the hook `guard` failed: it panicked", "the hook `other` refuses: not on `Local`"]
    );
    let unanswered = "the hook `guard` failed: it listens to `finding_raised`, and has no answer to it";
    let noted = "the hook `other` notes: see the page about topic/name";
    assert_eq!(texts(hooks.finding_raised(finding_raised).remarks), [unanswered, noted]);
}

/// What a remark is as a finding, by its kind.
#[test]
fn remarks_are_findings_of_their_own_codes_and_severities() {
    for (kind, code, severity) in [
        (RemarkKind::Refused, "hook/refused", Severity::Error),
        (RemarkKind::Failed, "hook/failed", Severity::Error),
        (RemarkKind::FailureIgnored, "hook/failure-ignored", Severity::Warning),
        (RemarkKind::Note, "hook/note", Severity::Note),
    ] {
        let remark = HookRemark { hook: "guard".into(), kind, text: "no".to_owned() };
        let place = ModelPath::root().child("platforms", "Local");
        let found = remark.diagnostic(place.clone());
        assert_eq!((found.code(), found.severity(), found.path()), (code, severity, &place));
        assert_eq!(remark.refuses(), severity == Severity::Error, "{code}");
    }
}

#[test]
fn an_event_without_decisions_admits_none() {
    let line = r#"{"number":2,"response":{"dataset_loaded":{"decision":"skip"}}}"#;
    let parsed = serde_json::from_str::<ResponseLine<HookResponse>>(line);
    assert!(parsed.unwrap_err().to_string().contains("unknown variant"));
    let line = r#"{"number":2,"response":{"dataset_loaded":{"notes":["x"]}}}"#;
    assert!(serde_json::from_str::<ResponseLine<HookResponse>>(line).is_ok());
}

/// Programs that greet, and then misbehave at the first event.
#[cfg(unix)]
#[test]
fn a_program_that_misbehaves_is_stopped_and_its_policy_holds() {
    let hello = r#"{"number":1,"response":{"hello":{"protocol":1,"events":["trigger_due"]}}}"#;
    let impatient = ConnectionLimits { longest_wait: Duration::from_millis(500), ..BOUNDS };
    let cases = [
        ("exec sleep 60", "no answer came"),
        ("while :; do :; done", "no answer came"),
        ("exit 3", "ended without an answer"),
        ("kill -9 $$", "ended without an answer"),
        ("exec cat /dev/zero", "too long"),
        ("while :; do printf x; sleep 0.1; done", "no answer came"),
        ("exec >&-; exec sleep 60", "ended without an answer"),
        ("sleep 60 & exit 3", "no answer came"),
        ("printf '\\377\\376\\n'", "is no answer"),
        ("head -c 500000 /dev/zero | tr '\\0' '['; echo", "is no answer"),
        ("exec yes trigger", "is no answer"),
        ("cat", "no answer came"),
        ("echo \"$asked\"", "is no answer"),
    ];
    for (behaviour, expected) in cases {
        for policy in [FailurePolicy::Refuse, FailurePolicy::Continue] {
            let script = format!("read greeting; echo '{hello}'; read asked; {behaviour}");
            let before = Instant::now();
            let hook = ProgramHook::spawn(shell(&script), impatient, Json::object()).unwrap();
            let hooks = only(hook, policy);
            let outcome = hooks.trigger_due(|| Ok::<_, ()>(trigger_due())).unwrap();
            let text = outcome.remarks[0].to_string();
            assert!(text.contains(expected), "{behaviour}: {text}");
            assert_eq!(outcome.blocking_remark().is_some(), policy == FailurePolicy::Refuse, "{behaviour}");
            let again = hooks.trigger_due(|| Ok::<_, ()>(trigger_due())).unwrap();
            assert_eq!(again.remarks, outcome.remarks, "{behaviour}: it is asked no more");
            assert!(before.elapsed() < Duration::from_secs(20), "{behaviour}");
        }
    }
}

#[test]
fn a_program_that_speaks_another_protocol_is_refused() {
    let of = |line: &str| {
        let input = io::Cursor::new(line.as_bytes().to_vec());
        ProgramHook::connect(input, io::sink(), BOUNDS, Json::object()).unwrap_err().report()
    };
    let newer = r#"{"number":1,"response":{"hello":{"protocol":2,"events":[]}}}"#;
    assert!(of(newer).contains("speaks protocol 2"), "{}", of(newer));
    let unknown = r#"{"number":1,"response":{"hello":{"protocol":1,"events":["world_ends"]}}}"#;
    assert!(of(unknown).contains("unknown variant"), "{}", of(unknown));
    let other = r#"{"number":1,"response":{"trigger_due":{}}}"#;
    assert!(of(other).contains("something else"), "{}", of(other));
}
