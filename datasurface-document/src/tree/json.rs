//! The tree of a JSON text. Whether the text is JSON is judged by serde's reader, for whose words there are plainer ones; what is
//! where in it, by a parser that keeps ranges.

use super::{DEEPEST, Extent, Member, Node, ReadError, Tree, Value, without_duplicates};
use crate::json_errors;
use jsonc_parser::{
    CollectOptions, ParseOptions,
    ast::{self, ObjectPropName},
    common::{Range, Ranged},
    errors::ParseErrorKind,
    parse_to_ast,
};
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// JSON alone, and nothing that is only like it.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn parse(text: &str) -> Result<Tree<'_>, ReadError> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(json_errors::syntax(text, &error));
    }
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| {
        let reason = match error.kind() {
            ParseErrorKind::NestingDepthExceeded => ReadError::too_deep(),
            _ => {
                ReadError::unreadable("the document is not JSON: a text with escapes that mean no character")
            }
        };
        reason.with_extent(extent(error.range()))
    })?;
    let mut errors = Vec::new();
    match parsed.value {
        Some(value) => Ok(Tree { root: node(value, 0, &mut errors)?, errors }),
        None => Err(ReadError::unreadable("the document is empty").with_extent(Extent { start: 0, end: 0 })),
    }
}

/// A value so deep inside of others, as a node.
fn node<'t>(value: ast::Value<'t>, depth: usize, errors: &mut Vec<ReadError>) -> Result<Node<'t>, ReadError> {
    let extent = extent(value.range());
    let inside = |depth: usize| {
        if depth < DEEPEST { Ok(depth + 1) } else { Err(ReadError::too_deep().with_extent(extent)) }
    };
    let value = match value {
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
        ast::Value::NumberLit(literal) => Value::Number(Cow::Borrowed(literal.value)),
        ast::Value::StringLit(literal) => Value::Text(literal.value),
        ast::Value::Array(array) => {
            let depth = inside(depth)?;
            let mut elements = Vec::with_capacity(array.elements.len());
            for element in array.elements {
                elements.push(node(element, depth, errors)?);
            }
            Value::List(elements)
        }
        ast::Value::Object(object) => {
            let depth = inside(depth)?;
            let mut members = Vec::with_capacity(object.properties.len());
            for ast::ObjectProp { name, value, .. } in object.properties {
                let (name, extent) = named(name);
                members.push(Member { name, extent, value: node(value, depth, errors)? });
            }
            Value::Object(without_duplicates(members, errors))
        }
    };
    Ok(Node { extent, value })
}

fn named(name: ObjectPropName<'_>) -> (Cow<'_, str>, Extent) {
    match name {
        ObjectPropName::String(literal) => (literal.value, extent(literal.range)),
        ObjectPropName::Word(literal) => (Cow::Borrowed(literal.value), extent(literal.range)),
    }
}

fn extent(range: Range) -> Extent {
    Extent { start: range.start, end: range.end }
}
