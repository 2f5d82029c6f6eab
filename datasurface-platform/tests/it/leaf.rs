//! Leaves of a JSON value, and what can stand in their place.

use datasurface_platform::prelude::{json, serde_json::Value};

/// A place in a JSON value: names of members and positions of elements, from the outside inwards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Member(String),
    Element(usize),
}

/// Every place that holds no further place: scalars, and what is empty.
pub(crate) fn leaves(value: &Value) -> Vec<Vec<Step>> {
    let inner: Vec<(Step, &Value)> = match value {
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .map(|(position, element)| (Step::Element(position), element))
            .collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (Step::Member(name.clone()), member)).collect()
        }
        _ => Vec::new(),
    };
    if inner.is_empty() {
        return vec![Vec::new()];
    }
    let below = inner.into_iter().flat_map(|(step, value)| {
        let with_step = move |path: Vec<Step>| [vec![step.clone()], path].concat();
        leaves(value).into_iter().map(with_step)
    });
    below.collect()
}

/// The path as people read it; positions are left out, so that places of one field look alike.
pub(crate) fn field(path: &[Step]) -> String {
    let names = path.iter().map(|step| match step {
        Step::Member(name) => name.as_str(),
        Step::Element(_) => "*",
    });
    names.collect::<Vec<_>>().join(".")
}

/// What is at a place.
pub(crate) fn at<'v>(value: &'v mut Value, path: &[Step]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match step {
        Step::Member(name) => &mut value[name.as_str()],
        Step::Element(position) => &mut value[*position],
    })
}

/// The value, with other things in place of one leaf, most of which mean nothing there. `donors` are tried too.
pub(crate) fn mutations<'v>(
    value: &'v Value,
    path: &'v [Step],
    donors: &'v [Value],
) -> impl Iterator<Item = Value> + 'v {
    let mut original = value.clone();
    let leaf = at(&mut original, path).clone();
    // The tag of an enum: another tag needs other members.
    let tagged: &[&str] = match path.last() {
        Some(Step::Member(name)) if name == "kind" => &TAGGED,
        _ => &[],
    };
    let outer = path.split_last().map_or(path, |(_, outer)| outer);
    let with = move |place: &[Step], other: Value| {
        let mut mutated = value.clone();
        *at(&mut mutated, place) = other;
        mutated
    };
    let others = candidates(&leaf).into_iter().chain(donors.iter().cloned());
    let others = others.filter(move |other| *other != leaf);
    others
        .map(move |other| with(path, other))
        .chain(tagged.iter().map(move |text| with(outer, read(text))))
        .chain(absent(value, path))
        .chain(renamed(value, path))
}

/// Enums that are told apart by a member.
const TAGGED: [&str; 2] = [
    r#"{"kind":"sqlite","file":"elsewhere.db"}"#,
    r#"{"kind":"postgres","host":"elsewhere","port":1,"database":"x"}"#,
];

fn candidates(leaf: &Value) -> Vec<Value> {
    match leaf {
        Value::Null => vec![json!("x"), json!(7), json!({"x": 1})],
        Value::Bool(flag) => vec![json!(!flag)],
        Value::Number(number) => match number.as_u64() {
            Some(number) => vec![json!(number + 1)],
            None => vec![json!(number.as_f64().unwrap_or_default() + 1.0), json!(0.25)],
        },
        Value::String(text) => texts(text),
        Value::Array(_) => vec![json!(["x"]), read(RESOLVED)],
        Value::Object(_) => vec![json!({"x": "x"})],
    }
}

/// An offer, for a list of offers that is empty.
const RESOLVED: &str = r#"[{"from":"Ingest/P/S","offer":{"dataset":"S/d","address":"a","format":"f",
    "custody":{"live":true,"history":false}}}]"#;

/// Other names, and one of everything that a text is read as.
fn texts(text: &str) -> Vec<Value> {
    let longer = format!("{text}x");
    let others = [
        longer.as_str(),
        "Ingest/Elsewhere/S",
        "BigInt",
        "Date",
        "2031-02-28",
        "9.9.9",
        "live",
        "forensic",
        "low",
        "single_dataset",
        "multi_dataset",
        "external",
        "all_inputs_moved",
        "plain",
        "markdown",
        "production",
        "azure",
        "token",
        "not_production",
        "foundation",
        "0000000000000000000000000000000000000000000000000000000000000001",
    ];
    others.into_iter().map(Value::from).collect()
}

/// The value without the leaf.
fn absent(value: &Value, path: &[Step]) -> Option<Value> {
    let (last, outer) = path.split_last()?;
    let mut mutated = value.clone();
    match (at(&mut mutated, outer), last) {
        (Value::Object(members), Step::Member(name)) => drop(members.remove(name)),
        (Value::Array(elements), Step::Element(position)) => drop(elements.remove(*position)),
        _ => return None,
    }
    Some(mutated)
}

/// The value with the leaf under another name: names of members are data where the members are a map.
fn renamed(value: &Value, path: &[Step]) -> Option<Value> {
    let (Step::Member(name), outer) = path.split_last()? else {
        return None;
    };
    let mut mutated = value.clone();
    let members = at(&mut mutated, outer).as_object_mut()?;
    let leaf = members.remove(name)?;
    members.insert(format!("{name}x"), leaf);
    Some(mutated)
}

fn read(text: &str) -> Value {
    text.parse().unwrap_or_default()
}
