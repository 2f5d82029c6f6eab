//! Brokers that are broken, slow or hostile: each is an error, in time, and none takes the memory.

use crate::fake_broker::{API_VERSIONS, cause, connect, start, start_with};
use datasurface_kafka_client::{
    ConnectClient, KafkaClient, KafkaError, Limits, Password, RestLogin, Security, Tls,
};
use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

pub(crate) const USED: &str = "VmHWM:";
const RESERVED: &str = "VmPeak:";

/// The most memory that this process used at once, or reserved at once, in bytes.
pub(crate) fn peak_memory(kind: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(kind)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse::<usize>().ok()).unwrap_or_default() << 10
}

fn raw(bytes: Vec<u8>) -> String {
    start(move |_, stream| drop(stream.write_all(&bytes)))
}

#[test]
fn an_answer_that_claims_to_be_large_is_refused_before_it_is_read() {
    let error = cause(connect(&raw(i32::MAX.to_be_bytes().to_vec())).unwrap_err());
    let KafkaError::TooLarge { size, limit, .. } = error else { panic!("{error:?}") };
    assert_eq!((size, limit), (i32::MAX as usize, 1 << 20));
    let error = cause(connect(&raw((-5_i32).to_be_bytes().to_vec())).unwrap_err());
    assert!(matches!(error, KafkaError::Malformed { .. }), "{error:?}");
}

#[test]
fn a_broker_that_speaks_something_else_is_no_broker() {
    let error = cause(connect(&raw(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())).unwrap_err());
    assert!(error.to_string().contains("bytes"), "{error}");
    assert!(!error.help().is_empty());
}

#[test]
fn arrays_that_claim_elements_take_no_memory() {
    let before = peak_memory(RESERVED);
    // The number of brokers, and of nothing else.
    let error = connect(&start_with(vec![0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0])).unwrap_err();
    let KafkaError::Malformed { request, .. } = error else { panic!("{error:?}") };
    assert_eq!(request, "Metadata");
    // Other tests reserve some, too; the claimed brokers would be more than 100 GiB.
    assert!(peak_memory(RESERVED) - before < 16 << 30);
}

#[test]
fn an_answer_to_another_request_is_not_taken() {
    let address = start(|asked, stream| {
        let other = crate::fake_broker::Asked { key: asked.key, correlation: asked.correlation + 1 };
        drop(stream.write_all(&other.all_versions()));
    });
    let error = cause(connect(&address).unwrap_err());
    assert!(error.to_string().contains("another request"), "{error}");
}

#[test]
fn slow_answers_end_at_the_deadline() {
    let silent = start(|_, stream| drop(stream.write_all(&1000_i32.to_be_bytes())));
    let dripping = start(|_, stream| {
        drop(stream.write_all(&1000_i32.to_be_bytes()));
        for _ in 0..100 {
            thread::sleep(Duration::from_millis(50));
            if stream.write_all(&[0]).is_err() {
                return;
            }
        }
    });
    for address in [silent, dripping] {
        let began = Instant::now();
        let error = cause(connect(&address).unwrap_err());
        assert!(matches!(error, KafkaError::Connection { .. }), "{error:?}");
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }
}

/// A record of TLS, a part of the handshake, that never comes to its end.
#[test]
fn a_slow_handshake_ends_at_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string().replace("127.0.0.1", "localhost");
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                for byte in [22, 3, 3, 0x40, 0].into_iter().chain(std::iter::repeat(0)) {
                    if stream.write_all(&[byte]).is_err() {
                        return;
                    }
                    thread::sleep(Duration::from_millis(50));
                }
            });
        }
    });
    let authority = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let security = Security::none().with_tls(Tls::new().with_authorities(authority.cert.pem()));
    let began = Instant::now();
    let limits = Limits::default().with_connecting(Duration::from_secs(1));
    let error = cause(KafkaClient::connect(&address, security, limits).unwrap_err());
    let KafkaError::Connection { source, .. } = &error else { panic!("{error:?}") };
    assert_eq!(source.kind(), std::io::ErrorKind::TimedOut, "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[test]
fn random_answers_are_errors() {
    let seed = std::sync::Mutex::new(42_u64);
    let address = start(move |asked, stream| {
        let mut random = seed.lock().unwrap();
        let mut next = || {
            *random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            random.to_be_bytes()[1]
        };
        let length = usize::from(next()) * 4;
        // Small numbers are likelier to be taken for lengths.
        let body: Vec<u8> = (0..length).map(|_| if next() > 60 { next() % 4 } else { next() }).collect();
        let bytes = if asked.key == API_VERSIONS { asked.all_versions() } else { asked.framed(&body) };
        drop(stream.write_all(&bytes));
    });
    let (mut connected, mut failed) = (0, 0);
    for _ in 0..300 {
        let Ok(mut client) = connect(&address) else {
            failed += 1;
            continue;
        };
        connected += 1;
        drop(client.topics());
        drop(client.topic_configs("x"));
        drop(client.acls(&datasurface_kafka_client::AclFilter::default()));
    }
    assert!(failed > 100, "{failed} failed, {connected} connected");
}

/// A batch of one record, whose value is so many zeros, compressed to a thousandth.
fn bomb(offset: i64, zeros: usize) -> Vec<u8> {
    let varint = |value: usize| {
        let (mut value, mut bytes) = (value * 2, Vec::new());
        while value > 0x7f {
            bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
            value >>= 7;
        }
        bytes.push(u8::try_from(value).unwrap());
        bytes
    };
    // Attributes, time, offset and a key that is none; the value; no headers.
    let record = [vec![0, 0, 0, 1], varint(zeros), vec![0; zeros], vec![0]].concat();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&[varint(record.len()), record].concat()).unwrap();
    let gzip_codec = 1_i16.to_be_bytes();
    let header = [&gzip_codec[..], &[0; 4], &[0; 16], &[0xff; 14], &1_i32.to_be_bytes()].concat();
    let summed = [header, gzip.finish().unwrap()].concat();
    let length = i32::try_from(summed.len() + 9).unwrap();
    let checksum = crc32c::crc32c(&summed);
    let front = [&offset.to_be_bytes()[..], &length.to_be_bytes(), &[0, 0, 0, 0, 2], &checksum.to_be_bytes()];
    [front.concat(), summed].concat()
}

#[test]
fn batches_that_are_large_only_when_decompressed_do_not_take_the_memory_together() {
    const ZEROS: usize = 32 << 20;
    const BATCHES: i64 = 16;
    let text = |text: &str| [&i16::try_from(text.len()).unwrap().to_be_bytes(), text.as_bytes()].concat();
    let number = |number: usize| i32::try_from(number).unwrap().to_be_bytes().to_vec();
    let one = number(1);
    let batches: Vec<u8> = (0..BATCHES).flat_map(|offset| bomb(offset, ZEROS)).collect();
    // The port is known once the server is there.
    static PORT: OnceLock<u16> = OnceLock::new();
    let address = start(move |asked, stream| {
        let body = match asked.key {
            API_VERSIONS => return drop(stream.write_all(&asked.all_versions())),
            // The broker itself; a topic with one partition, which it leads.
            3 => [
                vec![0; 4],
                one.clone(),
                number(0),
                text("127.0.0.1"),
                number((*PORT.wait()).into()),
                vec![0xff; 4],
                number(0),
                one.clone(),
                vec![0; 2],
                text("bombs"),
                vec![0],
                one.clone(),
                vec![0; 18],
            ]
            .concat(),
            // The records of that partition, without transactions.
            _ => [
                vec![0; 10],
                one.clone(),
                text("bombs"),
                one.clone(),
                vec![0; 30],
                vec![0; 4],
                number(batches.len()),
                batches.clone(),
            ]
            .concat(),
        };
        drop(stream.write_all(&asked.framed(&body)));
    });
    PORT.set(address.rsplit(':').next().unwrap().parse().unwrap()).unwrap();
    let mut client = connect(&address).unwrap();
    let before = peak_memory(USED);
    let records = client.records("bombs", 0, 0..BATCHES);
    let sizes: Vec<usize> = records.map(|record| record.unwrap().value.unwrap().len()).collect();
    assert_eq!(sizes, [ZEROS; 16]);
    let more = peak_memory(USED) - before;
    assert!(more < ZEROS * 8, "{} MiB", more >> 20);
}

#[test]
fn nobody_at_home_is_said_with_the_addresses() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let error = connect(&address).unwrap_err();
    assert!(error.to_string().contains(&address) && error.is_transient(), "{error:?}");
    assert!(matches!(connect("no address"), Err(KafkaError::Address(_))));
}

/// A server that answers each request of HTTP in the same way, and tells what it was asked.
fn http_server(answer: Vec<u8>) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or_default();
            drop(sender.send(String::from_utf8_lossy(&request[..length]).into_owned()));
            drop(stream.write_all(&answer));
        }
    });
    (url, receiver)
}

fn connect_client(url: &str) -> ConnectClient {
    let limits = Limits::default().with_retrying(Duration::from_millis(200)).with_answer(1 << 16);
    let login = RestLogin::new("operator", Password::new("hunter2"));
    ConnectClient::new(url, &Tls::new(), Some(login), limits).unwrap()
}

#[test]
fn another_server_never_gets_the_login_for_connect() {
    let (other, asked_other) = http_server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]".to_vec());
    let redirect = format!("HTTP/1.1 302 Found\r\nlocation: {other}/\r\ncontent-length: 0\r\n\r\n");
    let (url, asked) = http_server(redirect.into_bytes());
    let client = connect_client(&url);
    let error = client.connectors().unwrap_err();
    assert!(asked.recv().unwrap().to_lowercase().contains("authorization: basic"));
    assert!(asked_other.try_recv().is_err());
    assert!(!format!("{error} {error:?} {client:?}").contains("hunter2"), "{error:?}");
}

#[test]
fn an_answer_of_connect_is_read_up_to_the_limit() {
    let body = "[".to_owned() + &" ".repeat(1 << 20) + "]";
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let (url, _asked) = http_server(answer.into_bytes());
    let error = connect_client(&url).connectors().unwrap_err();
    assert!(error.to_string().contains("limit"), "{error}");
}

#[test]
fn an_address_with_a_user_is_refused_and_not_shown() {
    let new = |url: &str| ConnectClient::new(url, &Tls::new(), None, Limits::default());
    for url in ["http://operator:hunter2@localhost:8083", "ftp://localhost", "localhost:8083", ""] {
        let error = new(url).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn a_login_for_connect_needs_tls_but_on_this_machine() {
    let login = || Some(RestLogin::new("operator", Password::new("hunter2")));
    let new = |url: &str| ConnectClient::new(url, &Tls::new(), login(), Limits::default());
    let error = new("http://connect.example.org:8083").unwrap_err();
    assert_eq!(error.help(), "use `https`");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    for url in ["http://localhost:8083", "http://127.0.0.1:8083", "http://[::1]:8083"] {
        assert!(new(url).is_ok(), "{url}");
    }
}
