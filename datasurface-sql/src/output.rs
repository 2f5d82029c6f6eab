//! What is known of a statement.

use crate::{
    input::{FormerInput, is},
    passed_on::PassedOn,
};
use datasurface_schema::{ColumnName, DataType, DatasetKey};
use serde::Serialize;
use std::{collections::BTreeSet, fmt};

/// A column of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ColumnKey {
    /// The dataset.
    pub dataset: DatasetKey,
    /// The name of the column.
    pub column: ColumnName,
}

impl ColumnKey {
    /// Creates the key of a column of a dataset.
    pub fn new(dataset: impl Into<DatasetKey>, column: impl Into<ColumnName>) -> Self {
        Self { dataset: dataset.into(), column: column.into() }
    }
}

/// The result of compiling a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Compilation {
    /// One SELECT, as far as it is understood.
    Select(SelectOutput),
    /// A text that is certainly no single SELECT.
    NotOneSelect(NotOneSelect),
    /// A text that may be a SELECT and cannot be read.
    Unread(UnreadSql),
}

impl Compilation {
    /// Returns the output, if the text is one SELECT that can be read.
    #[must_use]
    pub fn select(&self) -> Option<&SelectOutput> {
        match self {
            Self::Select(select) => Some(select),
            Self::NotOneSelect(_) | Self::Unread(_) => None,
        }
    }

    /// Returns the output as far as it is known, unless the text cannot be read: of what is no single SELECT, nothing is known.
    #[must_use]
    pub fn output(&self) -> Option<&SelectOutput> {
        match self {
            Self::Select(select) => Some(select),
            Self::NotOneSelect(_) => Some(&NOTHING),
            Self::Unread(_) => None,
        }
    }
}

/// The output of what is no single SELECT.
static NOTHING: SelectOutput = SelectOutput {
    columns: Vec::new(),
    others: PassedOn::new(),
    is_complete: false,
    lacks_names: true,
    is_by_names: false,
    problems: Vec::new(),
    former_inputs: BTreeSet::new(),
};

/// The reason why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadSql {
    /// The part that no dialect reads, or that dialects read in different ways.
    pub reason: String,
    /// The form that every dialect reads alike, where one is known.
    pub instead: Option<&'static str>,
}

impl From<String> for UnreadSql {
    fn from(reason: String) -> Self {
        Self { reason, instead: None }
    }
}

/// The reason why a text is no single SELECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotOneSelect {
    /// A text without any statement.
    Empty,
    /// More than one statement.
    Several,
    /// A statement that begins with another word.
    Begins(String),
    /// A statement that changes data, or makes a table.
    Writes,
}

impl fmt::Display for NotOneSelect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Several => f.write_str("it is more than one statement"),
            Self::Begins(word) => write!(f, "it begins with `{word}`"),
            Self::Writes => f.write_str("it changes data, or makes a table"),
        }
    }
}

/// The output of a SELECT.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SelectOutput {
    /// The columns, in order. Not all of them, if the output is not complete.
    pub columns: Vec<OutputColumn>,
    /// What is in columns that are not known.
    pub(crate) others: PassedOn,
    /// Whether all columns are known.
    pub is_complete: bool,
    /// Whether something that the statement names is not there or not known: what is made of it is not known, either. Whoever mends that knows
    /// more.
    pub lacks_names: bool,
    /// Whether the result is certainly the same, in whatever order the columns of the inputs are: it takes each by its name.
    pub is_by_names: bool,
    /// The problems that are certain, in order and each once.
    pub problems: Vec<SqlProblem>,
    /// The inputs that the statement calls by keys that they had before.
    pub former_inputs: BTreeSet<FormerInput>,
}

impl SelectOutput {
    /// Returns the one column of a name, in whichever case. None of several, and none if there may be others.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&OutputColumn> {
        let mut named = self.columns.iter().filter(|column| column.is_named(name));
        named.next().filter(|_| self.is_complete && named.next().is_none())
    }

    /// Returns what the values of the column of a name come from.
    #[must_use]
    pub fn origin(&self, name: &str) -> ColumnOrigin<'_> {
        match self.column(name).map(|column| &column.sources) {
            Some(Some(sources)) => ColumnOrigin::Columns(sources),
            None if self.is_complete && !self.columns.iter().any(|column| column.may_be_named(name)) => {
                ColumnOrigin::Missing
            }
            Some(None) | None if self.lacks_names => ColumnOrigin::NotFound,
            Some(None) | None => ColumnOrigin::Any,
        }
    }

    /// Returns the columns of inputs whose values may be passed on under a name: also where several columns have it, of which each
    /// dialect takes another one, and where there may be others.
    pub fn unchanged(&self, name: &str) -> impl Iterator<Item = &ColumnKey> {
        let known = self.columns.iter().filter(move |column| column.may_be_named(name));
        let others = self.others.readable().filter(|_| !self.is_complete);
        known.flat_map(OutputColumn::unchanged).chain(others)
    }
}

/// The origin of the values of a column of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnOrigin<'s> {
    /// Columns of inputs, all of which are known.
    Columns(&'s BTreeSet<ColumnKey>),
    /// Any column of any input, as nobody can tell.
    Any,
    /// No column, as the statement certainly returns none of that name.
    Missing,
    /// Perhaps what is not there or not known: see [`SelectOutput::lacks_names`].
    NotFound,
}

/// A column of the output of a SELECT.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutputColumn {
    /// The name, if the statement gives one.
    pub name: Option<String>,
    /// The names that dialects give to a column that has none, as far as they are known.
    pub implied_names: Vec<String>,
    /// The type, if it can be told.
    pub data_type: Option<DataType>,
    /// The columns of inputs from which the values are computed, if these can be told. Columns that only decide which rows
    /// there are, such as in a condition of a join, are not among them.
    pub sources: Option<BTreeSet<ColumnKey>>,
    pub(crate) passed_on: PassedOn,
    /// Whether the column comes by a `*`.
    pub is_from_wildcard: bool,
}

impl OutputColumn {
    /// The columns whose values are passed on as they are, at least in some rows or some dialects. They are known of some
    /// columns of which not all sources can be told.
    pub fn unchanged(&self) -> impl Iterator<Item = &ColumnKey> {
        self.passed_on.readable()
    }

    /// Whether the column has this name, in whichever case.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.name.as_deref().is_some_and(|own| is(own, name))
    }

    /// Whether the column has this name at least in some dialects.
    #[must_use]
    pub fn may_be_named(&self, name: &str) -> bool {
        self.is_named(name) || self.implied_names.iter().any(|implied| is(implied, name))
    }
}

/// A part of a statement that is certainly wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SqlProblem {
    /// A table that is no input and not made in the statement, or a name before a column that names no table of the FROM.
    UnknownTable {
        /// The name.
        name: String,
        /// The nearest name that there is.
        nearest: Option<String>,
    },
    /// A column that no table in reach has.
    UnknownColumn {
        /// The table that ought to have it, if the statement names one.
        table: Option<String>,
        /// The name.
        name: String,
        /// The nearest name that there is.
        nearest: Option<String>,
    },
    /// A column that several tables in reach have.
    AmbiguousColumn {
        /// The name.
        name: String,
        /// The names of two of the tables.
        tables: [String; 2],
    },
    /// Rows that are combined or compared, and have different numbers of columns.
    ColumnCounts {
        /// What does so, as `UNION`, `VALUES` and `IN`.
        operator: String,
        /// The numbers of columns of the first ones, and of those behind them.
        counts: [usize; 2],
    },
    /// An alias that names more columns than its table has.
    SurplusNames {
        /// The alias.
        table: String,
        /// The number of names.
        names: usize,
        /// The number of columns.
        columns: usize,
    },
    /// A number by which rows are ordered, of which no column is.
    UnknownPlace {
        /// The number.
        place: usize,
        /// The number of columns.
        count: usize,
    },
}
