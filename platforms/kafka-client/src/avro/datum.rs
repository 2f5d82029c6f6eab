//! Bytes of a value, read by the schema of their writer. A length is what an untrusted record says: nothing is reserved for it, and it is
//! held against the bytes that are left.

use super::{
    AvroData, AvroSchema, AvroValue,
    schema::{Form, Type},
};

/// A failure to read a value.
type Reason = &'static str;

const CUT_OFF: Reason = "there are too few";

/// The most values for each byte and each type of the schema: a record around others takes no byte, nor does null.
const VALUES_PER_BYTE: usize = 4;

/// The most values of a record, some 200 MiB of them.
const MOST_VALUES: usize = 1 << 22;

pub(super) fn read<'a>(schema: &'a AvroSchema, bytes: &'a [u8]) -> Result<AvroValue<'a>, Reason> {
    let mut datum = Datum::new(schema.types(), bytes);
    let value = datum.value(schema.root())?;
    if !datum.bytes.is_empty() {
        return Err("there are more");
    }
    Ok(value)
}

/// Returns the bytes of each field of a record, in order.
pub(super) fn fields<'a>(
    schema: &'a AvroSchema,
    bytes: &'a [u8],
) -> Result<Vec<(&'a str, &'a [u8])>, Reason> {
    let types = schema.types();
    let Some(Type { form: Form::Record(fields), .. }) = types.get(schema.root()) else {
        return Err("they are of no record");
    };
    let mut datum = Datum::new(types, bytes);
    let mut found = Vec::new();
    for (name, field) in fields {
        let before = datum.bytes;
        datum.value(*field)?;
        let (own, _) = before.split_at_checked(before.len() - datum.bytes.len()).ok_or(CUT_OFF)?;
        found.push((name.as_str(), own));
    }
    if datum.bytes.is_empty() { Ok(found) } else { Err("there are more") }
}

struct Datum<'a> {
    types: &'a [Type],
    bytes: &'a [u8],
    values_left: usize,
}

impl<'a> Datum<'a> {
    fn new(types: &'a [Type], bytes: &'a [u8]) -> Self {
        let most_values = bytes.len().saturating_add(types.len()).saturating_mul(VALUES_PER_BYTE);
        Self { types, bytes, values_left: most_values.min(MOST_VALUES) }
    }

    /// Reads a value of a type. It calls itself no deeper than types of a schema are nested.
    fn value(&mut self, place: usize) -> Result<AvroValue<'a>, Reason> {
        self.values_left = self.values_left.checked_sub(1).ok_or("they are of too many values")?;
        let types: &'a [Type] = self.types;
        let of = types.get(place).ok_or("there is no such type")?;
        let data = match &of.form {
            Form::Null => AvroData::Null,
            Form::Boolean => match self.take(1)? {
                [0] => AvroData::Boolean(false),
                [1] => AvroData::Boolean(true),
                _ => return Err("something is neither true nor false"),
            },
            Form::Int => {
                let number = self.integer()?;
                i32::try_from(number).map_err(|_| "a number is larger than its type")?;
                AvroData::Integer(number)
            }
            Form::Long => AvroData::Integer(self.integer()?),
            Form::Float => AvroData::Float(f32::from_le_bytes(self.array()?)),
            Form::Double => AvroData::Double(f64::from_le_bytes(self.array()?)),
            Form::Bytes => AvroData::Bytes(self.bytes_with_length()?),
            Form::Text => AvroData::Text(self.text()?),
            Form::Fixed(size) => AvroData::Bytes(self.take(*size)?),
            Form::Enum(symbols) => {
                AvroData::Text(chosen(symbols, self.integer()?).ok_or("there is no such symbol")?)
            }
            Form::Array(elements) => AvroData::Array(self.blocks(|datum| datum.value(*elements))?),
            Form::Map(values) => {
                AvroData::Map(self.blocks(|datum| Ok((datum.text()?, datum.value(*values)?)))?)
            }
            // A variant has a type of its own.
            Form::Union(variants) => {
                let variant = chosen(variants, self.integer()?).ok_or("there is no such variant")?;
                return self.value(*variant);
            }
            Form::Record(fields) => {
                let fields = fields.iter().map(|(name, field)| Ok((name.as_str(), self.value(*field)?)));
                AvroData::Record(fields.collect::<Result<_, Reason>>()?)
            }
        };
        Ok(AvroValue { data, connect: of.connect.as_ref() })
    }

    /// Reads blocks of elements, up to an empty one.
    fn blocks<T>(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<T, Reason>,
    ) -> Result<Vec<T>, Reason> {
        let mut elements = Vec::new();
        loop {
            let count = self.integer()?;
            if count == 0 {
                return Ok(elements);
            }
            // A block of a negative count says how many bytes it has, for who does not read it.
            if count < 0 {
                self.integer()?;
            }
            for _ in 0..count.unsigned_abs() {
                elements.push(element(self)?);
            }
        }
    }

    /// Reads a whole number: seven bits in a byte, the lowest ones first, the sign in the lowest bit of all.
    fn integer(&mut self) -> Result<i64, Reason> {
        let mut bits = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                break;
            }
            bits |= part << shift;
            if byte < 0x80 {
                return Ok((bits >> 1).cast_signed() ^ -((bits & 1).cast_signed()));
            }
        }
        Err("a number has more than 64 bits")
    }

    fn text(&mut self) -> Result<&'a str, Reason> {
        std::str::from_utf8(self.bytes_with_length()?).map_err(|_| "a text is not in UTF-8")
    }

    fn bytes_with_length(&mut self) -> Result<&'a [u8], Reason> {
        let length = usize::try_from(self.integer()?).map_err(|_| "a length is negative")?;
        self.take(length)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Reason> {
        let (taken, left) = self.bytes.split_at_checked(count).ok_or(CUT_OFF)?;
        self.bytes = left;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let (taken, left) = self.bytes.split_first_chunk().ok_or(CUT_OFF)?;
        self.bytes = left;
        Ok(*taken)
    }
}

/// The one at a place, which a record says.
fn chosen<T>(all: &[T], place: i64) -> Option<&T> {
    all.get(usize::try_from(place).ok()?)
}
