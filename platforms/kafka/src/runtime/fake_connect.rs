//! A Connect with one connector, for what the real one does only now and then.

use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
};

/// A connector that takes its time: one that is stopped and is given another configuration is unassigned for the next look.
struct Connector {
    config: Value,
    is_stopped: bool,
    is_replaced: bool,
}

/// Starts a Connect on loopback, with a connector of this configuration that runs. Returns its address.
pub(super) fn start(config: Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut connector = Connector { config, is_stopped: false, is_replaced: false };
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            answer(stream, &mut connector);
        }
    });
    url
}

fn answer(mut stream: TcpStream, connector: &mut Connector) {
    let (request, body) = read(&stream);
    let body = connector.answer(&request, &body).to_string();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close"
    );
    write!(stream, "{head}\r\n\r\n{body}").unwrap();
}

/// Reads the method with the last part of the path, and the body.
fn read(stream: &TcpStream) -> (String, String) {
    let mut lines = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        line.trim().to_ascii_lowercase()
    };
    let first = line();
    let mut length = 0;
    loop {
        let header = line();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).unwrap();
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    (format!("{method} {}", path.rsplit('/').next().unwrap()), String::from_utf8(body).unwrap())
}

impl Connector {
    fn answer(&mut self, request: &str, body: &str) -> Value {
        match request {
            "get config" => self.config.clone(),
            "get status" => self.status(),
            "put config" => {
                self.config = serde_json::from_str(body).unwrap();
                self.is_replaced = self.is_stopped;
                Value::Null
            }
            "put stop" => {
                self.is_stopped = true;
                Value::Null
            }
            "put resume" => {
                self.is_stopped = false;
                Value::Null
            }
            other => panic!("{other}"),
        }
    }

    fn status(&mut self) -> Value {
        let (state, tasks) = match (std::mem::take(&mut self.is_replaced), self.is_stopped) {
            (true, _) => ("UNASSIGNED", json!([])),
            (false, true) => ("STOPPED", json!([])),
            (false, false) => ("RUNNING", json!([{ "id": 0, "state": "RUNNING" }])),
        };
        json!({ "connector": { "state": state }, "tasks": tasks })
    }
}
