//! Bytes to and from a broker, before a deadline.

use super::Address;
use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};
use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs as _},
    sync::Arc,
    time::Instant,
};

/// A connection with or without TLS.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    /// Connects to the first of a host's addresses that answers.
    pub(crate) fn connect(
        address: &Address,
        tls: Option<&Arc<ClientConfig>>,
        deadline: Instant,
    ) -> io::Result<Self> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
        for candidate in (address.host.as_str(), address.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&candidate, remaining(deadline)?) {
                Ok(socket) => {
                    // Requests are written at once: waiting for more only delays them.
                    socket.set_nodelay(true)?;
                    return Self::wrap(socket, address, tls);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn wrap(socket: TcpStream, address: &Address, tls: Option<&Arc<ClientConfig>>) -> io::Result<Self> {
        let Some(config) = tls else { return Ok(Self::Plain(socket)) };
        let name = ServerName::try_from(address.host.clone()).map_err(io::Error::other)?;
        let connection = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
        Ok(Self::Tls(Box::new(StreamOwned::new(connection, socket))))
    }

    pub(crate) fn write_all_by(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        self.socket().set_write_timeout(Some(remaining(deadline)?))?;
        // TLS reads, too, while it writes its handshake.
        self.socket().set_read_timeout(Some(remaining(deadline)?))?;
        match self {
            Self::Plain(socket) => socket.write_all(bytes),
            Self::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }

    /// Reads so many bytes. Memory grows with the bytes that arrive.
    pub(crate) fn read_exact_by(&mut self, length: usize, deadline: Instant) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut part = [0; 16 << 10];
        while bytes.len() < length {
            // One byte each second would never run into the timeout of a single read.
            self.socket().set_read_timeout(Some(remaining(deadline)?))?;
            let wanted = part.len().min(length - bytes.len());
            let buffer = part.get_mut(..wanted).unwrap_or_default();
            let read = match self {
                Self::Plain(socket) => socket.read(buffer),
                Self::Tls(stream) => stream.read(buffer),
            };
            match read {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => bytes.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // That is how a socket says that its timeout is over.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(late()),
                Err(error) => return Err(error),
            }
        }
        Ok(bytes)
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => stream.get_ref(),
        }
    }
}

fn late() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "there was no answer in time")
}

/// The time until the deadline, which is never zero: for a socket, that is an error.
fn remaining(deadline: Instant) -> io::Result<std::time::Duration> {
    let remaining = deadline.saturating_duration_since(Instant::now());
    if remaining.is_zero() { Err(late()) } else { Ok(remaining) }
}
