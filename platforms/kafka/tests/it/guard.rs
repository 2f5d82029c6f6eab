//! A server before another one, as companies have them before REST APIs: it asks for a user and a password.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// The longest head of a request.
const LONGEST: usize = 64 * 1024;

/// A server that lets requests with a login through, and no others. It ends with the process.
#[derive(Debug)]
pub(crate) struct Guard {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

/// What came to a guard.
#[derive(Debug, Default)]
struct Seen {
    /// The paths of the requests that were let through.
    passed: Vec<String>,
    refused: usize,
}

impl Guard {
    /// Begins to guard a server of this machine, whose address ends with its port.
    pub(crate) fn before(url: &str, login: &str) -> Self {
        let server: u16 = url.rsplit(':').next().unwrap().parse().unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let told = Arc::clone(&seen);
        let expected = format!("basic {}", BASE64_STANDARD.encode(login));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (told, expected) = (Arc::clone(&told), expected.clone());
                // Whoever closes a connection in the middle hears of it.
                thread::spawn(move || pass(&client, server, &expected, &told).unwrap_or_default());
            }
        });
        Self { port, seen }
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Fails if requests to a path that begins so were not let through, or any was refused.
    #[track_caller]
    pub(crate) fn assert_passed(&self, paths: &[&str]) {
        let seen = self.seen.lock().unwrap();
        assert_eq!(seen.refused, 0);
        for path in paths {
            assert!(seen.passed.iter().any(|passed| passed.starts_with(path)), "{path}: {:?}", seen.passed);
        }
    }
}

/// Answers one request: each has a connection of its own.
fn pass(mut client: &TcpStream, server: u16, expected: &str, seen: &Mutex<Seen>) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST && client.read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.split("\r\n").filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let fields: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(": ")).collect();
    let is_login = |(name, value): &(&str, &str)| {
        let (scheme, secret) = value.split_once(' ').unwrap_or_default();
        name.eq_ignore_ascii_case("authorization")
            && format!("{} {secret}", scheme.to_lowercase()) == expected
    };
    if !fields.iter().any(is_login) {
        seen.lock().unwrap().refused += 1;
        return client.write_all(
            b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"guard\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        );
    }
    seen.lock().unwrap().passed.push(path);
    let is_of_connection = |name: &str| {
        ["authorization", "connection", "upgrade", "http2-settings"].contains(&&*name.to_lowercase())
    };
    let kept = fields.iter().filter(|(name, _)| !is_of_connection(name));
    let kept: String = kept.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let mut server = TcpStream::connect(("127.0.0.1", server))?;
    server.write_all(format!("{first}\r\n{kept}Connection: close\r\n\r\n").as_bytes())?;
    let (mut body, mut rest) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || io::copy(&mut body, &mut rest).unwrap_or_default());
    io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Both)
}
