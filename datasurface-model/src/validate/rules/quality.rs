//! `quality/…`: what is to be checked of the data must be something that can be checked.

use super::RuleContext;
use chrono::NaiveDate;
use datasurface_ecosystem::{CodeInfo, Dataset, Datastore, Diagnostic, QualityCheck, Share};
use datasurface_schema::{ColumnName, DataType, Entity, NameIndex, Text, segment};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{cell::LazyCell, iter};

pub(super) static UNKNOWN_COLUMN: CodeInfo = CodeInfo::error(
    "quality/unknown-column",
    "a quality check is about a column that the dataset lacks",
    "Quality checks name columns of their own dataset. Correct the name, or add the column to the schema.",
);

pub(super) static PARAMETER: CodeInfo = CodeInfo::error(
    "quality/parameter",
    "a quality check can never hold, or always does",
    "A share is more than nothing and at most the whole; a range of row counts does not end before it begins; uniqueness \
     needs a column, and names none twice; freshness needs time, and accepted values need values that the column's type has. \
     Neither can be checked of what is made of values, nor can all hold of checks of which one excludes the other. Correct \
     the check, or remove it.",
);

pub(super) static FRESH_TYPE: CodeInfo = CodeInfo::error(
    "quality/fresh-type",
    "how fresh data is cannot be seen in a column of this type",
    "Freshness compares the latest value of a column with the time at which the check runs: the column must be a date or a \
     timestamp. Name another column.",
);

pub(super) fn check(datastore: &Datastore, scope: &mut RuleContext<'_>) {
    for dataset in datastore.datasets() {
        let columns = || dataset.schema().readable().columns().iter().map(|column| column.name().as_str());
        let names = LazyCell::new(|| NameIndex::new(columns()));
        for check in dataset.quality_checks() {
            self::columns(check, dataset, scope, |unknown| names.nearest(unknown));
            parameters(check, dataset, scope);
        }
        row_counts(dataset, scope);
        twice(dataset, scope);
    }
}

fn columns<'n>(
    check: &QualityCheck,
    dataset: &Dataset,
    scope: &mut RuleContext<'_>,
    nearest: impl Fn(&str) -> Option<&'n str>,
) {
    for name in check.columns() {
        match dataset.schema().readable().column(name) {
            None if dataset.schema().unreadable_columns().may_contain(name) => {}
            None => {
                let message = format!("the dataset `{}` has no column `{name}` to check", dataset.name());
                let help = match nearest(name.as_str()) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => "name a column of the dataset".to_owned(),
                };
                report(&UNKNOWN_COLUMN, message, help, check, dataset, scope);
            }
            Some(column) => {
                let is_time = matches!(column.data_type(), DataType::Date | DataType::Timestamp { .. });
                if matches!(check, QualityCheck::Fresh { .. }) && !is_time {
                    let found = column.data_type();
                    let message = format!("the column `{name}` is a `{found}`, which tells no time");
                    let help = "name a column that is a date or a timestamp";
                    report(&FRESH_TYPE, message, help, check, dataset, scope);
                }
                if let Some((message, help)) = values(check, name, column.data_type()) {
                    report(&PARAMETER, message, help, check, dataset, scope);
                }
            }
        }
    }
}

/// What is wrong with looking for values of this type in a column.
fn values(check: &QualityCheck, column: &ColumnName, found: &DataType) -> Option<(String, &'static str)> {
    let is_compared = matches!(check, QualityCheck::Unique { .. } | QualityCheck::AcceptedValues { .. });
    if is_compared && !found.is_scalar() {
        let message = format!("values of the column `{column}`, which is a `{found}`, cannot be compared");
        return Some((message, "name a column of a plain type"));
    }
    let QualityCheck::AcceptedValues { values, .. } = check else { return None };
    if let Some(never) = values.iter().find(|value| !may_have(found, value)) {
        let message = format!("the column `{column}` may be `{never}`, which no `{found}` is");
        return Some((message, "accept values that the column can have"));
    }
    let mut known = FxHashMap::default();
    use DataType::{BigInt, Boolean, CustomInteger, Integer, SmallInt, TinyInt};
    let as_number = |value: &Text| match found {
        Boolean => Some(i128::from(value.eq_ignore_ascii_case("true"))),
        TinyInt | SmallInt | Integer | BigInt | CustomInteger { .. } => value.parse().ok(),
        _ => None,
    };
    let (one, other) =
        values.iter().find_map(|value| Some((known.insert(as_number(value)?, value)?, value)))?;
    Some((format!("`{one}` and `{other}` are one value of the column `{column}`"), "say each value once"))
}

/// Whether a text can be a value of a type. Where texts may be written in more than one way, any may be meant.
fn may_have(data_type: &DataType, text: &str) -> bool {
    match data_type {
        DataType::Boolean => ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word)),
        DataType::TinyInt => text.parse::<i8>().is_ok(),
        DataType::SmallInt => text.parse::<i16>().is_ok(),
        DataType::Integer => text.parse::<i32>().is_ok(),
        DataType::BigInt => text.parse::<i64>().is_ok(),
        DataType::CustomInteger { signed, .. } => {
            let digits = text.strip_prefix('-').filter(|_| *signed).unwrap_or(text);
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
        DataType::Float(_) => text.parse::<f64>().is_ok(),
        DataType::Decimal { .. } => text.parse::<f64>().is_ok_and(f64::is_finite),
        DataType::Date => text.parse::<NaiveDate>().is_ok(),
        _ => true,
    }
}

/// Ranges of row counts that have no number in common.
fn row_counts(dataset: &Dataset, scope: &mut RuleContext<'_>) {
    let ranges = dataset.quality_checks().filter_map(|check| match check {
        QualityCheck::Rows { at_least, at_most } if at_most.is_none_or(|most| *at_least <= most) => {
            Some((check, *at_least, at_most.unwrap_or(u64::MAX)))
        }
        _ => None,
    });
    let ranges: Vec<_> = ranges.collect();
    let largest = ranges.iter().max_by_key(|(_, at_least, _)| *at_least);
    let smallest = ranges.iter().min_by_key(|(_, _, at_most)| *at_most);
    if let (Some((_, at_least, _)), Some((check, _, at_most))) = (largest, smallest)
        && at_most < at_least
    {
        let message = format!(
            "`{}` must have at least {at_least} rows by one check, and at most {at_most} by another",
            dataset.name()
        );
        report(&PARAMETER, message, "let one number of rows be in order for both", check, dataset, scope);
    }
}

/// Two checks of the same columns, in whatever order: that they are unique, or that a share of one has values.
fn twice(dataset: &Dataset, scope: &mut RuleContext<'_>) {
    let mut known = FxHashSet::default();
    for check in dataset.quality_checks() {
        let (promise, mut columns): (_, Vec<_>) = match check {
            QualityCheck::Unique { columns } => ("be unique in the same columns", columns.iter().collect()),
            QualityCheck::NotNull { column, .. } => ("have values in the same column", vec![column]),
            _ => continue,
        };
        columns.sort_unstable();
        if !known.insert((promise, columns)) {
            let message = format!("`{}` is to {promise} by two checks", dataset.name());
            report(&PARAMETER, message, "remove one of the checks", check, dataset, scope);
        }
    }
}

fn parameters(check: &QualityCheck, dataset: &Dataset, scope: &mut RuleContext<'_>) {
    let name = dataset.name();
    let error = match check {
        QualityCheck::NotNull { column, at_least } if *at_least > Share::ALL => Some((
            format!("the column `{column}` must have {at_least} of its values"),
            "give a share of at most 100 %",
        )),
        QualityCheck::NotNull { column, at_least } if at_least.as_parts_per_million() == 0 => Some((
            format!("the column `{column}` must have 0 % of its values"),
            "give a share of more than 0 %",
        )),
        QualityCheck::Rows { at_least, at_most: Some(at_most) } if at_most < at_least => Some((
            format!("`{name}` must have at least {at_least} rows and at most {at_most}"),
            "let the range begin before it ends",
        )),
        QualityCheck::Rows { at_least: 0, at_most: None } => {
            Some((format!("`{name}` may have any number of rows"), "give a smallest or a largest number"))
        }
        QualityCheck::Unique { columns } if columns.is_empty() => {
            Some((format!("no column of `{name}` is to be unique"), "name at least one column"))
        }
        QualityCheck::Unique { columns } => {
            let mut named = FxHashSet::default();
            let twice = columns.iter().find(|column| !named.insert(*column));
            twice.map(|column| {
                (format!("`{name}` is to be unique in the column `{column}` twice"), "name each column once")
            })
        }
        QualityCheck::Fresh { column, within } if within.as_seconds() == 0 => Some((
            format!("the column `{column}` must be as late as the check itself, within `{within}`"),
            "give a time of at least a second",
        )),
        QualityCheck::AcceptedValues { column, values } if values.is_empty() => {
            Some((format!("the column `{column}` may have no value at all"), "give at least one value"))
        }
        _ => None,
    };
    if let Some((message, help)) = error {
        report(&PARAMETER, message, help, check, dataset, scope);
    }
}

fn report(
    code: &'static CodeInfo,
    message: String,
    help: impl Into<String>,
    check: &QualityCheck,
    dataset: &Dataset,
    scope: &mut RuleContext<'_>,
) {
    let columns = check.columns().iter().map(ColumnName::as_str);
    let called = iter::once(check.kind()).chain(columns).collect::<Vec<_>>().join(" ");
    let path = scope.path().child(segment::DATASETS, dataset.name()).child(segment::QUALITY_CHECKS, called);
    scope.report(Diagnostic::new(code, path, message).with_help(help));
}
