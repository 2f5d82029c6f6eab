//! A connection to a program: one request, one answer, and never again after something went wrong.

use super::{
    line::{Line, MAX_LINE_LENGTH, excerpt, read_line},
    protocol::{Request, RequestLine, Response, ResponseLine},
};
use crate::error::{PlatformError, PlatformErrorKind};
use std::{
    fmt,
    io::{self, BufReader, Read, Write},
    process::Child,
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
pub(super) struct Connection {
    state: Mutex<Result<OpenConnection, String>>,
    bounds: ConnectionLimits,
}

/// What there is as long as nothing went wrong.
struct OpenConnection {
    asked: u64,
    requests: Sender<Vec<u8>>,
    answers: Receiver<io::Result<Line>>,
    _process: Option<Process>,
}

/// A process that ends when nobody needs it any more.
pub(super) struct Process(pub(super) Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; either way there is nothing left to do about it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Connection {
    /// Talks through these. A thread of its own does, so that a program which neither reads nor writes cannot stop the
    /// host.
    pub(super) fn open(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        process: Option<Process>,
        bounds: ConnectionLimits,
    ) -> io::Result<Self> {
        let (requests, to_send) = mpsc::channel();
        let (received, answers) = mpsc::channel();
        let converse = move || converse(input, output, &to_send, &received, bounds.longest_line);
        thread::Builder::new().name("remote platform".to_owned()).spawn(converse)?;
        let talk = OpenConnection { asked: 0, requests, answers, _process: process };
        Ok(Self { state: Mutex::new(Ok(talk)), bounds })
    }

    /// The answer to a request; an error if there is none. An error of the connection ends it: whatever is asked
    /// afterwards fails too.
    pub(super) fn ask<T>(
        &self,
        request: Request<'_>,
        expected: impl FnOnce(Response) -> Option<T>,
    ) -> Result<T, PlatformError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let talk = match &mut *state {
            Ok(talk) => talk,
            Err(reason) => return Err(outside(reason)),
        };
        let line = talk.line(request, self.bounds.longest_line)?;
        let answer = talk.exchange(line, self.bounds.longest_wait);
        let unexpected = || "it answered something else than what it was asked".to_owned();
        let answer = answer.and_then(|response| match response {
            Response::Error(error) => Ok(Err(error)),
            other => expected(other).map(Ok).ok_or_else(unexpected),
        });
        answer.unwrap_or_else(|reason| {
            let error = outside(&reason);
            *state = Err(reason);
            Err(error)
        })
    }
}

impl OpenConnection {
    fn line(&mut self, request: Request<'_>, longest: usize) -> Result<Vec<u8>, PlatformError> {
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

    fn exchange(&self, line: Vec<u8>, longest_wait: Duration) -> Result<Response, String> {
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
        let answered: ResponseLine = serde_json::from_slice(&line).map_err(|error| {
            format!("it wrote something that is no answer: {error}; it is {}", excerpt(&line))
        })?;
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

/// The program did not do what it should.
pub(super) fn outside(reason: &str) -> PlatformError {
    PlatformError::new(PlatformErrorKind::External, format!("the platform's program failed: {reason}"))
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}
