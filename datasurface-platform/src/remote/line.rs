//! Lines of bounded length.

use std::io::{self, BufRead, Read};

/// The longest line that is read or written, in bytes: 64 MiB, some ten thousands of resources. A shard that needs more
/// should be two; without a bound, a program that writes without end would take all memory.
pub const MAX_LINE_LENGTH: usize = 64 << 20;

/// How many characters of a line an error shows.
const EXCERPT_LENGTH: usize = 120;

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

/// The beginning of a line, quoted, for errors: enough to find the statement that printed it. Control characters are escaped, so that it
/// stays one line.
pub(super) fn excerpt(line: &[u8]) -> String {
    // A character has at most four bytes: what is behind that many is not shown, and need not be decoded.
    let (beginning, rest) = line.split_at(line.len().min(EXCERPT_LENGTH * 4));
    let text = String::from_utf8_lossy(beginning);
    let mut characters = text.chars();
    let shown: String = characters.by_ref().take(EXCERPT_LENGTH).collect();
    let ellipsis = if rest.is_empty() && characters.next().is_none() { "" } else { "…" };
    format!("{shown:?}{ellipsis}")
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

    #[test]
    fn an_excerpt_is_short_and_stays_on_its_line() {
        assert_eq!(excerpt(b"loading\r\x1b[31m"), r#""loading\r\u{1b}[31m""#);
        assert_eq!(excerpt(b"\xff"), "\"\u{fffd}\"");
        let whole = "ä".repeat(EXCERPT_LENGTH);
        assert_eq!(excerpt(whole.as_bytes()), format!("\"{whole}\""));
        assert_eq!(excerpt(format!("{whole}x").as_bytes()), format!("\"{whole}\"…"));
        assert_eq!(excerpt("ä".repeat(100_000).as_bytes()), format!("\"{whole}\"…"));
    }
}
