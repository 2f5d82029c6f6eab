//! Words of a schema in Avro that records of Debezium do not have.
//!
//! Its converter writes what the database declares: names, whether there may be no value, plain types, and decimal numbers as such. A day is a number
//! of days, and what that means is said by a name of Debezium's, not by a logical type of Avro.

use serde_json::Value;

/// Returns what records lack of a record's schema, field by field.
pub(crate) fn lost(schema: &Value) -> Vec<String> {
    let fields = schema.get("fields").and_then(Value::as_array).into_iter().flatten();
    let of_record = ["doc", "aliases"].into_iter().filter(|word| schema.get(word).is_some());
    let mut lost: Vec<String> = of_record.map(|word| of(word, "the record")).collect();
    for field in fields {
        let name = format!("`{}`", field.get("name").and_then(Value::as_str).unwrap_or_default());
        let words = ["doc", "aliases", "default"].into_iter();
        let words = words.filter(|word| field.get(word).is_some_and(|value| !value.is_null()));
        lost.extend(words.map(|word| of(word, &name)));
        lost.extend(field.get("type").and_then(lost_type).map(|word| of(&word, &name)));
    }
    lost
}

/// The word of a type that has no place in records, if it has one.
fn lost_type(kind: &Value) -> Option<String> {
    match kind {
        Value::Array(variants) => {
            let mut variants = variants.iter().filter(|variant| variant.as_str() != Some("null"));
            let first = variants.next()?;
            if variants.next().is_some() { Some("union".to_owned()) } else { lost_type(first) }
        }
        Value::Object(members) => match (members.get("logicalType"), members.get("type")?) {
            (Some(Value::String(logical)), _) if logical != "decimal" => Some(logical.clone()),
            (_, Value::String(kind)) if ["enum", "fixed", "record", "map"].contains(&kind.as_str()) => {
                Some(kind.clone())
            }
            (_, within) => lost_type(within),
        },
        _ => None,
    }
}

fn of(word: &str, name: &str) -> String {
    let word = match word {
        "doc" => "the documentation",
        "aliases" => "the aliases",
        "default" => "the default",
        kind => return format!("the type `{kind}` of {name}"),
    };
    format!("{word} of {name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_converter_cannot_write_is_named() {
        let schema = json!({"type": "record", "name": "Order", "doc": "One order", "fields": [
            {"name": "id", "type": "long"},
            {"name": "price", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 9}], "default": null},
            {"name": "placed", "type": {"type": "long", "logicalType": "timestamp-micros"}, "doc": "When"},
            {"name": "status", "type": ["null", {"type": "enum", "name": "Status", "symbols": ["new"]}]},
            {"name": "note", "type": "string", "default": "", "aliases": ["remark"]},
            {"name": "either", "type": ["int", "string"]},
        ]});
        assert_eq!(
            lost(&schema),
            [
                "the documentation of the record",
                "the documentation of `placed`",
                "the type `timestamp-micros` of `placed`",
                "the type `enum` of `status`",
                "the aliases of `note`",
                "the default of `note`",
                "the type `union` of `either`",
            ]
        );
        assert_eq!(lost(&json!("odd")), [] as [String; 0]);
    }
}
