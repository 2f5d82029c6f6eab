//! The login to Kafka Connect, which workers ask for where an operator wants it.

use datasurface_kafka_client::{ConnectClient, Limits, Password, RestLogin, Tls};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    thread,
    time::Duration,
};

/// A worker that lets in whoever says this, and answers twice.
fn worker(authorization: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let is_known = headers.iter().any(|line| line.eq_ignore_ascii_case(authorization));
            let (status, body) = match is_known {
                true => ("200 OK", "[\"one\"]"),
                false => ("401 Unauthorized", "{\"error_code\":401,\"message\":\"who are you\"}"),
            };
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )
            .unwrap();
        }
    });
    format!("http://127.0.0.1:{port}")
}

#[test]
fn whoever_has_a_login_is_let_in() {
    // `Aladdin:open sesame`, as the standard for this login writes it.
    let url = worker("authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    let limits = Limits::default().with_retrying(Duration::ZERO);
    let client = |login| ConnectClient::new(&url, &Tls::new(), login, limits.clone()).unwrap();
    let refused = client(None).connectors().unwrap_err();
    assert_eq!(refused.status(), Some(401), "{refused}");
    let login = RestLogin::new("Aladdin", Password::new("open sesame"));
    assert_eq!(client(Some(login)).connectors().unwrap(), ["one"]);
}
