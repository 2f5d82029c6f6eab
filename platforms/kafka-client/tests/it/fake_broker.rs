//! A server in the place of a broker, which answers what a test wants.

use datasurface_kafka_client::{KafkaClient, KafkaError, Limits, Security};
use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

pub(crate) const API_VERSIONS: i16 = 18;

/// A request: its number, and the number that its answer has to repeat.
pub(crate) struct Asked {
    pub(crate) key: i16,
    pub(crate) correlation: i32,
}

impl Asked {
    /// An answer with its size.
    pub(crate) fn framed(&self, body: &[u8]) -> Vec<u8> {
        let size = i32::try_from(body.len() + 4).unwrap();
        [&size.to_be_bytes(), &self.correlation.to_be_bytes(), body].concat()
    }

    /// The answer that each version of each request is known.
    pub(crate) fn all_versions(&self) -> Vec<u8> {
        let mut body = vec![0, 0, 0, 0, 0, 70];
        for key in 0..70_i16 {
            body.extend([key.to_be_bytes(), 0_i16.to_be_bytes(), 100_i16.to_be_bytes()].concat());
        }
        self.framed(&body)
    }
}

/// Starts a server that answers all requests by a function, and closes the connection after an empty answer. Returns its address.
pub(crate) fn start(answer: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answer = std::sync::Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = std::sync::Arc::clone(&answer);
            thread::spawn(move || serve(stream, &*answer));
        }
    });
    address
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&Asked, &mut TcpStream)) {
    loop {
        let mut size = [0; 4];
        if stream.read_exact(&mut size).is_err() {
            return;
        }
        let mut request = vec![0; usize::try_from(i32::from_be_bytes(size)).unwrap()];
        if stream.read_exact(&mut request).is_err() {
            return;
        }
        let key = i16::from_be_bytes(request[..2].try_into().unwrap());
        let correlation = i32::from_be_bytes(request[4..8].try_into().unwrap());
        answer(&Asked { key, correlation }, &mut stream);
    }
}

/// A server that knows all versions, and answers everything else with these bytes.
pub(crate) fn start_with(body: Vec<u8>) -> String {
    start(move |asked, stream| {
        let bytes = if asked.key == API_VERSIONS { asked.all_versions() } else { asked.framed(&body) };
        let _ = stream.write_all(&bytes);
    })
}

pub(crate) fn connect(address: &str) -> Result<KafkaClient, KafkaError> {
    let limits = Limits::default()
        .with_connecting(Duration::from_secs(1))
        .with_answering(Duration::from_secs(1))
        .with_retrying(Duration::from_secs(1))
        .with_answer(1 << 20);
    KafkaClient::connect(address, Security::none(), limits)
}

/// The error that stopped a connection, of the last broker that was tried.
pub(crate) fn cause(error: KafkaError) -> KafkaError {
    match error {
        KafkaError::Unreachable { source, .. } => *source,
        error => error,
    }
}
