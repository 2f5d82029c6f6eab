//! Functions that take the product of the lengths of their arguments, and are not interrupted: with two texts of some megabytes, one call
//! of SQLite's `trim` takes hours. In their places are ones that refuse such arguments, and let SQLite do the rest.

use rusqlite::{
    Connection, Error, Result,
    functions::{Context, FunctionFlags, SubType},
    limits::Limit,
    params_from_iter,
    types::{ToSqlOutput, Value, ValueRef},
};
use std::{
    os::raw::c_uint,
    sync::{Arc, Mutex, PoisonError},
};

/// The functions, how many arguments they have, and what SQLite knows of their results.
const FUNCTIONS: [(&str, usize, SubType); 8] = [
    ("trim", 2, None),
    ("ltrim", 2, None),
    ("rtrim", 2, None),
    ("unhex", 2, None),
    ("instr", 2, None),
    ("replace", 3, None),
    ("json_patch", 2, Some(JSON)),
    ("jsonb_patch", 2, None),
];

/// What tells functions that a text is JSON.
const JSON: c_uint = b'J' as c_uint;

/// The largest product of the lengths of the first two arguments, in bytes: some seconds. A text of 4 MiB may have another argument of
/// a KiB, which is as long as a pattern may be.
const MOST_STEPS: usize = 1 << 32;

/// Whether a statement may call one of them: whoever calls a function writes its name.
pub(super) fn may_be_called(statement: &str) -> bool {
    let statement = statement.to_ascii_lowercase();
    FUNCTIONS.iter().any(|(name, ..)| statement.contains(name))
}

/// Replaces these functions on a connection, where values have at most so many bytes.
pub(crate) fn install(connection: &Connection, most_bytes: i32) -> Result<()> {
    let inner = Connection::open_in_memory()?;
    inner.set_limit(Limit::SQLITE_LIMIT_LENGTH, most_bytes)?;
    let inner = Arc::new(Mutex::new(inner));
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS
        | FunctionFlags::SQLITE_RESULT_SUBTYPE;
    for (name, arguments, subtype) in FUNCTIONS {
        let parameters: Vec<String> = (1..=arguments).map(|position| format!("?{position}")).collect();
        let call = format!("SELECT {name}({})", parameters.join(", "));
        let (inner, count) = (Arc::clone(&inner), i32::try_from(arguments).unwrap_or(i32::MAX));
        connection.create_scalar_function(name, count, flags, move |context| {
            check_lengths(name, context)?;
            if let Some(trimmed) = trimmed(name, context) {
                return Ok((trimmed, subtype));
            }
            let values = (0..arguments).map(|at| ToSqlOutput::Borrowed(context.get_raw(at)));
            let inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
            let mut statement = inner.prepare_cached(&call)?;
            let value: Value = statement.query_row(params_from_iter(values), |row| row.get(0))?;
            Ok((value, subtype))
        })?;
    }
    Ok(())
}

fn check_lengths(name: &str, context: &Context<'_>) -> Result<()> {
    let length = |at: usize| match context.get_raw(at) {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
        _ => 0,
    };
    let steps = length(0).saturating_mul(length(1));
    if steps <= MOST_STEPS {
        return Ok(());
    }
    let error = format!(
        "the arguments of `{name}` are too long together: it would take the product of their lengths, and nothing could stop it"
    );
    Err(Error::UserFunctionError(error.into()))
}

/// A text without what is to be trimmed: the same as SQLite's, without the way to it. For SQLite, a set ends at a NUL.
fn trimmed(name: &str, context: &Context<'_>) -> Option<Value> {
    let text = |at: usize| match context.get_raw(at) {
        ValueRef::Text(bytes) => str::from_utf8(bytes).ok(),
        _ => None,
    };
    let trim: for<'t> fn(&'t str, &str) -> &'t str = match name {
        "trim" => |text, set| text.trim_matches(|character| set.contains(character)),
        "ltrim" => |text, set| text.trim_start_matches(|character| set.contains(character)),
        "rtrim" => |text, set| text.trim_end_matches(|character| set.contains(character)),
        _ => return None,
    };
    let set = text(1).filter(|set| !set.contains('\0'))?;
    Some(Value::Text(trim(text(0)?, set).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sandboxed() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        install(&connection, 4 << 20).unwrap();
        connection
    }

    fn value(connection: &Connection, sql: &str) -> Result<Value> {
        connection.query_row(&format!("SELECT {sql}"), [], |row| row.get(0))
    }

    #[test]
    fn they_are_the_same_as_those_of_sqlite() {
        let (ours, plain) = (sandboxed(), Connection::open_in_memory().unwrap());
        let values = [
            "NULL",
            "''",
            "'a'",
            "'aXXa'",
            "'äöä'",
            "'ä'",
            "'10.00'",
            "12.50",
            "1e100",
            "100",
            "x'6161'",
            "x'ff61ff'",
            "CAST(x'ff61ff' AS TEXT)",
            "'a' || char(0) || 'a'",
            "'{\"a\":1,\"b\":{\"c\":2}}'",
            "'{\"a\":null}'",
            "'48-65'",
            "'-'",
        ];
        for (name, arguments, _) in FUNCTIONS {
            for one in values {
                for other in values {
                    let third = if arguments == 3 { ", 'Z'" } else { "" };
                    let call = format!("{name}({one}, {other}{third})");
                    match (value(&ours, &call), value(&plain, &call)) {
                        (Err(ours), Err(plain)) => assert_eq!(ours.to_string(), plain.to_string(), "{call}"),
                        (made, expected) => {
                            assert_eq!(made.unwrap(), expected.unwrap(), "{call}");
                            let listed = format!("json_array({call})");
                            assert_eq!(value(&ours, &listed).ok(), value(&plain, &listed).ok(), "{listed}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn whoever_calls_one_is_known() {
        for call in [
            "SELECT TRIM(a, b)",
            "SELECT \"rTrim\"(a, b)",
            "SELECT jsonb_PATCH /**/ (a, b)",
            "SELECT [instr](a, b)",
        ] {
            assert!(may_be_called(call), "{call}");
        }
        assert!(!may_be_called("SELECT upper(a) FROM b"));
    }

    #[test]
    fn what_would_take_hours_is_refused_at_once() {
        let connection = sandboxed();
        let long = |of: &str| format!("replace(hex(zeroblob(500000)), '0', '{of}')");
        for (name, arguments, _) in FUNCTIONS {
            let third = if arguments == 3 { ", 'Z'" } else { "" };
            let began = std::time::Instant::now();
            let error = value(&connection, &format!("{name}({}, {} || 'a'{third})", long("a"), long("b")))
                .unwrap_err();
            assert!(error.to_string().contains("too long together"), "{name}: {error}");
            assert!(began.elapsed().as_secs() < 20, "{name}");
        }
    }

    #[test]
    fn values_are_no_larger_than_the_limit() {
        let grown = value(&sandboxed(), "length(replace(hex(zeroblob(100000)), '0', hex(zeroblob(1000))))");
        assert!(grown.unwrap_err().to_string().contains("too big"));
    }
}
