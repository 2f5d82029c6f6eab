//! Functions one of which undoes what the other does: what is encoded and decoded again is as it was.

use super::expression::{arguments, is_called};
use sqlparser::ast::{Expr, Function, UnaryOperator};

/// Functions that write a value in another way, from which it can be read again.
const ENCODING: &[&str] = &[
    "base64",
    "base64_encode",
    "compress",
    "convert_to",
    "encode",
    "hex",
    "hex_encode",
    "reverse",
    "to_base64",
    "to_hex",
    "to_utf8",
    "url_encode",
    "urlencode",
];

/// Functions that read such a value.
const DECODING: &[&str] = &[
    "base64_decode",
    "base64_decode_string",
    "convert_from",
    "decode",
    "decompress",
    "from_base64",
    "from_hex",
    "from_utf8",
    "hex_decode",
    "hex_decode_string",
    "reverse",
    "unbase64",
    "uncompress",
    "unhex",
    "url_decode",
    "urldecode",
];

/// Returns what a function gives as it was, if functions in its first argument wrote that in another way before, and the other
/// arguments of all of them. Which function undoes which is not looked at: whoever mixes them up passes nothing on that anybody wants.
pub(super) fn undone<'e>(function: &Function, outer: &[&'e Expr]) -> Option<(&'e Expr, Vec<&'e Expr>)> {
    if !is_called(function, DECODING) {
        return None;
    }
    let (first, used) = outer.split_first()?;
    let (mut encoded, mut used) = (*first, used.to_vec());
    let mut to_be_undone = 1_usize;
    while to_be_undone > 0 {
        let Expr::Function(inner) = unwrapped(encoded) else { return None };
        to_be_undone = match inner {
            inner if is_called(inner, ENCODING) => to_be_undone - 1,
            inner if is_called(inner, DECODING) => to_be_undone + 1,
            _ => return None,
        };
        let mut arguments = arguments(inner)?.into_iter();
        encoded = arguments.next()?;
        used.extend(arguments);
    }
    Some((encoded, used))
}

/// Returns the number whose negative is an expression, whatever is around it.
pub(super) fn negated(expression: &Expr) -> Option<&Expr> {
    match unwrapped(expression) {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => Some(expr),
        _ => None,
    }
}

/// What is within parentheses and casts.
fn unwrapped(mut expression: &Expr) -> &Expr {
    while let Expr::Nested(inner) | Expr::Cast { expr: inner, .. } = expression {
        expression = inner;
    }
    expression
}
