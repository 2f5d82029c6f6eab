//! Hooks that are modules decide as others do.

use crate::guests::{answering, command, component_with, dataset_loaded, trigger_due};
use datasurface_platform::{
    hook::{FailurePolicy, Hook, HookOutcome, Hooks, TriggerDecision},
    model::Json,
};
use datasurface_wasm::{Limits, Module, WasmHook};

fn hooks(text: &str) -> Hooks {
    let module = Module::from_bytes(text.as_bytes(), Limits::default()).unwrap();
    let hook = WasmHook::new(module, Json::object()).unwrap();
    Hooks::new().with_hook("module", FailurePolicy::Refuse, hook).unwrap()
}

fn asked(hooks: &Hooks) -> HookOutcome<TriggerDecision> {
    hooks.trigger_due(|| Ok::<_, ()>(trigger_due())).unwrap()
}

const SKIP: &str = r#"{"number":1,"response":{"trigger_due":{"decision":"skip","notes":["later"]}}}"#;

#[test]
fn a_component_decides() {
    let outcome = asked(&hooks(&answering(SKIP)));
    assert_eq!(outcome.decision, Some(TriggerDecision::Skip));
    assert_eq!(outcome.remarks[0].to_string(), "the hook `module` notes: later");
    assert_eq!(hooks(&answering(SKIP)).dataset_loaded(dataset_loaded), HookOutcome::default());
}

#[test]
fn nothing_is_left_of_one_event_when_the_next_one_comes() {
    // It counts its calls, and answers only the first one.
    let counting = component_with(
        SKIP,
        &format!(
            "(if (result i32) (global.get $asked) (then unreachable)
               (else (global.set $asked (i32.const 1)) (call $text (i32.const 4096) (i32.const {}))))",
            SKIP.len()
        ),
        "(global $asked (mut i32) (i32.const 0))",
        1,
    );
    let hooks = hooks(&counting);
    assert!((0..3).all(|_| asked(&hooks).decision == Some(TriggerDecision::Skip)));
    let module = Module::from_bytes(counting.as_bytes(), Limits::default()).unwrap();
    let mut kept = module.instance().unwrap();
    let line = format!("{:30}", "a line without a greeting");
    assert!(kept.answer(&line).is_ok());
    assert!(kept.answer(&line).is_err(), "an instance that is kept remembers");
}

#[test]
fn a_command_answers_a_line() {
    let greeting = r#"{"number":1,"response":{"hello":{"protocol":1,"events":[]}}}"#;
    for exit in [
        "",
        "(drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (call $exit (i32.const 0))",
    ] {
        let module =
            Module::from_bytes(command(&format!("{greeting}\n"), exit).as_bytes(), Limits::default());
        let module = module.unwrap();
        assert_eq!(module.answer("{}").unwrap(), greeting);
        assert!(WasmHook::new(module.clone(), Json::object()).unwrap().events().is_empty());
        assert!(module.instance().is_err(), "it ends");
    }
}
