//! Lines of bounded length.

use std::io::{self, BufRead, Read};

/// The longest line that is read or written, in bytes: 64 MiB, some ten thousands of resources. A shard that needs more
/// should be two; without a bound, a program that writes without end would take all memory.
pub const MAX_LINE_LENGTH: usize = 64 << 20;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// There is no further line.
    End,
    /// A line, without what ends it.
    Whole(Vec<u8>),
    /// A line that is longer than allowed; the rest of it was not read.
    TooLong,
}

/// Reads one line, keeping no more than `longest` bytes of it.
pub(super) fn read_line(input: &mut impl BufRead, longest: usize) -> io::Result<Line> {
    let mut line = Vec::new();
    let allowed = u64::try_from(longest).unwrap_or(u64::MAX).saturating_add(1);
    input.by_ref().take(allowed).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(Line::End);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() > longest {
        return Ok(Line::TooLong);
    }
    Ok(Line::Whole(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_up_to_a_bound() {
        let mut input: &[u8] = b"four\n\nfives\nlast";
        let mut next = || read_line(&mut input, 4).unwrap();
        assert_eq!(next(), Line::Whole(b"four".to_vec()));
        assert_eq!(next(), Line::Whole(Vec::new()));
        assert_eq!(next(), Line::TooLong);
        assert_eq!(next(), Line::Whole(Vec::new()), "the rest of it");
        assert_eq!(next(), Line::Whole(b"last".to_vec()));
        assert_eq!(next(), Line::End);
    }
}
