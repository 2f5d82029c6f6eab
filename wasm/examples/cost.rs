//! The cost of a hook: in process where none is registered, in process, and as a module, cold and warm. `cargo run --release --example cost`.
//! With the file of a module, of that one: `-- FILE`.

#![allow(clippy::print_stdout, reason = "it prints what it measures")]

#[path = "../tests/it/guests.rs"]
#[allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "it is made for the tests")]
mod guests;

use datasurface_platform::{
    PlatformError,
    hook::{EventKind, FailurePolicy, Hook, HookAnswer, Hooks, TriggerDecision, TriggerDue},
    model::Json,
};
use datasurface_wasm::{Limits, Module, WasmHook};
use std::{
    collections::BTreeSet,
    env,
    error::Error,
    fs,
    hint::black_box,
    time::{Duration, Instant},
};

const ANSWER: &str = r#"{"number":1,"response":{"trigger_due":{"decision":"skip"}}}"#;

/// A hook in process, which always makes one decision.
#[derive(Debug)]
struct Skipping;

impl Hook for Skipping {
    fn events(&self) -> BTreeSet<EventKind> {
        [EventKind::TriggerDue].into()
    }

    fn trigger_due(&self, _: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
        Ok(HookAnswer::new(TriggerDecision::Skip))
    }
}

/// The least time that an event takes, of several turns.
fn each(hooks: &Hooks, events: u32) -> Duration {
    let turn = || {
        let before = Instant::now();
        for _ in 0..events {
            let outcome = black_box(hooks).trigger_due(|| Ok::<_, ()>(guests::trigger_due()));
            let _ = black_box(outcome);
        }
        before.elapsed() / events
    };
    (0..5).map(|_| turn()).min().unwrap_or_default()
}

fn main() -> Result<(), Box<dyn Error>> {
    let module = match env::args().nth(1) {
        Some(file) => fs::read(file)?,
        None => guests::answering(ANSWER).into_bytes(),
    };
    println!("no hook:            {:?}", each(&Hooks::new(), 10_000_000));
    let here = Hooks::new().with_hook("here", FailurePolicy::Refuse, Skipping)?;
    println!("in process:         {:?}", each(&here, 100_000));
    let before = Instant::now();
    let module = Module::from_bytes(&module, Limits::default())?;
    println!("module, compiled:   {:?}", before.elapsed());
    let before = Instant::now();
    let settings = serde_json::json!({ "history": "Reviews/examples", "fewest_changes": 50 });
    let hook = WasmHook::new(module, Json::from(settings))?;
    println!("module, first line: {:?}", before.elapsed());
    let hooks = Hooks::new().with_hook("module", FailurePolicy::Refuse, hook)?;
    println!("module, warm:       {:?}", each(&hooks, 1_000));
    Ok(())
}
