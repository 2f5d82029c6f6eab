//! Functions of whose result nobody reads their arguments. Those that are not listed pass on what they are given: that is so of most, and nobody
//! could list all ways to write a value in another form.

use super::{
    expression::{is_called, is_called_anywhere},
    literal,
    partial::{DIFFERENCES, column, is_unit},
    scope::Scope,
    types,
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
pub(super) fn masks(function: &Function, arguments: &[&Expr], scope: &Scope<'_>) -> bool {
    let replaced = match arguments {
        [_, pattern, with] if is_called(function, REPLACING) => masked(pattern, with),
        [_, pattern, with, flags] if is_called(function, REPLACING) => {
            masked(pattern, with).filter(|_| literal::text(flags).is_some_and(|flags| flags.contains('g')))
        }
        [_, from, to] if is_called(function, &["translate"]) => translated(from, to),
        _ => None,
    };
    match (replaced, arguments) {
        (Some(Replaced::Digits), _) => true,
        // A number or a moment has none, whatever it is made to before.
        (Some(Replaced::Letters), [of, ..]) => {
            column(of).and_then(|column| types::of(column, scope)).is_some_and(|known| types::is_text(&known))
        }
        _ => false,
    }
}

/// What is taken out of a text.
enum Replaced {
    /// All digits, perhaps with letters.
    Digits,
    /// Letters alone.
    Letters,
}

/// Which of letters and digits, whichever they are, are replaced by something that is not made of them.
fn masked(pattern: &Expr, with: &Expr) -> Option<Replaced> {
    const DIGITS: &[&str] =
        &[".", "\\d", "\\w", "[0-9]", "[a-zA-Z0-9]", "[A-Za-z0-9]", "[^@]", "[[:alnum:]]", "[[:digit:]]"];
    const LETTERS: &[&str] = &["[a-z]", "[A-Z]", "[a-zA-Z]", "[A-Za-z]", "[[:alpha:]]"];
    let (pattern, with) = (literal::text(pattern)?, literal::text(with)?);
    // At an end, only so much is replaced as is there.
    let pattern = if matches!(pattern, "^.*$" | "^.+$") { "." } else { pattern };
    let pattern = pattern.trim_matches(['(', ')', '+', '*']);
    let replaced = if DIGITS.contains(&pattern) { Replaced::Digits } else { Replaced::Letters };
    let is_class = matches!(replaced, Replaced::Digits) || LETTERS.contains(&pattern);
    (is_class && !with.contains(['\\', '$', '&'])).then_some(replaced)
}

/// Which of letters and digits become one letter, or none, if those are many.
fn translated(from: &Expr, to: &Expr) -> Option<Replaced> {
    let (from, to) = (literal::text(from)?, literal::text(to)?);
    let replaced: BTreeSet<char> = from.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let with: BTreeSet<char> = to.chars().collect();
    let has_all_digits = ('0'..='9').all(|digit| replaced.contains(&digit));
    let is_mask = replaced.len() >= LEAST_REPLACED && with.len() <= 1;
    is_mask.then_some(if has_all_digits { Replaced::Digits } else { Replaced::Letters })
}
