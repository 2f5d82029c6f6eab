//! Batches of records, the unit in which brokers keep them (format 2, since Kafka 0.11).

use super::{Header, Record, codec};
use crate::wire::{Decode as _, Input, Malformed};

/// The header of a batch, as far as it is needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct BatchHeader {
    pub(super) base_offset: i64,
    /// The offset behind the last record that the batch once had. Compaction removes records, and keeps this.
    pub(super) next_offset: i64,
    pub(super) producer: i64,
    attributes: i16,
    base_timestamp: i64,
    last_timestamp: i64,
    count: i32,
}

/// A batch, with its records still compressed.
pub(super) struct Batch<'a> {
    pub(super) header: BatchHeader,
    records: &'a [u8],
}

/// A batch that was decompressed. Its records are read one by one, so that they take no memory together.
#[derive(Debug)]
pub(super) struct OpenBatch {
    header: BatchHeader,
    bytes: Vec<u8>,
    position: usize,
    left: i32,
}

/// A marker at the end of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Abort,
    Commit,
}

const CODEC: i16 = 0b111;
const APPEND_TIME: i16 = 1 << 3;
const TRANSACTIONAL: i16 = 1 << 4;
const CONTROL: i16 = 1 << 5;

/// Reads the next batch; `None` if the rest is only the beginning of one, for brokers cut an answer where it is full.
pub(super) fn next_batch<'a>(input: &mut Input<'a>) -> Result<Option<Batch<'a>>, Malformed> {
    if input.remaining() < 12 {
        return Ok(None);
    }
    let base_offset = i64::decode(input)?;
    let length = i32::decode(input)?;
    let length = usize::try_from(length).map_err(|_| Malformed("its length is negative"))?;
    if length > input.remaining() {
        input.take(input.remaining())?;
        return Ok(None);
    }
    let mut input = Input::new(input.take(length)?);
    let _leader_epoch = i32::decode(&mut input)?;
    if i8::decode(&mut input)? != 2 {
        return Err(Malformed("it has a format older than Kafka 0.11"));
    }
    let checksum = i32::decode(&mut input)?.cast_unsigned();
    let rest = input.take(input.remaining())?;
    if crc32c::crc32c(rest) != checksum {
        return Err(Malformed("its checksum differs"));
    }
    let mut input = Input::new(rest);
    let attributes = i16::decode(&mut input)?;
    let last_delta = i32::decode(&mut input)?;
    let base_timestamp = i64::decode(&mut input)?;
    let last_timestamp = i64::decode(&mut input)?;
    let producer = i64::decode(&mut input)?;
    let _producer_epoch = i16::decode(&mut input)?;
    let _sequence = i32::decode(&mut input)?;
    let count = i32::decode(&mut input)?;
    if last_delta < 0 || count < 0 || base_offset < 0 {
        return Err(Malformed("a number in its header is negative"));
    }
    let next_offset = base_offset.checked_add(i64::from(last_delta) + 1).ok_or(OVERFLOW)?;
    let records = input.take(input.remaining())?;
    let header =
        BatchHeader { base_offset, next_offset, producer, attributes, base_timestamp, last_timestamp, count };
    Ok(Some(Batch { header, records }))
}

const OVERFLOW: Malformed = Malformed("an offset or a time is too large");

impl BatchHeader {
    pub(super) fn is_transactional(&self) -> bool {
        self.attributes & TRANSACTIONAL != 0
    }

    fn record(&self, input: &mut Input<'_>) -> Result<Record, Malformed> {
        let length = input.varint()?;
        let bytes = input.sized(length)?.ok_or(Malformed("a record has no length"))?;
        let mut input = Input::new(bytes);
        let _attributes = i8::decode(&mut input)?;
        let timestamp = self.base_timestamp.checked_add(input.varint()?).ok_or(OVERFLOW)?;
        let offset = self.base_offset.checked_add(input.varint()?).ok_or(OVERFLOW)?;
        if !(self.base_offset..self.next_offset).contains(&offset) {
            return Err(Malformed("a record has an offset outside of its batch"));
        }
        let is_append_time = self.attributes & APPEND_TIME != 0;
        Ok(Record {
            offset,
            timestamp: if is_append_time { self.last_timestamp } else { timestamp },
            key: bytes_of(&mut input)?,
            value: bytes_of(&mut input)?,
            headers: headers(&mut input)?,
        })
    }
}

impl Batch<'_> {
    /// Decompresses the records.
    pub(super) fn open(&self, limit: usize) -> Result<OpenBatch, Malformed> {
        let codec = u8::try_from(self.header.attributes & CODEC).unwrap_or_default();
        let bytes = codec::decompress(codec, self.records, limit)?.into_owned();
        Ok(OpenBatch { header: self.header, bytes, position: 0, left: self.header.count })
    }

    /// The marker, if the batch is one: a broker wrote it, and nobody gets it as a record.
    pub(super) fn marker(&self, limit: usize) -> Result<Option<Marker>, Malformed> {
        if self.header.attributes & CONTROL == 0 {
            return Ok(None);
        }
        // The key is a version and a kind, each of two bytes. Markers of other kinds end no transaction.
        let record = self.open(limit)?.next_record()?;
        Ok(match record.and_then(|record| record.key).as_deref() {
            Some([_, _, 0, 0, ..]) => Some(Marker::Abort),
            _ => Some(Marker::Commit),
        })
    }
}

impl OpenBatch {
    pub(super) fn next_offset(&self) -> i64 {
        self.header.next_offset
    }

    /// Reads the next record; `None` behind the last one.
    pub(super) fn next_record(&mut self) -> Result<Option<Record>, Malformed> {
        if self.left == 0 {
            return Ok(None);
        }
        let mut input = Input::new(self.bytes.get(self.position..).unwrap_or_default());
        let record = self.header.record(&mut input)?;
        self.position = self.bytes.len() - input.remaining();
        self.left -= 1;
        Ok(Some(record))
    }
}

fn bytes_of(input: &mut Input<'_>) -> Result<Option<Vec<u8>>, Malformed> {
    let length = input.varint()?;
    Ok(input.sized(length)?.map(<[u8]>::to_vec))
}

/// More than anybody writes. In memory, a header takes many times the two bytes that it may have in a batch.
const MOST_HEADERS: i64 = 100_000;

fn headers(input: &mut Input<'_>) -> Result<Vec<Header>, Malformed> {
    let count = input.varint()?;
    if count > MOST_HEADERS {
        return Err(Malformed("a record has too many headers"));
    }
    let mut headers = Vec::new();
    for _ in 0..count {
        let name = bytes_of(input)?.ok_or(Malformed("a header has no name"))?;
        let name = String::from_utf8(name).map_err(|_| Malformed("the name of a header is not UTF-8"))?;
        headers.push(Header { name, value: bytes_of(input)? });
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{NewRecord, producer::encode_batch};

    fn batch() -> Vec<u8> {
        let header = Header { name: "name".to_owned(), value: Some(vec![1, 2]) };
        let record = |number: u8| NewRecord {
            key: Some(vec![number]),
            value: Some(vec![number; 20]),
            headers: vec![header.clone()],
            timestamp: 1_700_000_000_000 + i64::from(number),
        };
        encode_batch(&(0..5).map(record).collect::<Vec<_>>()).unwrap()
    }

    fn read(bytes: &[u8]) -> Result<Vec<Record>, Malformed> {
        let mut input = Input::new(bytes);
        let mut records = Vec::new();
        while let Some(batch) = next_batch(&mut input)? {
            batch.marker(1 << 20)?;
            let mut open = batch.open(1 << 20)?;
            while let Some(record) = open.next_record()? {
                records.push(record);
            }
        }
        Ok(records)
    }

    /// A batch whose bytes behind the checksum were changed, and the checksum with them.
    fn forged(change: impl FnOnce(&mut [u8])) -> Vec<u8> {
        let mut bytes = batch();
        change(&mut bytes[21..]);
        let checksum = crc32c::crc32c(&bytes[21..]);
        bytes[17..21].copy_from_slice(&checksum.to_be_bytes());
        bytes
    }

    #[test]
    fn a_batch_that_was_cut_is_left_for_the_next_answer() {
        let whole = batch();
        assert_eq!(read(&whole).unwrap().len(), 5);
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]).unwrap(), []);
        }
        let more = [whole.as_slice(), &whole[..whole.len() - 1]].concat();
        assert_eq!(read(&more).unwrap().len(), 5);
    }

    #[test]
    fn a_changed_bit_is_noticed() {
        for place in 21..batch().len() {
            let mut bytes = batch();
            bytes[place] ^= 1;
            assert_eq!(read(&bytes), Err(Malformed("its checksum differs")));
        }
    }

    /// A broker can make checksums, too.
    #[test]
    fn no_forged_byte_is_more_than_an_error() {
        let length = batch().len() - 21;
        for place in 0..length {
            for value in 0..=255 {
                let bytes = forged(|bytes| bytes[place] = value);
                if let Ok(records) = read(&bytes) {
                    assert!(records.len() <= length);
                }
            }
        }
    }

    #[test]
    fn a_count_that_is_only_claimed_takes_no_memory() {
        let bytes = forged(|bytes| bytes[36..40].copy_from_slice(&i32::MAX.to_be_bytes()));
        assert_eq!(read(&bytes), Err(Malformed("it ends too early")));
    }
}
