//! Reads values from a tree, and goes on after a problem: what is wrong in one object does not keep others from being
//! read, nor does a member that is not known.

use super::{
    Member, Node, Problem, Value,
    number::{Number, number},
};
use crate::document::{OBJECT, translate::shortened};
use serde::{
    Deserialize,
    de::{
        DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess, SeqAccess,
        Unexpected, VariantAccess, Visitor, value::StrDeserializer,
    },
    forward_to_deserialize_any,
};
use std::cell::RefCell;

/// The value that a node says, or everything that is wrong with it.
pub(in crate::document) fn read<'n, T: Deserialize<'n>>(node: &'n Node<'_>) -> Result<T, Vec<Problem>> {
    let problems = RefCell::new(Vec::new());
    let outcome = T::deserialize(Reader { node, problems: &problems });
    let mut problems = problems.into_inner();
    match outcome {
        Ok(value) if problems.is_empty() => Ok(value),
        Ok(_) => Err(problems),
        Err(problem) => {
            problems.push(problem);
            Err(problems)
        }
    }
}

#[derive(Clone, Copy)]
struct Reader<'r, 'n, 't> {
    node: &'n Node<'t>,
    problems: &'r RefCell<Vec<Problem>>,
}

impl<'r, 'n, 't> Reader<'r, 'n, 't> {
    fn of(self, node: &'n Node<'t>) -> Self {
        Self { node, ..self }
    }

    /// Reads what is inside. A type that is made of another one may refuse what that one accepted: it is this node, too, that
    /// has the problem.
    fn seed<T: DeserializeSeed<'n>>(self, node: &'n Node<'t>, seed: T) -> Result<T::Value, Problem> {
        seed.deserialize(self.of(node)).map_err(|problem| problem.at(node.extent))
    }

    /// An object as a map; of the members, only those that are known, if that is settled.
    fn visit_members<V: Visitor<'n>>(
        self,
        members: &'n [Member<'t>],
        known: Option<&'static [&'static str]>,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        visitor.visit_map(Members { reader: self, rest: members.iter(), known, value: None })
    }

    /// What is there, where something else is wanted.
    fn refusal(self, wanted: &dyn Expected) -> Problem {
        let found = match &self.node.value {
            Value::Null => {
                return Problem::invalid_type(Unexpected::Unit, wanted)
                    .at(self.node.extent)
                    .help("write what is missing here, or leave the member out");
            }
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(spelling) => match number(spelling) {
                Some(Number::Unsigned(number)) => Unexpected::Unsigned(number),
                Some(Number::Signed(number)) => Unexpected::Signed(number),
                Some(Number::Fraction(number)) => Unexpected::Float(number),
                None => return out_of_range(spelling).at(self.node.extent),
            },
            Value::Text(text) => Unexpected::Str(text),
            Value::List(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        Problem::invalid_type(found, wanted).at(self.node.extent)
    }

    fn visit<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Problem> {
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
            Value::List(nodes) => visitor.visit_seq(Elements { reader: self, rest: nodes.iter() }),
            Value::Object(members) => self.visit_members(members, None, visitor),
        }
    }
}

fn out_of_range(spelling: &str) -> Problem {
    let spelling = shortened(spelling);
    Problem::unreadable(format!("the number `{spelling}` is out of range"))
        .help("a whole number has at most 64 bits; put a longer one between quotation marks to make it text")
}

/// Each kind of value is offered to those alone who can have asked for it: what a visitor would never be asked is not
/// compiled, for any of the many types that are read.
impl<'de> Deserializer<'de> for Reader<'_, 'de, '_> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.visit(visitor).map_err(|problem: Problem| problem.at(self.node.extent))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.node.value {
            Value::Text(text) => {
                visitor.visit_str(text).map_err(|problem: Problem| problem.at(self.node.extent))
            }
            Value::Number(spelling) => Err(self
                .refusal(&visitor)
                .help(format!("put `{}` between quotation marks to make it text", shortened(spelling)))),
            _ => Err(self.refusal(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.node.value {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => Err(self.refusal(&visitor)),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let whole = match &self.node.value {
            Value::Number(spelling) => number(spelling),
            _ => None,
        };
        match whole {
            Some(Number::Unsigned(number)) => {
                visitor.visit_u64(number).map_err(|problem: Problem| problem.at(self.node.extent))
            }
            _ => Err(self.refusal(&visitor)),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.node.value {
            Value::List(nodes) => visitor
                .visit_seq(Elements { reader: self, rest: nodes.iter() })
                .map_err(|problem: Problem| problem.at(self.node.extent)),
            _ => Err(self.refusal(&visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.node.value {
            Value::Object(members) => self
                .visit_members(members, None, visitor)
                .map_err(|problem: Problem| problem.at(self.node.extent)),
            _ => Err(self.refusal(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
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
        match &self.node.value {
            Value::Object(members) => self
                .visit_members(members, Some(fields), visitor)
                .map_err(|problem: Problem| problem.at(self.node.extent)),
            _ => Err(self.refusal(&visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let choice = match &self.node.value {
            Value::Text(word) => Choice { reader: self, name: word, content: None },
            Value::Object(members) if members.len() == 1 => match members.first() {
                Some(Member { name, value, .. }) => Choice { reader: self, name, content: Some(value) },
                None => return Err(self.refusal(&visitor)),
            },
            Value::Object(_) => {
                return Err(Problem::unreadable(
                    "expected an object with one member: the kind, with its settings",
                )
                .at(self.node.extent));
            }
            _ => return Err(self.refusal(&visitor)),
        };
        visitor.visit_enum(choice).map_err(|problem: Problem| problem.at(self.node.extent))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
        ignored_any
    }
}

/// An object as a list of one element; of none, if there is a problem with it, which is noted.
struct Attempt<'r, 'n, 't>(Reader<'r, 'n, 't>);

impl<'n> SeqAccess<'n> for Attempt<'_, 'n, '_> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Problem> {
        match seed.deserialize(self.0) {
            Ok(object) => Ok(Some(object)),
            Err(problem) => {
                self.0.problems.borrow_mut().push(problem);
                Ok(None)
            }
        }
    }
}

struct Elements<'r, 'n, 't> {
    reader: Reader<'r, 'n, 't>,
    rest: std::slice::Iter<'n, Node<'t>>,
}

impl<'n> SeqAccess<'n> for Elements<'_, 'n, '_> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Problem> {
        self.rest.next().map(|node| self.reader.seed(node, seed)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

struct Members<'r, 'n, 't> {
    reader: Reader<'r, 'n, 't>,
    rest: std::slice::Iter<'n, Member<'t>>,
    /// What members can be called, if that is settled.
    known: Option<&'static [&'static str]>,
    value: Option<&'n Node<'t>>,
}

impl<'n> MapAccess<'n> for Members<'_, 'n, '_> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        for member in self.rest.by_ref() {
            if let Some(known) = self.known
                && !known.contains(&&*member.name)
            {
                let problem = Problem::unknown_member(&member.name, known).at(member.extent);
                self.reader.problems.borrow_mut().push(problem);
                continue;
            }
            self.value = Some(&member.value);
            let name: StrDeserializer<'_, Problem> = (*member.name).into_deserializer();
            return seed.deserialize(name).map(Some).map_err(|problem| problem.at(member.extent));
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Problem> {
        match self.value.take() {
            Some(node) => self.reader.seed(node, seed),
            None => Err(Problem::unreadable("a value was asked for that is not there")),
        }
    }
}

/// One of several choices: a word, or an object with one member.
struct Choice<'r, 'n, 't> {
    reader: Reader<'r, 'n, 't>,
    name: &'n str,
    content: Option<&'n Node<'t>>,
}

impl<'r, 'n, 't> EnumAccess<'n> for Choice<'r, 'n, 't> {
    type Error = Problem;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'n>>(self, seed: V) -> Result<(V::Value, Self), Problem> {
        let name: StrDeserializer<'_, Problem> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'n> VariantAccess<'n> for Choice<'_, 'n, '_> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        match self.content {
            None => Ok(()),
            Some(node) => Err(Problem::unreadable(format!("`{}` stands alone here", self.name))
                .at(node.extent)
                .help(format!("write the word, without an object around it: `{}`", self.name))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'n>>(self, seed: T) -> Result<T::Value, Problem> {
        match self.content {
            Some(node) => self.reader.seed(node, seed),
            None => Err(Problem::unreadable(format!(
                "expected an object with one member, `{}`, with its settings",
                self.name
            ))),
        }
    }

    fn tuple_variant<V: Visitor<'n>>(self, _length: usize, visitor: V) -> Result<V::Value, Problem> {
        match self.content {
            Some(node) => self.reader.of(node).deserialize_any(visitor),
            None => Err(Problem::invalid_type(Unexpected::UnitVariant, &visitor)),
        }
    }

    fn struct_variant<V: Visitor<'n>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match self.content {
            Some(node) => self.reader.of(node).deserialize_struct("", fields, visitor),
            None => Err(Problem::invalid_type(Unexpected::UnitVariant, &visitor)),
        }
    }
}
