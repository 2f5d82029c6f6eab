//! The way to a server, before anything is said on it.

use crate::server_settings::is_socket;
use socket2::{SockRef, TcpKeepalive};
use std::{io, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
};

/// For how long what was sent may stay unacknowledged, and a quiet line unchecked.
const ALIVE_WITHIN: Duration = Duration::from_secs(60);

/// What bytes go through.
pub(super) trait Line: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Line for S {}

/// Connects with the first of the host's addresses that accepts, or with the socket in the folder that it is.
pub(super) async fn connect(host: &str, port: u16) -> io::Result<Box<dyn Line>> {
    if is_socket(host) {
        return reach_socket(host, port).await;
    }
    let mut refused = None;
    for address in lookup_host((host, port)).await? {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                stay_alive(&stream)?;
                return Ok(Box::new(stream));
            }
            Err(error) => refused = Some(error),
        }
    }
    Err(refused.unwrap_or_else(|| io::Error::other("the host has no address")))
}

fn stay_alive(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(ALIVE_WITHIN))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(ALIVE_WITHIN))?;
    Ok(())
}

#[cfg(unix)]
async fn reach_socket(folder: &str, port: u16) -> io::Result<Box<dyn Line>> {
    let path = std::path::Path::new(folder).join(format!(".s.PGSQL.{port}"));
    Ok(Box::new(tokio::net::UnixStream::connect(path).await?))
}

#[cfg(not(unix))]
async fn reach_socket(_: &str, _: u16) -> io::Result<Box<dyn Line>> {
    Err(io::Error::other("there are no such sockets on this system"))
}
