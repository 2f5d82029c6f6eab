//! Records in Avro: the reader reads what Avro's own library writes, and nothing that a record claims takes memory or ends the program.

use crate::hostile::{USED, peak_memory};
use apache_avro::{Schema as Writer, to_avro_datum, types::Value};
use datasurface_kafka_client::{
    AvroData, AvroError, AvroReader, AvroSchema, AvroValue, Limits, RegistryClient, Tls,
};
use fastrand::Rng;
use std::{
    collections::HashMap,
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

/// A schema with a type of every form.
const SCHEMA: &str = r#"{"type": "record", "name": "Envelope", "namespace": "shop.orders", "fields": [
    {"name": "before", "type": ["null", {"type": "record", "name": "Value", "connect.name": "shop.Value", "fields": [
        {"name": "id", "type": "long"},
        {"name": "small", "type": {"type": "int", "connect.type": "int16"}},
        {"name": "price", "type": ["null", {"type": "bytes", "connect.name": "org.apache.kafka.connect.data.Decimal",
            "connect.parameters": {"scale": "4"}, "scale": 4, "precision": 9}], "default": null},
        {"name": "tags", "type": {"type": "array", "items": ["null", "string"]}},
        {"name": "notes", "type": {"type": "map", "values": "double"}},
        {"name": "weight", "type": "float"}
    ]}], "default": null},
    {"name": "after", "type": ["null", "Value"]},
    {"name": "op", "type": {"type": "enum", "name": "Operation", "symbols": ["c", "u", "d"]}},
    {"name": "hash", "type": {"type": "fixed", "name": "other.Hash", "size": 3}},
    {"name": "is_last", "type": "boolean"}
]}"#;

fn optional(random: &mut Rng, value: impl FnOnce(&mut Rng) -> Value) -> Value {
    match random.bool() {
        true => Value::Union(0, Box::new(Value::Null)),
        false => Value::Union(1, Box::new(value(random))),
    }
}

fn number(random: &mut Rng) -> i64 {
    let odd = [i64::MIN, i64::MAX, 0, -1, 63, 64, -64, -65];
    if random.bool() { odd[random.usize(..odd.len())] } else { random.i64(..) >> random.u8(..64) }
}

fn row(random: &mut Rng) -> Value {
    let text = |random: &mut Rng| Value::String((0..random.usize(..200)).map(|_| random.char(..)).collect());
    let bytes = |random: &mut Rng| Value::Bytes((0..random.usize(..9)).map(|_| random.u8(..)).collect());
    let tags = (0..random.usize(..4)).map(|_| optional(random, text)).collect();
    let notes: HashMap<String, Value> =
        (0..random.usize(..4)).map(|at| (format!("n{at}"), Value::Double(random.f64()))).collect();
    let fields = [
        ("id", Value::Long(number(random))),
        ("small", Value::Int(random.i32(..))),
        ("price", optional(random, bytes)),
        ("tags", Value::Array(tags)),
        ("notes", Value::Map(notes)),
        ("weight", Value::Float(random.f32())),
    ];
    Value::Record(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

fn envelope(random: &mut Rng) -> Value {
    let (before, after) = (optional(random, row), optional(random, row));
    let op = random.usize(..3);
    let fields = [
        ("before", before),
        ("after", after),
        ("op", Value::Enum(op as u32, ["c", "u", "d"][op].to_owned())),
        ("hash", Value::Fixed(3, vec![random.u8(..), 0, 255])),
        ("is_last", Value::Boolean(random.bool())),
    ];
    Value::Record(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

/// Whether a value is the one that was written.
fn is_same(written: &Value, read: &AvroValue<'_>) -> bool {
    match (written, &read.data) {
        (Value::Union(_, written), _) => is_same(written, read),
        (Value::Null, AvroData::Null) => true,
        (Value::Boolean(written), AvroData::Boolean(read)) => written == read,
        (Value::Int(written), AvroData::Integer(read)) => i64::from(*written) == *read,
        (Value::Long(written), AvroData::Integer(read)) => written == read,
        (Value::Float(written), AvroData::Float(read)) => written == read,
        (Value::Double(written), AvroData::Double(read)) => written == read,
        (Value::Bytes(written) | Value::Fixed(_, written), AvroData::Bytes(read)) => written == read,
        (Value::String(written) | Value::Enum(_, written), AvroData::Text(read)) => written == read,
        (Value::Array(written), AvroData::Array(read)) => {
            written.len() == read.len() && written.iter().zip(read).all(|(one, other)| is_same(one, other))
        }
        (Value::Map(written), AvroData::Map(read)) => {
            written.len() == read.len() && read.iter().all(|(name, value)| is_same(&written[*name], value))
        }
        (Value::Record(written), AvroData::Record(read)) => {
            let mut pairs = written.iter().zip(read);
            written.len() == read.len()
                && pairs.all(|(one, other)| one.0 == other.0 && is_same(&one.1, &other.1))
        }
        _ => false,
    }
}

#[test]
fn what_avro_writes_is_read_and_nothing_of_what_is_cut_off() {
    let (writer, schema) = (Writer::parse_str(SCHEMA).unwrap(), AvroSchema::parse(SCHEMA).unwrap());
    let mut random = Rng::with_seed(26);
    for _ in 0..500 {
        let written = envelope(&mut random);
        let bytes = to_avro_datum(&writer, written.clone()).unwrap();
        let read = schema.read(&bytes).unwrap();
        assert!(is_same(&written, &read), "{written:?}: {read:?}");
        for end in 0..bytes.len() {
            let cut = schema.read(&bytes[..end]);
            assert!(matches!(cut, Err(AvroError::Malformed(_))), "{written:?} up to {end}: {cut:?}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(matches!(schema.read(&longer), Err(AvroError::Malformed("there are more"))));
        // Whatever comes out of damaged bytes, something does.
        for _ in 0..50 {
            let mut damaged = bytes.clone();
            let at = random.usize(..damaged.len());
            damaged[at] = random.u8(..);
            drop(schema.read(&damaged));
        }
    }
}

#[test]
fn a_type_says_what_connect_means_by_it() {
    let schema = AvroSchema::parse(SCHEMA).unwrap();
    let writer = Writer::parse_str(SCHEMA).unwrap();
    let mut random = Rng::with_seed(1);
    let connect = std::iter::from_fn(|| {
        let bytes = to_avro_datum(&writer, envelope(&mut random)).unwrap();
        Some(schema.read(&bytes).ok().and_then(|read| {
            let after = read.field("after")?;
            let price = after.field("price")?.connect?;
            Some((after.connect?.name.clone(), price.name.clone(), price.parameters["scale"].clone()))
        }))
    });
    let (row, price, scale) = connect.take(100).flatten().next().unwrap();
    assert_eq!((row.as_str(), scale.as_str()), ("shop.Value", "4"));
    assert_eq!(price, "org.apache.kafka.connect.data.Decimal");
}

#[test]
fn records_that_claim_much_take_no_memory() {
    let before = peak_memory(USED);
    let longest = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    let half = [0xfe, 0xff, 0xff, 0xff, 0x0f];
    let empty = r#"{"type": "record", "name": "Empty", "fields": []}"#;
    let array = |of: &str| format!(r#"{{"type": "array", "items": {of}}}"#);
    let map = r#"{"type": "map", "values": "null"}"#.to_owned();
    // Each type is twice the one before it, and none takes a byte.
    let doubled = (0..40).fold(String::new(), |fields, at| {
        let within = if at == 0 { r#""null""#.to_owned() } else { format!(r#""R{}""#, at - 1) };
        format!(
            r#"{fields}{}{{"name": "f{at}", "type": {{"type": "record", "name": "R{at}", "fields": [{{"name": "a", "type": {within}}}, {{"name": "b", "type": {within}}}]}}}}"#,
            if at == 0 { "" } else { "," }
        )
    });
    let doubled = format!(r#"{{"type": "record", "name": "All", "fields": [{doubled}]}}"#);
    for schema in [
        array(r#""null""#),
        array(empty),
        array(r#""long""#),
        array(&array(r#""null""#)),
        map,
        r#""string""#.to_owned(),
        r#""bytes""#.to_owned(),
        r#"{"type": "fixed", "name": "Large", "size": 9223372036854775807}"#.to_owned(),
        doubled,
    ] {
        let schema_read = AvroSchema::parse(&schema).unwrap();
        for claimed in [&longest[..], &half, &[0x01, 0x00], &[half, half].concat()] {
            let read = schema_read.read(claimed);
            assert!(matches!(read, Err(AvroError::Malformed(_))), "{schema}: {read:?}");
        }
    }
    assert!(peak_memory(USED) - before < 1 << 30);
}

#[test]
fn what_is_no_schema_of_records_is_refused() {
    let deep = format!("{}\"int\"{}", r#"{"type": "array", "items": "#.repeat(100), "}".repeat(100));
    let deeper = format!("{}\"int\"{}", "[".repeat(100_000), "]".repeat(100_000));
    // No text is deep, and yet types are.
    let chain = (0..5000).map(|at| {
        let within = if at == 0 { "int".to_owned() } else { format!("R{}", at - 1) };
        format!(r#"{{"name": "f{at}", "type": {{"type": "record", "name": "R{at}", "fields": [{{"name": "x", "type": "{within}"}}]}}}}"#)
    });
    let chain = format!(
        r#"{{"type": "record", "name": "All", "fields": [{}]}}"#,
        chain.collect::<Vec<_>>().join(",")
    );
    for (schema, reason) in [
        ("secret", "it is no JSON"),
        ("7", "something that is no type"),
        (r#"{"type": "record"}"#, "no name"),
        (r#"{"type": "record", "name": "A"}"#, "no type"),
        (
            r#"{"type": "record", "name": "A", "fields": [{"name": "a", "type": "B"}]}"#,
            "before its definition",
        ),
        (
            r#"{"type": "record", "name": "A", "fields": [{"name": "a", "type": ["null", "A"]}]}"#,
            "contains itself",
        ),
        (r#"{"type": "fixed", "name": "A", "size": -1}"#, "no type"),
        (r#"{"type": "enum", "name": "A", "symbols": [1]}"#, "no type"),
        (&deep, "deeper than 64"),
        (&deeper, "it is no JSON"),
        (&chain, "deeper than 64"),
    ] {
        let error = AvroSchema::parse(schema).unwrap_err().to_string();
        assert!(error.contains(reason) && !error.contains("secret"), "{error}");
    }
}

/// A registry that answers every request in the same way.
fn registry(answer: &'static str) -> RegistryClient {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut asked = [0; 4096];
            drop(stream.read(&mut asked));
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    let limits = Limits::default().with_retrying(std::time::Duration::ZERO);
    RegistryClient::new(&url, &Tls::new(), None, limits).unwrap()
}

fn answer(status: &str, body: &str) -> &'static str {
    let length = body.len();
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    Box::leak(answer.into_boxed_str())
}

#[test]
fn a_record_without_a_schema_that_can_be_used_is_an_error() {
    let number = answer("200 OK", r#"{"schema": "\"long\""}"#);
    let mut reader = AvroReader::new(registry(number));
    assert_eq!(reader.read(&[0, 0, 0, 0, 7, 6]).unwrap().data, AvroData::Integer(3));
    for odd in [&b""[..], b"\0", b"\0\0\0\0", b"{\"payload\": 1}", b"\x01\0\0\0\x07\x06"] {
        assert!(matches!(reader.read(odd), Err(AvroError::NoId)), "{odd:?}");
    }
    assert!(matches!(reader.read(&[0, 0, 0, 0, 7]), Err(AvroError::Malformed(_))));
    assert!(matches!(reader.fields(&[0, 0, 0, 0, 7, 6]), Err(AvroError::Malformed("they are of no record"))));
    for (answer, reason) in [
        (
            answer("404 Not Found", r#"{"error_code": 40403, "message": "no schema"}"#),
            "does not have its schema 7",
        ),
        (answer("500 Odd", r#"{"error_code": 50001, "message": "broken"}"#), "broken"),
        (answer("200 OK", "secret"), "cannot be asked for the schema 7"),
        (answer("200 OK", r#"{"schema": "secret"}"#), "it is no JSON"),
    ] {
        let mut reader = AvroReader::new(registry(answer));
        let error = reader.read(&[0, 0, 0, 0, 7, 6]).unwrap_err().to_string();
        assert!(error.contains(reason) && !error.contains("secret"), "{error}");
    }
}

/// The bytes of fields are what is between them, and all of them together are the record.
#[test]
fn the_bytes_of_a_field_are_those_that_were_written_of_it() {
    let record = answer(
        "200 OK",
        r#"{"schema": "{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"a\", \"type\": \"long\"}, {\"name\": \"b\", \"type\": [\"null\", \"string\"]}, {\"name\": \"c\", \"type\": \"null\"}]}"}"#,
    );
    let mut reader = AvroReader::new(registry(record));
    let written = [0, 0, 0, 0, 7, 0x80, 1, 2, 4, b'h', b'i'];
    let fields = reader.fields(&written).unwrap();
    assert_eq!(fields, [("a", &[0x80, 1][..]), ("b", &[2, 4, b'h', b'i']), ("c", &[])]);
    for odd in [&written[..9], &[&written[..], &[0]].concat()] {
        assert!(matches!(reader.fields(odd), Err(AvroError::Malformed(_))), "{odd:?}");
    }
}
