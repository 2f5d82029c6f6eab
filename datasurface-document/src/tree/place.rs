//! Where a value stands that is to be read: in a tree, or in a text of JSON of which no tree was made.

use super::{
    Extent, Member, Node, Problem, Value,
    number::{Number, number},
    scan::{Scanner, Token},
};
use std::{borrow::Cow, slice};

#[derive(Clone, Copy)]
pub(super) enum Place<'n> {
    Tree(&'n Node<'n>),
    /// Comes next in the text: whatever is read is passed, and has to be read to its end.
    Text(&'n Scanner<'n>),
}

/// What a place says.
pub(super) enum Said<'n> {
    Null,
    Bool(bool),
    /// As it is spelled.
    Number(&'n str),
    Text(Cow<'n, str>),
    List(Elements<'n>),
    Object(Members<'n>),
}

impl Said<'_> {
    /// The number, if it is one, and not too large.
    pub(super) fn number(&self) -> Option<Number> {
        match self {
            Self::Number(spelling) => number(spelling),
            _ => None,
        }
    }
}

impl<'n> Place<'n> {
    pub(super) fn said(self) -> Result<Said<'n>, Problem> {
        Ok(match self {
            Self::Tree(node) => match &node.value {
                Value::Null => Said::Null,
                Value::Bool(value) => Said::Bool(*value),
                Value::Number(spelling) => Said::Number(spelling),
                Value::Text(text) => Said::Text(Cow::Borrowed(text)),
                Value::List(nodes) => Said::List(Elements::Tree(nodes.iter())),
                Value::Object(members) => Said::Object(Members::Tree(members.iter())),
            },
            Self::Text(scanner) => match scanner.next()? {
                Some((_, Token::List)) => Said::List(Elements::Text(scanner.inside()?)),
                Some((_, Token::Object)) => Said::Object(Members::Text(scanner.inside()?)),
                Some((_, Token::Text(text))) => Said::Text(text),
                Some((_, Token::Null)) => Said::Null,
                Some((_, Token::Bool(value))) => Said::Bool(value),
                Some((_, Token::Number(spelling))) => Said::Number(spelling),
                Some((_, Token::End | Token::Between)) | None => {
                    return Err(Problem::unreadable("a value is missing"));
                }
            },
        })
    }

    /// Whether nothing stands here, which is passed then.
    pub(super) fn is_null(self) -> bool {
        match self {
            Self::Tree(node) => matches!(node.value, Value::Null),
            Self::Text(scanner) => scanner.first() == Some(b'n') && scanner.next().is_ok(),
        }
    }

    /// Where a problem with it is. In a text that is where reading has come to.
    pub(super) fn extent(self) -> Extent {
        match self {
            Self::Tree(node) => node.extent,
            Self::Text(scanner) => scanner.here(),
        }
    }
}

/// What is left of a list.
pub(super) enum Elements<'n> {
    Tree(slice::Iter<'n, Node<'n>>),
    Text(&'n Scanner<'n>),
}

impl<'n> Elements<'n> {
    pub(super) fn next(&mut self) -> Result<Option<Place<'n>>, Problem> {
        Ok(match self {
            Self::Tree(rest) => rest.next().map(Place::Tree),
            Self::Text(scanner) => (!scanner.ends(b']')?).then_some(Place::Text(scanner)),
        })
    }

    /// How many there are, if that is known.
    pub(super) fn len(&self) -> Option<usize> {
        match self {
            Self::Tree(rest) => Some(rest.len()),
            Self::Text(_) => None,
        }
    }
}

/// What is left of an object.
pub(super) enum Members<'n> {
    Tree(slice::Iter<'n, Member<'n>>),
    Text(&'n Scanner<'n>),
}

/// The name of a member, where it is, and its value.
pub(super) struct Entry<'n> {
    pub(super) name: Cow<'n, str>,
    pub(super) extent: Extent,
    pub(super) value: Place<'n>,
}

impl<'n> Members<'n> {
    pub(super) fn next(&mut self) -> Result<Option<Entry<'n>>, Problem> {
        Ok(match self {
            Self::Tree(rest) => rest.next().map(|Member { name, extent, value }| Entry {
                name: Cow::Borrowed(name),
                extent: *extent,
                value: Place::Tree(value),
            }),
            Self::Text(scanner) if scanner.ends(b'}')? => None,
            Self::Text(scanner) => match scanner.next()? {
                Some((extent, Token::Text(name))) => {
                    scanner.pass(b':')?;
                    Some(Entry { name, extent, value: Place::Text(scanner) })
                }
                _ => return Err(Problem::unreadable("a name is missing")),
            },
        })
    }
}
