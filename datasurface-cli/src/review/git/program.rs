//! The program `git`, called so that nothing but git itself runs.

use super::{Answered, failed};
use std::{
    env,
    io::Write,
    process::{Command, Stdio},
    thread,
};

/// Settings by which git would execute programs or reach out, switched off: the command line has the last word.
const SETTINGS: [&str; 6] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "log.showSignature=false",
];

/// The output of git.
pub(super) struct Said {
    pub(super) out: Vec<u8>,
    pub(super) code: i32,
}

/// Git, without what the environment says of repositories, and without a network.
pub(super) fn program() -> Command {
    let mut git = Command::new("git");
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    git.args(["--no-pager", "--no-replace-objects", "--literal-pathspecs", "--no-optional-locks"]);
    git.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    // No protocol is allowed: an object that is missing is not fetched, by whatever program.
    git.env("GIT_ALLOW_PROTOCOL", "none").env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0");
    git.env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    git
}

/// Runs git, which must succeed.
pub(super) fn invoke(git: &mut Command, input: &[u8]) -> Answered<Said> {
    invoke_with_codes(git, input, &[0])
}

/// Runs git, which must end with one of these codes.
pub(super) fn invoke_with_codes(git: &mut Command, input: &[u8], codes: &[i32]) -> Answered<Said> {
    let started = git.stdin(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| failed(&format!("the program `git` cannot be run: {error}")))?;
    let stdin = child.stdin.take();
    let output = thread::scope(|scope| {
        // It may answer before it has read everything.
        scope.spawn(move || {
            if let Some(mut stdin) = stdin {
                // If it does not read, its code says why.
                let _ = stdin.write_all(input);
            }
        });
        child.wait_with_output()
    });
    let output = output.map_err(|error| failed(&format!("the program `git` broke off: {error}")))?;
    match output.status.code() {
        Some(code) if codes.contains(&code) => Ok(Said { out: output.stdout, code }),
        _ => {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().next().unwrap_or("it gave no reason");
            Err(failed(&format!("git refused: {said}")))
        }
    }
}

/// The lines of an output that has so many.
pub(super) fn lines<const N: usize>(out: &[u8]) -> Answered<[String; N]> {
    let text = String::from_utf8_lossy(out);
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines
        .try_into()
        .map_err(|_| failed("git gave an answer of another form; it may be too old (2.38 is needed)"))
}
