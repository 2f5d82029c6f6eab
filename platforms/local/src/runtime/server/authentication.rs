//! What a server may ask for before it has let anybody in.
//!
//! The client crate answers whatever a server asks for, also for the password in clear text. So each message that comes
//! before the login is done is looked at here, and one that asks for too much never reaches the client.

use std::{
    error::Error,
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsStream};

/// What is accepted.
#[derive(Clone, Copy, Debug)]
pub(super) struct AuthenticationPolicy {
    /// Requests for the password in clear text or as MD5, and few rounds of SCRAM.
    pub(super) insecure_password: bool,
    /// A server that lets us in without asking for the password.
    pub(super) no_question: bool,
}

/// The messages of a server, looked at until it has let us in.
pub(super) struct AuthenticationFilter<S> {
    inner: S,
    accepts: AuthenticationPolicy,
    /// What came and was not handed out yet.
    came: Vec<u8>,
    /// As much of it was looked at.
    seen: usize,
    is_in: bool,
    was_asked: bool,
}

/// What a server does that is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AuthenticationError {
    ClearText,
    Md5,
    FewRounds,
    NoQuestion,
    NoServer,
}

impl Error for AuthenticationError {}

impl fmt::Display for AuthenticationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClearText => {
                "the server asks for the password in clear text, and was not told it; let it ask by `scram-sha-256`, or \
                 set `insecure_password` for this server"
            }
            Self::Md5 => {
                "the server asks for the password as MD5, and was not told it; let it ask by `scram-sha-256`, or set \
                 `insecure_password` for this server"
            }
            Self::FewRounds => {
                "the server asks for fewer than 4096 rounds of SCRAM, from which the password could be guessed, and was \
                 not told it; set the role's password anew there, or set `insecure_password` for this server"
            }
            Self::NoQuestion => {
                "the server does not ask for the password, so nothing shows that it is the right one; set `sslmode` to \
                 `verify-full` for this server"
            }
            Self::NoServer => "what answers there does not speak as PostgreSQL does",
        })
    }
}

impl From<AuthenticationError> for io::Error {
    fn from(refused: AuthenticationError) -> Self {
        Self::new(io::ErrorKind::PermissionDenied, refused)
    }
}

/// Before it has let us in, a server has nothing to say that is longer, in bytes.
const LONGEST: usize = 1 << 16;

/// What RFC 7677 wants, and what PostgreSQL does unless somebody sets it otherwise.
const FEWEST_ROUNDS: u32 = 4096;

impl<S> AuthenticationFilter<S> {
    pub(super) fn new(inner: S, accepts: AuthenticationPolicy) -> Self {
        Self { inner, accepts, came: Vec::new(), seen: 0, is_in: false, was_asked: false }
    }

    /// Looks at the messages that came whole since the last time.
    fn look(&mut self) -> Result<(), AuthenticationError> {
        while !self.is_in {
            let rest = self.came.get(self.seen..).unwrap_or_default();
            let Some(([tag, length @ ..], rest)) = rest.split_first_chunk::<5>() else {
                return Ok(());
            };
            // The length counts itself.
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            let body = length
                .checked_sub(4)
                .filter(|length| *length <= LONGEST)
                .ok_or(AuthenticationError::NoServer)?;
            let tag = *tag;
            if !matches!(tag, b'R' | b'E' | b'N' | b'v') {
                return Err(AuthenticationError::NoServer);
            }
            let Some(body) = rest.get(..body) else {
                return Ok(());
            };
            let end = self.seen + 5 + body.len();
            if tag == b'R' {
                let (code, data) = body.split_first_chunk::<4>().ok_or(AuthenticationError::NoServer)?;
                match u32::from_be_bytes(*code) {
                    0 if !self.was_asked && !self.accepts.no_question => {
                        return Err(AuthenticationError::NoQuestion);
                    }
                    0 => self.is_in = true,
                    3 if !self.accepts.insecure_password => return Err(AuthenticationError::ClearText),
                    5 if !self.accepts.insecure_password => return Err(AuthenticationError::Md5),
                    11 if !self.accepts.insecure_password && rounds(data) < FEWEST_ROUNDS => {
                        return Err(AuthenticationError::FewRounds);
                    }
                    _ => self.was_asked = true,
                }
            }
            self.seen = end;
        }
        self.seen = self.came.len();
        Ok(())
    }
}

/// The rounds that a server's first message of SCRAM asks for: `r=…,s=…,i=4096`.
fn rounds(message: &[u8]) -> u32 {
    let text = str::from_utf8(message).unwrap_or_default();
    let rounds = text.split(',').find_map(|part| part.strip_prefix("i="));
    rounds.and_then(|rounds| rounds.parse().ok()).unwrap_or_default()
}

impl<S: AsyncRead + Unpin> AsyncRead for AuthenticationFilter<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.seen > 0 {
                let handed = this.seen.min(out.remaining());
                out.put_slice(this.came.get(..handed).unwrap_or_default());
                this.came.drain(..handed);
                this.seen -= handed;
                return Poll::Ready(Ok(()));
            }
            if this.is_in {
                return Pin::new(&mut this.inner).poll_read(context, out);
            }
            let mut buffer = [0; 4096];
            let mut more = ReadBuf::new(&mut buffer);
            ready!(Pin::new(&mut this.inner).poll_read(context, &mut more))?;
            if more.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.came.extend(more.filled());
            this.look()?;
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for AuthenticationFilter<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for AuthenticationFilter<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.inner.channel_binding()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: AuthenticationPolicy =
        AuthenticationPolicy { insecure_password: false, no_question: true };

    fn message(code: u32, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(8 + data.len()).unwrap();
        [b"R", &length.to_be_bytes()[..], &code.to_be_bytes()[..], data].concat()
    }

    /// What becomes of these bytes, however they are cut into pieces.
    fn looked_at(bytes: &[u8], accepts: AuthenticationPolicy) -> Result<usize, AuthenticationError> {
        let mut outcomes = (1..=bytes.len()).map(|piece| {
            let mut guarded = AuthenticationFilter::new((), accepts);
            for part in bytes.chunks(piece) {
                guarded.came.extend(part);
                guarded.look()?;
            }
            Ok(guarded.seen)
        });
        let first = outcomes.next().unwrap();
        assert!(outcomes.all(|outcome| outcome == first), "it depends on how the bytes are cut");
        first
    }

    #[test]
    fn a_request_for_the_password_is_seen_wherever_it_comes() {
        let notice = b"N\0\0\0\x05\0".to_vec();
        let scram =
            [message(10, b"SCRAM-SHA-256\0\0"), message(11, b"r=a,s=b,i=4096"), message(12, b"v=x")].concat();
        assert_eq!(looked_at(&[&scram[..], &message(0, b"")].concat(), NOTHING), Ok(scram.len() + 9));
        for before in [&[][..], &notice, &scram] {
            let then = |code, data: &[u8]| looked_at(&[before, &message(code, data)].concat(), NOTHING);
            assert_eq!(then(3, b""), Err(AuthenticationError::ClearText));
            assert_eq!(then(5, b"salt"), Err(AuthenticationError::Md5));
            assert_eq!(then(11, b"r=a,s=b,i=4095"), Err(AuthenticationError::FewRounds));
            assert_eq!(then(11, b"r=a,s=b"), Err(AuthenticationError::FewRounds));
        }
    }

    #[test]
    fn what_is_asked_for_in_the_settings_is_accepted() {
        let insecure = AuthenticationPolicy { insecure_password: true, no_question: true };
        for (code, data) in [(3, &b""[..]), (5, b"salt"), (11, b"r=a,s=b,i=1")] {
            assert!(looked_at(&message(code, data), insecure).is_ok());
        }
        assert!(looked_at(&message(0, b""), NOTHING).is_ok());
        let strict = AuthenticationPolicy { no_question: false, ..NOTHING };
        assert_eq!(looked_at(&message(0, b""), strict), Err(AuthenticationError::NoQuestion));
    }

    #[test]
    fn other_servers_are_not_listened_to() {
        for bytes in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"R\xff\xff\xff\xff\0",
            b"R\0\0\0\x03",
            b"R\0\0\0\x04",
            b"Z\0\0\0\x05I",
        ] {
            assert_eq!(looked_at(bytes, NOTHING), Err(AuthenticationError::NoServer), "{bytes:?}");
        }
    }
}
