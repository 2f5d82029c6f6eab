//! Stand-ins for providers.

use super::TestingError;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// A program that stands in for providers, and keeps what they created. It ends with this value.
#[derive(Debug)]
pub struct StandIn {
    program: Child,
    attachment: String,
}

const SCRIPT: &str = include_str!("../../testing/stand_in.py");

impl StandIn {
    /// Starts stand-ins of all providers of a schema. `facts` says which attributes of resources force a replacement, and what imports one.
    ///
    /// # Errors
    ///
    /// If Python does not run, or a file cannot be read.
    pub fn start(schema: &Path, facts: &Path) -> Result<Self, TestingError> {
        let failed = |error| TestingError::Io("starting the stand-in".to_owned(), error);
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
        let stand_in = Self { program, attachment: attachment.trim().to_owned() };
        match stand_in.attachment.is_empty() {
            true => Err(TestingError::Unexpected("the stand-in ended before it was ready".to_owned())),
            false => Ok(stand_in),
        }
    }

    /// Where Terraform finds the providers, in the form that it wants.
    pub(super) fn attachment(&self) -> &str {
        &self.attachment
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // Its standard input ends, and so does the program. Whether it could be waited for makes no difference any more.
        drop(self.program.stdin.take());
        let _ = self.program.wait();
    }
}
