//! Platforms that are modules.

use crate::{guest::Instance, module::Module};
use datasurface_platform::{
    PlatformError,
    remote::{ConnectionLimits, RemoteFactory},
};
use std::{
    io::{self, Read, Write},
    sync::{Arc, Mutex, PoisonError},
};

/// Returns the factory of a platform that is a component. It speaks the protocol of platforms that are programs, in one instance for
/// all platforms.
///
/// # Errors
///
/// If the module cannot be started, or does not say which kind of platform it is.
pub fn platform(module: &Module) -> Result<RemoteFactory, PlatformError> {
    let lines =
        Arc::new(Mutex::new(Lines { instance: module.instance()?, asked: Vec::new(), answers: Vec::new() }));
    let bounds = ConnectionLimits { longest_line: module.limits.answer, ..ConnectionLimits::default() };
    RemoteFactory::connect(Answers(Arc::clone(&lines)), Requests(lines), bounds)
}

/// The lines to an instance that were not answered yet, and the answers that were not read yet.
struct Lines {
    instance: Instance,
    asked: Vec<u8>,
    answers: Vec<u8>,
}

/// Takes requests.
struct Requests(Arc<Mutex<Lines>>);

/// Gives answers.
struct Answers(Arc<Mutex<Lines>>);

impl Write for Requests {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.asked.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = std::mem::take(&mut lines.asked);
        for line in asked.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let line = str::from_utf8(line).map_err(io::Error::other)?;
            let answer = lines.instance.answer(line).map_err(io::Error::other)?;
            lines.answers.extend_from_slice(answer.as_bytes());
            lines.answers.push(b'\n');
        }
        Ok(())
    }
}

impl Read for Answers {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = lines.answers.as_slice().read(into)?;
        lines.answers.drain(..read);
        Ok(read)
    }
}
