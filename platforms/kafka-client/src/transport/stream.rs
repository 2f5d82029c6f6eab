//! Bytes to and from a broker, before a deadline.
//!
//! Each single read and write gets the time that is left, those of TLS included: a byte each second never runs into the timeout of a
//! socket, and would keep a read of many bytes for hours.

use super::Address;
use rustls::{ClientConfig, ClientConnection, pki_types::ServerName};
use std::{
    io::{self, Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    sync::Arc,
    time::{Duration, Instant},
};

/// A connection with or without TLS.
pub(crate) struct Stream {
    socket: TcpStream,
    tls: Option<Box<ClientConnection>>,
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
                    return Self::new(socket, address, tls, deadline);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn new(
        socket: TcpStream,
        address: &Address,
        tls: Option<&Arc<ClientConfig>>,
        deadline: Instant,
    ) -> io::Result<Self> {
        let Some(config) = tls else { return Ok(Self { socket, tls: None }) };
        let name = ServerName::try_from(address.host.clone()).map_err(io::Error::other)?;
        let mut tls = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
        while tls.is_handshaking() {
            send(&mut tls, &socket, deadline)?;
            if tls.is_handshaking() {
                receive(&mut tls, &socket, deadline)?;
            }
        }
        send(&mut tls, &socket, deadline)?;
        Ok(Self { socket, tls: Some(Box::new(tls)) })
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    pub(crate) fn write_all_by(&mut self, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = match &mut self.tls {
                Some(tls) => {
                    // It takes as much as its buffer has place for.
                    let taken = tls.writer().write(bytes)?;
                    send(tls, &self.socket, deadline)?;
                    taken
                }
                None => {
                    self.socket.set_write_timeout(Some(remaining(deadline)?))?;
                    timely(self.socket.write(bytes))?
                }
            };
            bytes = bytes.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    /// Reads so many bytes. Memory grows with the bytes that arrive.
    pub(crate) fn read_exact_by(&mut self, length: usize, deadline: Instant) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut part = [0; 16 << 10];
        while bytes.len() < length {
            let wanted = part.len().min(length - bytes.len());
            let buffer = part.get_mut(..wanted).unwrap_or_default();
            let count = self.read_by(buffer, deadline)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
        }
        Ok(bytes)
    }

    fn read_by(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else {
            self.socket.set_read_timeout(Some(remaining(deadline)?))?;
            return timely(self.socket.read(buffer));
        };
        loop {
            match tls.reader().read(buffer) {
                // There is nothing yet that was decrypted.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
            receive(tls, &self.socket, deadline)?;
            // A new key may have to be answered.
            send(tls, &self.socket, deadline)?;
        }
    }
}

/// Sends what TLS has ready.
fn send(tls: &mut ClientConnection, mut socket: &TcpStream, deadline: Instant) -> io::Result<()> {
    while tls.wants_write() {
        socket.set_write_timeout(Some(remaining(deadline)?))?;
        timely(tls.write_tls(&mut socket))?;
    }
    Ok(())
}

/// Receives some bytes, and gives them to TLS.
fn receive(tls: &mut ClientConnection, mut socket: &TcpStream, deadline: Instant) -> io::Result<()> {
    socket.set_read_timeout(Some(remaining(deadline)?))?;
    if timely(tls.read_tls(&mut socket))? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let processed = tls.process_new_packets();
    // The other side learns why, if it still listens.
    if processed.is_err() {
        let _ = send(tls, socket, deadline);
    }
    processed.map(drop).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Says of a timeout what it is: a socket says that it would block.
fn timely(outcome: io::Result<usize>) -> io::Result<usize> {
    outcome.map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => late(),
        _ => error,
    })
}

fn late() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "there was no answer in time")
}

/// The time until the deadline, which is never zero: for a socket, that is an error.
fn remaining(deadline: Instant) -> io::Result<Duration> {
    let remaining = deadline.saturating_duration_since(Instant::now());
    if remaining.is_zero() { Err(late()) } else { Ok(remaining) }
}
