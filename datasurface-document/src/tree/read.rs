//! Reads values from a tree, and goes on after a problem: what is wrong in one object does not keep others from being
//! read, nor does a member that is not known. From a text of JSON the same is read without a tree, which is quicker, until the
//! first problem.

use super::{
    Node, Problem,
    number::{Number, number},
    place::{Elements, Entry, Members, Place, Said},
    scan::Scanner,
};
use crate::{OBJECT, translate::shortened};
use serde::{
    de::{
        DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess,
        Unexpected, VariantAccess, Visitor, value::StrDeserializer,
    },
    forward_to_deserialize_any,
};
use std::{borrow::Cow, cell::RefCell};

/// The value that a node says, or everything that is wrong with it.
pub(crate) fn read<T: DeserializeOwned>(node: &Node<'_>) -> Result<T, Vec<Problem>> {
    let problems = RefCell::new(Vec::new());
    let outcome = T::deserialize(Reader { place: Place::Tree(node), problems: Some(&problems) });
    let mut problems = problems.into_inner();
    match outcome {
        Ok(value) if problems.is_empty() => Ok(value),
        Ok(_) => Err(problems),
        Err(problem) => {
            problems.push(problem.at(node.extent));
            Err(problems)
        }
    }
}

/// The value that a text of JSON says. Nothing if anything is wrong with it: what that is has to be looked for in its tree.
pub(crate) fn read_text<T: DeserializeOwned>(text: &str) -> Option<T> {
    let scanner = Scanner::new(text);
    let value = T::deserialize(Reader { place: Place::Text(&scanner), problems: None }).ok()?;
    scanner.is_at_end().then_some(value)
}

/// Each kind of value is offered to those alone who can have asked for it: what a visitor would never be asked is not
/// compiled, for any of the many types that are read.
#[derive(Clone, Copy)]
struct Reader<'r, 'n> {
    place: Place<'n>,
    /// Where to note a problem that reading can go on after. Nothing if it is to stop at the first.
    problems: Option<&'r RefCell<Vec<Problem>>>,
}

impl<'r, 'n> Reader<'r, 'n> {
    /// Reads what is inside. A type that is made of another one may refuse what that one accepted: it is this place, too, that
    /// has the problem.
    fn seed<T: DeserializeSeed<'n>>(self, place: Place<'n>, seed: T) -> Result<T::Value, Problem> {
        match seed.deserialize(Self { place, ..self }) {
            Ok(value) => Ok(value),
            Err(problem) => Err(problem.at(place.extent())),
        }
    }

    fn note(self, problem: Problem) -> Result<(), Problem> {
        let Some(problems) = self.problems else { return Err(problem) };
        problems.borrow_mut().push(problem);
        Ok(())
    }

    fn text(self, wanted: &dyn Expected) -> Result<Cow<'n, str>, Problem> {
        match self.place.said()? {
            Said::Text(text) => Ok(text),
            said => Err(no_text(&said, wanted)),
        }
    }

    fn list(self, wanted: &dyn Expected) -> Result<ElementReader<'r, 'n>, Problem> {
        match self.place.said()? {
            Said::List(rest) => Ok(ElementReader { reader: self, rest }),
            said => Err(refusal(&said, wanted)),
        }
    }

    /// An object; of the members, only those that are known, if that is settled.
    fn object(self, known: Known, wanted: &dyn Expected) -> Result<MemberReader<'r, 'n>, Problem> {
        match self.place.said()? {
            Said::Object(rest) => Ok(MemberReader { known, ..MemberReader::new(self, rest) }),
            said => Err(refusal(&said, wanted)),
        }
    }
}

/// What is there, where something else is wanted.
fn refusal(said: &Said<'_>, wanted: &dyn Expected) -> Problem {
    let found = match said {
        Said::Null => {
            return Problem::invalid_type(Unexpected::Unit, wanted)
                .help("write what is missing here, or leave the member out");
        }
        Said::Bool(value) => Unexpected::Bool(*value),
        Said::Number(spelling) => match number(spelling) {
            Some(Number::Unsigned(number)) => Unexpected::Unsigned(number),
            Some(Number::Signed(number)) => Unexpected::Signed(number),
            Some(Number::Fraction(number)) => Unexpected::Float(number),
            None => return out_of_range(spelling),
        },
        Said::Text(text) => Unexpected::Str(text),
        Said::List(_) => Unexpected::Seq,
        Said::Object(_) => Unexpected::Map,
    };
    Problem::invalid_type(found, wanted)
}

fn out_of_range(spelling: &str) -> Problem {
    let spelling = shortened(spelling);
    Problem::unreadable(format!("the number `{spelling}` is out of range"))
        .help("a whole number has at most 64 bits; put a longer one between quotation marks to make it text")
}

fn no_text(said: &Said<'_>, wanted: &dyn Expected) -> Problem {
    let problem = refusal(said, wanted);
    match said {
        Said::Number(spelling) => {
            problem.help(format!("put `{}` between quotation marks to make it text", shortened(spelling)))
        }
        _ => problem,
    }
}

fn no_choice() -> Problem {
    Problem::unreadable("expected an object with one member: the kind, with its settings")
}

impl<'de> Deserializer<'de> for Reader<'_, 'de> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.place.said()? {
            Said::Null => visitor.visit_unit(),
            Said::Bool(value) => visitor.visit_bool(value),
            Said::Number(spelling) => match number(spelling) {
                Some(Number::Unsigned(number)) => visitor.visit_u64(number),
                Some(Number::Signed(number)) => visitor.visit_i64(number),
                Some(Number::Fraction(number)) => visitor.visit_f64(number),
                None => Err(out_of_range(spelling)),
            },
            Said::Text(text) => visitor.visit_str(&text),
            Said::List(rest) => visitor.visit_seq(ElementReader { reader: self, rest }),
            Said::Object(rest) => visitor.visit_map(MemberReader::new(self, rest)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let text = self.text(&visitor)?;
        visitor.visit_str(&text)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.place.said()? {
            Said::Bool(value) => visitor.visit_bool(value),
            said => Err(refusal(&said, &visitor)),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let said = self.place.said()?;
        match said.number() {
            Some(Number::Unsigned(number)) => visitor.visit_u64(number),
            _ => Err(refusal(&said, &visitor)),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.list(&visitor) {
            Ok(list) => visitor.visit_seq(list),
            Err(problem) => Err(problem),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.object(None, &visitor) {
            Ok(object) => visitor.visit_map(object),
            Err(problem) => Err(problem),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        if self.place.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        if name == OBJECT { visitor.visit_seq(Attempt(self)) } else { visitor.visit_newtype_struct(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match self.object(Some(fields), &visitor) {
            Ok(object) => visitor.visit_map(object),
            Err(problem) => Err(problem),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match self.place.said()? {
            Said::Text(name) => visitor.visit_enum(Choice { reader: self, name: &name, content: None }),
            Said::Object(mut rest) => {
                let Some(Entry { name, value, .. }) = rest.next()? else { return Err(no_choice()) };
                let chosen =
                    visitor.visit_enum(Choice { reader: self, name: &name, content: Some(value) })?;
                if rest.next()?.is_some() { Err(no_choice()) } else { Ok(chosen) }
            }
            said => Err(refusal(&said, &visitor)),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
        ignored_any
    }
}

/// An object as a list of one element; of none, if there is a problem with it, which is noted.
struct Attempt<'r, 'n>(Reader<'r, 'n>);

impl<'n> SeqAccess<'n> for Attempt<'_, 'n> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Problem> {
        let Self(reader) = *self;
        match reader.seed(reader.place, seed) {
            Ok(object) => Ok(Some(object)),
            Err(problem) => reader.note(problem).map(|()| None),
        }
    }
}

struct ElementReader<'r, 'n> {
    reader: Reader<'r, 'n>,
    rest: Elements<'n>,
}

impl<'n> SeqAccess<'n> for ElementReader<'_, 'n> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Problem> {
        match self.rest.next()? {
            Some(place) => self.reader.seed(place, seed).map(Some),
            None => Ok(None),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.rest.len()
    }
}

/// What members can be called, if that is settled.
type Known = Option<&'static [&'static str]>;

struct MemberReader<'r, 'n> {
    reader: Reader<'r, 'n>,
    rest: Members<'n>,
    known: Known,
    /// The member whose name was read last.
    member: Entry<'n>,
}

impl<'r, 'n> MemberReader<'r, 'n> {
    fn new(reader: Reader<'r, 'n>, rest: Members<'n>) -> Self {
        let member = Entry { name: Cow::Borrowed(""), extent: reader.place.extent(), value: reader.place };
        Self { reader, rest, known: None, member }
    }

    /// The name of the next member, of those that are known.
    fn next(&mut self) -> Result<Option<&str>, Problem> {
        while let Some(member) = self.rest.next()? {
            match self.known {
                Some(known) if !known.contains(&&*member.name) => {
                    self.reader.note(Problem::unknown_member(&member.name, known).at(member.extent))?;
                }
                _ => {
                    self.member = member;
                    return Ok(Some(&self.member.name));
                }
            }
        }
        Ok(None)
    }
}

impl<'n> MapAccess<'n> for MemberReader<'_, 'n> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        let Some(name) = self.next()? else { return Ok(None) };
        match seed.deserialize(StrDeserializer::new(name)) {
            Ok(name) => Ok(Some(name)),
            Err(problem) => Err(Problem::at(problem, self.member.extent)),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Problem> {
        self.reader.seed(self.member.value, seed)
    }
}

/// One of several choices: a word, or an object with one member.
struct Choice<'r, 'n, 'c> {
    reader: Reader<'r, 'n>,
    name: &'c str,
    content: Option<Place<'n>>,
}

impl<'n> Choice<'_, 'n, '_> {
    fn content(&self) -> Result<Place<'n>, Problem> {
        let missing = || format!("expected an object with one member, `{}`, with its settings", self.name);
        self.content.ok_or_else(|| Problem::unreadable(missing()))
    }
}

impl<'n> EnumAccess<'n> for Choice<'_, 'n, '_> {
    type Error = Problem;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'n>>(self, seed: V) -> Result<(V::Value, Self), Problem> {
        Ok((seed.deserialize(StrDeserializer::new(self.name))?, self))
    }
}

impl<'n> VariantAccess<'n> for Choice<'_, 'n, '_> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        match self.content {
            None => Ok(()),
            Some(place) => Err(Problem::unreadable(format!("`{}` stands alone here", self.name))
                .at(place.extent())
                .help(format!("write the word, without an object around it: `{}`", self.name))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'n>>(self, seed: T) -> Result<T::Value, Problem> {
        let content = self.content()?;
        self.reader.seed(content, seed)
    }

    fn tuple_variant<V: Visitor<'n>>(self, _length: usize, _visitor: V) -> Result<V::Value, Problem> {
        Err(Problem::unreadable("no choice of the format is a list"))
    }

    fn struct_variant<V: Visitor<'n>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Problem> {
        Err(Problem::unreadable("no choice of the format has fields of its own"))
    }
}
