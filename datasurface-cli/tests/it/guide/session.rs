//! A shell, as a reader has it open: one command after the other, each where the one before it ended.

use super::markdown::{ShownCommand, matches};
use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// Ends what a command prints. It is followed by the exit code.
const END: &str = "--- the command ended with ";

pub(super) struct Session {
    shell: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    repository: PathBuf,
}

impl Session {
    /// Opens a shell in a folder. It knows the command `datasurface`, and cargo builds where this test was built.
    pub(super) fn new(folder: &Path, repository: &Path, dbt: Option<&OsStr>) -> Self {
        let command = Path::new(env!("CARGO_BIN_EXE_datasurface"));
        let built = command.parent().unwrap();
        let inherited = env::var_os("PATH").unwrap_or_default();
        let folders = [built.to_owned()].into_iter().chain(dbt.map(PathBuf::from));
        let folders = folders.chain(env::split_paths(&inherited));
        let mut shell = Command::new("bash")
            .current_dir(folder)
            .env("PATH", env::join_paths(folders).unwrap())
            .env("CARGO_TARGET_DIR", built.parent().unwrap())
            // As the workspace has it: other packages are then not built once more.
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TERM_COLOR", "never")
            .env("DBT_USE_COLORS", "false")
            .env("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
            .env_remove("DATASURFACE_UPDATE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut input, output) = (shell.stdin.take().unwrap(), shell.stdout.take().unwrap());
        input.write_all(b"exec 2>&1\n").unwrap();
        Self { shell, input, output: BufReader::new(output), repository: repository.to_owned() }
    }

    /// Runs a command, and returns what it printed, and its exit code.
    pub(super) fn run(&mut self, line: &str) -> (String, String) {
        writeln!(self.input, "{{ {line}\n}} </dev/null\nprintf '\\n{END}%s\\n' $?").unwrap();
        let mut printed = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the shell ended:\n{printed}");
            if let Some(code) = line.strip_prefix(END) {
                let text = printed.strip_suffix('\n').unwrap_or(&printed);
                return (text.to_owned(), code.trim().to_owned());
            }
            printed.push_str(&line);
        }
    }

    /// Runs a command of the guide, and compares what it prints.
    pub(super) fn follow(&mut self, command: &ShownCommand) {
        let ShownCommand { line, output } = command;
        let is_build = line.starts_with("cargo ");
        if is_build && !line.starts_with("cargo new") && !self.path("Cargo.lock").exists() {
            // The versions that are here: there need be no network.
            std::fs::copy(self.repository.join("Cargo.lock"), self.path("Cargo.lock")).unwrap();
        }
        // The checkout beside the folder is this one.
        let line = line.replace("../datasurface/", &format!("{}/", self.repository.display()));
        let (printed, code) = self.run(&line);
        assert!(matches(output, &printed), "$ {line}\nis to print\n{output}\nand it prints\n{printed}");
        // Where something is to fail, the guide shows the failure.
        let fails = output.contains("FAILED") || output.contains("Failure");
        assert_eq!(code != "0", fails, "$ {line}\nended with {code}:\n{printed}");
    }

    /// The path of a file, in the folder where the shell is.
    pub(super) fn path(&mut self, file: &str) -> PathBuf {
        let (folder, _) = self.run("pwd");
        Path::new(folder.trim()).join(file)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
