//! Reads values from a tree, and goes on after a problem: what is wrong in one object does not keep others from being
//! read, nor does a member that is not known. A slip of the pen is an error, and is read as what was meant, so that it hides nothing.
//!
//! The reader implements what the types of the format ask for, and nothing more: a new primitive of the wire format needs its
//! `deserialize_…` here.

use super::{
    Member, Node, ReadError, Unread, Value,
    attempts::Attempts,
    error::meant,
    notes::Notes,
    number::{Number, number},
};
use crate::{OBJECT, json_errors::shortened};
use serde::{
    de::{
        DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess,
        Unexpected, VariantAccess, Visitor, value::StrDeserializer,
    },
    forward_to_deserialize_any,
};
use std::{cell::RefCell, slice};

/// The value that a node says, without what is wrong in it, and everything that is.
pub(crate) fn read_partly<T: DeserializeOwned>(node: &Node<'_>) -> (Option<T>, Vec<ReadError>) {
    let notes = RefCell::new(Notes::default());
    let outcome = T::deserialize(Reader { node, notes: &notes });
    let mut notes = notes.into_inner();
    let value = outcome.map_err(|error| notes.note(error.with_extent(node.extent))).ok();
    (value, notes.into_errors())
}

#[derive(Clone, Copy)]
pub(super) struct Reader<'r, 'n> {
    pub(super) node: &'n Node<'n>,
    /// The problems after which reading can go on.
    pub(super) notes: &'r RefCell<Notes>,
}

impl<'r, 'n> Reader<'r, 'n> {
    /// Reads what is inside. A type that is made of another one may refuse what that one accepted: it is this place, too, that
    /// has the problem.
    pub(super) fn seed<T: DeserializeSeed<'n>>(
        self,
        node: &'n Node<'n>,
        seed: T,
    ) -> Result<T::Value, ReadError> {
        seed.deserialize(Self { node, ..self }).map_err(|error| error.with_extent(node.extent))
    }

    pub(super) fn note(self, error: ReadError) {
        self.notes.borrow_mut().note(error);
    }

    fn text(self, wanted: &dyn Expected) -> Result<&'n str, ReadError> {
        match &self.node.value {
            Value::Text(text) => Ok(text),
            other => Err(no_text(other, wanted)),
        }
    }

    fn list(self, wanted: &dyn Expected) -> Result<ElementReader<'r, 'n>, ReadError> {
        match &self.node.value {
            Value::List(elements) => Ok(ElementReader { reader: self, rest: elements.iter() }),
            other => Err(type_error(other, wanted)),
        }
    }

    /// An object; of the members, only those that are known, if that is settled.
    fn object(self, known: Known, wanted: &dyn Expected) -> Result<MemberReader<'r, 'n>, ReadError> {
        match &self.node.value {
            Value::Object(members) => Ok(MemberReader { known, ..MemberReader::new(self, members) }),
            other => Err(type_error(other, wanted)),
        }
    }
}

/// Returns the error about a value of another type than the expected one.
fn type_error(value: &Value<'_>, wanted: &dyn Expected) -> ReadError {
    let found = match value {
        Value::Null => {
            return ReadError::invalid_type(Unexpected::Unit, wanted)
                .help("write what is missing here, or leave the member out");
        }
        Value::Bool(value) => Unexpected::Bool(*value),
        Value::Number(spelling) => match number(spelling) {
            Some(Number::Unsigned(number)) => Unexpected::Unsigned(number),
            Some(Number::Signed(number)) => Unexpected::Signed(number),
            Some(Number::Fraction(number)) => Unexpected::Float(number),
            None => return out_of_range(spelling),
        },
        Value::Text(text) => Unexpected::Str(text),
        Value::List(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    };
    ReadError::invalid_type(found, wanted)
}

fn out_of_range(spelling: &str) -> ReadError {
    let help = if spelling.to_ascii_lowercase().contains(['n', 'i']) {
        "infinity and what is no number cannot be said in JSON; put the word between quotation marks to make it text"
    } else if spelling.contains(['.', 'e', 'E']) && !spelling.starts_with("0x") {
        "a number is at most about 1.8e308; put a larger one between quotation marks to make it text"
    } else {
        "a whole number has at most 64 bits; put a longer one between quotation marks to make it text"
    };
    let spelling = shortened(spelling);
    ReadError::unreadable(format!("the number `{spelling}` is out of range")).help(help)
}

fn no_text(value: &Value<'_>, wanted: &dyn Expected) -> ReadError {
    let error = type_error(value, wanted);
    match value {
        Value::Number(spelling) => {
            error.help(format!("put `{}` between quotation marks to make it text", shortened(spelling)))
        }
        _ => error,
    }
}

fn no_choice() -> ReadError {
    ReadError::unreadable("expected an object with one member: the kind, with its settings")
}

impl<'de> Deserializer<'de> for Reader<'_, 'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(spelling) => match number(spelling) {
                Some(Number::Unsigned(number)) => visitor.visit_u64(number),
                Some(Number::Signed(number)) => visitor.visit_i64(number),
                Some(Number::Fraction(number)) => visitor.visit_f64(number),
                None => Err(out_of_range(spelling)),
            },
            Value::Text(text) => visitor.visit_str(text),
            Value::List(elements) => visitor.visit_seq(ElementReader { reader: self, rest: elements.iter() }),
            Value::Object(members) => visitor.visit_map(MemberReader::new(self, members)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let text = self.text(&visitor)?;
        visitor.visit_str(text)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.node.value {
            Value::Bool(value) => visitor.visit_bool(*value),
            other => Err(type_error(other, &visitor)),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.node.value {
            Value::Number(spelling) if let Some(Number::Unsigned(number)) = number(spelling) => {
                visitor.visit_u64(number)
            }
            other => Err(type_error(other, &visitor)),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let list = self.list(&visitor)?;
        visitor.visit_seq(list)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let object = self.object(None, &visitor)?;
        visitor.visit_map(object)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if matches!(self.node.value, Value::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        if name == OBJECT {
            visitor.visit_seq(Attempts::new(self))
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let object = self.object(Some(fields), &visitor)?;
        visitor.visit_map(object).map_err(|error| error.with_members(fields))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let (name, extent, content) = match &self.node.value {
            Value::Text(name) => (name, self.node.extent, None),
            Value::Object(members) => {
                let is_read = |member: &&Member<'_>| !self.notes.borrow().is_left_out(member.extent);
                let mut members = members.iter().filter(is_read);
                match (members.next(), members.next()) {
                    (Some(Member { name, value, extent }), None) => (name, *extent, Some(value)),
                    _ => return Err(no_choice()),
                }
            }
            other => return Err(type_error(other, &visitor)),
        };
        let meant = if variants.contains(&&**name) { None } else { meant(name, variants) };
        if meant.is_some() {
            self.note(
                ReadError::unknown_variant(name, variants).with_unread(Unread::Nothing).with_extent(extent),
            );
        }
        visitor.visit_enum(Choice { reader: self, name: meant.unwrap_or(name), content })
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
        ignored_any
    }
}

struct ElementReader<'r, 'n> {
    reader: Reader<'r, 'n>,
    rest: slice::Iter<'n, Node<'n>>,
}

impl<'n> SeqAccess<'n> for ElementReader<'_, 'n> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        let notes = self.reader.notes;
        let next = self.rest.find(|element| !notes.borrow().is_left_out(element.extent));
        next.map(|element| self.reader.seed(element, seed)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The names that members can have, if these are fixed.
type Known = Option<&'static [&'static str]>;

struct MemberReader<'r, 'n> {
    reader: Reader<'r, 'n>,
    members: &'n [Member<'n>],
    rest: slice::Iter<'n, Member<'n>>,
    known: Known,
    /// The names that were meant by members with others: each is said by one, and asked for once.
    meant: Vec<&'static str>,
    /// The value of the member whose name was read last.
    value: &'n Node<'n>,
}

impl<'r, 'n> MemberReader<'r, 'n> {
    fn new(reader: Reader<'r, 'n>, members: &'n [Member<'n>]) -> Self {
        Self { reader, members, rest: members.iter(), known: None, meant: Vec::new(), value: reader.node }
    }

    /// The next member of those that are known, or have one that is meant, and the name that it is read by.
    fn next(&mut self) -> Option<(&'n str, &'n Member<'n>)> {
        loop {
            let member = self.rest.next()?;
            if self.reader.notes.borrow().is_left_out(member.extent) {
                continue;
            }
            let Some(known) = self.known.filter(|known| !known.contains(&&*member.name)) else {
                return Some((&member.name, member));
            };
            // Nobody reads any more of them, and each takes time.
            if self.reader.notes.borrow().is_full() {
                continue;
            }
            let meant = meant(&member.name, known).filter(|near| self.is_vacant(near));
            let object = self.reader.node.extent;
            let unread = match (meant, &member.value.value) {
                (Some(_), _) => Unread::Nothing,
                (None, Value::Object(_) | Value::List(_)) => Unread::Members(object, self.unsaid(known)),
                (None, _) => Unread::Value(object),
            };
            let error = ReadError::unknown_member(&member.name, known).with_extent(member.extent);
            self.reader.note(error.with_unread(unread));
            if let Some(meant) = meant {
                return Some((meant, member));
            }
        }
    }

    /// The known names that no member has.
    fn unsaid(&self, known: &[&str]) -> Vec<String> {
        let is_said = |name: &&&str| self.members.iter().any(|member| *member.name == ***name);
        known.iter().filter(|name| !is_said(name)).map(ToString::to_string).collect()
    }

    /// Whether no member has this name, and it is asked for the first time.
    fn is_vacant(&mut self, name: &'static str) -> bool {
        if self.meant.contains(&name) {
            return false;
        }
        self.meant.push(name);
        !self.members.iter().any(|member| *member.name == *name)
    }
}

impl<'n> MapAccess<'n> for MemberReader<'_, 'n> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        let Some((name, member)) = self.next() else { return Ok(None) };
        self.value = &member.value;
        let name = seed.deserialize(StrDeserializer::new(name));
        name.map(Some).map_err(|error: ReadError| error.with_extent(member.extent))
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        self.reader.seed(self.value, seed)
    }
}

/// One of several choices: a word, or an object with one member.
struct Choice<'r, 'n, 'c> {
    reader: Reader<'r, 'n>,
    name: &'c str,
    content: Option<&'n Node<'n>>,
}

impl<'n> Choice<'_, 'n, '_> {
    fn content(&self) -> Result<&'n Node<'n>, ReadError> {
        let missing = || format!("expected an object with one member, `{}`, with its settings", self.name);
        self.content.ok_or_else(|| ReadError::unreadable(missing()))
    }
}

impl<'n> EnumAccess<'n> for Choice<'_, 'n, '_> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'n>>(self, seed: V) -> Result<(V::Value, Self), ReadError> {
        Ok((seed.deserialize(StrDeserializer::new(self.name))?, self))
    }
}

impl<'n> VariantAccess<'n> for Choice<'_, 'n, '_> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        match self.content {
            None => Ok(()),
            Some(node) => Err(ReadError::unreadable(format!("`{}` stands alone here", self.name))
                .with_extent(node.extent)
                .help(format!("write the word, without an object around it: `{}`", self.name))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'n>>(self, seed: T) -> Result<T::Value, ReadError> {
        let content = self.content()?;
        self.reader.seed(content, seed)
    }

    fn tuple_variant<V: Visitor<'n>>(self, _length: usize, _visitor: V) -> Result<V::Value, ReadError> {
        Err(ReadError::unreadable("no choice of the format is a list"))
    }

    fn struct_variant<V: Visitor<'n>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, ReadError> {
        Err(ReadError::unreadable("no choice of the format has fields of its own"))
    }
}
