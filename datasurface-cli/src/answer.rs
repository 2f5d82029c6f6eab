//! Answers: what a verb has to say. They are complete before anything of them is printed.

use crate::text::printable;
use datasurface_model::Findings;
use serde::Serialize;
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// What a verb has to say, and whether all is well.
#[derive(Debug)]
pub(crate) struct Answer {
    output: String,
    remarks: String,
    is_well: bool,
}

impl Answer {
    /// Text for people, with the findings beside it, on the standard error.
    pub(crate) fn text(output: String, findings: &Findings, is_well: bool) -> Self {
        Self { output: printable(output), remarks: printable(paragraphs(findings)), is_well }
    }

    /// Findings for people, on the standard output, and a last line.
    pub(crate) fn report(findings: &Findings, last: &str, is_well: bool) -> Self {
        let mut output = paragraphs(findings);
        if !output.is_empty() {
            output.push('\n');
        }
        output += last;
        output.push('\n');
        Self { output: printable(output), remarks: String::new(), is_well }
    }

    /// One object for programs.
    pub(crate) fn json(object: &impl Serialize, is_well: bool) -> Self {
        match serde_json::to_string_pretty(object) {
            Ok(output) => Self { output: output + "\n", remarks: String::new(), is_well },
            Err(error) => Self {
                output: String::new(),
                remarks: format!("error: the answer is no JSON: {error}; this is a bug in datasurface\n"),
                is_well: false,
            },
        }
    }

    /// The same answer, with findings beside it, on the standard error.
    pub(crate) fn beside(mut self, findings: &Findings) -> Self {
        self.remarks += &printable(paragraphs(findings));
        self
    }

    /// Prints it. Whoever does not read on has had enough: that is no error. Anything else that hinders printing is.
    pub(crate) fn deliver(self) -> ExitCode {
        // If the standard error cannot be written, there is nobody left to tell.
        let _ = print(io::stderr().lock(), &self.remarks);
        match print(io::stdout().lock(), &self.output) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let remark = format!("error: the standard output cannot be written: {error}\n");
                let _ = print(io::stderr().lock(), &remark);
                ExitCode::FAILURE
            }
            _ if self.is_well => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        }
    }
}

fn print(mut to: impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}

/// One paragraph for each finding.
fn paragraphs(findings: &Findings) -> String {
    if findings.is_empty() { String::new() } else { format!("{findings}\n") }
}
