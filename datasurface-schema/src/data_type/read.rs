//! Types from text.

use super::{Collation, DataType, DataTypeError, Field, FloatFormat, GeometryType, MicroscalingFormat};
use crate::nearest::nearest;
use std::{borrow::Cow, str::FromStr};

/// The names of all types but floats, as people write them, each with how it is written.
const NAMES: &[(&str, &str)] = &[
    ("Boolean", "`Boolean`"),
    ("TinyInt", "`TinyInt`"),
    ("SmallInt", "`SmallInt`"),
    ("Integer", "`Integer`"),
    ("BigInt", "`BigInt`"),
    ("Int", "`Integer`, or as `Int(24)`, with its bits"),
    ("UInt", "`UInt(24)`, with its bits"),
    ("Decimal", "`Decimal(38,0)`, with all its digits and those after the point"),
    ("Char", "`Char(5)`"),
    ("VarChar", "`VarChar` or `VarChar(15)`"),
    ("NChar", "`NChar(5)`"),
    ("NVarChar", "`NVarChar` or `NVarChar(15)`"),
    ("Date", "`Date`"),
    ("Timestamp", "`Timestamp` or `Timestamp(Europe/Berlin)`"),
    ("Interval", "`Interval`"),
    ("Binary", "`Binary` or `Binary(16)`, with its bytes"),
    ("Variant", "`Variant` or `Variant(1000)`, with its bytes"),
    ("Array", "`Array(Integer)`"),
    ("Map", "`Map(VarChar, Date)`"),
    ("Struct", "`Struct(id Integer, city VarChar)`"),
    ("Vector", "`Vector(768)`, with its dimensions"),
    ("Geography", "`Geography`, `Geography(4326)` or `Geography(4326, Point)`"),
];

/// What others call types, and what these are called here.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("Text", "VarChar"),
    ("String", "VarChar"),
    ("Bool", "Boolean"),
    ("Long", "BigInt"),
    ("Int2", "SmallInt"),
    ("Int4", "Integer"),
    // Eight bytes for PostgreSQL, eight bits for others: the wider one holds both.
    ("Int8", "BigInt"),
    ("Int16", "SmallInt"),
    ("Int32", "Integer"),
    ("Int64", "BigInt"),
    ("Float", "Double"),
    ("Float4", "Real"),
    ("Float8", "Double"),
    ("Float32", "Real"),
    ("Float64", "Double"),
    ("Numeric", "Decimal(38,0)"),
    ("Number", "Decimal(38,0)"),
    ("DateTime", "Timestamp"),
    ("Bytes", "Binary"),
    ("Blob", "Binary"),
    ("Json", "Variant"),
];

impl FromStr for DataType {
    type Err = DataTypeError;

    fn from_str(text: &str) -> Result<Self, DataTypeError> {
        let mut reader = Reader::new(text);
        let data_type = reader.data_type()?;
        if reader.is_at_end() { Ok(data_type) } else { Err(reader.error("something follows it")) }
    }
}

/// The name of a type as it is listed, in whatever case people wrote it; what is not listed stays as it is.
fn spelled(name: &str) -> &str {
    let mut known = NAMES.iter().map(|(known, _)| *known);
    known.find(|known| known.eq_ignore_ascii_case(name)).unwrap_or(name)
}

/// Whether a character can stand in a word without quotes.
pub(super) fn is_word(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || matches!(c, '(' | ')' | ',' | '"'))
}

/// Reads words, types and fields from the front of a text.
pub(crate) struct Reader<'a> {
    /// From the beginning of the outermost type on.
    whole: &'a str,
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let text = text.trim();
        Self { whole: text, rest: text, depth: 0 }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The text that is not read yet, with no space before it.
    pub(crate) fn rest(&self) -> &'a str {
        self.rest
    }

    /// Reads a character if it comes next.
    pub(crate) fn eat(&mut self, expected: char) -> bool {
        let after = self.rest.strip_prefix(expected);
        after.inspect(|after| self.rest = after.trim_start()).is_some()
    }

    /// Reads a keyword if it comes next, in whatever case.
    pub(crate) fn eat_word(&mut self, expected: &str) -> bool {
        let (word, after) = self.rest.split_at(self.bare_end());
        let is_expected = word.eq_ignore_ascii_case(expected);
        if is_expected {
            self.rest = after.trim_start();
        }
        is_expected
    }

    /// Reads a word without quotes; nothing if something else comes next.
    pub(crate) fn bare_word(&mut self) -> &'a str {
        let (word, after) = self.rest.split_at(self.bare_end());
        self.rest = after.trim_start();
        word
    }

    /// Reads a word, in quotes where it has other characters than a word can have.
    pub(crate) fn word(&mut self) -> Option<Cow<'a, str>> {
        let Some(quoted) = self.rest.strip_prefix('"') else {
            let word = self.bare_word();
            return (!word.is_empty()).then(|| word.into());
        };
        let mut word = String::new();
        let mut rest = quoted;
        loop {
            let (part, after) = rest.split_once('"')?;
            word.push_str(part);
            match after.strip_prefix('"') {
                Some(more) => {
                    word.push('"');
                    rest = more;
                }
                None => {
                    self.rest = after.trim_start();
                    return Some(word.into());
                }
            }
        }
    }

    /// Reads a type.
    pub(crate) fn data_type(&mut self) -> Result<DataType, DataTypeError> {
        if self.depth == DataType::MAX_DEPTH {
            return Err(self.error(&format!("it is nested more than {} deep", DataType::MAX_DEPTH)));
        }
        if self.depth == 0 {
            self.whole = self.rest;
        }
        self.depth += 1;
        let read = self.data_type_at_depth();
        self.depth -= 1;
        read
    }

    fn data_type_at_depth(&mut self) -> Result<DataType, DataTypeError> {
        let before = self.rest;
        let name = self.word().ok_or_else(|| self.error("the name of a type is missing"))?;
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let data_type = if is("Array") {
            DataType::array(self.in_parentheses(|reader| {
                let element = reader.data_type()?;
                if reader.rest.starts_with(',') {
                    return Err(reader.error("an array has one type, that of its elements"));
                }
                Ok(element)
            })?)
        } else if is("Map") {
            self.in_parentheses(|reader| {
                let key = reader.data_type()?;
                if !reader.eat(',') {
                    return Err(
                        reader.error("a map has a type of keys and a type of values, with a `,` between")
                    );
                }
                let value = reader.data_type()?;
                if reader.rest.starts_with(',') {
                    return Err(reader.error("a map has two types, that of its keys and that of its values"));
                }
                Ok(DataType::map(key, value))
            })?
        } else if is("Struct") {
            DataType::structure(self.in_parentheses(Self::fields)?)
        } else {
            let arguments = if self.rest.starts_with('(') {
                self.in_parentheses(Self::arguments)?
            } else {
                Arguments::default()
            };
            // Nearly every name is written as it is listed.
            let read = |arguments| plain(&name, arguments).or_else(|| plain(spelled(&name), arguments));
            arguments.all().and_then(read).ok_or_else(|| self.unknown(&name, before))?
        };
        if data_type.is_text() && self.eat_word("collate") {
            let name = self.word().ok_or_else(|| self.error("the name of a collation is missing"))?;
            return Ok(data_type.collated(Collation::from(&*name)));
        }
        Ok(data_type)
    }

    fn fields(&mut self) -> Result<Vec<Field>, DataTypeError> {
        let mut fields = Vec::new();
        while !self.rest.starts_with(')') {
            let name = self.word().ok_or_else(|| self.error("the name of a field is missing"))?;
            let field = Field::new(&*name, self.data_type()?);
            let field = if self.eat_word("not") {
                if !self.eat_word("null") {
                    return Err(self.error("`not` is without `null`"));
                }
                field.not_null()
            } else {
                self.eat_word("null");
                field
            };
            if self.eat_word("not") || self.eat_word("null") {
                return Err(self.error("whether a field can be null is said twice"));
            }
            fields.push(field);
            if !self.eat(',') {
                break;
            }
        }
        Ok(fields)
    }

    fn arguments(&mut self) -> Result<Arguments<'a>, DataTypeError> {
        let mut arguments = Arguments::default();
        loop {
            arguments.add(self.word().ok_or_else(|| self.error("an argument is missing"))?);
            if !self.eat(',') {
                return Ok(arguments);
            }
        }
    }

    fn in_parentheses<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DataTypeError>,
    ) -> Result<T, DataTypeError> {
        if !self.eat('(') {
            return Err(self.error("a `(` is missing"));
        }
        let inside = read(self)?;
        if self.eat(')') { Ok(inside) } else { Err(self.error("a `(` is without its `)`")) }
    }

    fn bare_end(&self) -> usize {
        self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len())
    }

    pub(super) fn error(&self, reason: &str) -> DataTypeError {
        DataTypeError { text: self.whole.into(), reason: Some(reason.to_owned()), nearest: None }
    }

    /// The type that starts at `before`, which is none.
    fn unknown(&self, name: &str, before: &str) -> DataTypeError {
        let end = before.len().saturating_sub(self.rest.len());
        let text = before.get(..end).unwrap_or(before).trim_end().into();
        let is_too_large = |number: &str| !number.is_empty() && number.parse::<u32>().is_err();
        let is_known = NAMES.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let mut numbers = before.get(..end).unwrap_or(before).split(|c: char| !c.is_ascii_digit());
        if is_known && numbers.any(is_too_large) {
            let reason = Some(format!("a number in a type is at most {}", u32::MAX));
            return DataTypeError { text, reason, nearest: None };
        }
        if let Some((_, known)) = OTHER_NAMES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            // What stands in its parentheses is right most often.
            let has_arguments = before.get(..end).is_some_and(|whole| whole.contains('('));
            let known = if has_arguments { known.split('(').next().unwrap_or(known) } else { known };
            return DataTypeError { text, reason: None, nearest: Some(known) };
        }
        if let Some((_, form)) = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            let reason = Some(format!("it is written as {form}"));
            return DataTypeError { text, reason, nearest: None };
        }
        let floats = FloatFormat::ALL.iter().map(|format| format.name());
        let floats: Vec<_> =
            floats.chain(MicroscalingFormat::ALL.iter().map(|format| format.name())).collect();
        if floats.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            let reason = Some("it takes no arguments".to_owned());
            return DataTypeError { text, reason, nearest: None };
        }
        let known = NAMES.iter().map(|(name, _)| *name).chain(floats);
        let other = nearest(name, OTHER_NAMES.iter().map(|(other, _)| *other));
        let other = OTHER_NAMES.iter().find(|(name, _)| other == Some(*name)).map(|(_, known)| *known);
        let nearest = nearest(name, known).or(other);
        let reason = nearest.is_none().then(|| {
            let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("types are `{}`, `Real`, `Double` and smaller ones", names.join("`, `"))
        });
        DataTypeError { text, reason, nearest }
    }
}

/// No type takes more.
const MOST_ARGUMENTS: usize = 2;

/// What stands in parentheses behind the name of a type, without memory of its own: most columns have it.
#[derive(Default)]
struct Arguments<'a> {
    first: [Cow<'a, str>; MOST_ARGUMENTS],
    count: usize,
}

impl<'a> Arguments<'a> {
    fn add(&mut self, argument: Cow<'a, str>) {
        if let Some(place) = self.first.get_mut(self.count) {
            *place = argument;
        }
        self.count += 1;
    }

    /// Nothing if there are more than any type takes.
    fn all(&self) -> Option<&[Cow<'a, str>]> {
        self.first.get(..self.count)
    }
}

impl DataType {
    fn is_text(&self) -> bool {
        matches!(self, Self::Char { .. } | Self::VarChar { .. } | Self::NChar { .. } | Self::NVarChar { .. })
    }
}

/// A type that contains no other, by its name [as it is listed](NAMES).
fn plain(name: &str, arguments: &[Cow<'_, str>]) -> Option<DataType> {
    let number = |text: &str| digits(text)?.parse::<u32>().ok();
    let short = |text: &str| digits(text)?.parse::<u16>().ok();
    Some(match (name, arguments) {
        ("Boolean", []) => DataType::Boolean,
        ("TinyInt", []) => DataType::TinyInt,
        ("SmallInt", []) => DataType::SmallInt,
        ("Integer", []) => DataType::Integer,
        ("BigInt", []) => DataType::BigInt,
        ("Int", [bits]) => DataType::CustomInteger { bits: short(bits)?, signed: true },
        ("UInt", [bits]) => DataType::CustomInteger { bits: short(bits)?, signed: false },
        ("Decimal", [precision, scale]) => {
            DataType::Decimal { precision: short(precision)?, scale: short(scale)? }
        }
        ("Char", []) => DataType::char(1),
        ("Char", [length]) => DataType::char(number(length)?),
        ("VarChar", []) => DataType::varchar(None),
        ("VarChar", [length]) => DataType::varchar(number(length)?),
        ("NChar", []) => DataType::nchar(1),
        ("NChar", [length]) => DataType::nchar(number(length)?),
        ("NVarChar", []) => DataType::nvarchar(None),
        ("NVarChar", [length]) => DataType::nvarchar(number(length)?),
        ("Date", []) => DataType::Date,
        ("Timestamp", []) => DataType::timestamp(),
        ("Timestamp", [zone]) => DataType::timestamp_in(&**zone),
        ("Interval", []) => DataType::Interval,
        ("Binary", []) => DataType::Binary { size: None },
        ("Binary", [size]) => DataType::Binary { size: Some(number(size)?) },
        ("Variant", []) => DataType::Variant { size: None },
        ("Variant", [size]) => DataType::Variant { size: Some(number(size)?) },
        ("Vector", [dimensions]) => DataType::Vector { dimensions: number(dimensions)? },
        ("Geography", arguments) => geography(arguments)?,
        (name, []) if name.eq_ignore_ascii_case("TooDeep") => DataType::TooDeep,
        (name, []) => float(name)?,
        _ => return None,
    })
}

/// A number without a sign, which the usual reader of numbers would take, too.
fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

fn float(name: &str) -> Option<DataType> {
    let float = FloatFormat::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(name));
    let block =
        || MicroscalingFormat::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(name));
    float.map(DataType::Float).or_else(|| block().map(DataType::Microscaling))
}

fn geography(arguments: &[Cow<'_, str>]) -> Option<DataType> {
    let (srid, geometry) = match arguments {
        [] => (DataType::DEFAULT_SRID, None),
        [one] => match digits(one) {
            Some(srid) => (srid.parse().ok()?, None),
            None => (DataType::DEFAULT_SRID, Some(GeometryType::named(one)?)),
        },
        [srid, geometry] => (digits(srid)?.parse().ok()?, Some(GeometryType::named(geometry)?)),
        _ => return None,
    };
    Some(DataType::Geography { srid, geometry })
}
