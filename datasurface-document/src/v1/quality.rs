//! Quality checks.

use super::{quantity::LatencyText, sets::set};
use crate::shape::Shaped;
use datasurface_model::{ColumnName, QualityCheck, Set, Share, Text};
use serde::{Deserialize, Serialize};

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", expecting = "a quality check, as an object")]
pub(super) enum QualityCheckObject {
    NotNull(NotNullObject),
    Unique(UniqueObject),
    Rows(RowsObject),
    Fresh(FreshObject),
    AcceptedValues(AcceptedValuesObject),
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a column and a share, as an object")]
#[shape(identified_by(column))]
pub(super) struct NotNullObject {
    column: ColumnName,
    parts_per_million: u32,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "columns, as an object")]
#[shape(identified_by(columns))]
pub(super) struct UniqueObject {
    columns: Vec<ColumnName>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "numbers of rows, as an object")]
pub(super) struct RowsObject {
    #[serde(default)]
    at_least: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<u64>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a column and a span of time, as an object")]
#[shape(identified_by(column))]
pub(super) struct FreshObject {
    column: ColumnName,
    within: LatencyText,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a column and its values, as an object")]
#[shape(identified_by(column))]
pub(super) struct AcceptedValuesObject {
    column: ColumnName,
    #[serde(deserialize_with = "set")]
    values: Set<Text>,
}

impl QualityCheckObject {
    pub(super) fn into_model(self) -> QualityCheck {
        match self {
            Self::NotNull(NotNullObject { column, parts_per_million }) => {
                QualityCheck::not_null(column, Share::parts_per_million(parts_per_million))
            }
            Self::Unique(UniqueObject { columns }) => QualityCheck::unique(columns),
            Self::Rows(RowsObject { at_least, at_most }) => QualityCheck::rows(at_least, at_most),
            Self::Fresh(FreshObject { column, within }) => QualityCheck::fresh(column, within.0),
            Self::AcceptedValues(AcceptedValuesObject { column, values }) => {
                QualityCheck::accepted_values(column, values)
            }
        }
    }
}

impl From<&QualityCheck> for QualityCheckObject {
    fn from(check: &QualityCheck) -> Self {
        match check.clone() {
            QualityCheck::NotNull { column, at_least } => {
                Self::NotNull(NotNullObject { column, parts_per_million: at_least.as_parts_per_million() })
            }
            QualityCheck::Unique { columns } => Self::Unique(UniqueObject { columns }),
            QualityCheck::Rows { at_least, at_most } => Self::Rows(RowsObject { at_least, at_most }),
            QualityCheck::Fresh { column, within } => {
                Self::Fresh(FreshObject { column, within: LatencyText(within) })
            }
            QualityCheck::AcceptedValues { column, values } => {
                Self::AcceptedValues(AcceptedValuesObject { column, values })
            }
        }
    }
}
