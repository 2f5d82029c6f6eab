//! Lines of requests, and a line of an answer to each.

use super::{
    line::{Line, MAX_LINE_LENGTH, read_line},
    protocol::{Answers, RequestLine, ResponseLine},
};
use crate::error::{PlatformError, PlatformErrorKind};
use serde::{Deserialize, de::DeserializeOwned};
use std::io::{self, BufRead, Write};

/// Answers every line of the input with one line of output, until the input ends: by `respond`, where a line can be read. It may also
/// talk to the host before it answers.
pub(crate) fn answer_lines<Q: DeserializeOwned, R: Answers>(
    mut input: impl BufRead,
    mut output: impl Write,
    mut respond: impl FnMut(Q, &mut Asides<'_>) -> Result<R, PlatformError>,
) -> io::Result<()> {
    loop {
        let answered: ResponseLine<R> = match read_line(&mut input, MAX_LINE_LENGTH)? {
            Line::End => return Ok(()),
            Line::Whole(line) => answer(&line, &mut input, &mut output, &mut respond),
            Line::TooLong => {
                input.skip_until(b'\n')?;
                let message = format!("a request is longer than {MAX_LINE_LENGTH} bytes");
                failed(0, PlatformErrorKind::External, message)
            }
        };
        output.write_all(&written(&answered))?;
        output.flush()?;
    }
}

fn answer<Q: DeserializeOwned, R: Answers>(
    line: &[u8],
    input: &mut dyn BufRead,
    output: &mut dyn Write,
    respond: &mut impl FnMut(Q, &mut Asides<'_>) -> Result<R, PlatformError>,
) -> ResponseLine<R> {
    match serde_json::from_slice::<RequestLine<Q>>(line) {
        Ok(RequestLine { number, request }) => {
            let mut asides = Asides { number, input, output };
            let response = respond(request, &mut asides).unwrap_or_else(R::error);
            ResponseLine { number, response }
        }
        Err(error) => {
            let number = serde_json::from_slice::<RequestNumber>(line).map_or(0, |numbered| numbered.number);
            failed(number, PlatformErrorKind::Unsupported, format!("a request cannot be read: {error}"))
        }
    }
}

/// The lines to the host before the answer to a request, and its answers to them. What fails now fails for the answer, too.
pub(crate) struct Asides<'a> {
    number: u64,
    input: &'a mut dyn BufRead,
    output: &'a mut dyn Write,
}

impl Asides<'_> {
    /// Tells the host something.
    pub(super) fn tell<R: Answers>(&mut self, response: R) {
        let line = written(&ResponseLine { number: self.number, response });
        let _ = self.output.write_all(&line).and_then(|()| self.output.flush());
    }

    /// Asks the host something, and returns its answer; `None` if there is none.
    pub(super) fn ask<Q: DeserializeOwned, R: Answers>(&mut self, question: R) -> Option<Q> {
        self.tell(question);
        let Ok(Line::Whole(line)) = read_line(&mut self.input, MAX_LINE_LENGTH) else {
            return None;
        };
        let answered: RequestLine<Q> = serde_json::from_slice(&line).ok()?;
        (answered.number == self.number).then_some(answered.request)
    }
}

/// What is left of a request that cannot be read, with luck.
#[derive(Deserialize)]
struct RequestNumber {
    number: u64,
}

fn failed<R: Answers>(number: u64, kind: PlatformErrorKind, message: String) -> ResponseLine<R> {
    ResponseLine { number, response: R::error(PlatformError::new(kind, message)) }
}

/// The line of an answer; of an error, if the answer cannot be written.
fn written<R: Answers>(answered: &ResponseLine<R>) -> Vec<u8> {
    // A host takes what is not supported for nothing, which this is not.
    let message = match serde_json::to_vec(answered) {
        Ok(line) if line.len() <= MAX_LINE_LENGTH => return ended(line),
        Ok(_) => format!("an answer is longer than {MAX_LINE_LENGTH} bytes; let there be more shards"),
        Err(error) => format!("an answer cannot be written: {error}"),
    };
    let failure = failed::<R>(answered.number, PlatformErrorKind::Internal, message);
    ended(serde_json::to_vec(&failure).unwrap_or_default())
}

fn ended(mut line: Vec<u8>) -> Vec<u8> {
    line.push(b'\n');
    line
}
