//! Platforms that are hostile programs, over a target that a sound one rendered: each is stopped with a diagnostic, in no more time than it may
//! take, and nothing is written, not in part and not elsewhere. None of them gets a secret onto the screen.

use crate::{models, programs::python_program, run::Fixture};
use std::{
    collections::BTreeMap,
    os::unix::process::ExitStatusExt as _,
    path::PathBuf,
    process::{Command, Stdio},
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

    /// Lets this program answer a command, and returns the exit code with all that is said.
    fn answered_by(&self, command: &str, program: &str, settings: &str) -> (i32, String) {
        let folder = python_program().unwrap().parent().unwrap().display().to_string();
        let program = format!(
            "import json, os, sys, time\nsys.path.insert(0, {folder:?})\nimport custom_platform as topics\n{program}\n\
             for line in sys.stdin:\n    print(topics.answer(line), flush=True)\n"
        );
        self.0.write("hostile.py", program);
        let configuration = format!("[platforms.topics]\ncommand = ['python3', 'hostile.py']\n{settings}");
        self.0.write("datasurface.toml", configuration);
        let mut command = self.0.command(command);
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

const RENDER: &str = "render model.json --target out --on 2026-02-01";

const IMPATIENT: &str = "timeout_seconds = 2\n";

#[test]
fn a_hostile_program_is_stopped_and_nothing_is_written() {
    let Some(scene) = Scene::new() else { return };
    let before = scene.files();
    for (program, settings, expected) in [
        (answering("render", "while True: pass"), IMPATIENT, "no answer came in 2s"),
        (answering("render", "time.sleep(600)"), IMPATIENT, "no answer came in 2s"),
        (
            answering("render", "while True: print(end='x', flush=True); time.sleep(0.1)"),
            IMPATIENT,
            "no answer came in 2s",
        ),
        (
            answering("render", "[os.fork() for _ in range(4)]; time.sleep(600)"),
            IMPATIENT,
            "no answer came in 2s",
        ),
        (answering("render", "os.kill(os.getpid(), 9)"), "", "it ended without an answer"),
        (answering("render", "os._exit(0)"), "", "it ended without an answer"),
        (answering("render", "os.close(1); time.sleep(600)"), "", "it ended without an answer"),
        (answering("render", &format!("raise KeyError('{SECRET}')")), "", "KeyError: '***'"),
        (answering("render", "bytearray(1 << 30)"), "memory_mib = 128\n", "it ended without an answer"),
        (answering("render", "print('x' * (65 << 20))"), "", "it wrote a line that is too long"),
        (answering("render", "print('loading topics')"), "", "\"loading topics\""),
        (answering("render", "sys.stdout.buffer.write(b'\\xff\\xfe\\n')"), "", "is no answer"),
        (answering("render", "print('[' * 1_000_000)"), "", "is no answer"),
        (answering("render", &format!("print('the password is {SECRET}')")), "", "the value of a credential"),
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
        (answering("lint_node", "os._exit(1)"), "", "error[remote/unreachable]"),
        (answering("judge", "answer['judgements']['changes'].pop()"), "", "judge"),
        (answering("judge", "os._exit(1)"), "", "it ended without an answer"),
        (
            answering(
                "judge",
                "answer['judgements']['transition'] = [{'path': '../../escaped', 'media_type': 'text/plain', 'text': ''}]",
            ),
            "",
            "not a safe relative path",
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
        let (code, said) = scene.answered_by(RENDER, &program, settings);
        assert!(code == 1 || code == 2, "{program}\nended with {code}: {said}");
        assert!(said.contains(expected), "{program}\nsaid {said}");
        assert!(!said.contains(SECRET), "{program}\nsaid {said}");
        assert!(said.len() < 50_000, "{program}\nsaid {} bytes", said.len());
        assert!(began.elapsed() < Duration::from_secs(60), "{program}\ntook {:?}", began.elapsed());
        assert!(scene.files() == before, "{program}\nleft something behind");
    }
    let (code, said) = scene.answered_by(RENDER, "", "");
    assert_eq!(code, 0, "a sound program goes on where it was: {said}");
}

/// The command judges settings by the schema of a program. It survives whatever that is, and reads nothing from elsewhere for it.
#[test]
fn a_schema_of_settings_can_be_hostile() {
    let Some(scene) = Scene::new() else { return };
    for (schema, refused) in [
        ("{'$ref': '#'}", None),
        ("{'$defs': {'a': {'$ref': '#/$defs/b'}, 'b': {'$ref': '#/$defs/a'}}, '$ref': '#/$defs/a'}", None),
        ("{'allOf': [{'$ref': '#'}, {'$ref': '#'}]}", None),
        ("{'propertyNames': {'pattern': '^(a|a)*$'}}", None),
        ("{'$ref': 'https://example.com/schema.json'}", Some("is no JSON Schema")),
        ("{'$ref': 'file:///etc/passwd'}", Some("is no JSON Schema")),
        ("{'type': 'objekt'}", Some("is no JSON Schema")),
        ("[]", Some("is no JSON Schema")),
    ] {
        let program = format!("topics.HELLO['config_schema'] = {schema}");
        let (code, said) = scene.answered_by("check model.json --on 2026-02-01", &program, "");
        assert_eq!(code, if refused.is_some() { 2 } else { 0 }, "{schema}: {said}");
        assert!(said.contains(refused.unwrap_or_default()), "{schema}: {said}");
    }
}

/// A terminal sends its signal to the command, and not to the programs, which have groups of their own.
#[test]
fn a_program_ends_with_the_command_that_a_signal_ends() {
    let Some(scene) = Scene::new() else { return };
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
        let fixture = &scene.0;
        fixture.write(
            "hostile.py",
            "import os, time\nopen('mark', 'w').write(str(os.getpid()))\ntime.sleep(600)\n",
        );
        fixture.write("datasurface.toml", "[platforms.topics]\ncommand = ['python3', 'hostile.py']\n");
        let mut command = fixture.command("check model.json --on 2026-02-01").spawn().unwrap();
        let marked = || std::fs::read_to_string(fixture.path("mark")).ok().filter(|mark| !mark.is_empty());
        let program = until("it began", marked);
        let kill =
            |arguments: &[&str]| Command::new("kill").args(arguments).stderr(Stdio::null()).status().unwrap();
        assert!(kill(&["-s", signal, &command.id().to_string()]).success());
        assert_eq!(command.wait().unwrap().signal(), Some(number));
        until("it ended", || (!works(&program)).then_some(()));
        std::fs::remove_file(fixture.path("mark")).unwrap();
    }
}

/// Whether a process works: one that ended may still wait for its parent.
fn works(process: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat"));
    state.is_ok_and(|state| !state.rsplit(") ").next().unwrap().starts_with('Z'))
}

fn until<T>(what: &str, found: impl Fn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
