//! A connection to a program: one request, one answer, and never again after something went wrong.

use super::{
    credential_values::CredentialValues,
    line::{Line, MAX_LINE_LENGTH, excerpt, read_line},
    process::{Log, Process},
    protocol::{Answers, RequestLine, ResponseLine},
};
use crate::{
    error::{PlatformError, PlatformErrorKind},
    runtime::RunObserver,
};
use serde::{Serialize, de::IgnoredAny};
use std::{
    collections::HashMap,
    fmt,
    io::{self, BufReader, ErrorKind, Read, Write},
    process::Command,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

/// The limits that a host sets to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// The longest line, in bytes: [`MAX_LINE_LENGTH`](super::MAX_LINE_LENGTH) by default.
    pub longest_line: usize,
    /// The longest time that an answer may take: 5 minutes by default.
    pub longest_wait: Duration,
    /// The longest time that an operation may take, which applies a plan or runs jobs: 6 hours by default.
    pub longest_operation: Duration,
    /// The greatest amount of memory that the program may have for itself, in bytes: none by default. It holds for each process of the program, from
    /// its start on. Only Linux has such a limit: elsewhere a program that is to have one is not started.
    pub most_memory: Option<u64>,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            longest_line: MAX_LINE_LENGTH,
            longest_wait: Duration::from_secs(300),
            longest_operation: Duration::from_secs(6 * 3600),
            most_memory: None,
        }
    }
}

/// A program that answers. Several instances of a platform share it.
pub(crate) struct Connection {
    state: Mutex<Result<OpenConnection, String>>,
    bounds: ConnectionLimits,
    /// The noun of the program in errors.
    noun: &'static str,
}

/// How long the host sleeps between two looks whether an operation was cancelled.
const CANCELLATION_INTERVAL: Duration = Duration::from_millis(100);

/// The greatest number of characters of what a program says that it begins.
const MAX_PROGRESS_LENGTH: usize = 200;

/// What the thread that talks to the program does next.
enum Turn {
    /// It writes a request, and reads a line.
    Ask(Vec<u8>),
    /// It reads one more line.
    Listen,
}

/// The meaning of a line of a program that carries out an operation.
pub(super) enum OperationStep<Q, R> {
    /// The address of what begins. There are further lines.
    Started(String),
    /// A question to the host, with its answer. There are further lines.
    Asked(Q),
    /// The answer to the request.
    Done(R),
}

/// An operation, of which a program says what it begins, and may ask the host, before it answers.
struct Operation<'a, Q, R> {
    watcher: &'a dyn RunObserver,
    step: &'a mut dyn FnMut(R) -> Result<OperationStep<Q, R>, String>,
}

/// What there is as long as nothing went wrong.
struct OpenConnection {
    asked: u64,
    turns: Sender<Turn>,
    answers: Receiver<io::Result<Line>>,
    withheld: Arc<CredentialValues>,
    _process: Option<Process>,
}

impl Connection {
    /// Starts a program, and talks through its standard input and output.
    pub(crate) fn spawn(
        command: Command,
        bounds: ConnectionLimits,
        withheld: CredentialValues,
        log: Option<Log>,
        noun: &'static str,
    ) -> Result<Self, PlatformError> {
        let withheld = Arc::new(withheld);
        let (process, input, output) = Process::start(command, &bounds, &withheld, log)?;
        Self::open(input, output, Some(process), bounds, withheld, noun)
    }

    /// Talks to a program that runs already.
    pub(crate) fn connect(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        bounds: ConnectionLimits,
        noun: &'static str,
    ) -> Result<Self, PlatformError> {
        Self::open(input, output, None, bounds, Arc::default(), noun)
    }

    /// Talks through these. A thread of its own does, so that a program which neither reads nor writes cannot stop the
    /// host.
    fn open(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        process: Option<Process>,
        bounds: ConnectionLimits,
        withheld: Arc<CredentialValues>,
        noun: &'static str,
    ) -> Result<Self, PlatformError> {
        let (turns, to_take) = mpsc::channel();
        let (received, answers) = mpsc::channel();
        let converse = move || converse(input, output, &to_take, &received, bounds.longest_line);
        let thread = thread::Builder::new().name(noun.to_owned()).spawn(converse);
        thread.map_err(|error| failed(noun, &error.to_string()))?;
        let talk = OpenConnection { asked: 0, turns, answers, withheld, _process: process };
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
        let longest = self.bounds.longest_wait;
        self.converse(request, |talk, line| talk.exchange(line, longest), expected)
    }

    /// The answer to a request for an operation, before which the program may say any number of times what it begins, and ask the host.
    pub(super) fn operate<Q: Serialize, R: Answers, T>(
        &self,
        request: Q,
        watcher: &dyn RunObserver,
        mut step: impl FnMut(R) -> Result<OperationStep<Q, R>, String>,
        expected: impl FnOnce(R) -> Option<T>,
    ) -> Result<T, PlatformError> {
        let bounds = self.bounds;
        let carry_out = |talk: &mut OpenConnection, line| {
            talk.carry_out(line, Operation { watcher, step: &mut step }, &bounds)
        };
        self.converse(request, carry_out, expected)
    }

    fn converse<R: Answers, T>(
        &self,
        request: impl Serialize,
        answer: impl FnOnce(&mut OpenConnection, Vec<u8>) -> Result<R, String>,
        expected: impl FnOnce(R) -> Option<T>,
    ) -> Result<T, PlatformError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let talk = match &mut *state {
            Ok(talk) => talk,
            Err(reason) => return Err(self.failed(reason)),
        };
        talk.asked += 1;
        let line = talk.line(request, self.bounds.longest_line)?;
        let unexpected = || "it answered something else than what it was asked".to_owned();
        let answer = answer(talk, line).and_then(|response| match response.into_result() {
            // A program may give any reason, of any length.
            Err(error) => Ok(Err(error.shortened())),
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
    fn line(&self, request: impl Serialize, longest: usize) -> Result<Vec<u8>, PlatformError> {
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
        self.take(Turn::Ask(line))?;
        match self.line_within(longest_wait)? {
            Some(line) => self.read(&line),
            None => Err(format!("no answer came in {longest_wait:?}")),
        }
    }

    /// Waits for the answer to an operation. A program that is cancelled, or takes too long, is ended by its connection.
    fn carry_out<Q: Serialize, R: Answers>(
        &self,
        line: Vec<u8>,
        operation: Operation<'_, Q, R>,
        bounds: &ConnectionLimits,
    ) -> Result<R, String> {
        let (began, longest) = (Instant::now(), bounds.longest_operation);
        self.take(Turn::Ask(line))?;
        loop {
            if operation.watcher.is_cancelled() {
                return Err("it was cancelled".to_owned());
            }
            let Some(left) = longest.checked_sub(began.elapsed()) else {
                return Err(format!("it was not done in {longest:?}"));
            };
            let Some(line) = self.line_within(left.min(CANCELLATION_INTERVAL))? else {
                continue;
            };
            match (operation.step)(self.read(&line)?)? {
                OperationStep::Started(address) => {
                    let address: String = address.chars().take(MAX_PROGRESS_LENGTH).collect();
                    operation.watcher.job_started(&address);
                    self.take(Turn::Listen)?;
                }
                OperationStep::Asked(answer) => {
                    let answer = self.line(answer, bounds.longest_line).map_err(|error| error.report())?;
                    self.take(Turn::Ask(answer))?;
                }
                OperationStep::Done(response) => return Ok(response),
            }
        }
    }

    fn take(&self, turn: Turn) -> Result<(), String> {
        self.turns.send(turn).map_err(|_| "it is gone".to_owned())
    }

    /// The next line; none if none came in this time.
    fn line_within(&self, time: Duration) -> Result<Option<Vec<u8>>, String> {
        match self.answers.recv_timeout(time) {
            Ok(Ok(Line::Whole(line))) => Ok(Some(line)),
            Ok(Ok(Line::End)) => Err("it ended without an answer".to_owned()),
            Ok(Ok(Line::TooLong)) => Err("it wrote a line that is too long".to_owned()),
            // It may end before it was asked, or after.
            Ok(Err(error)) if error.kind() == ErrorKind::BrokenPipe => {
                Err("it ended without an answer".to_owned())
            }
            Ok(Err(error)) => Err(error.to_string()),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err("it is gone".to_owned()),
        }
    }

    fn read<R: Answers>(&self, line: &[u8]) -> Result<R, String> {
        // Before anything shows a part of the line.
        if self.withheld.occur_in(line) {
            return Err("it wrote the value of a credential, which it was not given".to_owned());
        }
        let answered: ResponseLine<R> =
            serde_json::from_slice(line).map_err(|error| no_answer(line, &error))?;
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
    turns: &Receiver<Turn>,
    answers: &Sender<io::Result<Line>>,
    longest_line: usize,
) {
    let mut input = BufReader::new(input);
    for turn in turns {
        let written = match turn {
            Turn::Ask(request) => output.write_all(&request).and_then(|()| output.flush()),
            Turn::Listen => Ok(()),
        };
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
