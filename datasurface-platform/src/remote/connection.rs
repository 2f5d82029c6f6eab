//! A connection to a program: one request, one answer, and never again after something went wrong.

use super::{
    line::{Line, MAX_LINE_LENGTH, excerpt, read_line},
    protocol::{Answers, RequestLine, ResponseLine},
};
use crate::error::{PlatformError, PlatformErrorKind};
use serde::{Serialize, de::IgnoredAny};
use std::{
    collections::HashMap,
    fmt,
    io::{self, BufReader, Read, Write},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

/// The limits that a host sets to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// The longest line, in bytes: [`MAX_LINE_LENGTH`](super::MAX_LINE_LENGTH) by default.
    pub longest_line: usize,
    /// The longest time that an answer may take: 5 minutes by default.
    pub longest_wait: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { longest_line: MAX_LINE_LENGTH, longest_wait: Duration::from_secs(300) }
    }
}

/// A program that answers. Several instances of a platform share it.
pub(crate) struct Connection {
    state: Mutex<Result<OpenConnection, String>>,
    bounds: ConnectionLimits,
    /// The noun of the program in errors.
    noun: &'static str,
}

/// What there is as long as nothing went wrong.
struct OpenConnection {
    asked: u64,
    requests: Sender<Vec<u8>>,
    answers: Receiver<io::Result<Line>>,
    _process: Option<Process>,
}

/// A process that ends when nobody needs it any more.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; either way there is nothing left to do about it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Connection {
    /// Starts a program, and talks through its standard input and output.
    pub(crate) fn spawn(
        mut command: Command,
        bounds: ConnectionLimits,
        noun: &'static str,
    ) -> Result<Self, PlatformError> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| {
            let operation = format!("starting `{}`", command.get_program().display());
            PlatformError::new(PlatformErrorKind::External, operation).caused_by(error)
        })?;
        let pipes = (child.stdout.take(), child.stdin.take());
        let process = Some(Process(child));
        match pipes {
            (Some(input), Some(output)) => Self::open(input, output, process, bounds, noun),
            _ => Err(failed(noun, "it has no pipes")),
        }
    }

    /// Talks to a program that runs already.
    pub(crate) fn connect(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        bounds: ConnectionLimits,
        noun: &'static str,
    ) -> Result<Self, PlatformError> {
        Self::open(input, output, None, bounds, noun)
    }

    /// Talks through these. A thread of its own does, so that a program which neither reads nor writes cannot stop the
    /// host.
    fn open(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        process: Option<Process>,
        bounds: ConnectionLimits,
        noun: &'static str,
    ) -> Result<Self, PlatformError> {
        let (requests, to_send) = mpsc::channel();
        let (received, answers) = mpsc::channel();
        let converse = move || converse(input, output, &to_send, &received, bounds.longest_line);
        let thread = thread::Builder::new().name(noun.to_owned()).spawn(converse);
        thread.map_err(|error| failed(noun, &error.to_string()))?;
        let talk = OpenConnection { asked: 0, requests, answers, _process: process };
        Ok(Self { state: Mutex::new(Ok(talk)), bounds, noun })
    }

    /// An error that says that the program did not do what it should.
    pub(crate) fn failed(&self, reason: &str) -> PlatformError {
        failed(self.noun, reason)
    }

    /// The answer to a request; an error if there is none. An error of the connection ends it: whatever is asked
    /// afterwards fails too.
    pub(crate) fn ask<R: Answers, T>(
        &self,
        request: impl Serialize,
        expected: impl FnOnce(R) -> Option<T>,
    ) -> Result<T, PlatformError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let talk = match &mut *state {
            Ok(talk) => talk,
            Err(reason) => return Err(self.failed(reason)),
        };
        let line = talk.line(request, self.bounds.longest_line)?;
        let answer = talk.exchange(line, self.bounds.longest_wait);
        let unexpected = || "it answered something else than what it was asked".to_owned();
        let answer = answer.and_then(|response: R| match response.into_result() {
            Err(error) => Ok(Err(error)),
            Ok(other) => expected(other).map(Ok).ok_or_else(unexpected),
        });
        answer.unwrap_or_else(|reason| {
            let error = self.failed(&reason);
            *state = Err(reason);
            Err(error)
        })
    }
}

impl OpenConnection {
    fn line(&mut self, request: impl Serialize, longest: usize) -> Result<Vec<u8>, PlatformError> {
        self.asked += 1;
        let asked = RequestLine { number: self.asked, request };
        let mut line = serde_json::to_vec(&asked).map_err(|error| {
            PlatformError::new(PlatformErrorKind::Internal, "writing a request").caused_by(error)
        })?;
        if line.len() > longest {
            let message = format!("a request is longer than {longest} bytes; let there be more shards");
            return Err(PlatformError::new(PlatformErrorKind::External, message));
        }
        line.push(b'\n');
        Ok(line)
    }

    fn exchange<R: Answers>(&self, line: Vec<u8>, longest_wait: Duration) -> Result<R, String> {
        let gone = || "it is gone".to_owned();
        self.requests.send(line).map_err(|_| gone())?;
        let line = match self.answers.recv_timeout(longest_wait) {
            Ok(Ok(Line::Whole(line))) => line,
            Ok(Ok(Line::End)) => return Err("it ended without an answer".to_owned()),
            Ok(Ok(Line::TooLong)) => return Err("it wrote a line that is too long".to_owned()),
            Ok(Err(error)) => return Err(error.to_string()),
            Err(RecvTimeoutError::Timeout) => return Err(format!("no answer came in {longest_wait:?}")),
            Err(RecvTimeoutError::Disconnected) => return Err(gone()),
        };
        let answered: ResponseLine<R> =
            serde_json::from_slice(&line).map_err(|error| no_answer(&line, &error))?;
        if answered.number == self.asked {
            Ok(answered.response)
        } else {
            let (number, asked) = (answered.number, self.asked);
            Err(format!("it answered request {number}, but {asked} was asked"))
        }
    }
}

fn converse(
    input: impl Read,
    mut output: impl Write,
    requests: &Receiver<Vec<u8>>,
    answers: &Sender<io::Result<Line>>,
    longest_line: usize,
) {
    let mut input = BufReader::new(input);
    for request in requests {
        let written = output.write_all(&request).and_then(|()| output.flush());
        let answer = written.and_then(|()| read_line(&mut input, longest_line));
        let goes_on = matches!(answer, Ok(Line::Whole(_)));
        if answers.send(answer).is_err() || !goes_on {
            return;
        }
    }
}

/// Says what is wrong with a line. Most lines that are no JSON object were printed by an author who looked for something, so
/// these say where such a line belongs.
fn no_answer(line: &[u8], error: &serde_json::Error) -> String {
    let message = format!("it wrote something that is no answer: {error}; it is {}", excerpt(line));
    match serde_json::from_slice::<HashMap<String, IgnoredAny>>(line) {
        Ok(_) => message,
        Err(_) => format!("{message}; whatever is no answer belongs on its standard error"),
    }
}

fn failed(noun: &str, reason: &str) -> PlatformError {
    PlatformError::new(PlatformErrorKind::External, format!("the {noun} failed: {reason}"))
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}
