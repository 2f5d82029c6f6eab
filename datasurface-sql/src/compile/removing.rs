//! Functions of whose result nobody reads their arguments. Those that are not listed pass on what they are given: that is so of most, and nobody
//! could list all ways to write a value in another form.

use super::{
    expression::{is_called, is_called_anywhere},
    literal,
};
use sqlparser::ast::{Expr, Function};

/// Those that count, add up, compare, look for something, or make a hash.
const REMOVING: &[&str] = &[
    "approx_count_distinct",
    "approx_distinct",
    "array_contains",
    "array_length",
    "array_position",
    "array_size",
    "avg",
    "bit_length",
    "bool_and",
    "bool_or",
    "cardinality",
    "char_length",
    "character_length",
    "charindex",
    "contains",
    "corr",
    "count",
    "count_if",
    "countif",
    "covar_pop",
    "covar_samp",
    "crc32",
    "cume_dist",
    "damerau_levenshtein",
    "dense_rank",
    "difference",
    "digest",
    "editdist3",
    "ends_with",
    "endswith",
    "entropy",
    "every",
    "farm_fingerprint",
    "find_in_set",
    "glob",
    "hamming",
    "hash",
    "hashbytes",
    "hashtext",
    "hmac",
    "hmac_sha256",
    "instr",
    "isfinite",
    "isinf",
    "isnan",
    "isnotnull",
    "jaccard",
    "jaro_similarity",
    "jaro_winkler_similarity",
    "json_array_length",
    "json_type",
    "json_typeof",
    "json_valid",
    "jsonb_array_length",
    "jsonb_typeof",
    "kurtosis",
    "len",
    "length",
    "levenshtein",
    "like",
    "like_escape",
    "list_contains",
    "locate",
    "md5",
    "md5_number",
    "mean",
    "ntile",
    "octet_length",
    "percent_rank",
    "position",
    "prefix",
    "rank",
    "regexp",
    "regexp_count",
    "regexp_full_match",
    "regexp_instr",
    "regexp_like",
    "regr_count",
    "regr_r2",
    "regr_slope",
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
    "strlen",
    "strpos",
    "suffix",
    "sum",
    "total",
    "typeof",
    "var_pop",
    "var_samp",
    "variance",
    "width_bucket",
    "xxh64",
    "xxhash64",
];

const REPLACING: &[&str] = &["regexp_replace", "regex_replace", "replaceregexpall"];

/// How many letters are to be replaced by one at least: the digits are ten.
const MOST_KEPT: usize = 10;

/// Whether nobody reads the arguments of a function of its result.
pub(super) fn removes(function: &Function, arguments: &[&Expr]) -> bool {
    match arguments {
        _ if is_called_anywhere(function, REMOVING) => true,
        [_] => is_called(function, &["mask", "isnull"]),
        [_, pattern, with, ..] if is_called(function, REPLACING) => is_masked(pattern, with),
        [_, from, to] if is_called(function, &["translate"]) => is_translated(from, to),
        _ => false,
    }
}

/// Whether what a pattern finds is in most texts, and is replaced by something that is not made of it.
fn is_masked(pattern: &Expr, with: &Expr) -> bool {
    let (Some(pattern), Some(with)) = (literal::text(pattern), literal::text(with)) else { return false };
    let is_class = ["[", ".", "\\d", "\\D", "\\w", "\\W", "\\S"].iter().any(|class| pattern.contains(class));
    is_class && !with.contains(['\\', '$', '&'])
}

/// Whether many letters become one, or none.
fn is_translated(from: &Expr, to: &Expr) -> bool {
    let (Some(from), Some(to)) = (literal::text(from), literal::text(to)) else { return false };
    let mut letters = to.chars();
    let first = letters.next();
    from.chars().count() >= MOST_KEPT
        && letters.all(|letter| Some(letter) == first)
        && first.is_none_or(|first| !from.contains(first))
}
