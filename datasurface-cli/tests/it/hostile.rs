//! Platforms that are hostile programs, over a target that a sound one rendered: each is stopped with a diagnostic, in no more time than it may
//! take, and nothing is written, not in part and not elsewhere. None of them gets a secret onto the screen.

use crate::{models, programs::python_program, run::Fixture};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, Instant},
};

const SECRET: &str = "Swordfish-7";

/// A change of what the sound program answers to a request.
fn answering(request: &str, change: &str) -> String {
    format!(
        "sound = topics.ANSWERS['{request}']\ndef hostile(request):\n    answer = sound(request)\n    {change}\n    \
         return answer\ntopics.ANSWERS['{request}'] = hostile"
    )
}

/// What a program does instead of an answer to a request.
fn instead_of(request: &str, does: &str) -> String {
    answering(request, does)
}

/// A change of every line.
fn lines(change: &str) -> String {
    format!("sound = topics.answer\ntopics.answer = lambda line: {change}")
}

/// A model of one consumer, which a sound program rendered, and then one of two.
struct Scene(Fixture);

impl Scene {
    fn new() -> Option<Self> {
        let program = python_program()?;
        let fixture = Fixture::new(&models::first());
        let scene = Self(fixture);
        scene.model(&datasurface_document::to_json(&models::first()));
        scene.0.write(
            "datasurface.toml",
            format!("[platforms.topics]\ncommand = ['python3', '{}']\n", program.display()),
        );
        scene.0.render();
        scene.model(&datasurface_document::to_json(&models::of_two_teams()));
        Some(scene)
    }

    fn model(&self, document: &str) {
        let document = document.replace("\"local\"", "\"topics\"");
        let mut document: serde_json::Value = serde_json::from_str(&document).unwrap();
        document["platforms"][0].as_object_mut().unwrap().remove("config");
        self.0.write("model.json", document.to_string());
    }

    /// Lets this program render, and returns all that it says.
    fn rendered_by(&self, program: &str, settings: &str) -> (i32, String) {
        let folder = python_program().unwrap().parent().unwrap().display().to_string();
        let program = format!(
            "import json, os, sys, time\nsys.path.insert(0, {folder:?})\nimport custom_platform as topics\n{program}\n\
             for line in sys.stdin:\n    print(topics.answer(line), flush=True)\n"
        );
        self.0.write("hostile.py", program);
        let configuration = format!("[platforms.topics]\ncommand = ['python3', 'hostile.py']\n{settings}");
        self.0.write("datasurface.toml", configuration);
        let mut command = self.0.command("render model.json --target out --on 2026-02-01");
        command.env("DATASURFACE_CREDENTIAL_USA__NorthWind__reader", SECRET);
        let output = command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
        let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
        (output.status.code().unwrap(), said.concat())
    }

    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = self.0.listing();
        for own in ["hostile.py", "datasurface.toml"] {
            files.remove(&self.0.path(own));
        }
        files
    }
}

const IMPATIENT: &str = "timeout_seconds = 2\n";

#[test]
fn a_hostile_program_is_stopped_and_nothing_is_written() {
    let Some(scene) = Scene::new() else { return };
    let before = scene.files();
    for (program, settings, expected) in [
        (instead_of("render", "while True: pass"), IMPATIENT, "no answer came in 2s"),
        (instead_of("render", "time.sleep(600)"), IMPATIENT, "no answer came in 2s"),
        (
            instead_of("render", "while True: print(end='x', flush=True); time.sleep(0.1)"),
            IMPATIENT,
            "no answer came in 2s",
        ),
        (
            instead_of("render", "[os.fork() for _ in range(4)]; time.sleep(600)"),
            IMPATIENT,
            "no answer came in 2s",
        ),
        (instead_of("render", "os.kill(os.getpid(), 9)"), "", "it ended without an answer"),
        (instead_of("render", "os._exit(0)"), "", "it ended without an answer"),
        (instead_of("render", "os.close(1); time.sleep(600)"), "", "it ended without an answer"),
        (instead_of("render", &format!("raise KeyError('{SECRET}')")), "", "KeyError: '***'"),
        (instead_of("render", "bytearray(1 << 30)"), "memory_mib = 128\n", "it ended without an answer"),
        (instead_of("render", "print('x' * (65 << 20))"), "", "it wrote a line that is too long"),
        (instead_of("render", "print('loading topics')"), "", "\"loading topics\""),
        (instead_of("render", "sys.stdout.buffer.write(b'\\xff\\xfe\\n')"), "", "is no answer"),
        (instead_of("render", "print('[' * 1_000_000)"), "", "is no answer"),
        (
            instead_of("render", &format!("print('the password is {SECRET}')")),
            "",
            "the value of a credential",
        ),
        (
            answering("render", &format!("answer['rendering']['files'][0]['text'] += '{SECRET}'")),
            "",
            "the value of a credential",
        ),
        (
            answering("render", "answer['rendering']['files'][0]['path'] = '../../escaped'"),
            "",
            "not a safe relative path",
        ),
        (answering("render", "answer['rendering']['resources'].clear()"), "", "declares no resource"),
        (answering("render", "answer['rendering']['files'].clear()"), "", "is in no rendered file"),
        (answering("render", "answer['rendering']['files'] *= 2"), "", "twice"),
        (answering("render", "answer['rendering']['trust'] = 'me'"), "", "unknown field `trust`"),
        (answering("render", "answer = {'offers': []}"), "", "something else than what it was asked"),
        (answering("offer", "answer['offers'] = None"), "", "is no answer"),
        (answering("weigh", "answer['weights']['connectors']['whole'] = -1"), "", "is no answer"),
        (instead_of("lint_node", "os._exit(1)"), "", "error[remote/unreachable]"),
        (answering("judge", "answer['judgements']['changes'].pop()"), "", "judge"),
        (instead_of("judge", "os._exit(1)"), "", "it ended without an answer"),
        (
            answering(
                "judge",
                "answer['judgements']['transition'] = [{'path': '../../escaped', 'media_type': 'text/plain', 'text': ''}]",
            ),
            "",
            "not a safe relative path",
        ),
        (
            answering(
                "create",
                "topics.DESCRIPTOR = topics.DESCRIPTOR | {'limits': {'connectors': len(topics.instances)}}",
            ),
            "",
            "it describes an instance otherwise than before",
        ),
        (lines("sound(line) + '\\n' + sound(line)"), "", "but 2 was asked"),
        (lines("sound(line).replace('\"number\": ', '\"number\": 7')"), "", "answered request 71"),
        (
            answering("create", "answer = {'error': {'kind': 'config', 'context': 'no' * 1_000_000}}"),
            "",
            "nonono",
        ),
    ] {
        let began = Instant::now();
        let (code, said) = scene.rendered_by(&program, settings);
        assert!(code == 1 || code == 2, "{program}\nended with {code}: {said}");
        assert!(said.contains(expected), "{program}\nsaid {said}");
        assert!(!said.contains(SECRET), "{program}\nsaid {said}");
        assert!(said.len() < 50_000, "{program}\nsaid {} bytes", said.len());
        assert!(began.elapsed() < Duration::from_secs(60), "{program}\ntook {:?}", began.elapsed());
        assert!(scene.files() == before, "{program}\nleft something behind");
    }
    let (code, said) = scene.rendered_by("", "");
    assert_eq!(code, 0, "a sound program goes on where it was: {said}");
}

/// The command judges settings by the schema of a program: whatever that is, the command survives it.
#[test]
fn a_hostile_schema_of_settings_is_refused_or_ends() {
    let Some(scene) = Scene::new() else { return };
    let before = scene.files();
    for schema in [
        "{'$ref': '#'}",
        "{'$defs': {'a': {'$ref': '#/$defs/b'}, 'b': {'$ref': '#/$defs/a'}}, '$ref': '#/$defs/a'}",
        "{'$ref': 'https://example.com/schema.json'}",
        "{'$ref': 'file:///etc/passwd'}",
        "{'allOf': [{'$ref': '#'}, {'$ref': '#'}]}",
        "{'propertyNames': {'pattern': '^(a|a)*$', 'minLength': 1e300}}",
        "{'type': 'objekt'}",
        "[]",
    ] {
        let (code, said) = scene.rendered_by(&format!("topics.HELLO['config_schema'] = {schema}"), IMPATIENT);
        assert!(matches!(code, 0..=2), "{schema}: {code}: {said}");
        assert!(code == 0 || scene.files() == before, "{schema}: {said}");
        eprintln!("{schema}: {code} {said}");
    }
}
