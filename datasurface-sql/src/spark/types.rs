//! Types, as a cast names them.

use sqlparser::ast::DataType;

/// The types without arguments. Those with a count of digits or characters are beside them.
const PLAIN: [&str; 21] = [
    "BIGINT",
    "BINARY",
    "BOOLEAN",
    "BYTE",
    "DATE",
    "DEC",
    "DECIMAL",
    "DOUBLE",
    "FLOAT",
    "INT",
    "INTEGER",
    "LONG",
    "NUMERIC",
    "REAL",
    "SHORT",
    "SMALLINT",
    "STRING",
    "TIMESTAMP",
    "TIMESTAMP_LTZ",
    "TIMESTAMP_NTZ",
    "TINYINT",
];

/// The types of texts that say what they are: `DATE '2026-01-01'`.
const OF_TEXTS: [&str; 4] = ["DATE", "TIMESTAMP", "TIMESTAMP_LTZ", "TIMESTAMP_NTZ"];

/// The most digits of a decimal number.
const MOST_DIGITS: u32 = 38;

/// Whether a value can be cast to a type.
pub(super) fn is_cast_to(data_type: &DataType) -> bool {
    let text = data_type.to_string().to_uppercase();
    match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        None => PLAIN.contains(&text.as_str()),
        Some((name, arguments)) => {
            let numbers: Option<Vec<u32>> =
                arguments.split(',').map(|number| number.trim().parse().ok()).collect();
            match (name, numbers.as_deref()) {
                ("DECIMAL" | "DEC" | "NUMERIC", Some([digits])) => (1..=MOST_DIGITS).contains(digits),
                ("DECIMAL" | "DEC" | "NUMERIC", Some([digits, scale])) => {
                    (1..=MOST_DIGITS).contains(digits) && scale <= digits
                }
                ("CHAR" | "CHARACTER" | "VARCHAR", Some([length])) => *length > 0,
                _ => false,
            }
        }
    }
}

/// Whether a text can be given a type by a word before it.
pub(super) fn is_of_text(data_type: &DataType) -> bool {
    OF_TEXTS.contains(&data_type.to_string().to_uppercase().as_str())
}
