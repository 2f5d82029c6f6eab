//! Smaller examples: an ecosystem without a declaration, as long as the same law is violated.
//!
//! Declarations are taken away from the document, the large ones first. Strategies of proptest shrink too, but one number
//! at a time: taking a team away at once is much quicker.

use crate::{
    rehearsal::Rehearsal,
    shuffle::DECLARATIONS,
    trial::{Part, Trial},
    verdict::{Law, Verdict},
};
use datasurface_model::Ecosystem;
use serde_json::Value;

/// The smallest trial that can be found in which a law is violated, and its verdict; none if there is no smaller one. Only
/// one part of it is tried again and again, as long as there is a budget: the one that violated the law last. An edit
/// means something else in a smaller ecosystem, so then the other parts are tried too.
pub(crate) fn shrunk(
    trial: &Trial,
    law: Law,
    rehearsal: &Rehearsal,
    budget: &mut usize,
) -> (Trial, Option<Verdict>) {
    let mut parts: Vec<Part> = trial.parts().collect();
    let mut violated = |ecosystem: &Ecosystem, budget: &mut usize| {
        for position in 0..parts.len() {
            let part = parts.get(position).copied().filter(|_| *budget > 0)?;
            *budget -= 1;
            let ecosystem = ecosystem.clone();
            let smaller = Trial { ecosystem, ..trial.clone() }.only(part);
            let verdict = smaller.run(rehearsal);
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
        let Some(ecosystem) = without(&smallest.ecosystem, position) else {
            if !is_smaller {
                break;
            }
            // What others needed may not be needed any more.
            (position, is_smaller) = (0, false);
            continue;
        };
        let still = if rehearsal.accepts(&ecosystem) { violated(&ecosystem, budget) } else { None };
        match still {
            Some(still) => {
                (smallest, verdict) = still;
                is_smaller = true;
            }
            None => position += 1,
        }
    }
    (smallest, Some(verdict))
}

/// The ecosystem without one of its declarations, by number, those first that are not inside others; none if there are not
/// so many.
fn without(ecosystem: &Ecosystem, position: usize) -> Option<Ecosystem> {
    let mut document: Value = serde_json::from_str(&ecosystem.to_json()).ok()?;
    let mut places = Vec::new();
    collect(&document, "", &mut places);
    places.sort_by_key(|(list, _)| list.matches('/').count());
    let (list, element) = places.get(position)?;
    take(&mut document, list, *element);
    Ecosystem::from_json(&document.to_string()).ok()
}

/// Where there is a declaration: the list, and the place in it.
fn collect(value: &Value, path: &str, places: &mut Vec<(String, usize)>) {
    for (name, member) in value.as_object().into_iter().flatten() {
        let path = format!("{path}/{name}");
        match member {
            _ if name == "config" => {}
            Value::Array(elements) => {
                for (position, element) in elements.iter().enumerate() {
                    if DECLARATIONS.contains(&name.as_str()) {
                        places.push((path.clone(), position));
                    }
                    collect(element, &format!("{path}/{position}"), places);
                }
            }
            _ => collect(member, &path, places),
        }
    }
}

fn take(document: &mut Value, list: &str, element: usize) {
    if let Some(elements) = document.pointer_mut(list).and_then(Value::as_array_mut)
        && element < elements.len()
    {
        elements.remove(element);
    }
}
