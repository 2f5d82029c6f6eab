//! What pretends to be a server, and asks for more than it should: it never hears the password, and is never waited for.

use super::Producer;
use crate::support::postgres::{PASSWORD, USER};
use datasurface_local::{ServerSettings, SslMode};
use datasurface_platform::prelude::*;
use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// A stand-in: each connection is treated in this way; what it hears is remembered.
struct StandIn {
    port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
}

/// A connection of a client.
struct Line {
    stream: TcpStream,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Line {
    /// Waits until the client says something; what it says.
    fn hear(&mut self) -> Vec<u8> {
        let mut said = vec![0; 4096];
        let read = self.stream.read(&mut said).unwrap_or_default();
        said.truncate(read);
        self.heard.lock().unwrap().extend(&said);
        said
    }

    fn say(&mut self, bytes: &[u8]) {
        // A client may have gone, and that is what it should do.
        let _ = self.stream.write_all(bytes);
    }

    fn ask(&mut self, code: u32, data: &[u8]) {
        let length = u32::try_from(data.len() + 8).unwrap();
        self.say(&[b"R", &length.to_be_bytes()[..], &code.to_be_bytes()[..], data].concat());
    }

    fn refuse(&mut self, code: &str, message: &str) {
        let body = format!("SFATAL\0VFATAL\0C{code}\0M{message}\0\0");
        let length = u32::try_from(body.len() + 4).unwrap();
        self.say(&[b"E", &length.to_be_bytes()[..], body.as_bytes()].concat());
    }
}

impl StandIn {
    fn new(treat: impl Fn(&mut Line) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hearing = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut line = Line { stream, heard: Arc::clone(&hearing) };
                treat(&mut line);
                // Whatever the client still says is heard.
                line.stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
                while !line.hear().is_empty() {}
            }
        });
        Self { port, heard }
    }

    /// What is said of it. It takes no longer than it may, and neither the message nor the stand-in has the password.
    fn failure(&self, server: ServerSettings) -> String {
        let producer = Producer {
            container: ContainerKind::Postgres {
                host: "127.0.0.1".into(),
                port: self.port,
                database: "store".into(),
            },
            secret: Some(format!("{USER}:{PASSWORD}")),
            server: ServerSettings { connect_timeout_seconds: Some(2), ..server },
            datasets: Vec::new(),
        };
        let begin = Instant::now();
        let said = producer.dataset("t", "id Integer key").failure();
        assert!(begin.elapsed() < Duration::from_secs(10), "it was waited for: {said}");
        assert!(!self.heard(PASSWORD), "it heard the password");
        said.strip_prefix(
            "cannot connect to `store` at 127.0.0.1:PORT with the credential `USA/Team/reader`: ",
        )
        .map(str::to_owned)
        .unwrap_or(said)
    }

    fn heard(&self, text: &str) -> bool {
        self.heard.lock().unwrap().windows(text.len()).any(|said| said == text.as_bytes())
    }
}

fn plain() -> ServerSettings {
    ServerSettings::default()
}

/// Asks for SCRAM with so many rounds.
fn scram(rounds: u32) -> StandIn {
    StandIn::new(move |line| {
        line.hear();
        line.ask(10, b"SCRAM-SHA-256\0\0");
        let said = String::from_utf8_lossy(&line.hear()).into_owned();
        let (_, nonce) = said.split_once("r=").unwrap();
        line.ask(11, format!("r={nonce}more,s=c2FsdA==,i={rounds}").as_bytes());
    })
}

#[test]
fn a_password_is_not_said_aloud() {
    let clear = StandIn::new(|line| {
        line.hear();
        line.ask(3, b"");
    });
    insta::assert_snapshot!(clear.failure(plain()), @"the server asks for the password in clear text, and was not told it; let it ask by `scram-sha-256`, or set `insecure_password` for this server");
    assert!(clear.heard(USER), "it heard what comes before");
    let md5 = StandIn::new(|line| {
        line.hear();
        line.ask(5, b"salt");
    });
    insta::assert_snapshot!(md5.failure(plain()), @"the server asks for the password as MD5, and was not told it; let it ask by `scram-sha-256`, or set `insecure_password` for this server");
    insta::assert_snapshot!(scram(1).failure(plain()), @"the server asks for fewer than 4096 rounds of SCRAM, from which the password could be guessed, and was not told it; set the role's password anew there, or set `insecure_password` for this server");
    assert!(scram(4_000_000_000).failure(plain()).contains("iteration count"));
    let late = StandIn::new(|line| {
        line.hear();
        line.ask(10, b"SCRAM-SHA-256\0\0");
        line.hear();
        line.ask(3, b"");
    });
    insta::assert_snapshot!(late.failure(plain()), @"the server asks for the password in clear text, and was not told it; let it ask by `scram-sha-256`, or set `insecure_password` for this server");
    let pieces = StandIn::new(|line| {
        line.hear();
        for byte in b"R\0\0\0\x08\0\0\0\x03" {
            line.say(&[*byte]);
            line.stream.flush().unwrap();
            thread::sleep(Duration::from_millis(5));
        }
    });
    assert_eq!(pieces.failure(plain()), clear.failure(plain()));
}

#[test]
fn whoever_asks_for_it_in_the_settings_gets_it() {
    // Otherwise the tests above could not fail.
    let clear = StandIn::new(|line| {
        line.hear();
        line.ask(3, b"");
        line.hear();
        line.refuse("53300", "too many connections");
    });
    let container =
        ContainerKind::Postgres { host: "127.0.0.1".into(), port: clear.port, database: "store".into() };
    let server = ServerSettings { insecure_password: true, ..plain() };
    let secret = Some(format!("{USER}:{PASSWORD}"));
    let producer = Producer { container, secret, server, datasets: Vec::new() };
    let said = producer.dataset("t", "id Integer key").failure();
    assert!(said.ends_with("too many connections"), "{said}");
    assert!(clear.heard(PASSWORD));
}

#[test]
fn whatever_does_not_speak_is_not_waited_for() {
    insta::assert_snapshot!(StandIn::new(|_| {}).failure(plain()), @"no answer within 2 s (`connect_timeout_seconds`)");
    let slow = StandIn::new(|line| {
        line.hear();
        line.say(b"E\0\0\xea\x60");
        for _ in 0..200 {
            line.say(b"S");
            thread::sleep(Duration::from_millis(20));
        }
    });
    insta::assert_snapshot!(slow.failure(plain()), @"no answer within 2 s (`connect_timeout_seconds`)");
    let garbage = StandIn::new(|line| line.say(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    insta::assert_snapshot!(garbage.failure(plain()), @"what answers there does not speak as PostgreSQL does");
    let endless = StandIn::new(|line| {
        line.hear();
        line.say(b"E\x7f\xff\xff\xff");
        line.say(&[b'x'; 1 << 20]);
    });
    assert_eq!(endless.failure(plain()), garbage.failure(plain()));
    let gone = StandIn::new(|line| {
        line.hear();
        line.stream.shutdown(std::net::Shutdown::Both).unwrap();
    });
    insta::assert_snapshot!(gone.failure(plain()), @"the connection broke off, or no answer came in time");
}

#[test]
fn a_server_that_falls_silent_is_given_up() {
    let silent = StandIn::new(|line| {
        line.hear();
        line.ask(0, b"");
        line.say(b"Z\0\0\0\x05I");
    });
    let server = ServerSettings { statement_timeout_seconds: Some(1), ..plain() };
    insta::assert_snapshot!(silent.failure(server), @"cannot begin to read `store` at 127.0.0.1:PORT: the connection broke off, or no answer came in time");
}

/// Lets everybody in, and says that it is done with every statement but one that returns rows: what `send` says follows that.
fn obliging(send: impl Fn(&mut Line) + Send + 'static) -> StandIn {
    const READY: &[u8] = b"Z\0\0\0\x05T";
    // One column `id` of eight bytes.
    const PREPARED: &[u8] =
        b"1\0\0\0\x04t\0\0\0\x06\0\0T\0\0\0\x1b\0\x01id\0\0\0\0\0\0\0\0\0\0\x14\0\x08\xff\xff\xff\xff\0\0";
    StandIn::new(move |line| {
        line.hear();
        line.ask(0, b"");
        line.say(READY);
        loop {
            match line.hear().first() {
                Some(b'Q') => line.say(&[b"C\0\0\0\x08SET\0", READY].concat()),
                Some(b'P') => line.say(&[PREPARED, READY].concat()),
                Some(b'B') => {
                    line.say(b"2\0\0\0\x04");
                    return send(line);
                }
                _ => return,
            }
        }
    })
}

#[test]
fn a_server_that_goes_on_sending_is_given_up() {
    const ROW: &[u8] = b"D\0\0\0\x12\0\x01\0\0\0\x08\0\0\0\0\0\0\0\x01";
    const NOTICE: &[u8] = b"N\0\0\0\x22SNOTICE\0VNOTICE\0C00000\0Mmore\0\0";
    let enough = Duration::from_secs(15);
    let slowly = obliging(move |line| {
        let began = Instant::now();
        while began.elapsed() < enough {
            line.say(ROW);
            thread::sleep(Duration::from_millis(100));
        }
    });
    let flooding = |message: &'static [u8]| {
        obliging(move |line| {
            let (began, many) = (Instant::now(), message.repeat(10_000));
            while began.elapsed() < enough {
                line.say(&many);
            }
        })
    };
    for server in [slowly, flooding(ROW), flooding(NOTICE)] {
        let settings = ServerSettings { statement_timeout_seconds: Some(1), ..plain() };
        let said = server.failure(settings);
        assert!(said.contains("the connection broke off, or no answer came in time"), "{said}");
    }
}

#[test]
fn what_a_server_repeats_is_not_shown() {
    let echo = StandIn::new(|line| {
        let said = String::from_utf8_lossy(&line.hear()).replace('\0', " ");
        line.refuse("53300", &format!("I heard {said}"));
    });
    insta::assert_snapshot!(echo.failure(plain()), @"the server repeats the login in its answer, so that is not shown");
    let missing = StandIn::new(|line| {
        line.hear();
        line.refuse("3D000", &format!("no database for {USER} {PASSWORD}"));
    });
    insta::assert_snapshot!(missing.failure(plain()), @r#"database "store" does not exist"#);
    let denying = StandIn::new(|line| {
        line.hear();
        line.refuse("28P01", &format!("wrong password {PASSWORD} of {USER}"));
    });
    insta::assert_snapshot!(denying.failure(plain()), @"the server refuses this user and password, or wants TLS (`sslmode`)");
}

#[test]
fn without_tls_nothing_is_said_at_all() {
    for sslmode in [SslMode::Require, SslMode::VerifyFull] {
        let server = ServerSettings { sslmode: Some(sslmode), ..plain() };
        let none = StandIn::new(|line| {
            line.hear();
            line.say(b"N");
            line.hear();
            line.ask(3, b"");
        });
        insta::allow_duplicates! {
            insta::assert_snapshot!(none.failure(server.clone()), @"error performing TLS handshake: server does not support TLS");
        }
        let early = StandIn::new(|line| {
            line.hear();
            // What comes in clear before TLS begins is not taken for what comes after.
            line.say(b"SR\0\0\0\x08\0\0\0\x03");
        });
        let said = early.failure(server);
        assert!(said.contains("error performing TLS handshake"), "{said}");
        assert!(!none.heard(USER) && !early.heard(USER), "not even the user");
    }
}
