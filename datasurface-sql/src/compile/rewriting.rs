//! Functions and operators that write a value in another way, from which it can be read again.

use super::{
    constant::may_be_number,
    expression::{arguments, is_called},
    scope::Scope,
};
use crate::writing::Writing;
use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

/// Functions that encode.
const ENCODING: &[&str] = &[
    "aes_encrypt",
    "base64",
    "base64_encode",
    "compress",
    "convert_to",
    "encode",
    "gzip",
    "hex",
    "hex_encode",
    "to_base64",
    "to_hex",
    "to_utf8",
    "url_encode",
    "urlencode",
];

/// Functions that decode.
const DECODING: &[&str] = &[
    "aes_decrypt",
    "base64_decode",
    "base64_decode_string",
    "convert_from",
    "decode",
    "decompress",
    "from_base64",
    "from_hex",
    "from_utf8",
    "gunzip",
    "hex_decode",
    "hex_decode_string",
    "unbase64",
    "uncompress",
    "unhex",
    "url_decode",
    "urldecode",
];

/// Returns the part whose value an expression is in another writing, that writing, and the other parts.
pub(super) fn rewritten<'e>(
    expression: &'e Expr,
    scope: &Scope<'_>,
) -> Option<(&'e Expr, Writing, Vec<&'e Expr>)> {
    match expression {
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::BitwiseNot, expr } => {
            Some((expr, Writing::TURNED, Vec::new()))
        }
        Expr::BinaryOp { left, op: BinaryOperator::Minus, right } if may_be_number(left, 0.0, scope) => {
            Some((right, Writing::TURNED, vec![&**left]))
        }
        Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } if may_be_number(right, -1.0, scope) => {
            Some((left, Writing::TURNED, vec![&**right]))
        }
        Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } if may_be_number(left, -1.0, scope) => {
            Some((right, Writing::TURNED, vec![&**left]))
        }
        Expr::Function(function) => {
            let writing = match function {
                function if is_called(function, ENCODING) => Writing::ENCODED,
                function if is_called(function, DECODING) => Writing::DECODED,
                function if is_called(function, &["reverse"]) => Writing::TURNED,
                _ => return None,
            };
            let mut arguments = arguments(function)?.into_iter();
            Some((arguments.next()?, writing, arguments.collect()))
        }
        _ => None,
    }
}
