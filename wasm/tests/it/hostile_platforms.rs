//! Platforms that are modules, greet, make an instance, and then do not do what they should: each is stopped, and renders nothing.

use crate::guests::component_that;
use datasurface_platform::{
    DataPlatform, PlatformErrorKind, PlatformFactory, PlatformInstance, Rendering, ScopeView,
    model::{Json, Version},
};
use datasurface_wasm::{Limits, Module, platform};
use std::time::{Duration, Instant};

const LIMITS: Limits =
    Limits { fuel: 50_000_000, time: Duration::from_secs(20), memory: 4 << 20, answer: 1 << 16 };

const HELLO: &str = r#"{"number":1,"response":{"hello":{"protocol":1,"kind":"hostile","version":"1.0.0","contract":"1.0.0","config_schema":{}}}}"#;

const CREATED: &str = r#"{"number":2,"response":{"created":{"platform":0,"descriptor":{"kind":"hostile","version":"1.0.0","contract":"1.0.0","captures":[],"captures_from":[],"exports_to":[],"consistencies":[],"milestonings":[],"artifacts":[],"keeps_data_at":[],"limits":{}}}}}"#;

/// A platform that makes an instance, and answers the next request by this.
fn module(body: &str, parts: &str, limits: Limits) -> Module {
    let parts = format!("(global $created (mut i32) (i32.const 0)) {parts}");
    let body = format!(
        "(if (result i32) (global.get $created) (then {body})
           (else (global.set $created (i32.const 1)) (call $text (i32.const 4096) (i32.const {}))))",
        CREATED.len()
    );
    Module::from_bytes(component_that(HELLO, CREATED, &body, &parts, 2).as_bytes(), limits).unwrap()
}

fn created(module: &Module) -> (Box<dyn DataPlatform>, ScopeView) {
    let factory = platform(module).unwrap();
    let instance = PlatformInstance::new("P".into(), "hostile".into(), Version::new(1, 0, 0), Json::object());
    (factory.create(&instance).unwrap(), ScopeView::foundation(instance.into(), Vec::new()))
}

fn said(body: &str, parts: &str, limits: Limits) -> String {
    let (platform, scope) = created(&module(body, parts, limits));
    let error = platform.render(&scope).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::External, "{}", error.report());
    let again = platform.render(&scope).unwrap_err();
    assert_eq!(again.report(), error.report(), "it is asked no more");
    error.report()
}

#[test]
fn a_platform_that_takes_too_much_or_lies_is_stopped() {
    let answer = |text: &str| {
        let escaped = text.replace('"', "\\\"");
        (
            format!("(call $text (i32.const 8192) (i32.const {}))", text.len()),
            format!("(data (i32.const 8192) \"{escaped}\")"),
        )
    };
    let trap = |body: &str| (body.to_owned(), String::new());
    for ((body, parts), expected) in [
        (trap("(loop $again (br $again)) unreachable"), "units of fuel"),
        (trap("(loop $more (drop (memory.grow (i32.const 1))) (br $more)) unreachable"), "bytes of memory"),
        (trap("unreachable"), "unreachable"),
        (trap("(call $text (i32.const 16384) (i32.const 70000))"), "longer than 65536"),
        (trap("(call $text (i32.const 0x7ffffff) (i32.const 10))"), "out of bounds"),
        (answer("loading"), "is no answer"),
        (answer(r#"{"number":2,"response":{"offers":[]}}"#), "answered request 2, but 3 was asked"),
        (answer(r#"{"number":3,"response":{"offers":[]}}"#), "something else than what it was asked"),
        (
            answer(
                r#"{"number":3,"response":{"rendering":{"files":[{"path":"../x","media_type":"t","text":""}],"resources":[]}}}"#,
            ),
            "not a safe relative path",
        ),
        (answer(r#"{"number":3,"response":{"started":"x"}}"#), "something else than what it was asked"),
    ] {
        let said = said(&body, &parts, LIMITS).to_lowercase();
        assert!(said.contains(expected), "{body}: {said}");
    }
}

#[test]
fn a_platform_that_computes_for_ever_is_stopped_by_the_time() {
    let limits = Limits { fuel: u64::MAX, time: Duration::from_millis(200), ..LIMITS };
    let before = Instant::now();
    let said = said("(loop $again (br $again)) unreachable", "", limits);
    assert!(said.contains("no answer came in 200ms"), "{said}");
    assert!(before.elapsed() < Duration::from_secs(10));
}

/// A test of the test: the same guest, with a sound answer, renders.
#[test]
fn a_sound_answer_is_a_rendering() {
    let sound = r#"{"number":3,"response":{"rendering":{"files":[],"resources":[]}}}"#;
    let data = format!("(data (i32.const 8192) \"{}\")", sound.replace('"', "\\\""));
    let body = format!("(call $text (i32.const 8192) (i32.const {}))", sound.len());
    let (platform, scope) = created(&module(&body, &data, LIMITS));
    assert_eq!(platform.render(&scope).unwrap(), Rendering::new());
}
