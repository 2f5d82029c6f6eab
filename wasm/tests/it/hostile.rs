//! Guests that do not do what they should: each is stopped, with a diagnostic.

use crate::guests::{HELLO, answering, command, component, component_with, trigger_due};
use datasurface_platform::{
    hook::{FailurePolicy, Hooks, RemarkKind},
    model::Json,
};
use datasurface_wasm::{Limits, Module, WasmHook};
use std::time::{Duration, Instant};

const MIB: usize = 1 << 20;

/// Enough for anything sound.
const LIMITS: Limits =
    Limits { fuel: 50_000_000, time: Duration::from_secs(20), memory: 4 * MIB, answer: 1 << 16 };

fn module(text: &str, limits: Limits) -> Module {
    Module::from_bytes(text.as_bytes(), limits).unwrap()
}

/// What is said of a hook at its first event. It greeted before.
fn failure(text: &str, limits: Limits) -> String {
    let hook = WasmHook::new(module(text, limits), Json::object()).unwrap();
    let hooks = Hooks::new().with_hook("hostile", FailurePolicy::Refuse, hook).unwrap();
    let asked = || hooks.trigger_due(|| Ok::<_, ()>(trigger_due())).unwrap();
    let outcome = asked();
    assert_eq!(outcome.decision, None);
    assert_eq!(outcome.remarks.len(), 1);
    assert_eq!(outcome.remarks[0].kind, RemarkKind::Failed);
    assert_eq!(asked(), outcome, "each event has an instance of its own, which fails in the same way");
    outcome.remarks[0].to_string()
}

const RECURSE: &str =
    "(func $recurse (param i32) (result i32) (i32.add (i32.const 1) (call $recurse (local.get 0))))";

const GROW: &str = "(loop $more (drop (memory.grow (i32.const 1))) (br $more)) unreachable";

const GROW_TABLE: &str =
    "(loop $more (drop (table.grow $t (ref.null func) (i32.const 100000))) (br $more)) unreachable";

#[test]
fn components_that_take_too_much_are_stopped() {
    let skip = r#"{"number":1,"response":{"trigger_due":{"decision":"skip"}}}"#;
    let grown = "(if (i32.eq (memory.grow (i32.const 100)) (i32.const -1)) (then unreachable)) (i32.const 0)";
    for (what, text, expected) in [
        ("endless", component("", "(loop $again (br $again)) unreachable"), "units of fuel"),
        ("grows without end", component("", GROW), "bytes of memory"),
        ("huge", component("", grown), "bytes of memory"),
        ("a table without end", component_with("", GROW_TABLE, "(table $t 1 funcref)", 1), "bytes of memory"),
        ("too deep", component_with("", "(call $recurse (i32.const 0))", RECURSE, 1), "stack"),
        (
            "long",
            component_with("", "(call $text (i32.const 16384) (i32.const 70000))", "", 4),
            "longer than 65536",
        ),
        ("crashing", component("", "unreachable"), "unreachable"),
        ("dividing by zero", component("", "(i32.div_u (i32.const 1) (i32.const 0))"), "divide by zero"),
        ("reading outside", component("", "(i32.load (i32.const 0x7fffffff))"), "out of bounds"),
        (
            "a text outside",
            component("", "(call $text (i32.const 0x7ffffff) (i32.const 10))"),
            "out of bounds",
        ),
        (
            "no text",
            component(
                "x",
                "(i32.store8 (i32.const 4096) (i32.const 255)) (call $text (i32.const 4096) (i32.const 1))",
            ),
            "utf-8",
        ),
        (
            "another event",
            answering(r#"{"number":1,"response":{"plan_ready":{"decision":"write"}}}"#),
            "something else",
        ),
        ("greets again", answering(HELLO), "something else"),
        ("another number", answering(&skip.replace('1', "2")), "answered request 2"),
        ("another decision", answering(&skip.replace("skip", "write")), "unknown variant"),
        ("more than an answer", answering(&format!("{skip} {skip}")), "trailing characters"),
        ("nothing", answering(""), "is no answer"),
        ("gives a reason", answering(&reason("lost my way")), "the hook `hostile` failed: lost my way"),
        ("an empty refusal", answering(&skip.replace("\"skip\"", r#"{"refuse":""}"#)), "without a reason"),
    ] {
        let said = failure(&text, LIMITS);
        assert!(said.to_lowercase().contains(expected), "{what}: {said}");
    }
}

fn reason(text: &str) -> String {
    format!(r#"{{"number":1,"response":{{"error":{{"kind":"internal","context":"{text}"}}}}}}"#)
}

/// Whoever reads a diagnostic reads its beginning.
#[test]
fn a_component_may_give_a_long_reason_of_which_the_beginning_is_shown() {
    let long = reason(&"x".repeat(60_000));
    let text = component_with(
        "",
        &format!("(call $text (i32.const 65536) (i32.const {}))", long.len()),
        &format!("(data (i32.const 65536) \"{}\")", long.replace('"', "\\\"")),
        3,
    );
    let said = failure(&text, LIMITS);
    assert!(said.starts_with("the hook `hostile` failed: xxx") && said.ends_with("x…"), "{said}");
    assert!(said.len() < 11_000, "{}", said.len());
}

#[test]
fn a_guest_that_may_compute_for_ever_is_stopped_by_the_time() {
    let limits = Limits { fuel: u64::MAX, time: Duration::from_millis(200), ..LIMITS };
    let before = Instant::now();
    let said = failure(&component("", "(loop $again (br $again)) unreachable"), limits);
    assert!(said.contains("no answer came in 200ms"), "{said}");
    assert!(before.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_guest_that_computes_for_ever_before_it_is_asked_is_stopped_by_the_time() {
    let limits = Limits { fuel: u64::MAX, time: Duration::from_millis(200), ..LIMITS };
    let spinning = "(func $spin (loop $again (br $again))) (start $spin)";
    let before = Instant::now();
    let error = module(&component_with("", "unreachable", spinning, 1), limits).answer("{}").unwrap_err();
    assert_eq!(error.to_string(), "no answer came in 200ms");
    assert!(before.elapsed() < Duration::from_secs(10));
}

/// Each takes its place in tables of the host.
#[test]
fn a_guest_of_very_many_memories_is_not_started() {
    let memories = |number: usize| component_with("", "unreachable", &"(memory 0)".repeat(number), 1);
    let said = |number| module(&memories(number), LIMITS).instance().err().map(|error| error.to_string());
    assert_eq!(said(10), None);
    assert!(said(90).is_some_and(|said| said.contains("memory")), "{:?}", said(90));
}

/// The limit of computing is one of each answer.
#[test]
fn an_instance_that_is_kept_answers_as_long_as_each_answer_keeps_the_limits() {
    let counting = "(local.set $at (i32.const 4000000))
        (loop $again (br_if $again (local.tee $at (i32.sub (local.get $at) (i32.const 1)))))
        (call $text (i32.const 4096) (i32.const 4))";
    let mut kept = module(&component("done", counting), LIMITS).instance().unwrap();
    let line = format!("{:30}", "a line without a greeting");
    for _ in 0..5 {
        assert_eq!(kept.answer(&line).unwrap(), "done");
    }
    let impatient = Limits { fuel: LIMITS.fuel / 10, ..LIMITS };
    let mut kept = module(&component("done", counting), impatient).instance().unwrap();
    assert!(kept.answer(&line).unwrap_err().to_string().contains("units of fuel"));
}

#[test]
fn a_guest_that_sleeps_is_stopped_by_the_time() {
    // One subscription at 1024: a clock that rings in an hour.
    let sleep = "(i32.store8 (i32.const 1032) (i32.const 0)) (i32.store (i32.const 1040) (i32.const 1))
        (i64.store (i32.const 1048) (i64.const 3600000000000))
        (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 3072)))";
    let limits = Limits { time: Duration::from_millis(200), ..LIMITS };
    let before = Instant::now();
    let error = module(&command("x", sleep), limits).answer("{}").unwrap_err();
    assert_eq!(error.to_string(), "no answer came in 200ms");
    assert!(before.elapsed() < Duration::from_secs(10));
}

#[test]
fn commands_that_misbehave_are_stopped() {
    let write = "(drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))";
    for (what, text, expected) in [
        ("endless", command("", "(loop $again (br $again))"), "units of fuel"),
        (
            "writes without end",
            command(&"x".repeat(1000), &format!("(loop $again {write} (br $again))")),
            "longer than 65536",
        ),
        ("grows without end", command("x", GROW), "bytes of memory"),
        ("silent", command("", ""), "ended without an answer"),
        ("exits", command("x", "(call $exit (i32.const 3))"), "exit"),
        ("exits early", command("x", "(call $exit (i32.const 0))"), "ended without an answer"),
        ("crashes after its answer", command("x\n", &format!("{write} unreachable")), "unreachable"),
    ] {
        let limits = Limits { fuel: 2_000_000, ..LIMITS };
        let error = module(&text, limits).answer("{}").unwrap_err().to_string();
        assert!(error.contains(expected), "{what}: {error}");
    }
}

/// A guest that shows what it finds: the number of variables of its environment, whether a folder is open, and the time.
#[test]
fn a_guest_finds_neither_an_environment_nor_files_nor_the_time() {
    let look = "(drop (call $environment (i32.const 1024) (i32.const 1028)))
        (i32.store8 (i32.const 4096) (i32.add (i32.const 48) (i32.load (i32.const 1024))))
        (i32.store8 (i32.const 4097) (i32.add (i32.const 48)
          (i32.eqz (call $folder (i32.const 3) (i32.const 1024)))))
        (drop (call $clock (i32.const 0) (i64.const 1) (i32.const 1024)))
        (i32.store8 (i32.const 4098) (i32.add (i32.const 48) (i64.ne (i64.const 0) (i64.load (i32.const 1024)))))";
    assert_eq!(module(&command("xxx", look), LIMITS).answer("{}").unwrap(), "000");
}

#[test]
fn what_is_no_module_is_refused() {
    let refused = |bytes: &[u8]| Module::from_bytes(bytes, LIMITS).unwrap_err().to_string();
    for (what, bytes, expected) in [
        ("nothing", &b""[..], "it is no WebAssembly module"),
        ("a text", b"print('hello')", "it is no WebAssembly module"),
        ("cut off", b"\0asm\x0d\0\x01\0\x07", "it is no WebAssembly module"),
        ("without a function", b"(component)", "does not export `answer`"),
        ("a library", b"(module)", "does not export `_start`"),
        ("wants more", br#"(module (import "host" "secrets" (func)) (func (export "_start")))"#, "host"),
    ] {
        let said = refused(bytes);
        assert!(said.contains(expected), "{what}: {said}");
    }
    // It exports an `answer` that answers something else.
    let number = "(component (core module $m (func (export \"answer\") (result i32) (i32.const 1)))
        (core instance $i (instantiate $m))
        (func (export \"answer\") (result u32) (canon lift (core func $i \"answer\"))))";
    let error = module(number, LIMITS).answer("{}").unwrap_err().to_string();
    assert!(error.contains("it is no WebAssembly module"), "{error}");
    let starving = component_with("", "unreachable", "", 1000);
    let error = module(&starving, LIMITS).answer("{}").unwrap_err().to_string();
    assert!(error.contains("bytes of memory"), "at its start: {error}");
}
