//! What a program writes to its standard error, on its way to the log of the host.

use super::credential_values::CredentialValues;
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    sync::{
        Arc,
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

/// The longest line that is passed on, in bytes. Of a longer one, the beginning is.
const LONGEST_LINE: usize = 64 << 10;

/// The most that is passed on of one process, in bytes.
const MOST: usize = 64 << 20;

/// How long the host waits for the last lines of a program that ended. What it started may keep its standard error open.
const LONGEST_FAREWELL: Duration = Duration::from_secs(1);

/// The log of a program. It is read to its end, so that the program is never held up, and passed on line by line, without values of
/// credentials.
#[derive(Debug)]
pub(super) struct ProgramLog(Receiver<()>);

impl ProgramLog {
    pub(super) fn follow(
        from: impl Read + Send + 'static,
        into: impl Write + Send + 'static,
        withheld: Arc<CredentialValues>,
    ) -> io::Result<Self> {
        let (ends, ended) = mpsc::channel::<()>();
        thread::Builder::new().name("log of a program".to_owned()).spawn(move || {
            // It ends when the pipe does; the channel with it.
            let _ends = ends;
            let _ = pass_on(BufReader::new(from), into, &withheld);
        })?;
        Ok(Self(ended))
    }

    /// Waits until all is passed on, if what is to come has an end.
    pub(super) fn wait(&self) {
        let _ = self.0.recv_timeout(LONGEST_FAREWELL);
    }
}

fn pass_on(mut from: impl BufRead, mut into: impl Write, withheld: &CredentialValues) -> io::Result<()> {
    let mut left = MOST;
    let mut line = Vec::new();
    loop {
        line.clear();
        from.by_ref().take(LONGEST_LINE as u64).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let is_cut = line.last() != Some(&b'\n') && line.len() == LONGEST_LINE;
        if is_cut {
            from.skip_until(b'\n')?;
            // A value that begins before the cut would not be found.
            line.truncate(LONGEST_LINE.saturating_sub(withheld.longest()));
            line.extend_from_slice("…\n".as_bytes());
        }
        if left == 0 {
            continue;
        }
        left = left.saturating_sub(line.len());
        if left == 0 {
            line = format!("(it wrote more than {} MiB; the rest is not shown)\n", MOST >> 20).into_bytes();
        }
        // Where nobody reads the log, the program goes on.
        let _ = into.write_all(withheld.masked(&line).as_bytes()).and_then(|()| into.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Secret;

    fn passed_on(text: &[u8]) -> Vec<u8> {
        let mut into = Vec::new();
        pass_on(text, &mut into, &CredentialValues::new([Secret::new("Swordfish")])).unwrap();
        into
    }

    #[test]
    fn lines_are_passed_on_without_values_of_credentials() {
        let shown = passed_on(b"begins\n\nlogs in with Swordfish\n\xff\nends");
        assert_eq!(String::from_utf8(shown).unwrap(), "begins\n\nlogs in with ***\n\u{fffd}\nends");
    }

    #[test]
    fn a_long_line_is_cut_before_a_value_that_the_cut_would_divide() {
        let long = [&b"x".repeat(LONGEST_LINE - 4)[..], b"Swordfish and more\nnext\n"].concat();
        let shown = String::from_utf8(passed_on(&long)).unwrap();
        assert!(!shown.contains("Swor"));
        assert!(shown.ends_with("x…\nnext\n"), "{}", shown.len());
    }

    #[test]
    fn a_log_without_end_is_read_and_not_shown() {
        let line = [b"y".repeat(1023), b"\n".to_vec()].concat();
        let shown = passed_on(&line.repeat((MOST >> 10) + 100));
        assert!(shown.ends_with(b"(it wrote more than 64 MiB; the rest is not shown)\n"));
        assert!(shown.len() <= MOST);
    }
}
