//! Hooks that `datasurface.toml` names: they are asked by the command, and what they refuse is not done.

use crate::{models, programs::executable, run::Fixture};

/// A hook in a shell: it answers each event with the answer of its kind, and appends what it is asked to the file `asked`.
pub(crate) fn hook(events: &str, answers: &[(&str, &str)]) -> String {
    let mut script = format!(
        "#!/bin/sh\nwhile read -r line; do\n  echo \"$line\" >> asked\n  \
         number=${{line#*:}}; number=${{number%%,*}}\n  case \"$line\" in\n  \
         *'\"request\":{{\"hello\"'*) echo '{{\"number\":1,\"response\":{{\"hello\":{{\"protocol\":1,\"events\":[{events}]}}}}}}' ;;\n"
    );
    for (event, answer) in answers {
        script += &format!(
            "  *'\"request\":{{\"{event}\"'*) echo '{{\"number\":'$number',\"response\":{{\"{event}\":{answer}}}}}' ;;\n"
        );
    }
    script + "  esac\ndone\n"
}

fn fixture(events: &str, answers: &[(&str, &str)], settings: &str) -> Fixture {
    let fixture = Fixture::new(&models::first());
    fixture.write("hook", hook(events, answers));
    executable(&fixture.path("hook"));
    fixture.write("datasurface.toml", format!("[hooks.guard]\ncommand = ['./hook']\n{settings}"));
    fixture
}

#[test]
fn a_plan_that_a_hook_refuses_is_not_written() {
    let refuse = [("plan_ready", r#"{"decision":{"refuse":"the change freeze lasts until Monday"}}"#)];
    let fixture = fixture(r#""plan_ready""#, &refuse, "settings = { freeze = 'Monday' }\n");
    fixture.run("plan model.json --target out --on 2026-02-01").good();
    let said = fixture.run("render model.json --target out --on 2026-02-01").bad();
    assert!(
        said.err.contains("error[hook/refused]: the hook `guard` refuses: the change freeze"),
        "{said:?}"
    );
    assert!(said.out.contains("nothing was written"), "{said:?}");
    assert!(!fixture.path("datasurface.lock").exists());
    assert_eq!(fixture.rendered().len(), 0, "{:?}", fixture.rendered().keys());
    let asked = fixture.read("asked");
    assert!(
        asked.contains(r#""settings":{"freeze":"Monday"}"#) && asked.contains(r#""plan":{"steps""#),
        "{asked}"
    );
    let write = [("plan_ready", r#"{"decision":"write","notes":["tell the desk"]}"#)];
    fixture.write("hook", hook(r#""plan_ready""#, &write));
    let said = fixture.render();
    assert!(said.err.contains("note[hook/note]: the hook `guard` notes: tell the desk"), "{said:?}");
    assert!(fixture.path("datasurface.lock").exists());
    fixture.write("asked", "");
    fixture.render();
    assert!(!fixture.read("asked").contains("plan_ready"), "a plan that does nothing is not asked about");
}

#[test]
fn a_hook_that_fails_refuses_or_is_passed_over_by_its_policy() {
    let fixture = fixture(r#""plan_ready""#, &[("plan_ready", "nonsense")], "");
    let said = fixture.run("render model.json --target out --on 2026-02-01").bad();
    assert!(said.err.contains("error[hook/failed]") && said.err.contains("is no answer"), "{said:?}");
    assert_eq!(fixture.rendered().len(), 0);
    fixture.write("datasurface.toml", "[hooks.guard]\ncommand = ['./hook']\non_failure = 'continue'\n");
    let said = fixture.render();
    assert!(said.err.contains("warning[hook/failure-ignored]"), "{said:?}");
    assert_ne!(fixture.rendered().len(), 0);
}

#[test]
fn a_hook_notes_at_findings_and_can_neither_hide_nor_worsen_them() {
    let answers = [("finding_raised", r#"{"notes":["see the page"]}"#)];
    let fixture = fixture(r#""finding_raised""#, &answers, "");
    let text = fixture.read("model.json").replace("\"local\"", "\"locl\"");
    fixture.write("model.json", text);
    let said = fixture.run("check model.json --on 2026-02-01").bad();
    assert!(said.out.contains("error[platform/unknown-kind]"), "{said:?}");
    assert!(said.out.contains("note[hook/note]: the hook `guard` notes: see the page"), "{said:?}");
}

/// Notes are at the places of the findings. A failure is one of the whole report.
#[test]
fn each_finding_is_noted_at_its_place_and_a_failure_is_reported_once() {
    let answers = [("finding_raised", r#"{"notes":["see the page"]}"#)];
    let fixture = fixture(r#""finding_raised""#, &answers, "");
    let mut document: serde_json::Value = serde_json::from_str(&fixture.read("model.json")).unwrap();
    document["platforms"][0]["config"]["password"] = "Swordfish-7".into();
    document["platforms"][0]["version"] = "nonsense".into();
    fixture.write("model.json", document.to_string());
    let paths = |of: &str| {
        let said = fixture.run("check model.json --on 2026-02-01 --format json").bad().json();
        let found = said["findings"].as_array().unwrap().iter();
        let found = found.filter(|finding| (finding["code"] == "hook/note") == (of == "hook/note"));
        let mut paths: Vec<String> = found.map(|finding| finding["path"].to_string()).collect();
        paths.sort();
        paths
    };
    let found = paths("others");
    assert!(found.len() >= 2, "{found:?}");
    assert_eq!(paths("hook/note"), found);
    fixture.write("hook", hook(r#""finding_raised""#, &[("finding_raised", "nonsense")]));
    let said = fixture.run("check model.json --on 2026-02-01").bad();
    assert_eq!(said.out.matches("hook/failed").count(), 1, "{said:?}");
    assert!(said.out.contains("error[platform/secret]"), "{said:?}");
}

#[test]
fn the_triggers_of_a_run_ask_the_hooks_beside_what_files_are_relative_to() {
    let answers = [("dataset_loaded", r#"{"notes":["it came"]}"#)];
    let fixture = fixture(r#""dataset_loaded""#, &answers, "");
    crate::flow::source(
        &fixture,
        "CREATE TABLE customers (id TEXT PRIMARY KEY, city TEXT);
         CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO products VALUES (1, 'Chai');",
    );
    fixture.render();
    let said = fixture.run("run --target out").good();
    assert!(said.out.contains("the hook `guard` notes: it came"), "{said:?}");
    assert!(fixture.read("asked").contains(r#""dataset_loaded":{"settings":{},"event":{"platform":"#));
    // From elsewhere, files are relative to the root.
    std::fs::create_dir(fixture.path("elsewhere")).unwrap();
    fixture.write("asked", "");
    let mut command = fixture.command("run --target ../out --root ..");
    assert!(command.current_dir(fixture.path("elsewhere")).status().unwrap().success());
    assert!(fixture.read("asked").contains(r#"{"hello""#), "{}", fixture.read("asked"));
}

#[test]
fn a_review_starts_no_hook_that_is_named_beside_what_it_judges() {
    let fixture = fixture(r#""finding_raised""#, &[("finding_raised", "{}")], "");
    let said = fixture.run("review model.json model.json --source github:example/model@main --on 2026-02-01");
    assert_ne!(said.code, 2, "{said:?}");
    assert!(!fixture.path("asked").exists());
    fixture.run("check model.json --on 2026-02-01");
    assert!(fixture.path("asked").exists());
}

#[test]
fn a_hook_is_given_no_credentials_and_its_configuration_is_judged() {
    let fixture = fixture("", &[], "");
    fixture.write("nosy", "#!/bin/sh\nenv > seen\n");
    executable(&fixture.path("nosy"));
    for (configuration, says) in [
        ("[hooks.guard]\ncommand = []\n", "`command` is empty"),
        ("[hooks.guard]\ncommand = ['./hook']\non_failure = 'ignore'\n", "unknown variant `ignore`"),
        ("[hooks.guard]\ncommand = ['./nowhere']\n", "./nowhere"),
        (
            "[hooks.guard]\ncommand = ['./nosy']\n",
            "hook `guard`: the hook's program failed: it ended without an answer",
        ),
        ("[hooks.guard]\ncommand = ['sleep', '600']\ntimeout_seconds = 1\n", "no answer came in 1s"),
    ] {
        fixture.write("datasurface.toml", configuration);
        let mut command = fixture.command("check model.json --on 2026-02-01");
        let output = command.env("DATASURFACE_CREDENTIAL_EU__Sales__reader", "canary").output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(err.contains(says), "{says}: {err}");
    }
    assert!(!fixture.read("seen").contains("canary"), "a hook is given values of credentials");
}

/// What is said of a hook that does this before it answers, and then notes that, under the limits of a configuration.
#[cfg(target_os = "linux")]
fn said_of(before: &str, note: &str, settings: &str) -> (Fixture, i32, String) {
    let answer = format!(r#"{{"decision":"write","notes":["{note}"]}}"#);
    let fixture = fixture(r#""plan_ready""#, &[("plan_ready", &answer)], settings);
    let at_the_plan = format!("do\n  case \"$line\" in *plan_ready*) {before} ;; esac\n");
    fixture.write("hook", fixture.read("hook").replacen("do\n", &at_the_plan, 1));
    fixture.write("password", "Salmon-42\n");
    let mut command = fixture.command("render model.json --target out --on 2026-02-01");
    command.env("DATASURFACE_CREDENTIAL_EU__Sales__reader", "Swordfish-7");
    command.env("DATASURFACE_CREDENTIAL_EU__Sales__reader_HOST", "db.example.com");
    command.env("DATASURFACE_CREDENTIAL_EU__Sales__writer_FILE", fixture.path("password"));
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    (fixture, output.status.code().unwrap(), said.concat())
}

/// A hook that got hold of a secret, or takes what there is, has failed, and no secret is shown.
#[cfg(target_os = "linux")]
#[test]
fn a_hook_shows_no_secret_and_takes_no_more_memory_than_it_may() {
    let log = "echo 'logging in with Swordfish-7' >&2";
    let greedy = "x=$(head -c 100000000 /dev/zero | tr '\\0' x)";
    for (before, note, settings, expected) in [
        (":", "the password is Swordfish-7", "", "the value of a credential"),
        (":", "the password is Salmon-42", "", "the value of a credential"),
        (greedy, "all is well", "memory_mib = 32\n", "ended without an answer"),
        ("sleep 600", "all is well", "timeout_seconds = 1\n", "no answer came in 1s"),
        ("sleep 600", "all is well", "", "no answer came in 10s"),
    ] {
        let (fixture, code, said) = said_of(before, note, settings);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("error[hook/failed]") && said.contains(expected), "{expected}: {said}");
        assert!(!said.contains("Swordfish") && !said.contains("Salmon"), "{said}");
        assert_eq!(fixture.rendered().len(), 0);
        assert!(!fixture.path("datasurface.lock").exists());
    }
    let (_, code, said) = said_of(log, "all is well at db.example.com", "memory_mib = 4096\n");
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("logging in with ***\n") && said.contains("all is well at db.example.com"),
        "{said}"
    );
    assert!(!said.contains("Swordfish"), "{said}");
}
