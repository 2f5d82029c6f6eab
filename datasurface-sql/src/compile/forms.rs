//! Functions that give an argument as it is, at least in some rows or in some dialects: a list, which [`passed_on`] looks up.

use super::{
    constant,
    expression::{is_called, is_called_anywhere},
    passing::{may_be_all, may_be_first},
    scope::Scope,
};
use sqlparser::ast::{Expr, Function};
use std::ops::Range;

/// Functions that pass the same arguments on, under the same condition.
struct Form {
    names: &'static [&'static str],
    /// The places of the arguments that are passed on; the others are used otherwise.
    passed_on: Range<usize>,
    condition: Condition,
}

enum Condition {
    Always,
    /// There is one argument.
    Alone,
    /// The argument at this place is one of these texts.
    Text(usize, &'static [&'static str]),
    /// The argument at this place is one of these numbers.
    Number(usize, &'static [f64]),
    /// The argument at this place is the place of the first letter of the first one.
    First(usize),
    /// The arguments at these places are the same text.
    SameTexts(usize, usize),
    /// The argument at this place is as long as the first one can be.
    All(usize),
    /// The first argument was made just before, or the path at this place is that of all of it.
    Member(usize),
    /// There is nothing in the other ones of those that are passed on.
    OthersAreNothing,
}

const fn form(names: &'static [&'static str], passed_on: Range<usize>, condition: Condition) -> Form {
    Form { names, passed_on, condition }
}

const ALL: Range<usize> = 0..usize::MAX;
const FIRST: Range<usize> = 0..1;
const ALL_BUT_FIRST: Range<usize> = 1..usize::MAX;
const ALL_BUT_TWO: Range<usize> = 2..usize::MAX;

/// Functions that make arrays, objects and the like.
const CONTAINERS: &[&str] = &[
    "array",
    "array_agg",
    "array_construct",
    "collect_list",
    "collect_set",
    "json_agg",
    "json_array",
    "json_arrayagg",
    "json_build_array",
    "json_build_object",
    "json_group_array",
    "json_group_object",
    "json_object",
    "json_object_agg",
    "json_objectagg",
    "json_quote",
    "jsonb_agg",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_group_array",
    "jsonb_group_object",
    "jsonb_object_agg",
    "list",
    "list_value",
    "map",
    "object_agg",
    "object_construct",
    "row",
    "struct",
    "struct_pack",
    "to_json",
    "to_jsonb",
];

/// Functions that replace what a pattern finds: nothing with nothing, or something with itself.
const REPLACING: &[&str] =
    &["regexp_replace", "regex_replace", "replaceregexpall", "replaceregexpone", "replaceall", "replaceone"];

static FORMS: &[Form] = &[
    // One of the arguments.
    form(&["coalesce", "ifnull", "isnull", "nvl", "greatest", "least", "min", "max"], ALL, Condition::Always),
    form(&["if", "iff", "iif", "ifelse", "nvl2", "choose", "elt"], ALL_BUT_FIRST, Condition::Always),
    form(&["decode"], ALL_BUT_TWO, Condition::Always),
    form(&["nullif", "nullifzero", "zeroifnull", "likelihood"], FIRST, Condition::Always),
    form(&["likely", "unlikely", "try", "values"], ALL, Condition::Always),
    // The value that an argument has in one of several rows: of one row, that is its value.
    form(
        &[
            "any",
            "any_value",
            "anylast",
            "any_last",
            "arbitrary",
            "mode",
            "median",
            "first",
            "last",
            "first_value",
            "last_value",
        ],
        ALL,
        Condition::Always,
    ),
    form(&["nth_value", "lag", "lead", "group_concat", "string_agg", "listagg"], ALL, Condition::Always),
    form(
        &["arg_max", "arg_min", "argmax", "argmin", "arg_max_null", "arg_min_null", "max_by", "min_by"],
        FIRST,
        Condition::Always,
    ),
    // A value that has the arguments in it.
    form(CONTAINERS, ALL, Condition::Always),
    // What such a value has in it.
    form(
        &[
            "get_json_object",
            "json_extract",
            "json_extract_path_text",
            "json_extract_scalar",
            "json_extract_string",
            "json_query",
            "json_value",
            "jsonb_extract",
        ],
        FIRST,
        Condition::Member(1),
    ),
    form(&["json_unquote"], FIRST, Condition::Always),
    // A text without what it does not have, or with nothing.
    form(&["trim", "ltrim", "rtrim", "btrim"], ALL, Condition::Always),
    form(&["concat"], ALL, Condition::OthersAreNothing),
    form(&["concat_ws"], ALL_BUT_FIRST, Condition::OthersAreNothing),
    form(&["replace", "translate"], FIRST, Condition::Text(1, &[""])),
    form(&["replace", "translate"], FIRST, Condition::SameTexts(1, 2)),
    form(REPLACING, FIRST, Condition::Text(1, &["", "^", "$", "()"])),
    form(REPLACING, FIRST, Condition::SameTexts(1, 2)),
    form(REPLACING, FIRST, Condition::Text(2, &["$0", "\\0", "\\\\0", "\\&", "\\\\&"])),
    form(&["left", "right"], FIRST, Condition::All(1)),
    form(&["substr", "substring", "mid"], FIRST, Condition::First(1)),
    // The same value as a text.
    form(&["printf", "format"], ALL_BUT_FIRST, Condition::Text(0, &["%s", "%q", "%Q", "{}"])),
    form(&["repeat"], FIRST, Condition::Number(1, &[1.0])),
    form(
        &["to_char", "to_varchar", "to_text", "to_string", "tostring", "string", "text"],
        FIRST,
        Condition::Alone,
    ),
];

/// Whether a value was made just before, of values that are in it.
pub(super) fn is_made(mut expression: &Expr) -> bool {
    while let Expr::Nested(inner) | Expr::Cast { expr: inner, .. } = expression {
        expression = inner;
    }
    matches!(expression, Expr::Function(function) if is_called(function, CONTAINERS))
}

/// Divides the arguments of a function into those that it may give as they are and those that it uses otherwise. Nothing, if it
/// gives none.
pub(super) fn passed_on<'e>(
    function: &Function,
    arguments: Vec<&'e Expr>,
    scope: &Scope<'_>,
) -> Option<(Vec<&'e Expr>, Vec<&'e Expr>)> {
    FORMS
        .iter()
        .filter(|form| is_called_anywhere(function, form.names))
        .find_map(|form| form.divide(&arguments, scope))
}

impl Form {
    fn divide<'e>(
        &self,
        arguments: &[&'e Expr],
        scope: &Scope<'_>,
    ) -> Option<(Vec<&'e Expr>, Vec<&'e Expr>)> {
        let (mut passed_on, mut used) = (Vec::new(), Vec::new());
        for (place, argument) in arguments.iter().enumerate() {
            let side = if self.passed_on.contains(&place) { &mut passed_on } else { &mut used };
            side.push(*argument);
        }
        let argument = |place: usize| arguments.get(place).copied();
        let holds = match self.condition {
            Condition::Always => true,
            Condition::Alone => arguments.len() == 1,
            Condition::Text(place, texts) => argument(place)
                .is_some_and(|one| texts.iter().any(|text| constant::may_be_text(one, text, scope))),
            Condition::Number(place, numbers) => argument(place)
                .is_some_and(|one| numbers.iter().any(|number| constant::may_be_number(one, *number, scope))),
            Condition::First(place) => argument(place).is_some_and(|from| may_be_first(from, scope)),
            Condition::SameTexts(one, other) => argument(one)
                .zip(argument(other))
                .is_some_and(|(one, other)| constant::may_be_same_text(one, other, scope)),
            Condition::All(place) => arguments
                .first()
                .zip(argument(place))
                .is_some_and(|(text, length)| may_be_all(text, length, scope)),
            Condition::Member(place) => {
                arguments.first().is_some_and(|one| is_made(one))
                    || argument(place).is_some_and(|path| constant::may_be_text(path, "$", scope))
            }
            Condition::OthersAreNothing => {
                passed_on.iter().filter(|part| !constant::may_be_nothing(part, scope)).count() <= 1
            }
        };
        (holds && !passed_on.is_empty()).then_some((passed_on, used))
    }
}
