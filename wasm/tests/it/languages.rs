//! One hook in three languages: as a type it decides in process, and as a module of Rust, of Go and of Python it decides alike.

use crate::{guests::trigger_due, python, training::Training};
use datasurface_platform::{
    hook::{FailurePolicy, Hook, HookOutcome, HookRequest, HookResponse, Hooks, TriggerDecision, respond},
    model::{DatasetKey, Json},
};
use datasurface_wasm::{Limits, Module, WasmHook};
use std::{
    borrow::Cow,
    env,
    error::Error,
    io,
    path::{Path, PathBuf},
    process::Command,
};

type Outcome = Result<(), Box<dyn Error>>;

fn settings() -> Json {
    serde_json::json!({ "history": "Reviews/examples", "fewest_changes": 50 }).into()
}

/// What is decided of each case: the history moved, a few others did, many others did, and another workspace is due.
fn decided(hook: impl Hook + 'static) -> Result<Vec<HookOutcome<TriggerDecision>>, Box<dyn Error>> {
    let hooks = Hooks::new().with_hook("training", FailurePolicy::Refuse, hook)?;
    let cases = [
        ("examples", 1, "Forecast"),
        ("others", 40, "Forecast"),
        ("others", 60, "Forecast"),
        ("others", 60, "Train"),
    ];
    let asked = cases.map(|(dataset, changes, workspace)| {
        let mut event = trigger_due();
        event.workspace = workspace.into();
        for input in &mut event.inputs {
            input.dataset = DatasetKey::new("Reviews", dataset);
            input.changed_records = changes;
        }
        hooks.trigger_due(|| Ok::<_, ()>(event)).unwrap()
    });
    Ok(asked.into())
}

fn decides_as_in_process(module: Module) -> Outcome {
    let here = decided(Training::configured(&settings())?)?;
    let decisions: Vec<_> = here.iter().map(|outcome| outcome.decision.clone()).collect();
    let full = [TriggerDecision::RunInFull, TriggerDecision::Skip, TriggerDecision::RunIncrementally];
    assert_eq!(decisions[..3], full.map(Some));
    assert_eq!(decisions[3], None);
    assert_eq!(decided(WasmHook::new(module, settings())?)?, here);
    Ok(())
}

/// What a compiler made; nothing where it, or what it needs, is missing.
fn made(command: &mut Command, file: PathBuf, missing: &str) -> Result<Option<Module>, Box<dyn Error>> {
    let is_there = match command.output() {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            // The standard library for this target.
            if !said.contains("target may not be installed") {
                return Err(said.into());
            }
            false
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(error.into()),
    };
    if !is_there {
        assert!(env::var_os("DATASURFACE_TEST_REQUIRE").is_none(), "{missing}");
        eprintln!("skipped: {missing}");
        return Ok(None);
    }
    Ok(Some(Module::from_file(&file, Limits::default())?))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_hook_in_rust_decides_as_a_module_as_it_does_in_process() -> Outcome {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--locked", "--target", "wasm32-wasip1", "--manifest-path"]);
    cargo.arg(root().join("guests/Cargo.toml")).env("CARGO_TARGET_DIR", &target);
    let file = target.join("wasm32-wasip1/release/datasurface-guest.wasm");
    let missing = "the target wasm32-wasip1 is not there: `rustup target add wasm32-wasip1`";
    made(&mut cargo, file, missing)?.map_or(Ok(()), decides_as_in_process)
}

#[test]
fn a_hook_in_go_decides_as_a_module_as_one_in_rust_does_in_process() -> Outcome {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("training_hook.wasm");
    let mut go = Command::new("go");
    go.args(["build", "-o"]).arg(&file).arg(root().join("../examples/training_hook.go"));
    go.envs([("GOOS", "wasip1"), ("GOARCH", "wasm"), ("CGO_ENABLED", "0")]);
    made(&mut go, file, "Go is not there")?.map_or(Ok(()), decides_as_in_process)
}

#[test]
fn a_hook_in_python_decides_as_a_module_as_one_in_rust_does_in_process() -> Outcome {
    python::component("training_hook")?.map_or(Ok(()), decides_as_in_process)
}

/// A guest is configured with each event, so that what it cannot use is said with its answer.
#[test]
fn settings_that_a_hook_cannot_use_are_its_error() {
    let request = HookRequest::Hello { protocol: 1, settings: Cow::Owned(Json::object()) };
    assert!(respond(Training::configured, &request).is_err());
    let request = HookRequest::Hello { protocol: 1, settings: Cow::Owned(settings()) };
    assert!(matches!(respond(Training::configured, &request), Ok(HookResponse::Hello(_))));
}
