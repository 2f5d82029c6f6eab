//! Functions and operators that write a value in another way, from which it can be read again.

use super::{
    constant::may_be_number,
    expression::{arguments, is_called},
    scope::Scope,
};
use crate::writing::Writing;
use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

/// Functions from whose result anybody reads their argument. Of a text in other cases, nothing is missing that people look for.
const READABLE: &[&str] = &[
    "base64",
    "base64_decode",
    "base64_decode_string",
    "base64_encode",
    "casefold",
    "compress",
    "convert_from",
    "convert_to",
    "decode",
    "decompress",
    "encode",
    "from_base64",
    "from_hex",
    "from_utf8",
    "gunzip",
    "gzip",
    "hex",
    "hex_decode",
    "hex_decode_string",
    "hex_encode",
    "initcap",
    "json",
    "lcase",
    "lower",
    "normalize",
    "quote",
    "quote_ident",
    "quote_literal",
    "quote_nullable",
    "quotename",
    "remove_accents",
    "reverse",
    "rot13",
    "strip_accents",
    "swapcase",
    "to_base64",
    "to_binary",
    "to_hex",
    "to_utf8",
    "ucase",
    "unaccent",
    "unbase64",
    "uncompress",
    "unhex",
    "unistr",
    "upper",
    "url_decode",
    "url_encode",
    "urldecode",
    "urlencode",
    "utf8",
];

/// Functions that encrypt, and those that decrypt.
const SEALING: &[&str] = &["aes_encrypt", "encrypt", "encryptbypassphrase", "pgp_sym_encrypt"];
const OPENING: &[&str] = &["aes_decrypt", "decrypt", "decryptbypassphrase", "pgp_sym_decrypt"];

/// Returns the part whose value an expression is in another writing, that writing, and the other parts.
pub(super) fn rewritten<'e>(
    expression: &'e Expr,
    scope: &Scope<'_>,
) -> Option<(&'e Expr, Writing, Vec<&'e Expr>)> {
    match expression {
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::BitwiseNot, expr } => {
            Some((expr, Writing::READABLE, Vec::new()))
        }
        Expr::BinaryOp { left, op: BinaryOperator::Minus, right } if may_be_number(left, 0.0, scope) => {
            Some((right, Writing::READABLE, vec![&**left]))
        }
        Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } if may_be_number(right, -1.0, scope) => {
            Some((left, Writing::READABLE, vec![&**right]))
        }
        Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } if may_be_number(left, -1.0, scope) => {
            Some((right, Writing::READABLE, vec![&**left]))
        }
        Expr::Function(function) => {
            let writing = match function {
                function if is_called(function, READABLE) => Writing::READABLE,
                function if is_called(function, SEALING) => Writing::SEALED,
                function if is_called(function, OPENING) => Writing::OPENED,
                _ => return None,
            };
            let mut arguments = arguments(function)?.into_iter();
            Some((arguments.next()?, writing, arguments.collect()))
        }
        _ => None,
    }
}
