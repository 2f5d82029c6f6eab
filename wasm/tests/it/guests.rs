//! Small guests, as text.

use datasurface_platform::{
    DatasetRun,
    hook::{DatasetLoaded, TriggerDue, TriggerInput},
    model::{DatasetKey, TransformTrigger},
};

/// The greeting of a hook that listens to due triggers.
pub(crate) const HELLO: &str = r#"{"number":1,"response":{"hello":{"protocol":1,"events":["trigger_due"]}}}"#;

/// A component that greets, and otherwise does what `body` says, with the line at `$at` and `$length`. It returns the address of a pair of
/// address and length: `(call $text (i32.const AT) (i32.const LENGTH))` makes one. The text `answer` is at 4096.
pub(crate) fn component(answer: &str, body: &str) -> String {
    component_with(answer, body, "", 1)
}

/// The answer, returned as it is.
pub(crate) fn answering(answer: &str) -> String {
    component(answer, &format!("(call $text (i32.const 4096) (i32.const {}))", answer.len()))
}

/// The same with further parts of the core module, and so many pages of memory.
pub(crate) fn component_with(answer: &str, body: &str, parts: &str, pages: u32) -> String {
    component_that(HELLO, answer, body, parts, pages)
}

/// The same that greets so.
pub(crate) fn component_that(hello: &str, answer: &str, body: &str, parts: &str, pages: u32) -> String {
    format!(
        r#"(component
  (core module $m
    (memory (export "memory") {pages})
    (global $next (mut i32) (i32.const 16384))
    (data (i32.const 1024) "{hello}")
    (data (i32.const 4096) "{answer}")
    {parts}
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (global.get $next))
      (global.set $next (i32.add (global.get $next) (local.get 3)))
      (block $fits
        (br_if $fits (i32.le_u (global.get $next) (i32.mul (memory.size) (i32.const 65536))))
        (drop (memory.grow (i32.add (i32.div_u (local.get 3) (i32.const 65536)) (i32.const 1)))))
      (local.get $at))
    (func $text (param i32 i32) (result i32)
      (i32.store (i32.const 512) (local.get 0))
      (i32.store (i32.const 516) (local.get 1))
      (i32.const 512))
    (func (export "answer") (param $at i32) (param $length i32) (result i32)
      ;; The greeting is the only request with an `h` at this place.
      (if (result i32) (i32.eq (i32.load8_u offset=24 (local.get $at)) (i32.const 104))
        (then (call $text (i32.const 1024) (i32.const {hello_length})))
        (else {body}))))
  (core instance $i (instantiate $m))
  (func (export "answer") (param "line" string) (result string)
    (canon lift (core func $i "answer") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))"#,
        hello_length = hello.len(),
        hello = escaped(hello),
        answer = escaped(answer),
    )
}

/// A command that writes a text to its standard output, after what `body` does.
pub(crate) fn command(text: &str, body: &str) -> String {
    format!(
        r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environment (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $folder (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 4096) "{text}")
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 4096))
    (i32.store (i32.const 4) (i32.const {length}))
    {body}
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#,
        text = escaped(text),
        length = text.len(),
    )
}

/// As a text of the text form.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

pub(crate) fn trigger_due() -> TriggerDue {
    TriggerDue {
        platform: None,
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
        inserted: 1,
        updated: 0,
        deleted: 0,
        unchanged: 0,
        rejected: 0,
        failure: None,
    };
    DatasetLoaded { platform: None, now: "2026-11-21T10:00:00Z".parse().unwrap(), batch }
}
