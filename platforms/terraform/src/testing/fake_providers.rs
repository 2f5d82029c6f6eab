//! Fake providers: a program in the place of real ones.

use super::TestingError;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

/// A program that takes the place of providers, and keeps the things that they created in memory. It ends with the last copy of this value.
#[derive(Clone, Debug)]
pub struct FakeProviders {
    /// What ends the program when it is dropped.
    _program: Arc<Program>,
    attachment: String,
}

#[derive(Debug)]
struct Program(Child);

const SCRIPT: &str = include_str!("../../testing/fake_providers.py");

impl FakeProviders {
    /// Starts fakes of all providers of a schema. `facts` says which attributes of resources force a replacement, and what imports one.
    ///
    /// # Errors
    ///
    /// If Python does not run, or a file cannot be read.
    pub fn start(schema: &Path, facts: &Path) -> Result<Self, TestingError> {
        let failed = |error| TestingError::Io("starting the fake providers".to_owned(), error);
        let mut program = Command::new("python3")
            .arg("-c")
            .arg(SCRIPT)
            .args([schema, facts])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let mut attachment = String::new();
        if let Some(output) = program.stdout.take() {
            BufReader::new(output).read_line(&mut attachment).map_err(failed)?;
        }
        // Dropped on the way out, it ends the program.
        let program = Arc::new(Program(program));
        let fake_providers = Self { _program: program, attachment: attachment.trim().to_owned() };
        match fake_providers.attachment.is_empty() {
            true => {
                Err(TestingError::Unexpected("the fake providers ended before they were ready".to_owned()))
            }
            false => Ok(fake_providers),
        }
    }

    /// Where Terraform finds the providers, in the form that it wants.
    pub(super) fn attachment(&self) -> &str {
        &self.attachment
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Its standard input ends, and so does the program. Whether it could be waited for makes no difference any more.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
