//! A platform in Python that applies what it renders, and is killed while it does.

use crate::{
    flow::source,
    hooks::hook,
    models,
    programs::{executable, python_program},
    run::Fixture,
};
use datasurface_model::Ecosystem;
use rusqlite::Connection;
use std::{collections::BTreeMap, path::PathBuf};

/// The program, beside the one whose renderings it applies.
fn program() -> Option<PathBuf> {
    Some(python_program()?.with_file_name("applying_platform.py"))
}

fn configure(fixture: &Fixture, command: &str, more: &str) {
    fixture.write("datasurface.toml", format!("[platforms.queues]\ncommand = {command}\n{more}"));
}

/// The model, with platforms of the program.
fn model(fixture: &Fixture, ecosystem: &Ecosystem) {
    let document = datasurface_document::to_json(ecosystem).replace("\"local\"", "\"queues\"");
    let mut document: serde_json::Value = serde_json::from_str(&document).unwrap();
    document["platforms"][0].as_object_mut().unwrap().remove("config");
    fixture.write("model.json", document.to_string());
}

fn fixture() -> Option<Fixture> {
    let program = program()?;
    let fixture = Fixture::new(&models::first());
    configure(&fixture, &format!("['python3', '{}']", program.display()), "");
    model(&fixture, &models::first());
    source(
        &fixture,
        "CREATE TABLE customers (id TEXT PRIMARY KEY, city TEXT);
         CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO products VALUES (1, 'Chai'), (2, 'Chang');",
    );
    Some(fixture)
}

/// The rows of a table of a consumer.
fn delivered(fixture: &Fixture, file: &str) -> BTreeMap<i64, String> {
    let connection = Connection::open(fixture.path(file)).unwrap();
    let mut rows = connection.prepare("SELECT id, name FROM NW_Data_products").unwrap();
    rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn what_a_program_applies_and_runs_is_there() {
    let Some(fixture) = fixture() else { return };
    fixture.render();
    let ran = fixture.run("run --target out --format json").good().json();
    let moved = &ran["ran"]["Local"]["datasets"][0];
    assert_eq!((&moved["dataset"], &moved["inserted"]), (&"NW_Data/products".into(), &2.into()), "{ran}");
    let both = BTreeMap::from([(1, "Chai".to_owned()), (2, "Chang".to_owned())]);
    assert_eq!(delivered(&fixture, "mart.db"), both);

    source(&fixture, "DELETE FROM products WHERE id = 1; INSERT INTO products VALUES (3, 'Aniseed')");
    let said = fixture.run("run --target out").good();
    assert!(said.out.contains("2 records moved"), "{said:?}");
    let status = fixture.run("status --target out --format json").good().json();
    let sink = &status["sinks"][0];
    assert_eq!((&sink["group"], &sink["batch"]), (&"Sales/live".into(), &2.into()), "{status}");
    let left = BTreeMap::from([(2, "Chang".to_owned()), (3, "Aniseed".to_owned())]);
    assert_eq!(delivered(&fixture, "mart.db"), left);

    // A second consumer is a change of the first revision: a plan with steps.
    model(&fixture, &models::of_two_teams());
    fixture.render();
    let ran = fixture.run("run --target out --format json").good().json();
    assert!(ran["applied"]["Local"]["done"].as_u64().unwrap() > 0, "{ran}");
    assert_eq!(delivered(&fixture, "shelf.db"), left);
    let again = fixture.run("run --target out --format json").good().json();
    assert_eq!(again["applied"]["Local"]["done"], 0, "{again}");

    Connection::open(fixture.path("Local.queues.db"))
        .unwrap()
        .execute_batch("DROP TABLE \"topic.NW_Data-products\"")
        .unwrap();
    let status = fixture.run("status --target out").bad();
    assert!(status.out.contains("its table is gone"), "{status:?}");
    fixture.run("run --target out").good();
    fixture.run("status --target out").good();
    assert_eq!(delivered(&fixture, "mart.db"), left);
}

/// Killed at one line after the other, of applying and of running: the command says so, and the next one brings about the same.
#[test]
fn a_program_that_is_killed_at_any_line_goes_on_where_it_was() {
    let Some(fixture) = fixture() else { return };
    let program = program().unwrap();
    let killed = format!(
        "import os, runpy, sys\n\
         left = int(open('left').read())\n\
         def trace(frame, event, _):\n    \
             global left\n    \
             if frame.f_code.co_filename != {file:?} or frame.f_code.co_name in ('<module>', 'Host', 'Queues', 'answer', 'create'):\n        \
                 return None\n    \
             left -= 1\n    \
             if left == 0:\n        \
                 os.kill(os.getpid(), 9)\n    \
             return trace\n\
         sys.path.insert(0, {folder:?})\n\
         sys.argv = [{file:?}]\n\
         sys.settrace(trace)\n\
         runpy.run_path({file:?}, run_name='__main__')\n",
        file = program.display().to_string(),
        folder = program.parent().unwrap().display().to_string(),
    );
    fixture.write("killed.py", killed);
    let sound = format!("['python3', '{}']", program.display());
    let of_one = BTreeMap::from([(1, "Chai".to_owned()), (2, "Chang".to_owned())]);
    let mut kills = 0;
    for left in (1..).step_by(53) {
        for file in ["mart.db", "shelf.db", "Local.queues.db", "datasurface.lock"] {
            // Some were not made before it was killed.
            let _ = std::fs::remove_file(fixture.path(file));
        }
        let _ = std::fs::remove_dir_all(fixture.path("out"));
        configure(&fixture, &sound, "");
        model(&fixture, &models::first());
        fixture.render();
        fixture.run("run --target out").good();
        model(&fixture, &models::of_two_teams());
        fixture.render();
        fixture.write("left", left.to_string());
        configure(&fixture, "['python3', 'killed.py']", "");
        let said = fixture.run("run --target out");
        if said.code == 0 {
            break;
        }
        said.complains("platform/failed", "it ended without an answer");
        kills += 1;
        configure(&fixture, &sound, "");
        fixture.run("run --target out").good();
        assert_eq!(delivered(&fixture, "mart.db"), of_one, "killed at line {left}");
        assert_eq!(delivered(&fixture, "shelf.db"), of_one, "killed at line {left}");
        let again = fixture.run("run --target out --format json").good().json();
        assert_eq!(again["applied"]["Local"]["done"], 0, "killed at line {left}: {again}");
    }
    assert!(kills > 5, "it was killed {kills} times");
}

/// The program, with these lines before it answers.
fn altered(fixture: &Fixture, lines: &str, more: &str) {
    let folder = program().unwrap().parent().unwrap().display().to_string();
    let program = format!(
        "import os, sys, time\nsys.path.insert(0, {folder:?})\nimport applying_platform as queues\n{lines}\n\
         for line in sys.stdin:\n    print(queues.answer(line), flush=True)\n"
    );
    fixture.write("altered.py", program);
    configure(fixture, "['python3', 'altered.py']", more);
}

#[test]
fn an_operation_that_takes_too_long_is_ended_and_nothing_is_recorded_as_applied() {
    let Some(fixture) = fixture() else { return };
    let sound = fixture.read("datasurface.toml");
    fixture.render();
    let before = fixture.rendered();
    let endless = "def apply(request, host):\n    while True:\n        host.begins('topic.x')\n        time.sleep(0.01)\n\
                   queues.OPERATIONS['apply'] = apply";
    altered(&fixture, endless, "operation_timeout_seconds = 1\n");
    fixture.run("run --target out").bad().complains("platform/failed", "it was not done in 1s");
    assert_eq!(fixture.rendered(), before);
    // Nothing passes for applied.
    fixture.write("datasurface.toml", sound);
    fixture.run("run --target out").good();
    assert_eq!(delivered(&fixture, "mart.db").len(), 2);
}

/// It writes where the host does, and ends in the middle.
#[test]
fn what_a_program_does_to_rendered_files_is_found_before_anything_else_is_done() {
    let Some(fixture) = fixture() else { return };
    let sound = fixture.read("datasurface.toml");
    fixture.render();
    let vandal = "def apply(request, host):\n    \
                  for folder, _, names in os.walk(request['context']['folder']):\n        \
                  for name in names:\n            open(os.path.join(folder, name), 'w').write('{\"nam')\n            \
                  os._exit(3)\n\
                  queues.OPERATIONS['apply'] = apply";
    altered(&fixture, vandal, "");
    fixture.run("run --target out").bad().complains("platform/failed", "it ended without an answer");
    fixture.write("datasurface.toml", sound);
    let said = fixture.run("run --target out").bad();
    assert!(said.err.contains("error[target/not-rendered]"), "{said:?}");
    assert!(!fixture.path("Local.queues.db").exists(), "nothing ran");
}

/// The environment of the command is that of a process of the same user.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_writes_the_value_of_a_credential_is_asked_no_more() {
    let Some(fixture) = fixture() else { return };
    let thief = "found = open(f'/proc/{os.getppid()}/environ').read()\n\
                 value = found.split('DATASURFACE_CREDENTIAL_EU__Sales__reader=')[1].split('\\0')[0]\n\
                 render = queues.topics.render\n\
                 def stolen(request):\n    answer = render(request)\n    \
                 answer['rendering']['files'][0]['text'] += value\n    return answer\n\
                 queues.topics.ANSWERS['render'] = stolen";
    altered(&fixture, thief, "");
    let mut command = fixture.command("render model.json --target out --on 2026-02-01");
    let output = command.env("DATASURFACE_CREDENTIAL_EU__Sales__reader", "Sword\"fish").output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("it wrote the value of a credential, which it was not given"), "{err}");
    let everything = fixture.listing().into_values().chain([output.stdout, output.stderr]);
    assert!(everything.into_iter().all(|bytes| !String::from_utf8_lossy(&bytes).contains("Sword")));
}

#[test]
fn the_hooks_of_the_command_are_told_what_a_program_loads() {
    let Some(fixture) = fixture() else { return };
    let configuration = fixture.read("datasurface.toml") + "[hooks.guard]\ncommand = ['./hook']\n";
    fixture.write("datasurface.toml", configuration);
    let answers = [("dataset_loaded", r#"{"notes":["it came"]}"#)];
    fixture.write("hook", hook(r#""dataset_loaded""#, &answers));
    executable(&fixture.path("hook"));
    fixture.render();
    let said = fixture.run("run --target out").good();
    assert!(said.out.contains("NW_Data/products: the hook `guard` notes: it came"), "{said:?}");
    let asked = fixture.read("asked");
    assert!(asked.contains(r#""platform":"Local""#) && asked.contains(r#""inserted":2"#), "{asked}");
    let again = fixture.run("run --target out").good();
    assert!(!again.out.contains("it came"), "nothing came: {again:?}");
}

/// A program asks as the protocol says, and does as it is told.
#[test]
fn a_transformer_of_a_program_runs_if_the_hooks_of_the_command_let_it() {
    let Some(fixture) = fixture() else { return };
    let asking = "def run(request, host):\n    \
                  event = {'now': request['context']['now'], 'workspace': 'Make', 'job': 'transform.Make', 'trigger': 'any_input_moved', \
                  'inputs': [], 'outputs': ['Made/a']}\n    \
                  assert request['context']['hooks'] == ['trigger_due']\n    \
                  print(host.says({'trigger_due': event}), flush=True)\n    \
                  said = json.loads(sys.stdin.readline())['request']['hooks']\n    \
                  if said.get('decision') in ('run_in_full', None) and not said.get('remarks'):\n        \
                  host.begins('transform.Make')\n        \
                  open('made', 'w').close()\n    \
                  return {'ran': {'datasets': []}}\n\
                  queues.OPERATIONS['run'] = run";
    altered(&fixture, &format!("import json\n{asking}"), "[hooks.guard]\ncommand = ['./hook']\n");
    fixture.write(
        "hook",
        hook(r#""trigger_due""#, &[("trigger_due", r#"{"decision":{"refuse":"not today"}}"#)]),
    );
    executable(&fixture.path("hook"));
    fixture.render();
    let said = fixture.run("run --target out").bad();
    assert!(said.out.contains("failed: transform.Make: the hook `guard` refuses: not today"), "{said:?}");
    fixture.write("hook", hook(r#""trigger_due""#, &[("trigger_due", r#"{"decision":"skip"}"#)]));
    let said = fixture.run("run --target out").good();
    assert!(said.out.contains("waiting: `transform.Make` waits until no hook skips it"), "{said:?}");
    assert!(!fixture.path("made").exists());
    fixture.write("hook", hook(r#""trigger_due""#, &[("trigger_due", r#"{"decision":"run_in_full"}"#)]));
    fixture.run("run --target out").good();
    assert!(fixture.path("made").exists());
}

#[test]
fn a_program_that_applies_keeps_the_laws() {
    let Some(fixture) = fixture() else { return };
    let said = fixture.run("laws queues --configuration datasurface.toml --ecosystems 2").good();
    assert_eq!(said.out.matches("every law is kept").count(), 2, "{said:?}");
}
