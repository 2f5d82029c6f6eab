//! The process of a program: it ends when nobody needs it any more, with whatever it started.

use super::{connection::ConnectionLimits, credential_values::CredentialValues, program_log::ProgramLog};
use crate::error::{PlatformError, PlatformErrorKind};
use std::{
    collections::BTreeSet,
    io::{self, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

/// The receiver of what a program writes to its standard error. Without one, that goes where the command says.
pub(super) type Log = Box<dyn Write + Send>;

/// The numbers of the programs that run.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// Ends every program that this process started, with all that those started. Whoever lets a signal end the process calls this before: the
/// signal of a terminal reaches one process group, and each program has its own.
pub fn end_programs() {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|leader| end_group(*leader));
}

/// A process that ends when nobody needs it any more.
pub(super) struct Process {
    child: Child,
    log: Option<ProgramLog>,
}

impl Process {
    /// Starts a program, whose standard input and output are pipes.
    pub(super) fn start(
        mut command: Command,
        bounds: &ConnectionLimits,
        withheld: &Arc<CredentialValues>,
        log: Option<Log>,
    ) -> Result<(Self, ChildStdout, ChildStdin), PlatformError> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        if log.is_some() {
            command.stderr(Stdio::piped());
        }
        apart(&mut command);
        let name = command.get_program().display().to_string();
        let failed = |operation: String, error: io::Error| {
            PlatformError::new(PlatformErrorKind::External, operation).caused_by(error)
        };
        let child = command.spawn().map_err(|error| failed(format!("starting `{name}`"), error))?;
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).insert(child.id());
        let mut process = Self { child, log: None };
        if let Some(bytes) = bounds.most_memory {
            limit_memory(&process.child, bytes)
                .map_err(|error| failed(format!("limiting the memory of `{name}`"), error))?;
        }
        if let (Some(log), Some(errors)) = (log, process.child.stderr.take()) {
            let follows = ProgramLog::follow(errors, log, Arc::clone(withheld));
            process.log =
                Some(follows.map_err(|error| failed(format!("reading the log of `{name}`"), error))?);
        }
        match (process.child.stdout.take(), process.child.stdin.take()) {
            (Some(output), Some(input)) => Ok((process, output, input)),
            _ => Err(failed(format!("starting `{name}`"), io::Error::other("it has no pipes"))),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Until it is waited for, nothing else has its number.
        let leader = self.child.id();
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).remove(&leader);
        end_group(leader);
        // It may have ended by itself; either way there is nothing left to do about it.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(log) = &self.log {
            log.wait();
        }
    }
}

/// Puts a program into a process group of its own, with whatever it will start.
#[cfg(target_os = "linux")]
fn apart(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// Ends a program, and whatever it started and did not leave its group.
#[cfg(target_os = "linux")]
fn end_group(leader: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(leader) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(leader, Signal::KILL);
    }
}

/// Limits the memory that a process may write to, and that is its own. Addresses that a runtime reserves do not count.
#[cfg(target_os = "linux")]
fn limit_memory(child: &Child, bytes: u64) -> io::Result<()> {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
    prlimit(Some(Pid::from_child(child)), Resource::Data, limit)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn apart(_: &mut Command) {}

#[cfg(not(target_os = "linux"))]
fn end_group(_: u32) {}

#[cfg(not(target_os = "linux"))]
fn limit_memory(_: &Child, _: u64) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no such limit"))
}
