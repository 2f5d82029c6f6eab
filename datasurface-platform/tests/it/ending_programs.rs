//! Whatever a program does, it ends with its host's need of it: with all that it started, and with its log shown without secrets.

use crate::{
    example_graph,
    hostile_programs::{BOUNDS, IMPATIENT, greeting_then, third},
};
use datasurface_platform::{Secret, prelude::*, remote::ConnectionLimits};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// A log that can be read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// What is said when a program is asked for a rendering, and what it logged.
fn rendered(behaviour: &str, bounds: ConnectionLimits) -> (Result<Rendering, PlatformError>, Log) {
    let (log, instance) = (Log::default(), example_graph::plain_instance());
    let values = [Secret::new("Swordfish")];
    let command = greeting_then(behaviour, false);
    let factory = RemoteFactory::spawn_withholding(command, bounds, values, log.clone()).unwrap();
    let platform = factory.create(&instance).unwrap();
    (platform.render(&example_graph::shard(&instance)), log)
}

fn nothing() -> String {
    third(r#"{"rendering":{"files":[],"resources":[]}}"#)
}

#[test]
fn the_log_of_a_program_is_shown_without_values_of_credentials() {
    let behaviour = format!(
        "echo 'connecting as reader with Swordfish' >&2; printf 'postgres://reader:Swordfish@db' >&2; {}",
        nothing()
    );
    let (rendering, log) = rendered(&behaviour, BOUNDS);
    assert_eq!(rendering.unwrap(), Rendering::new(), "what it logs is no answer");
    assert_eq!(log.text(), "connecting as reader with ***\npostgres://reader:***@db");
}

#[test]
fn what_a_program_logged_before_it_failed_is_there_when_the_failure_is() {
    // The last lines are still on their way when it has ended.
    let (rendering, log) = rendered("yes 'no such folder' | head -n 20000 >&2; exit 3", BOUNDS);
    assert!(rendering.unwrap_err().report().contains("ended without an answer"));
    assert_eq!(log.text().lines().filter(|line| *line == "no such folder").count(), 20_000);
}

#[test]
fn a_log_without_end_holds_nobody_up() {
    let line = format!("head -c 200000000 /dev/zero >&2; {}", nothing());
    let (rendering, log) = rendered(&line, BOUNDS);
    assert_eq!(rendering.unwrap(), Rendering::new());
    assert!(log.text().len() < 100_000, "a line without end is cut");
    let (rendering, log) = rendered("yes noise >&2", IMPATIENT);
    assert!(rendering.unwrap_err().report().contains("no answer came"));
    assert!(log.text().len() <= 64 << 20);
}

fn mark(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("datasurface-{name}-{}", std::process::id()))
}

/// Whether a process works: one that ended may still wait for its parent.
fn works(process: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{process}/stat"));
    state.is_ok_and(|state| !state.rsplit(") ").next().unwrap().starts_with('Z'))
}

fn ended(marks: &Path) -> usize {
    let text = fs::read_to_string(marks).unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    while text.lines().any(works) {
        assert!(Instant::now() < until, "{text:?}");
        thread::sleep(Duration::from_millis(20));
    }
    fs::remove_file(marks).unwrap();
    text.lines().count()
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_program_started_ends_with_it() {
    let mark = mark("forks");
    let forks = format!("for each in 1 2 3 4 5 6 7 8; do sleep 600 & echo $! >> '{}'; done", mark.display());
    for (then, expected) in [
        ("exec sleep 600", "no answer came"),
        ("exit 3", "no answer came"),
        ("exec >&-; wait", "no answer came"),
    ] {
        let before = Instant::now();
        let (rendering, _) = rendered(&format!("{forks}; {then}"), IMPATIENT);
        // They have its output, too, so it has not ended as long as one of them works.
        let said = rendering.unwrap_err().report();
        assert!(said.contains(expected), "{then}: {said}");
        assert_eq!(ended(&mark), 8);
        assert!(before.elapsed() < Duration::from_secs(15), "{then}: nobody waited for them");
    }
}

/// Each process starts two more, faster than anybody could look for them.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_multiplies_is_ended_as_a_whole() {
    let mark = mark("multiplies");
    let multiply = format!(
        "multiply() {{ echo $(exec sh -c 'echo $PPID') >> '{}'; \
         [ $1 = 0 ] || {{ multiply $(($1 - 1)) & multiply $(($1 - 1)) & }}; sleep 600; }}; multiply 4",
        mark.display()
    );
    let (rendering, _) = rendered(&multiply, IMPATIENT);
    assert!(rendering.unwrap_err().report().contains("no answer came"));
    assert!(ended(&mark) > 10);
}

/// It left the group of its parent, so that it does not end with it; it has the pipes of its parent, and nobody waits for it.
#[cfg(target_os = "linux")]
#[test]
fn a_grandchild_that_keeps_the_pipes_open_is_not_waited_for() {
    let mark = mark("daemon");
    let daemon = format!("setsid sh -c 'echo $$ > \"{}\"; exec sleep 60' &", mark.display());
    let before = Instant::now();
    let (rendering, _) = rendered(&format!("{daemon} sleep 1; exit 3"), IMPATIENT);
    let said = rendering.unwrap_err().report();
    assert!(said.contains("no answer came"), "{said}");
    assert!(before.elapsed() < Duration::from_secs(15));
    let daemon = fs::read_to_string(&mark).unwrap();
    assert!(works(daemon.trim()), "a program is no sandbox");
    std::process::Command::new("kill").arg(daemon.trim()).status().unwrap();
    fs::remove_file(mark).unwrap();
}
