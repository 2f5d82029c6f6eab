//! Application of differences to an old document, which gives the new one.

use super::{
    Difference, DifferenceKind,
    document_path::{DocumentPath, Step},
    list::{self, ElementOrder},
};
use datasurface_model::Text;
use serde_json::Value;
use std::borrow::Cow;

pub(super) fn apply(differences: &[Difference], document: &mut Value) {
    // What is around goes first: places are named by what it is called then.
    let mut renamed: Vec<_> =
        differences.iter().filter(|d| matches!(d.kind, DifferenceKind::Renamed { .. })).collect();
    let depth = |difference: &Difference| difference.place.steps().len();
    renamed.sort_by_key(|one| depth(one));
    for difference in renamed {
        if let DifferenceKind::Renamed { from } = &difference.kind {
            rename(document, &difference.place, from);
        }
    }
    let moved: Vec<_> = differences.iter().filter_map(|d| Some((d.origin.as_ref()?, &d.place))).collect();
    let taken: Vec<_> = moved.iter().map(|(from, _)| remove(document, from)).collect();
    for ((_, to), mut value) in moved.into_iter().zip(taken.into_iter().flatten()) {
        if let Some((_, Step::Element(name))) = to.split_last() {
            list::rename(&mut value, name);
        }
        insert(document, to, value);
    }
    for difference in differences {
        if let DifferenceKind::Removed { .. } = difference.kind {
            remove(document, &difference.place);
        }
    }
    let added = differences.iter().filter_map(|difference| match &difference.kind {
        DifferenceKind::Added { value } => Some((&difference.place, value.value())),
        _ => None,
    });
    for (place, value) in added {
        insert(document, place, value);
    }
    for difference in differences {
        match &difference.kind {
            DifferenceKind::Modified { new, .. } => {
                if let Some(value) = find(document, &difference.place) {
                    *value = new.value();
                }
            }
            DifferenceKind::Reordered { order } => reorder(document, &difference.place, order),
            _ => {}
        }
    }
}

fn find<'v>(document: &'v mut Value, place: &DocumentPath) -> Option<&'v mut Value> {
    let mut at = DocumentPath::default();
    let mut value = document;
    for step in place.steps() {
        value = match step {
            Step::Member(name) => {
                at = at.member(name);
                value.get_mut(name.as_str())?
            }
            Step::Element(name) => {
                at = at.element(name);
                let mut elements = value.as_array_mut()?.iter_mut();
                elements.find(|element| list::name(element) == Some(name))?
            }
        };
        // Whoever asks for it wants to change it inside.
        if let Cow::Owned(expanded) = at.expanded(value) {
            *value = expanded;
        }
    }
    Some(value)
}

fn remove(document: &mut Value, place: &DocumentPath) -> Option<Value> {
    let (around, last) = place.split_last()?;
    let around = find(document, &around)?;
    match last {
        Step::Member(name) => around.as_object_mut()?.shift_remove(name.as_str()),
        Step::Element(name) => {
            let elements = around.as_array_mut()?;
            let at = ElementOrder::new(elements.iter()).remove(name)?;
            Some(elements.remove(at))
        }
    }
}

fn insert(document: &mut Value, place: &DocumentPath, value: Value) -> Option<()> {
    let (around, last) = place.split_last()?;
    match last {
        Step::Member(name) => {
            find(document, &around)?.as_object_mut()?.insert(name.to_string(), value);
        }
        Step::Element(name) => {
            // A list without elements is not written.
            if find(document, &around).is_none() {
                insert(document, &around, Value::Array(Vec::new()))?;
            }
            let elements = find(document, &around)?.as_array_mut()?;
            let at = ElementOrder::new(elements.iter()).insert(name);
            elements.insert(at, value);
        }
    }
    Some(())
}

fn rename(document: &mut Value, place: &DocumentPath, from: &str) -> Option<()> {
    let (around, Step::Element(to)) = place.split_last().map(|(around, step)| (around, step.clone()))? else {
        return None;
    };
    let elements = find(document, &around)?.as_array_mut()?;
    let (from, at) = ElementOrder::new(elements.iter()).rename(from, &to)?;
    let mut element = elements.remove(from);
    list::rename(&mut element, &to);
    elements.insert(at, element);
    Some(())
}

fn reorder(document: &mut Value, place: &DocumentPath, order: &[Text]) {
    if let Some(Value::Array(elements)) = find(document, place) {
        let position =
            |element: &Value| order.iter().position(|name| Some(name.as_str()) == list::name(element));
        elements.sort_by_cached_key(position);
    }
}
