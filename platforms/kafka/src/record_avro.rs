//! Records in Avro: schemas of keys and of Debezium's envelope around a row, and the bytes of values.

use datasurface_platform::prelude::{serde_json::Value, *};

/// Returns a field of a record.
pub(crate) fn field(name: &str, kind: &Value, is_nullable: bool) -> Value {
    match is_nullable {
        true => json!({"name": name, "type": ["null", kind], "default": null}),
        false => json!({"name": name, "type": kind}),
    }
}

/// Returns the schema of records, as far as readers of Debezium's look at it: they know them by the end of its name.
pub(crate) fn envelope(topic: &str, fields: &[Value]) -> Value {
    let row = json!({"type": "record", "name": "Value", "fields": fields});
    let source = [field("ts_us", &json!("long"), true), field("lsn", &json!("long"), true)];
    let source = json!({"type": "record", "name": "Source", "fields": source});
    let fields = [
        field("before", &row, true),
        field("after", &json!("Value"), true),
        field("source", &source, true),
        field("op", &json!("string"), false),
    ];
    record("Envelope", topic, &fields)
}

/// Returns the schema of a record of a topic.
pub(crate) fn record(name: &str, topic: &str, fields: &[Value]) -> Value {
    json!({"type": "record", "name": name, "namespace": namespace(topic), "fields": fields})
}

/// The name of a topic, as Avro takes it.
fn namespace(topic: &str) -> String {
    let parts = topic.split('.').filter(|part| !part.is_empty()).map(|part| {
        let first = if part.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
        format!("{first}{}", part.replace('-', "_"))
    });
    parts.collect::<Vec<_>>().join(".")
}

/// Adds a whole number: seven bits in a byte, the lowest ones first, the sign in the lowest bit of all.
pub(crate) fn push_integer(bytes: &mut Vec<u8>, number: i64) {
    let mut left = ((number << 1) ^ (number >> 63)).cast_unsigned();
    loop {
        let [low, ..] = left.to_le_bytes();
        left >>= 7;
        if left == 0 {
            return bytes.push(low & 0x7f);
        }
        bytes.push(low | 0x80);
    }
}

/// Adds bytes, behind their count.
pub(crate) fn push_bytes(output: &mut Vec<u8>, bytes: &[u8]) {
    push_integer(output, i64::try_from(bytes.len()).unwrap_or(i64::MAX));
    output.extend_from_slice(bytes);
}

/// Returns the bytes of the digits of a decimal number with so many digits behind the point, the highest ones first; `None` if it has more.
pub(crate) fn decimal(text: &str, scale: u16) -> Option<Vec<u8>> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let missing = usize::from(scale).checked_sub(fraction.len())?;
    let mut magnitude: Vec<u8> = Vec::new();
    for digit in whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', missing)) {
        let mut carry = u16::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?);
        for byte in magnitude.iter_mut().rev() {
            let [high, low] = (u16::from(*byte) * 10 + carry).to_be_bytes();
            (*byte, carry) = (low, high.into());
        }
        if carry > 0 {
            magnitude.insert(0, carry.to_le_bytes()[0]);
        }
    }
    // The highest bit is the sign.
    if magnitude.first().is_none_or(|first| *first > 0x7f) {
        magnitude.insert(0, 0);
    }
    if is_negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    Some(magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_avro_has_it() {
        for (number, written) in [
            (0, &[0][..]),
            (-1, &[1]),
            (63, &[0x7e]),
            (64, &[0x80, 1]),
            (i64::MIN, &[255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
        ] {
            let mut bytes = Vec::new();
            push_integer(&mut bytes, number);
            assert_eq!(bytes, written, "{number}");
        }
    }

    #[test]
    fn a_decimal_number_is_the_bytes_of_its_digits() {
        for (text, scale, written) in [
            ("0", 2, Some(&[0][..])),
            ("1.27", 2, Some(&[0x7f])),
            ("1.28", 2, Some(&[0, 0x80])),
            ("-1.28", 2, Some(&[0xff, 0x80])),
            ("-4", 2, Some(&[0xfe, 0x70])),
            ("-0.00", 2, Some(&[0])),
            ("65536", 0, Some(&[1, 0, 0])),
            ("1.234", 2, None),
            ("1e3", 2, None),
        ] {
            assert_eq!(decimal(text, scale).as_deref(), written, "{text}");
        }
    }

    #[test]
    fn a_topic_is_a_name_of_avro() {
        for (topic, name) in [
            ("Stream.NW_Data__orders", "Stream.NW_Data__orders"),
            ("eu-1.4_shop__a-b", "eu_1._4_shop__a_b"),
            ("..a", "a"),
        ] {
            assert_eq!(namespace(topic), name);
        }
    }
}
