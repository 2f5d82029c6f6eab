//! What names, places, types and timetables are made from.

use super::plan::Choice;
use datasurface_model::DataType;

pub(super) const CRONS: [&str; 6] =
    ["*/10 * * * *", "0 * * * *", "30 2 * * *", "0 6 * * mon-fri", "15 8-18/2 1 JAN,JUL *", "0 0 1 * *"];

pub(super) const CLASSIFICATIONS: [&str; 4] = ["Public", "Internal", "PII", "Trade Secret"];

pub(super) const REGULATORS: [&str; 2] = ["Central Bank", "Tax Office"];

/// Two of them lie in a third.
pub(super) const PLACES: [&str; 5] = [
    "On Premises/Europe/Berlin/Rack 1",
    "On Premises/Europe/Berlin",
    "On Premises/Europe/Paris",
    "On Premises/Europe",
    "On Premises/USA/East US 2",
];

/// Without numbers: datasets of several datastores often have the same name.
pub(super) const DATASETS: [&str; 5] = ["customers", "orders", "OrderLines", "price_list", "Stock"];

const ZONES: [&str; 3] = ["UTC", "Europe/Berlin", "America/New_York"];

/// The element that a choice means; nothing only if there is none.
pub(super) fn choose<T>(among: &[T], choice: Choice) -> Option<&T> {
    among.get(usize::from(choice).checked_rem(among.len())?)
}

/// Chosen among words, of which there is always one.
pub(super) fn word(among: &[&'static str], choice: Choice) -> &'static str {
    choose(among, choice).copied().unwrap_or_default()
}

/// A type that every database has.
pub(super) fn data_type(choice: Choice, size: Choice) -> DataType {
    let length = u32::from(size % 60) + 1;
    let limit = (!size.is_multiple_of(4)).then_some(length);
    match choice % 16 {
        0 => DataType::Integer,
        1 => DataType::varchar(limit),
        2 => decimal(size),
        3 => DataType::timestamp(),
        4 => DataType::timestamp_in(word(&ZONES, size)),
        5 => DataType::Date,
        6 => DataType::Boolean,
        7 => DataType::TinyInt,
        8 => DataType::SmallInt,
        9 => DataType::BigInt,
        10 => DataType::REAL,
        11 => DataType::DOUBLE,
        12 => DataType::char(length),
        13 => DataType::nchar(length),
        14 => DataType::nvarchar(limit),
        _ => DataType::Binary { size: limit },
    }
}

/// A type that is good in a key: of limited size, and compared exactly.
pub(super) fn key_type(choice: Choice, size: Choice) -> DataType {
    let length = u32::from(size % 30) + 1;
    match choice % 7 {
        0 => DataType::Integer,
        1 => DataType::BigInt,
        2 => DataType::varchar(length),
        3 => DataType::char(length),
        4 => DataType::Date,
        5 => decimal(size),
        _ => DataType::nvarchar(length),
    }
}

fn decimal(size: Choice) -> DataType {
    let precision = size % 18 + 1;
    DataType::Decimal { precision, scale: (size / 18) % (precision + 1) }
}
