//! The program `git`, called so that nothing but git itself runs: no hook, file monitor, pager or signer, and no network.

pub(crate) mod blobs;

pub use blobs::BlobReader;

use std::{
    env,
    error::Error,
    fmt,
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

/// The name of an object, which git computes from its content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId(String);

impl ObjectId {
    /// Reads a name in hexadecimal digits; `None` if the text is something else.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let is_hex = text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| Self(text.to_owned()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The reason why git did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitError(String);

impl GitError {
    /// Creates an error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for GitError {}

/// The output of git.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitOutput {
    /// The standard output.
    pub out: Vec<u8>,
    /// The exit code.
    pub code: i32,
}

/// Returns git, without what the environment says of repositories, and without a network.
#[must_use]
pub fn program() -> Command {
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

/// Runs git, which must end with one of these codes.
///
/// # Errors
///
/// If the program cannot be run, or ends in another way: the error has the first line that it said.
pub fn invoke(git: &mut Command, input: &[u8], codes: &[i32]) -> Result<GitOutput, GitError> {
    let started = git.stdin(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| unrun(&error.to_string()))?;
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
    let output = output.map_err(|error| GitError(format!("the program `git` broke off: {error}")))?;
    match output.status.code() {
        Some(code) if codes.contains(&code) => Ok(GitOutput { out: output.stdout, code }),
        _ => Err(error_from(&output.stderr)),
    }
}

/// Returns the error for what git said when it refused.
pub(crate) fn error_from(said: &[u8]) -> GitError {
    let said = String::from_utf8_lossy(said);
    let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
    GitError(format!("git refused: {said}"))
}

pub(crate) fn unrun(why: &str) -> GitError {
    GitError(format!("the program `git` cannot be run: {why}"))
}
