//! The types of values, where they can be told.

use super::{
    expression::{arguments, is_called},
    partial::KEEPING,
    scope::Scope,
};
use datasurface_schema::DataType;
use sqlparser::ast::{
    BinaryLength, BinaryOperator, CharacterLength, DataType as SqlType, ExactNumberInfo, Expr, Function,
    FunctionArguments, TypedString, UnaryOperator, Value as Literal,
};

/// The type of an expression. It recurses as deep as parentheses are.
pub(super) fn of(expression: &Expr, scope: &Scope<'_>) -> Option<DataType> {
    match expression {
        Expr::Identifier(column) => scope.meaning(None, &column.value).value().data_type,
        Expr::CompoundIdentifier(names) => match &names[..] {
            [table, column] => scope.meaning(Some(&table.value), &column.value).value().data_type,
            _ => None,
        },
        Expr::Nested(one) | Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr: one } => {
            of(one, scope)
        }
        Expr::Cast { data_type, .. } | Expr::TypedString(TypedString { data_type, .. }) => {
            from_sql(data_type)
        }
        Expr::BinaryOp { .. } => of_operators(expression, scope),
        Expr::UnaryOp { op: UnaryOperator::Not, .. }
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::Between { .. }
        | Expr::InList { .. }
        | Expr::Like { .. }
        | Expr::Exists { .. } => Some(DataType::Boolean),
        Expr::Value(value) => match &value.value {
            Literal::Number(number, _) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(DataType::BigInt)
            }
            Literal::Number(..) => Some(DataType::DOUBLE),
            // It may be the text of a number, which some engines take for one.
            Literal::SingleQuotedString(text) if text.trim().parse::<f64>().is_err() => {
                Some(DataType::varchar(None))
            }
            _ => None,
        },
        Expr::Case { conditions, else_result, .. } => {
            let results = conditions.iter().map(|when| &when.result);
            common_of(results.chain(else_result.as_deref()), scope)
        }
        Expr::Trim { expr, .. } => of(expr, scope).filter(is_text),
        Expr::Function(function) => of_function(function, scope),
        _ => None,
    }
}

pub(super) fn is_text(data_type: &DataType) -> bool {
    use DataType::{Char, NChar, NVarChar, VarChar};
    matches!(data_type, Char { .. } | NChar { .. } | VarChar { .. } | NVarChar { .. })
}

/// Whether the value of an operator is true, false or unknown.
pub(super) fn tells_truth(operator: &BinaryOperator) -> bool {
    use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq, NotEq, Or};
    matches!(operator, And | Eq | Gt | GtEq | Lt | LtEq | NotEq | Or)
}

/// The type of what operators make, from left to right: that is as deep as there are any, so without recursion.
fn of_operators(expression: &Expr, scope: &Scope<'_>) -> Option<DataType> {
    let (mut first, mut rest) = (expression, Vec::new());
    while let Expr::BinaryOp { left, op, right } = first {
        rest.push((op, &**right));
        first = left;
    }
    let operated = |made: Option<DataType>, (operator, right): (&BinaryOperator, &Expr)| {
        if tells_truth(operator) {
            return Some(DataType::Boolean);
        }
        of_operator(operator, [made?, of(right, scope)?])
    };
    rest.into_iter().rev().fold(of(first, scope), operated)
}

/// The type of what is computed of two numbers, or put together of texts.
fn of_operator(operator: &BinaryOperator, operands: [DataType; 2]) -> Option<DataType> {
    use BinaryOperator::{Divide, Minus, Modulo, Multiply, Plus, StringConcat};
    match operator {
        // A number with a text may be the text of a number.
        StringConcat if operands.iter().all(is_text) => Some(DataType::varchar(None)),
        Plus | Minus | Multiply | Divide | Modulo if operands.iter().all(is_number) => {
            let whole = common(operands.map(Some)).filter(|made| !matches!(made, DataType::Decimal { .. }));
            // How many digits others have differs.
            whole.or(Some(DataType::DOUBLE))
        }
        _ => None,
    }
}

fn is_number(data_type: &DataType) -> bool {
    use DataType::{BigInt, Decimal, Float, Integer, SmallInt, TinyInt};
    matches!(data_type, TinyInt | SmallInt | Integer | BigInt | Float(_) | Decimal { .. })
}

fn of_function(function: &Function, scope: &Scope<'_>) -> Option<DataType> {
    if is_called(function, &["count"]) {
        return Some(DataType::BigInt);
    }
    if function.args == FunctionArguments::None && is_called(function, &["current_date"]) {
        return Some(DataType::Date);
    }
    if function.filter.is_some() || function.over.is_some() {
        return None;
    }
    let parts = arguments(function)?;
    if is_called(function, &["coalesce", "ifnull", "nvl"]) {
        return common_of(parts.into_iter(), scope);
    }
    match &parts[..] {
        [one] if is_called(function, &["min", "max"]) => of(one, scope),
        [one] if is_called(function, KEEPING) => of(one, scope).filter(is_text),
        [one] if is_called(function, &["sum"]) => match of(one, scope)? {
            DataType::TinyInt | DataType::SmallInt | DataType::Integer | DataType::BigInt => {
                Some(DataType::BigInt)
            }
            number @ (DataType::Float(_) | DataType::Decimal { .. }) => Some(number),
            _ => None,
        },
        _ => None,
    }
}

/// The type of values of which each is the value of one of some expressions. NULL has none, and fits each.
fn common_of<'e>(parts: impl Iterator<Item = &'e Expr>, scope: &Scope<'_>) -> Option<DataType> {
    let is_null =
        |expression: &&Expr| matches!(expression, Expr::Value(value) if value.value == Literal::Null);
    common(parts.filter(|part| !is_null(part)).map(|part| of(part, scope)))
}

/// The one type of values, or what they have in common.
pub(super) fn common(types: impl IntoIterator<Item = Option<DataType>>) -> Option<DataType> {
    let mut types = types.into_iter();
    let first = types.next()??;
    types.try_fold(first, |one, other| both(one, other?))
}

fn both(one: DataType, other: DataType) -> Option<DataType> {
    use DataType::{BigInt, Char, Integer, NChar, NVarChar, SmallInt, TinyInt, VarChar};
    match (&one, &other) {
        _ if one == other => Some(one),
        (TinyInt | SmallInt | Integer | BigInt, TinyInt | SmallInt | Integer | BigInt) => Some(BigInt),
        (
            Char { .. } | VarChar { .. } | NChar { .. } | NVarChar { .. },
            Char { .. } | VarChar { .. } | NChar { .. } | NVarChar { .. },
        ) => Some(DataType::varchar(None)),
        _ => None,
    }
}

/// What a column without a name may be called that is of a type.
pub(super) fn name(data_type: &SqlType) -> Option<String> {
    from_sql(data_type).map(|_| data_type.to_string().to_ascii_lowercase())
}

/// The type that a statement names, if it means the same everywhere.
pub(super) fn from_sql(data_type: &SqlType) -> Option<DataType> {
    Some(match data_type {
        SqlType::Boolean | SqlType::Bool => DataType::Boolean,
        SqlType::TinyInt(_) => DataType::TinyInt,
        SqlType::SmallInt(_) | SqlType::Int2(_) => DataType::SmallInt,
        SqlType::Int(_) | SqlType::Integer(_) | SqlType::Int4(_) => DataType::Integer,
        SqlType::BigInt(_) => DataType::BigInt,
        SqlType::Real | SqlType::Float4 => DataType::REAL,
        SqlType::Float(_)
        | SqlType::Float8
        | SqlType::Float64
        | SqlType::Double(_)
        | SqlType::DoublePrecision => DataType::DOUBLE,
        SqlType::Decimal(info) | SqlType::Numeric(info) | SqlType::Dec(info) => match info {
            ExactNumberInfo::PrecisionAndScale(precision, scale) => DataType::Decimal {
                precision: u16::try_from(*precision).ok()?,
                scale: u16::try_from(*scale).ok()?,
            },
            // How many digits that has differs.
            ExactNumberInfo::None | ExactNumberInfo::Precision(_) => DataType::DOUBLE,
        },
        SqlType::Char(length) | SqlType::Character(length) => {
            DataType::char(characters(length)?.unwrap_or(1))
        }
        SqlType::Varchar(length) | SqlType::CharVarying(length) | SqlType::CharacterVarying(length) => {
            DataType::varchar(characters(length)?)
        }
        SqlType::Nvarchar(length) => DataType::nvarchar(characters(length)?),
        SqlType::Text | SqlType::String(_) | SqlType::Clob(_) => DataType::varchar(None),
        SqlType::Date => DataType::Date,
        SqlType::Timestamp(..) | SqlType::Datetime(_) => DataType::timestamp(),
        SqlType::Bytea | SqlType::Blob(_) => DataType::Binary { size: None },
        SqlType::Varbinary(length) => DataType::Binary {
            size: match length {
                Some(BinaryLength::IntegerLength { length }) => Some(u32::try_from(*length).ok()?),
                Some(BinaryLength::Max) | None => None,
            },
        },
        _ => return None,
    })
}

/// Nothing, if there is no such length.
fn characters(length: &Option<CharacterLength>) -> Option<Option<u32>> {
    Some(match length {
        Some(CharacterLength::IntegerLength { length, unit: _ }) => Some(u32::try_from(*length).ok()?),
        Some(CharacterLength::Max) | None => None,
    })
}
