//! Quality checks: what a job is told of them, and which of them it cannot make.

use crate::column_type::ColumnType;
use datasurface_platform::prelude::*;

/// A check, as jobs read it from the definition of a table.
#[derive(Debug, Serialize)]
pub(crate) struct DefinedCheck<'d> {
    /// What must hold, in words.
    rule: String,
    #[serde(flatten)]
    measure: Measure<'d>,
}

/// What is measured of the records that would be visible, and when it is wrong.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Measure<'d> {
    /// More records without a value than so many of a million.
    NotNull { column: &'d ColumnName, tolerated: u32 },
    /// Records that are equal in these columns.
    Unique { columns: &'d [ColumnName] },
    /// Another count of records.
    Rows {
        at_least: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        at_most: Option<u64>,
    },
    /// A latest value that is older than so many seconds.
    Fresh { column: &'d ColumnName, seconds: u64 },
    /// Another value than these, which are compared in a type of Spark.
    AcceptedValues {
        column: &'d ColumnName,
        #[serde(rename = "type")]
        data_type: String,
        values: Vec<String>,
    },
}

/// Returns the checks of a dataset, as jobs read them.
///
/// # Errors
///
/// If one cannot be made, which lint reports.
pub(crate) fn defined_checks(dataset: &DatasetFacts) -> Result<Vec<DefinedCheck<'_>>, PlatformError> {
    let defined = |check| {
        DefinedCheck::new(dataset, check).map_err(|problem| {
            PlatformError::new(
                PlatformErrorKind::Unsupported,
                format!("checking `{}`: {problem}", dataset.key),
            )
        })
    };
    dataset.checks.iter().map(defined).collect()
}

/// Returns the checks of a dataset that no job can make, each with the reason.
pub(crate) fn check_problems(dataset: &DatasetFacts) -> impl Iterator<Item = (&QualityCheck, String)> {
    dataset.checks.iter().filter_map(|check| Some((check, DefinedCheck::new(dataset, check).err()?)))
}

impl<'d> DefinedCheck<'d> {
    fn new(dataset: &DatasetFacts, check: &'d QualityCheck) -> Result<Self, String> {
        let (rule, measure) = match check {
            QualityCheck::NotNull { column, at_least } => {
                let rule = match *at_least {
                    Share::ALL => format!("every row has a value in `{column}`"),
                    share => format!("{share} of the rows have a value in `{column}`"),
                };
                let tolerated = 1_000_000_u32.saturating_sub(at_least.as_parts_per_million());
                (rule, Measure::NotNull { column, tolerated })
            }
            QualityCheck::Unique { columns } => {
                let named: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
                (format!("no two rows are the same in {}", named.join(", ")), Measure::Unique { columns })
            }
            QualityCheck::Rows { at_least, at_most } => {
                let rule = match at_most {
                    None => format!("there are at least {at_least} rows"),
                    Some(at_most) => format!("there are {at_least} to {at_most} rows"),
                };
                (rule, Measure::Rows { at_least: *at_least, at_most: *at_most })
            }
            QualityCheck::Fresh { column, within } => {
                let rule = format!("the latest `{column}` is not older than {within}");
                (rule, Measure::Fresh { column, seconds: within.as_seconds() })
            }
            QualityCheck::AcceptedValues { column, values } => {
                let (data_type, values) = accepted(dataset, column, values.iter().map(AsRef::as_ref))?;
                (
                    format!("`{column}` has an accepted value"),
                    Measure::AcceptedValues { column, data_type, values },
                )
            }
        };
        Ok(Self { rule, measure })
    }
}

/// Returns the type in which a column is compared with values, and each of them as a text that Spark reads as that type.
fn accepted<'v>(
    dataset: &DatasetFacts,
    name: &ColumnName,
    values: impl Iterator<Item = &'v str>,
) -> Result<(String, Vec<String>), String> {
    let column = dataset.schema.table().column(name).ok_or_else(|| format!("there is no column `{name}`"))?;
    let data_type = column.data_type();
    let spark = ColumnType::of(data_type)?.spark;
    let in_type = |value: &str| {
        let read = match data_type {
            DataType::Boolean => Some(value.to_lowercase()),
            DataType::TinyInt
            | DataType::SmallInt
            | DataType::Integer
            | DataType::BigInt
            | DataType::CustomInteger { .. } => value.parse::<i128>().ok().map(|number| number.to_string()),
            DataType::Float(_) => value.parse::<f64>().ok().map(|number| number.to_string()),
            DataType::Decimal { precision, scale } => {
                is_decimal(value, *precision, *scale).then(|| value.to_owned())
            }
            DataType::Date => Some(value.to_owned()),
            _ if spark == "string" => Some(value.to_owned()),
            _ => {
                return Err(format!(
                    "`{name}` is a `{data_type}`, of which one value can be written in many ways"
                ));
            }
        };
        read.ok_or_else(|| format!("`{name}` is a `{data_type}`, and `{value}` is none with all its digits"))
    };
    let values = values.map(in_type).collect::<Result<_, _>>()?;
    // Of a float, a number is the one that is nearest among doubles.
    Ok((if spark == "float" { "double".to_owned() } else { spark.clone() }, values))
}

/// Whether a text is a decimal number, written with its digits, which has a place in this precision and scale.
fn is_decimal(text: &str, precision: u16, scale: u16) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let most_whole = usize::from(precision.saturating_sub(scale));
    is_number(whole)
        && is_number(fraction)
        && whole.trim_start_matches('0').len() <= most_whole
        && fraction.trim_end_matches('0').len() <= usize::from(scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_number_has_a_place_with_all_its_digits() {
        for (text, is_one) in [
            ("1.5", true),
            ("-007.50", true),
            ("123", true),
            ("0.00", true),
            ("1234", false),
            ("1.505", false),
            ("1e2", false),
            ("1.", false),
            (".5", false),
            ("", false),
        ] {
            assert_eq!(is_decimal(text, 5, 2), is_one, "{text}");
        }
    }
}
