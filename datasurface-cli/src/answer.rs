//! Answers: what a verb has to say. Nothing is printed before it is known whether there is an answer; a long one is never
//! in memory as a whole.

use crate::{
    arguments::Format,
    atomic_write::replace,
    shown::Shown,
    text::{Printable, PrintableJson, printable},
};
use datasurface_model::{Diagnostic, Findings};
use serde::Serialize;
use std::{
    fmt::{self, Display, Write as _},
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
    process::ExitCode,
};

/// What a verb has to say, and whether all is well.
pub(crate) struct Answer<'a> {
    output: Box<Output<'a>>,
    remarks: String,
    is_well: bool,
    /// The exit code if all is well.
    exit_code: u8,
}

/// An object for programs, with the findings.
#[derive(Serialize)]
struct WithFindings<'a, T> {
    #[serde(flatten)]
    findings: Shown<'a>,
    #[serde(flatten)]
    object: T,
}

/// Says it to somebody.
type Output<'a> = dyn Fn(&mut dyn Write) -> io::Result<()> + 'a;

impl<'a> Answer<'a> {
    /// Text for people, with the findings beside it, on the standard error.
    pub(crate) fn text(output: impl Display + 'a, findings: &Findings, is_well: bool) -> Self {
        let output = move |to: &mut dyn Write| {
            let mut to = Printable(ErrorCapturingWriter { to, error: Ok(()) });
            let written = write!(to, "{output}");
            // What was written knows only that something went wrong.
            to.0.error.and(written.map_err(io::Error::other))
        };
        Self { output: Box::new(output), remarks: printable(paragraphs(findings)), is_well, exit_code: 0 }
    }

    /// JSON that is a text already, with the findings beside it, on the standard error.
    pub(crate) fn json_text(output: impl Display + 'a, findings: &Findings, is_well: bool) -> Self {
        let output = move |to: &mut dyn Write| {
            let mut to = PrintableJson(ErrorCapturingWriter { to, error: Ok(()) });
            let written = write!(to, "{output}");
            to.0.error.and(written.map_err(io::Error::other))
        };
        Self { output: Box::new(output), remarks: printable(paragraphs(findings)), is_well, exit_code: 0 }
    }

    /// What a verb did: text for people, which there is if it did something, or an object for programs, which also has the findings.
    pub(crate) fn of(
        format: Format,
        findings: &Findings,
        text: Option<String>,
        object: &impl Serialize,
    ) -> Self {
        let is_well = text.is_some();
        match format {
            Format::Text => Self::text(text.unwrap_or_default(), findings, is_well),
            Format::Json => Self::json(&WithFindings { findings: Shown(findings), object }, is_well),
        }
    }

    /// Findings for people, on the standard output, and a last line.
    pub(crate) fn report(findings: &Findings, last: &str, is_well: bool) -> Self {
        let mut output = paragraphs(findings);
        if !output.is_empty() {
            output.push('\n');
        }
        output += last;
        output.push('\n');
        Self::text(output, &Findings::default(), is_well)
    }

    /// One object for programs.
    pub(crate) fn json(object: &impl Serialize, is_well: bool) -> Self {
        match serde_json::to_value(object) {
            Ok(object) => Self::long_json(object, is_well),
            Err(error) => Self {
                output: Box::new(|_| Ok(())),
                remarks: format!("error: the answer is no JSON: {error}; this is a bug in datasurface\n"),
                is_well: false,
                exit_code: 0,
            },
        }
    }

    /// One object for programs, made while it is printed.
    pub(crate) fn long_json(object: impl Serialize + 'a, is_well: bool) -> Self {
        let output = move |to: &mut dyn Write| {
            serde_json::to_writer_pretty(&mut *to, &object).map_err(io::Error::from)?;
            to.write_all(b"\n")
        };
        Self { output: Box::new(output), remarks: String::new(), is_well, exit_code: 0 }
    }

    /// The same answer, with findings beside it, on the standard error.
    pub(crate) fn with_findings(mut self, findings: &Findings) -> Self {
        self.remarks += &printable(paragraphs(findings));
        self
    }

    /// The same answer, with this exit code if all is well.
    pub(crate) fn with_exit_code(self, exit_code: u8) -> Self {
        Self { exit_code, ..self }
    }

    /// Prints it. Whoever does not read on has had enough: that is no error. Anything else that hinders printing is.
    pub(crate) fn deliver(self) -> ExitCode {
        // If the standard error cannot be written, there is nobody left to tell.
        let _ = io::stderr().lock().write_all(self.remarks.as_bytes());
        match self.say(io::stdout().lock()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let remark = format!("error: the standard output cannot be written: {error}\n");
                let _ = io::stderr().lock().write_all(remark.as_bytes());
                ExitCode::FAILURE
            }
            _ if self.is_well => ExitCode::from(self.exit_code),
            _ => ExitCode::FAILURE,
        }
    }

    /// Writes it to a file, which is replaced at once: whoever reads it meanwhile reads what was there before.
    pub(crate) fn deliver_to(self, file: &Path) -> ExitCode {
        let mut remarks = self.remarks.clone();
        // A device or a pipe is written to: nothing takes its place.
        let is_other = fs::metadata(file).is_ok_and(|found| !found.is_file());
        let written = match is_other {
            true => File::options().write(true).open(file).and_then(|to| self.say(&to)),
            false => replace(file, |to| self.say(to)),
        };
        if let Err(error) = &written {
            let name = printable(file.display().to_string());
            remarks += &format!("error: the file `{name}` cannot be written: {error}\n");
        }
        // If the standard error cannot be written, there is nobody left to tell.
        let _ = io::stderr().lock().write_all(remarks.as_bytes());
        if self.is_well && written.is_ok() { ExitCode::from(self.exit_code) } else { ExitCode::FAILURE }
    }

    fn say(&self, to: impl Write) -> io::Result<()> {
        let mut to = BufWriter::new(to);
        (self.output)(&mut to)?;
        to.flush()
    }
}

/// Writes text to somebody who takes bytes, and remembers what went wrong.
struct ErrorCapturingWriter<'t> {
    to: &'t mut dyn Write,
    error: io::Result<()>,
}

impl fmt::Write for ErrorCapturingWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.to.write_all(text.as_bytes()).map_err(|error| {
            self.error = Err(error);
            fmt::Error
        })
    }
}

/// One paragraph for each finding that is shown, with the change of the model that would resolve it, and the count of the others.
fn paragraphs(findings: &Findings) -> String {
    let paragraph = |finding: &Diagnostic| match finding.suggestion() {
        Some(suggestion) => format!("{finding}\n  suggestion: {suggestion}\n"),
        None => format!("{finding}\n"),
    };
    let (findings, omitted) = Shown(findings).parts();
    let more = (omitted > 0).then(|| format!("and {omitted} more findings\n"));
    findings.iter().map(paragraph).chain(more).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serializer;

    /// Takes so many bytes and no more, and knows how much came at once.
    struct Narrow {
        left: usize,
        most: usize,
    }

    impl Write for &mut Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.most = self.most.max(bytes.len());
            self.left = self.left.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Somebody who listens would listen for ever.
    struct Endless;

    impl Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            loop {
                f.write_str("and so on\u{1b}, ")?;
            }
        }
    }

    impl Serialize for Endless {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(std::iter::repeat("and so on"))
        }
    }

    #[test]
    fn what_has_no_end_is_printed_until_nobody_listens() {
        let findings = Findings::default();
        for answer in [Answer::text(Endless, &findings, true), Answer::long_json(Endless, true)] {
            let mut narrow = Narrow { left: 1 << 20, most: 0 };
            let said = answer.say(&mut narrow);
            assert_eq!(said.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
            assert!(narrow.most <= 1 << 13, "{} bytes at once", narrow.most);
        }
    }
}
