//! Smaller examples: an ecosystem without a part, as long as the same law is violated.
//!
//! Parts of the document are taken away: declarations first, the large ones first of all, and then whatever else can be left
//! out. Strategies of proptest shrink too, but one number at a time: taking a team away at once is much quicker.

use crate::{
    harness::Harness,
    law::Law,
    report::LawReport,
    test_case::{TestCase, TestCasePart},
};
use datasurface_model::Ecosystem;
use datasurface_strategies::DECLARATIONS;
use serde_json::Value;

/// The number of parts that are tried of a smaller ecosystem: those that violated a law last are the first.
const TRIED_PARTS: usize = 8;

/// Returns the smallest test case that is found to violate a law, and its report; none if there is no smaller one. Only
/// one part of it is tried again and again, as long as there is a budget: the one that violated the law last. An edit
/// means something else in a smaller ecosystem, so then the other parts are tried too.
pub(crate) fn shrunk(
    trial: &TestCase,
    law: Law,
    harness: &Harness,
    budget: &mut usize,
) -> (TestCase, Option<LawReport>) {
    let mut parts: Vec<TestCasePart> = trial.parts().collect();
    let mut is_first = true;
    let mut violated = |ecosystem: &Ecosystem, budget: &mut usize| {
        let tried = if std::mem::take(&mut is_first) { parts.len() } else { parts.len().min(TRIED_PARTS) };
        for position in 0..tried {
            let part = parts.get(position).copied().filter(|_| *budget > 0)?;
            *budget -= 1;
            let ecosystem = ecosystem.clone();
            let smaller = TestCase { ecosystem, stops_at: [law].into(), ..trial.clone() }.only(part);
            let verdict = smaller.run(harness);
            if verdict.laws().contains(&law) {
                parts.swap(0, position);
                return Some((smaller, verdict));
            }
        }
        None
    };
    let Some((mut smallest, mut verdict)) = violated(&trial.ecosystem, budget) else {
        return (trial.clone(), None);
    };
    let (mut position, mut is_smaller) = (0, false);
    while *budget > 0 {
        let document = datasurface_document::to_value(&smallest.ecosystem);
        let Some(part) = parts_of(&document).into_iter().nth(position) else {
            if !is_smaller {
                break;
            }
            // What others needed may not be needed any more.
            (position, is_smaller) = (0, false);
            continue;
        };
        let smaller = without(document, &part).filter(|smaller| harness.accepts(smaller));
        match smaller.and_then(|smaller| violated(&smaller, budget)) {
            Some(still) => {
                (smallest, verdict) = still;
                is_smaller = true;
            }
            None => position += 1,
        }
    }
    (smallest, Some(verdict))
}

/// A part of a document that may be left out.
struct Place {
    /// A JSON pointer to what it is in.
    inside: String,
    /// The name or the position of the part there.
    member: String,
    is_declaration: bool,
}

/// Declarations first; what has much in it before that which is in it.
fn parts_of(document: &Value) -> Vec<Place> {
    let mut places = Vec::new();
    collect(document, String::new(), false, &mut places);
    places.sort_by_key(|place| (!place.is_declaration, place.inside.matches('/').count()));
    places
}

fn collect(value: &Value, inside: String, are_declarations: bool, places: &mut Vec<Place>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(at, element)| (at.to_string(), element)).collect()
        }
        _ => Vec::new(),
    };
    // A platform that is told something else is another platform.
    for (member, value) in members.into_iter().filter(|(member, _)| member != "config") {
        let escaped = member.replace('~', "~0").replace('/', "~1");
        let declares = value.is_array() && DECLARATIONS.contains(&member.as_str());
        collect(value, format!("{inside}/{escaped}"), declares, places);
        places.push(Place { inside: inside.clone(), member, is_declaration: are_declarations });
    }
}

/// None where what is left is no document of an ecosystem.
fn without(mut document: Value, part: &Place) -> Option<Ecosystem> {
    match document.pointer_mut(&part.inside)? {
        Value::Object(members) => drop(members.shift_remove(&part.member)),
        Value::Array(elements) => drop(elements.remove(part.member.parse().ok()?)),
        _ => return None,
    }
    datasurface_document::from_value(document).ok()
}
