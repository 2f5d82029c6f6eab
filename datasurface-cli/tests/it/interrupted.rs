//! `Ctrl-C` in the middle of `render`: the target is as it was, or as it will be, and the next `render` gets there.

use crate::{models, run::Fixture};
use std::{
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
};

/// So many files that a write of them takes a while.
const DATASETS: usize = 300;

const RENDER: &str = "render model.json --target out --on 2026-02-01";

/// The number of the signal that a terminal sends for `Ctrl-C`.
const INTERRUPT: i32 = 2;

/// Renders, and interrupts that as soon as a write has come so far that this is in the folder of the target's own files.
/// Returns whether the signal came before the end.
fn interrupted_at(fixture: &Fixture, name: &str) -> bool {
    let mut command = fixture.command(RENDER).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // It lets the program go on for a moment at a time, and looks while that stands still.
    let script = "until [ -e \"$1\" ]; do kill -s CONT \"$0\"; sleep 0.001; kill -s STOP \"$0\"; done; kill -s INT \"$0\"; kill -s CONT \"$0\"";
    let mut killer = Command::new("sh");
    killer.args(["-c", script, &command.id().to_string()]);
    killer.arg(fixture.path("out/.datasurface").join(name));
    let mut killer = killer.stderr(Stdio::null()).spawn().unwrap();
    let is_interrupted = command.wait().unwrap().signal() == Some(INTERRUPT);
    // It goes on looking where the write was through too soon.
    let _ = killer.kill();
    killer.wait().unwrap();
    is_interrupted
}

/// A target with what was rendered before, if something was, and the model that is rendered now.
fn fixture(has_rendered: bool) -> Fixture {
    let fixture = Fixture::new(&models::wide(DATASETS, "id Integer key"));
    if has_rendered {
        fixture.run(RENDER).good();
    }
    fixture.model(&models::wide(DATASETS, "id Integer key, name VarChar(40)"));
    fixture
}

#[test]
fn a_rendering_that_is_interrupted_leaves_nothing_half_written() {
    for has_rendered in [false, true] {
        let whole = fixture(has_rendered);
        let before = (whole.rendered(), has_rendered.then(|| whole.read("datasurface.lock")));
        whole.run(RENDER).good();
        let after = (whole.rendered(), Some(whole.read("datasurface.lock")));
        let manifest = whole.read("out/.datasurface/manifest.json");

        for name in ["staging/9", "journal.json"] {
            let tries = std::iter::repeat_with(|| {
                let fixture = fixture(has_rendered);
                interrupted_at(&fixture, name).then_some(fixture)
            });
            let fixture =
                tries.take(100).flatten().next().unwrap_or_else(|| panic!("never interrupted at `{name}`"));

            let said = fixture.run("plan model.json --target out --on 2026-02-01").good();
            let is_begun = fixture.path("out/.datasurface/journal.json").exists();
            let is_left = fixture.path("out/.datasurface/staging").exists();
            let lock = fixture.path("datasurface.lock").exists().then(|| fixture.read("datasurface.lock"));
            match (is_begun, is_left) {
                // It came later than it was meant to, and nothing was left to do.
                (false, false) => assert_eq!((fixture.rendered(), lock), after),
                (false, true) => {
                    assert!(said.err.contains("is still to be undone"), "{said:?}");
                    let now = (fixture.rendered(), lock);
                    assert!(now == before || now == after, "{has_rendered}, {name}");
                }
                (true, _) => assert!(said.err.contains("is still to be finished"), "{said:?}"),
            }
            fixture.run(RENDER).good();
            assert_eq!((fixture.rendered(), Some(fixture.read("datasurface.lock"))), after);
            assert_eq!(fixture.read("out/.datasurface/manifest.json"), manifest);
            assert_eq!(fixture.run("plan model.json --target out --on 2026-02-01").good().err, "");
        }
    }
}
