//! `docs/hooks.md`: a conversation with the hook in Python, as it was held.

use crate::programs::python_example;
use datasurface_model::{DatasetKey, Json, TransformTrigger};
use datasurface_platform::{
    hook::{FailurePolicy, Hooks, ProgramHook, TriggerDecision, TriggerDue, TriggerInput},
    remote::ConnectionLimits,
};
use datasurface_test_support::conversation::{Conversation, is_documented};

/// A transformer is due: so many records of the history changed since it last ran, and so many of the orders.
fn trigger_due(history: u64, orders: u64) -> TriggerDue {
    let moved = |name: &str, changed_records: u64| TriggerInput {
        dataset: DatasetKey::new("Shop", name),
        batch: if changed_records > 0 { 3 } else { 2 },
        seen_batch: 2,
        changed_records,
    };
    TriggerDue {
        platform: Some("Local".into()),
        now: "2026-11-21T10:10:00Z".parse().unwrap(),
        workspace: "Forecast".into(),
        job: "transform.Forecast".into(),
        trigger: TransformTrigger::AnyInputMoved,
        inputs: vec![moved("history", history), moved("orders", orders)],
        outputs: vec![DatasetKey::new("Forecasts", "demand"), DatasetKey::new("Forecasts", "weights")],
        last_run: Some("2026-11-21T10:00:00Z".parse().unwrap()),
        is_requested: false,
    }
}

#[test]
fn the_conversation_with_a_hook_in_the_documentation_is_held() {
    let Some(program) = python_example("training_hook.py") else {
        return;
    };
    let (conversation, input, output) = Conversation::start(&program);
    let settings = Json::from(serde_json::json!({ "history": "Shop/history", "fewest_changes": 2 }));
    let hook = ProgramHook::connect(input, output, ConnectionLimits::default(), settings).unwrap();
    let hooks = Hooks::new().with_hook("training", FailurePolicy::Refuse, hook).unwrap();
    let cases = [
        ("one order", trigger_due(0, 1), TriggerDecision::Skip),
        ("two orders", trigger_due(0, 2), TriggerDecision::RunIncrementally),
        ("the history is corrected", trigger_due(1, 0), TriggerDecision::RunInFull),
    ];
    let mut headings = vec!["hello".to_owned()];
    for (case, event, decision) in cases {
        let outcome = hooks.trigger_due(|| Ok::<_, ()>(event)).unwrap();
        assert_eq!(outcome.decision, Some(decision), "{case}: {:?}", outcome.remarks);
        headings.push(format!("trigger_due: {case}"));
    }
    drop(hooks);
    is_documented("hooks.md", headings.into_iter().zip(conversation.end()));
}
