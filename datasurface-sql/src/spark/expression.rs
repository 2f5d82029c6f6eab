//! Expressions: each form that Spark takes, and what is in it.

use super::{
    Checker, Parts,
    function::{SparkFunction, nearest_name},
    types,
};
use crate::{compile::single, input::is};
use sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, CeilFloorKind, DateTimeField, DuplicateTreatment, Expr, Function,
    FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Interval, LambdaFunction,
    OrderByExpr, TrimWhereField, TypedString, UnaryOperator, Value, WindowFrame, WindowFrameBound,
    WindowFrameUnits, WindowSpec, WindowType,
};

/// Fields of dates and times that `extract` takes.
const FIELDS: [&str; 12] = [
    "YEAR",
    "QUARTER",
    "MONTH",
    "WEEK",
    "DAY",
    "DAYOFWEEK",
    "DOW",
    "DOY",
    "HOUR",
    "MINUTE",
    "SECOND",
    "YEAROFWEEK",
];

/// Units of intervals.
const UNITS: [&str; 14] = [
    "YEAR", "YEARS", "MONTH", "MONTHS", "WEEK", "WEEKS", "DAY", "DAYS", "HOUR", "HOURS", "MINUTE", "MINUTES",
    "SECOND", "SECONDS",
];

impl Checker {
    /// Looks at expressions, and at all that is in them.
    pub(super) fn expressions<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expr>) {
        let mut parts = Parts { expressions: expressions.into_iter().collect(), ..Parts::default() };
        while let Some(expression) = parts.expressions.pop() {
            self.expression(expression, &mut parts);
        }
        for query in parts.queries {
            self.query(query);
        }
    }

    fn expression<'e>(&mut self, expression: &'e Expr, parts: &mut Parts<'e>) {
        match expression {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {}
            Expr::Value(value) => self.value(&value.value),
            Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax }) => {
                self.refuse(*uses_odbc_syntax, "a date in braces");
                self.refuse(!types::is_of_text(data_type), &format!("the type `{data_type}` before a text"));
                self.value(&value.value);
            }
            Expr::Nested(one)
            | Expr::IsNull(one)
            | Expr::IsNotNull(one)
            | Expr::IsTrue(one)
            | Expr::IsNotTrue(one)
            | Expr::IsFalse(one)
            | Expr::IsNotFalse(one) => parts.expressions.push(one),
            Expr::IsDistinctFrom(one, two) | Expr::IsNotDistinctFrom(one, two) => {
                parts.expressions.extend([&**one, two]);
            }
            Expr::Position { expr, r#in } => parts.expressions.extend([&**expr, r#in]),
            Expr::UnaryOp { op, expr } => {
                let is_taken = matches!(op, UnaryOperator::Plus | UnaryOperator::Minus | UnaryOperator::Not);
                self.refuse(!is_taken, &format!("the operator `{op}`"));
                parts.expressions.push(expr);
            }
            Expr::BinaryOp { left, op, right } => {
                self.operator(op);
                parts.expressions.extend([&**left, right]);
            }
            Expr::Between { expr, negated: _, low, high } => parts.expressions.extend([&**expr, low, high]),
            Expr::InList { expr, list, negated: _ } => {
                self.refuse(list.is_empty(), "`IN ()` without anything in it");
                parts.expressions.push(expr);
                parts.expressions.extend(list);
            }
            Expr::Like { negated: _, any, expr, pattern, escape_char }
            | Expr::ILike { negated: _, any, expr, pattern, escape_char } => {
                self.refuse(*any, "`LIKE ANY` without a list");
                let escape = escape_char.as_deref();
                self.refuse(
                    escape.is_some_and(|text| !is_character(text)),
                    "an `ESCAPE` of not one character",
                );
                parts.expressions.extend([&**expr, pattern].into_iter().chain(escape));
            }
            Expr::Cast { kind, expr, data_type, format } => {
                let is_taken = matches!(kind, CastKind::Cast | CastKind::TryCast);
                if matches!(kind, CastKind::DoubleColon) {
                    let instead = format!("write `CAST(… AS {data_type})`");
                    self.refuse_for("Spark has no cast by `::`".to_owned(), &instead);
                } else {
                    self.refuse(!is_taken || format.is_some(), "this form of a cast");
                }
                if !types::is_cast_to(data_type) {
                    let reason = format!("Spark has no type `{data_type}`");
                    self.refuse_for(
                        reason,
                        "cast to a type of Spark, such as `STRING`, `DECIMAL(10,2)` or `TIMESTAMP`",
                    );
                }
                parts.expressions.push(expr);
            }
            Expr::Extract { field, syntax: _, expr } => {
                self.field(field, &FIELDS);
                parts.expressions.push(expr);
            }
            Expr::Ceil { expr, field } | Expr::Floor { expr, field } => {
                let is_plain = match field {
                    CeilFloorKind::DateTimeField(field) => matches!(field, DateTimeField::NoDateTime),
                    CeilFloorKind::Scale(_) => true,
                };
                self.refuse(!is_plain, "rounding to a unit of time by `TO`");
                parts.expressions.push(expr);
            }
            Expr::Substring { expr, substring_from, substring_for, special: _, shorthand: _ } => {
                self.refuse(substring_from.is_none(), "`substring` without a beginning");
                let ends = substring_from.as_deref().into_iter().chain(substring_for.as_deref());
                parts.expressions.extend([&**expr].into_iter().chain(ends));
            }
            Expr::Trim { trim_where, trim_what, expr, trim_characters } => {
                self.refuse(trim_characters.is_some(), "`trim` with a list of characters behind a comma");
                let is_taken = matches!(
                    trim_where,
                    None | Some(TrimWhereField::Both | TrimWhereField::Leading | TrimWhereField::Trailing)
                );
                self.refuse(!is_taken, "this form of `trim`");
                parts.expressions.extend([&**expr].into_iter().chain(trim_what.as_deref()));
            }
            Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                let placed = [&**expr, overlay_what, overlay_from];
                parts.expressions.extend(placed.into_iter().chain(overlay_for.as_deref()));
            }
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                let tests = conditions.iter().flat_map(|CaseWhen { condition, result }| [condition, result]);
                parts.expressions.extend(tests.chain(operand.as_deref()).chain(else_result.as_deref()));
            }
            Expr::Interval(interval) => self.interval(interval, parts),
            Expr::Function(function) => self.function(function, parts),
            Expr::Lambda(LambdaFunction { params: _, body, syntax: _ }) => parts.expressions.push(body),
            Expr::Exists { subquery, negated: _ } | Expr::Subquery(subquery) => parts.queries.push(subquery),
            Expr::InSubquery { expr, subquery, negated: _ } => {
                parts.expressions.push(expr);
                parts.queries.push(subquery);
            }
            Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => {
                parts.expressions.extend(sets.iter().flatten());
            }
            other => self.refuse(true, name_of(other)),
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            // A backslash begins an escape, which it does in few other engines.
            Value::SingleQuotedString(text) if text.contains('\\') => {
                let reason = "Spark reads a backslash in a text in a way of its own".to_owned();
                self.refuse_for(reason, "join the text with `chr(92)` in its place");
            }
            Value::Number(..)
            | Value::SingleQuotedString(_)
            | Value::HexStringLiteral(_)
            | Value::Boolean(_)
            | Value::Null => {}
            other => self.refuse(true, &format!("the value `{other}`")),
        }
    }

    fn operator(&mut self, operator: &BinaryOperator) {
        use BinaryOperator as B;
        let is_taken = matches!(
            operator,
            B::Plus
                | B::Minus
                | B::Multiply
                | B::Divide
                | B::Modulo
                | B::StringConcat
                | B::Gt
                | B::Lt
                | B::GtEq
                | B::LtEq
                | B::Eq
                | B::NotEq
                | B::And
                | B::Or
                | B::BitwiseAnd
                | B::BitwiseOr
        );
        self.refuse(!is_taken, &format!("the operator `{operator}`"));
    }

    fn field(&mut self, field: &DateTimeField, known: &[&str]) {
        let text = field.to_string().to_uppercase();
        self.refuse(!known.contains(&text.as_str()), &format!("the field `{text}` of a time"));
    }

    fn interval<'e>(&mut self, interval: &'e Interval, parts: &mut Parts<'e>) {
        let Interval { value, leading_field, leading_precision, last_field, fractional_seconds_precision } =
            interval;
        match leading_field {
            Some(field) => self.field(field, &UNITS),
            None => self.refuse(true, "an interval without a unit"),
        }
        let is_plain =
            leading_precision.is_none() && last_field.is_none() && fractional_seconds_precision.is_none();
        self.refuse(!is_plain, "an interval of several units");
        parts.expressions.push(value);
    }

    fn function<'e>(&mut self, function: &'e Function, parts: &mut Parts<'e>) {
        let Function { name, uses_odbc_syntax, parameters, args, within_group, filter, null_treatment, over } =
            function;
        self.refuse(*uses_odbc_syntax, "a function in braces");
        self.refuse(
            *parameters != FunctionArguments::None,
            "a function with parameters before its arguments",
        );
        // What follows these is different for each function, so it is taken of none.
        self.refuse(!within_group.is_empty(), "`WITHIN GROUP`");
        self.refuse(null_treatment.is_some(), "`IGNORE NULLS` or `RESPECT NULLS`");
        parts.expressions.extend(filter.as_deref());
        if let Some(over) = over {
            self.window(over, parts);
        }
        let Some(known) = single(name).and_then(SparkFunction::find) else {
            let near = nearest_name(&name.to_string());
            let instead = near.map_or("take a function that Spark has".to_owned(), |near| {
                format!("take `{near}`, or another function that Spark has")
            });
            return self.refuse_for(format!("Spark has no function `{name}`"), &instead);
        };
        let FunctionArgumentList { duplicate_treatment, args, clauses } = match args {
            FunctionArguments::List(list) => list,
            // `current_date` and the like, as words.
            FunctionArguments::None => {
                return self.refuse(!known.takes(0), &format!("`{name}` without parentheses"));
            }
            FunctionArguments::Subquery(_) => return self.refuse(true, &format!("a query in `{name}`")),
        };
        if !known.takes(args.len()) {
            let reason = format!("`{name}` has {} arguments", args.len());
            self.refuse_for(reason, &format!("in Spark it has {}", known.counts()));
        }
        self.refuse(!clauses.is_empty(), &format!("an order or a limit inside of `{name}`"));
        let is_distinct = *duplicate_treatment == Some(DuplicateTreatment::Distinct);
        let chooses = is_distinct || duplicate_treatment.is_some() || filter.is_some();
        self.refuse(chooses && !known.is_aggregate(), &format!("`DISTINCT` or `FILTER` of `{name}`"));
        self.refuse(is_distinct && over.is_some(), "`DISTINCT` over a window");
        let computes = known.is_aggregate() || known.is_of_window();
        self.refuse(over.is_some() && !computes, &format!("`{name}` over a window"));
        if known.is_of_window() && !over.as_ref().is_some_and(is_ordered) {
            self.refuse_for(
                format!("`{name}` is over no window with an order"),
                "give it `OVER (ORDER BY …)`",
            );
        }
        for argument in args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) => parts.expressions.push(argument),
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if is(&name.to_string(), "count") => {}
                _ => self.refuse(true, &format!("`*`, or a name before a value, in `{name}`")),
            }
        }
    }

    fn window<'e>(&mut self, window: &'e WindowType, parts: &mut Parts<'e>) {
        match window {
            WindowType::NamedWindow(_) => {}
            WindowType::WindowSpec(window) => self.window_of(window, parts),
        }
    }

    pub(super) fn window_of<'e>(&mut self, window: &'e WindowSpec, parts: &mut Parts<'e>) {
        let WindowSpec { window_name, partition_by, order_by, window_frame } = window;
        self.refuse(window_name.is_some(), "a window that is based on another one");
        parts.expressions.extend(partition_by);
        parts.expressions.extend(self.orders(order_by));
        let Some(WindowFrame { units, start_bound, end_bound }) = window_frame else { return };
        self.refuse(*units == WindowFrameUnits::Groups, "a window of groups");
        for bound in [start_bound].into_iter().chain(end_bound) {
            match bound {
                WindowFrameBound::CurrentRow => {}
                WindowFrameBound::Preceding(rows) | WindowFrameBound::Following(rows) => {
                    parts.expressions.extend(rows.as_deref());
                }
            }
        }
    }

    /// Returns what rows are ordered by.
    pub(super) fn orders<'e>(&mut self, order: &'e [OrderByExpr]) -> Vec<&'e Expr> {
        let by = order.iter().map(|OrderByExpr { expr, options, with_fill }| {
            let is_by_operator = matches!(options.sort, Some(sqlparser::ast::OrderBySort::Using(_)));
            self.refuse(is_by_operator || with_fill.is_some(), "this form of `ORDER BY`");
            expr
        });
        by.collect()
    }
}

/// The name of a form that is not taken. What is in it is not shown: it can be deeper than a stack.
fn name_of(expression: &Expr) -> &'static str {
    match expression {
        Expr::SimilarTo { .. } => "`SIMILAR TO`",
        Expr::RLike { .. } => "`RLIKE` or `REGEXP`",
        Expr::AtTimeZone { .. } => "`AT TIME ZONE`",
        Expr::Collate { .. } => "`COLLATE`",
        Expr::AnyOp { .. } => "a comparison with `ANY`",
        Expr::AllOp { .. } => "a comparison with `ALL`",
        Expr::Convert { .. } => "`CONVERT`",
        Expr::Tuple(_) => "a row of values in parentheses",
        Expr::Array(_) => "a list of values in brackets",
        Expr::Struct { .. } => "a record of values",
        Expr::Map(_) | Expr::Dictionary(_) => "a map of values",
        Expr::CompoundFieldAccess { .. } | Expr::JsonAccess { .. } => "a member of a value",
        Expr::IsUnknown(_) | Expr::IsNotUnknown(_) => "`IS UNKNOWN`",
        Expr::Prefixed { .. } => "a word before a text",
        Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => "`*` in an expression",
        _ => "a form of an expression",
    }
}

fn is_character(expression: &Expr) -> bool {
    let Expr::Value(value) = expression else { return false };
    matches!(&value.value, Value::SingleQuotedString(text) if text.chars().count() == 1)
}

/// Whether a window has an order. One that is named has its own.
fn is_ordered(window: &WindowType) -> bool {
    match window {
        WindowType::NamedWindow(_) => true,
        WindowType::WindowSpec(window) => !window.order_by.is_empty(),
    }
}
