//! Functions of whose result nobody reads their arguments. Those that are not listed pass on what they are given: that is so of most, and nobody
//! could list all ways to write a value in another form.

use super::{
    expression::{is_called, is_called_anywhere},
    literal,
    partial::{DIFFERENCES, column, is_unit},
};
use sqlparser::ast::{Expr, Function};
use std::collections::BTreeSet;

/// Those that count, add up, compare, look for something, or make a hash.
const REMOVING: &[&str] = &[
    "approx_count_distinct",
    "approx_distinct",
    "array_contains",
    "avg",
    "bool_and",
    "bool_or",
    "contains",
    "corr",
    "count",
    "count_if",
    "countif",
    "covar_pop",
    "covar_samp",
    "crc32",
    "cume_dist",
    "dense_rank",
    "difference",
    "digest",
    "ends_with",
    "endswith",
    "entropy",
    "every",
    "farm_fingerprint",
    "glob",
    "hash",
    "hashbytes",
    "hashtext",
    "hashtextextended",
    "hmac",
    "hmac_sha256",
    "isfinite",
    "isinf",
    "isnan",
    "isnotnull",
    "json_type",
    "json_typeof",
    "json_valid",
    "jsonb_typeof",
    "kurtosis",
    "like",
    "like_escape",
    "list_contains",
    "md5",
    "md5_number",
    "mean",
    "ntile",
    "percent_rank",
    "prefix",
    "rank",
    "regexp",
    "regexp_full_match",
    "regexp_like",
    "regr_count",
    "regr_r2",
    "rlike",
    "row_number",
    "sha",
    "sha1",
    "sha2",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sign",
    "skewness",
    "soundex",
    "standard_hash",
    "starts_with",
    "startswith",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "suffix",
    "sum",
    "total",
    "typeof",
    "var_pop",
    "var_samp",
    "variance",
    "xxh64",
    "xxhash64",
];

/// Those that say how long a text is. Of a text that was made for it, that may be any number.
const LENGTHS: &[&str] = &["char_length", "character_length", "len", "length", "octet_length", "strlen"];

/// Those that say where something is in a text, or how often. Of a text that was made for it, that may be any number as well.
const PLACES: &[&str] = &[
    "charindex",
    "find_in_set",
    "instr",
    "json_array_length",
    "jsonb_array_length",
    "locate",
    "position",
    "regexp_count",
    "regexp_instr",
    "strpos",
];

const REPLACING: &[&str] = &["regexp_replace", "regex_replace", "replaceregexpall"];

/// How many letters are to be replaced at least: the digits are ten.
const LEAST_REPLACED: usize = 10;

/// Whether nobody reads the arguments of a function of its result.
pub(super) fn removes(function: &Function, arguments: &[&Expr]) -> bool {
    match arguments {
        _ if is_called_anywhere(function, REMOVING) => true,
        [one] if is_called(function, LENGTHS) => column(one).is_some(),
        _ if is_called_anywhere(function, PLACES) => arguments.iter().all(|one| is_plain(one)),
        // Whole years or months between two moments.
        [unit, _, _] if is_called(function, DIFFERENCES) => is_unit(unit.to_string().trim_matches('\'')),
        [_] => is_called(function, &["mask", "isnull"]),
        _ => false,
    }
}

/// Whether an expression is a column, or written down: no text that was made for it.
pub(super) fn is_plain(expression: &Expr) -> bool {
    column(expression).is_some()
        || literal::text(expression).is_some()
        || literal::number(expression).is_some()
}

/// Whether a function takes all letters or digits out of its first argument.
pub(super) fn masks(function: &Function, arguments: &[&Expr]) -> bool {
    match arguments {
        [_, pattern, with] if is_called(function, REPLACING) => is_masked(pattern, with),
        [_, pattern, with, flags] if is_called(function, REPLACING) => {
            is_masked(pattern, with) && literal::text(flags).is_some_and(|flags| flags.contains('g'))
        }
        [_, from, to] if is_called(function, &["translate"]) => is_translated(from, to),
        _ => false,
    }
}

/// Whether letters or digits, whichever they are, are replaced by something that is not made of them.
fn is_masked(pattern: &Expr, with: &Expr) -> bool {
    let (Some(pattern), Some(with)) = (literal::text(pattern), literal::text(with)) else { return false };
    // At an end, only so much is replaced as is there.
    let pattern = if matches!(pattern, "^.*$" | "^.+$") { "." } else { pattern };
    let pattern = pattern.trim_matches(['(', ')', '+', '*']);
    const CLASSES: &[&str] = &[
        ".",
        "\\d",
        "\\w",
        "[0-9]",
        "[a-z]",
        "[A-Z]",
        "[a-zA-Z]",
        "[A-Za-z]",
        "[a-zA-Z0-9]",
        "[A-Za-z0-9]",
        "[^@]",
        "[[:alnum:]]",
        "[[:alpha:]]",
        "[[:digit:]]",
    ];
    CLASSES.contains(&pattern) && !with.contains(['\\', '$', '&'])
}

/// Whether many letters become one, or none.
fn is_translated(from: &Expr, to: &Expr) -> bool {
    let (Some(from), Some(to)) = (literal::text(from), literal::text(to)) else { return false };
    let replaced: BTreeSet<char> = from.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let with: BTreeSet<char> = to.chars().collect();
    replaced.len() >= LEAST_REPLACED && with.len() <= 1
}
