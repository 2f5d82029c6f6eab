use super::*;
use std::mem::size_of;

#[test]
fn text_forms_round_trip() {
    let floats = FloatFormat::ALL.map(FloatFormat::name);
    let blocks = MicroscalingFormat::ALL.map(MicroscalingFormat::name);
    let plain = [
        "Boolean",
        "TinyInt",
        "SmallInt",
        "Integer",
        "BigInt",
        "Int(24)",
        "UInt(8)",
        "Decimal(18,4)",
        "Char(3)",
        "Char(3) collate C",
        "VarChar",
        "VarChar(40)",
        "VarChar collate de_DE.utf8",
        "NChar(3)",
        "NVarChar",
        "NVarChar(9) collate \"a \"\"b\"\"\"",
        "Date",
        "Timestamp",
        "Timestamp(Europe/Berlin)",
        "Timestamp(\"a, b\")",
        "Interval",
        "Binary",
        "Binary(16)",
        "Variant",
        "Variant(16)",
        "Array(VarChar(20))",
        "Array(Array(Map(Integer, Struct())))",
        "Map(VarChar(3) collate C, Date)",
        "Struct(a Integer, b Map(VarChar, Date))",
        "Struct(\"a b\" Integer not null, \"\" Array(Struct(c UInt(1))))",
        "Vector(1536)",
        "Geography",
        "Geography(3857)",
        "Geography(Point)",
        "Geography(3857, MultiPolygon)",
        "TooDeep",
    ];
    for text in plain.into_iter().chain(floats).chain(blocks) {
        assert_eq!(text.parse::<DataType>().unwrap().to_string(), text);
    }
}

#[test]
fn other_spellings_are_read() {
    for (text, canonical) in [
        ("char", "Char(1)"),
        (" varchar ( 40 ) COLLATE C ", "VarChar(40) collate C"),
        ("Geography(4326)", "Geography"),
        ("STRUCT(a real NULL,b Double NOT NULL,)", "Struct(a Real, b Double not null)"),
        ("\"Integer\"", "Integer"),
    ] {
        assert_eq!(text.parse::<DataType>().unwrap().to_string(), canonical);
    }
}

#[test]
fn what_is_no_type_says_why() {
    for (text, expected) in [
        ("", "the name of a type is missing"),
        ("(", "the name of a type is missing"),
        ("VarChar(", "an argument is missing"),
        ("VarChar(x)", "`VarChar(x)` is not a data type: it is written as `VarChar` or `VarChar(15)`"),
        ("Decimal(38)", "it is written as `Decimal(38,0)`, with all its digits and those after the point"),
        ("Decimal(1,2", "without its `)`"),
        ("Date(3)", "it is written as `Date`"),
        ("Real(3)", "it takes no arguments"),
        ("VarChar(99999999999)", "a number in a type is at most 4294967295"),
        ("VarChar(-5)", "it is written as"),
        ("Int", "it is written as `Integer`, or as `Int(24)`"),
        ("Array", "a `(` is missing"),
        ("Array(Frog)", "`Frog` is not a data type: types are `Boolean`, `TinyInt`, `SmallInt`, "),
        ("Map(Integer)", "a type of keys and a type of values"),
        ("Struct(a Integer not)", "`not` is without `null`"),
        ("Struct(a Integer null not null)", "whether a field can be null is said twice"),
        ("Struct(a)", "the name of a type is missing"),
        ("Integer collate C", "something follows it"),
        ("Integer Integer", "something follows it"),
        ("VarChar collate", "the name of a collation is missing"),
        ("Timestamp(\"UTC)", "an argument is missing"),
        ("Geography(Point, 4326)", "`Geography(4326, Point)`"),
    ] {
        let error = text.parse::<DataType>().unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let nearest = |text: &str| text.parse::<DataType>().unwrap_err().nearest();
    assert_eq!(nearest("VarChr(5)"), Some("VarChar"));
    assert_eq!(nearest("Array(Struct(a Intger))"), Some("Integer"));
    assert_eq!(nearest("Strng"), Some("VarChar"));
    assert_eq!(nearest("Number"), Some("Decimal(38,0)"));
    assert_eq!(nearest("Number(9,2)"), Some("Decimal"));
    assert_eq!(nearest("Float8E4M4"), Some("Float8E4M3"));
}

#[test]
fn depth_is_bounded_in_text_and_in_code() {
    let nested = |depth: usize| format!("{}Date{}", "Array(".repeat(depth - 1), ")".repeat(depth - 1));
    assert_eq!(nested(DataType::MAX_DEPTH).parse::<DataType>().unwrap().depth(), DataType::MAX_DEPTH);
    for depth in [DataType::MAX_DEPTH + 1, 1_000_000] {
        let error = nested(depth).parse::<DataType>().unwrap_err();
        assert!(error.to_string().ends_with("it is nested more than 32 deep"));
    }
    let built = (0..1_000_000).fold(DataType::Date, |inside, _| match inside {
        DataType::TooDeep => DataType::TooDeep,
        inside => DataType::structure([Field::new("a", DataType::map(DataType::Date, inside))]),
    });
    assert_eq!(built, DataType::TooDeep);
}

#[test]
fn a_type_is_small() {
    assert!(size_of::<DataType>() <= 24);
}

#[test]
fn problems_are_found_at_every_depth() {
    for (text, expected) in [
        (
            "Struct(a Map(VarChar(0), Array(Decimal(2,3))), b VarChar(0))",
            vec![("a", "VarChar(0)"), ("a", "Decimal(2,3)"), ("b", "VarChar(0)")],
        ),
        ("Struct(a Array(Struct(b VarChar(0))))", vec![("a.b", "VarChar(0)")]),
        ("Map(Array(Char(0)), Date)", vec![("", "Map(Array(Char(0)), Date)"), ("", "Char(0)")]),
        ("Struct(a Date, A Date)", vec![("", "Struct(a Date, A Date)")]),
        ("Array(Struct())", vec![("", "Struct()")]),
        ("Array(Timestamp(Europe/Berln))", vec![("", "Europe/Berln")]),
        ("Array(VarChar collate german)", vec![("", "german")]),
        ("Array(TooDeep)", vec![("", "TooDeep")]),
        ("Struct(a Int(256), b Geography(1), c Vector(1), d Decimal(1000,1000))", vec![]),
    ] {
        let problems = text.parse::<DataType>().unwrap().errors();
        let told = |problem: &TypeParameterError| match &problem.kind {
            TypeParameterErrorKind::Parameter { of: told, .. }
            | TypeParameterErrorKind::UnknownTimeZone { zone: told, .. }
            | TypeParameterErrorKind::UnknownCollation { collation: told } => {
                (problem.field.clone(), told.clone())
            }
        };
        let found: Vec<_> = problems.iter().map(told).collect();
        let expected: Vec<_> =
            expected.into_iter().map(|(field, told)| (field.to_owned(), told.to_owned())).collect();
        assert_eq!(found, expected, "{text}");
    }
}
