//! The size of a report as JSON. One change may reach everything that there is; a report of it must still be something that can be shown,
//! stored and sent.

use datasurface_model::shortened;
use serde_json::{Value, json};
use std::{collections::BTreeMap, mem};

/// The greatest size of a report that is complete, in bytes.
const MAX_BYTES: usize = 2 << 20;

/// What is kept of a report that is larger: no less than it takes.
const KEPT: [Kept; 3] = [
    Kept { elements: 1000, bytes: 10_000 },
    Kept { elements: 100, bytes: 1000 },
    Kept { elements: 10, bytes: 200 },
];

/// The elements that are kept of each list, and the bytes of each text.
#[derive(Clone, Copy)]
struct Kept {
    elements: usize,
    bytes: usize,
}

/// The lists of findings, which are limited already.
const FINDINGS: [&str; 2] = ["findings", "known"];

/// The only member whose keys are data, so that there may be any number of them.
const GROUPS: &str = "groups";

/// The bytes of what stands for the rest of a text that is cut, or more: with it, a text is not cut again by the same limit.
const MAX_MARK: usize = 40;

/// The member that has the cut lists.
const CUT: &str = "cut";

/// Returns a report as JSON text, with the lists and texts cut that make it too large, and the count of what each of them lacks. Of
/// findings, only the lists and texts in them are cut.
pub(super) fn to_text(mut report: Value) -> String {
    let mut cut = BTreeMap::new();
    let mut text = with_cut(&mut report, &cut);
    for kept in KEPT {
        if text.len() <= MAX_BYTES {
            break;
        }
        for (member, value) in report.as_object_mut().into_iter().flatten() {
            match value {
                Value::Array(findings) if FINDINGS.contains(&&**member) => {
                    for (index, finding) in findings.iter_mut().enumerate() {
                        shorten(finding, kept, format!("/{member}/{index}"), &mut cut);
                    }
                }
                // It is made anew.
                _ if member == CUT => {}
                value => shorten(value, kept, format!("/{member}"), &mut cut),
            }
        }
        // What was cut in something that was cut away later is of no interest.
        cut.retain(|pointer, _| report.pointer(pointer).is_some());
        text = with_cut(&mut report, &cut);
    }
    text
}

fn with_cut(report: &mut Value, cut: &BTreeMap<String, usize>) -> String {
    let lists = cut.iter().map(|(list, omitted)| json!({"list": list, "omitted": omitted}));
    if let Some(members) = report.as_object_mut() {
        members.insert(CUT.to_owned(), lists.collect());
    }
    format!("{report:#}\n")
}

/// Cuts each list and text in a value, from outside to inside, and counts by the JSON Pointer of a list what it lacks.
fn shorten(value: &mut Value, kept: Kept, pointer: String, cut: &mut BTreeMap<String, usize>) {
    let mut open = vec![(value, pointer, false)];
    while let Some((value, pointer, is_list)) = open.pop() {
        match value {
            Value::String(text) if text.len() > kept.bytes + MAX_MARK => {
                *text = shortened(text, kept.bytes).into_owned();
            }
            Value::Array(elements) => {
                if let Some(omitted) =
                    elements.len().checked_sub(kept.elements).filter(|omitted| *omitted > 0)
                {
                    elements.truncate(kept.elements);
                    *cut.entry(pointer.clone()).or_default() += omitted;
                }
                let inside = elements.iter_mut().enumerate();
                open.extend(inside.map(|(index, element)| (element, format!("{pointer}/{index}"), false)));
            }
            Value::Object(members) => {
                if is_list {
                    let before = members.len();
                    // Part of a name is another name.
                    let short = mem::take(members).into_iter().filter(|(name, _)| name.len() <= kept.bytes);
                    *members = short.take(kept.elements).collect();
                    if members.len() < before {
                        *cut.entry(pointer.clone()).or_default() += before - members.len();
                    }
                }
                open.extend(members.iter_mut().map(|(name, member)| {
                    let escaped = name.replace('~', "~0").replace('/', "~1");
                    let is_list = name == GROUPS;
                    (member, format!("{pointer}/{escaped}"), is_list)
                }));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(findings: usize, related: usize, changes: usize) -> Value {
        let places: Vec<Value> = (0..related).map(|number| json!({"path": [number]})).collect();
        let finding = json!({"code": "x/y", "related": places});
        let change = json!({"path": ["a/b"], "change": {"value": {"columns": vec![0; 40]}}});
        let groups: BTreeMap<String, Value> = (0..changes).map(|n| (format!("W/g{n}"), json!([]))).collect();
        json!({
            "findings": vec![finding; findings],
            "known": [],
            "change": {"changes": vec![change; changes], "notify": [{"groups": groups}]},
            "cut": [],
        })
    }

    #[test]
    fn a_small_report_is_complete() {
        let report = report(3, 300, 30);
        assert_eq!(to_text(report.clone()), format!("{report:#}\n"));
    }

    #[test]
    fn long_texts_are_cut() {
        let mut large = report(3, 3, 3);
        let long = "ü".repeat(MAX_BYTES);
        large["change"]["notify"][0]["groups"][&long] = json!([]);
        large["change"]["changes"][0]["change"]["value"] = long.into();
        let text = to_text(large);
        assert!(text.len() <= MAX_BYTES, "{}", text.len());
        let read: Value = serde_json::from_str(&text).unwrap();
        assert!(read["change"]["changes"][0]["change"]["value"].as_str().unwrap().ends_with(" bytes more)"));
        assert_eq!(read["cut"], json!([{"list": "/change/notify/0/groups", "omitted": 1}]));
    }

    #[test]
    fn a_large_report_is_cut_and_says_where() {
        let text = to_text(report(1000, 60, 3000));
        assert!(text.len() <= MAX_BYTES, "{}", text.len());
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["findings"].as_array().unwrap().len(), 1000, "findings are limited elsewhere");
        let lists = read["cut"].as_array().unwrap();
        let omitted =
            |list: &str| lists.iter().find(|one| one["list"] == list).map(|one| one["omitted"].clone());
        for (list, all) in
            [("/change/changes", 3000), ("/findings/7/related", 60), ("/change/notify/0/groups", 3000)]
        {
            let left = read.pointer(list).unwrap();
            let left = left.as_array().map_or_else(|| left.as_object().unwrap().len(), Vec::len);
            assert_eq!(omitted(list), Some((all - left).into()), "{list}");
        }
        for cut in lists {
            assert!(read.pointer(cut["list"].as_str().unwrap()).is_some(), "{cut}");
        }
    }
}
