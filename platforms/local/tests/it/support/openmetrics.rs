//! A strict reader of OpenMetrics text, as far as gauges go.

use std::collections::{BTreeMap, BTreeSet};

/// A sample: the name of its metric, and its labels in order.
pub(crate) type Sample = (String, Vec<(String, String)>);

/// Reads a text; says which line breaks which rule, if one does.
pub(crate) fn read(text: &str) -> Result<BTreeMap<Sample, f64>, String> {
    let body = text.strip_suffix("# EOF\n").ok_or("the last line is no `# EOF`")?;
    let (mut samples, mut families) = (BTreeMap::new(), BTreeSet::new());
    let mut family = String::new();
    let mut has_samples = false;
    for line in body.lines() {
        let wrong = |rule: &str| Err(format!("{rule}: {line}"));
        if let Some(metadata) = line.strip_prefix("# ") {
            let words: Vec<&str> = metadata.splitn(3, ' ').collect();
            let [kind, name, value] = words[..] else { return wrong("metadata has three parts") };
            if kind == "TYPE" {
                if value != "gauge" || !is_name(name) || !families.insert(name.to_owned()) {
                    return wrong("a family is begun once, by the name and type of a gauge");
                }
                (family, has_samples) = (name.to_owned(), false);
            } else if name != family || has_samples {
                return wrong("metadata is that of the family, before its samples");
            } else if kind == "UNIT" && !name.ends_with(&format!("_{value}")) {
                return wrong("a unit ends the name");
            } else if !["UNIT", "HELP"].contains(&kind) {
                return wrong("no such metadata");
            }
            continue;
        }
        let Some((metric, value)) = line.rsplit_once(' ') else { return wrong("a sample has a value") };
        let (name, labels) = match metric.split_once('{') {
            None => (metric, Vec::new()),
            Some((name, labels)) => (name, labels_of(labels).ok_or(format!("labels: {line}"))?),
        };
        let Ok(value) = value.parse::<f64>() else { return wrong("a value is a number") };
        has_samples = true;
        if name != family {
            return wrong("samples are below their family");
        }
        if samples.insert((name.to_owned(), labels), value).is_some() {
            return wrong("a sample comes once");
        }
    }
    Ok(samples)
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|other| other.is_ascii_alphanumeric() || other == '_')
}

/// What is between braces, the closing one included.
fn labels_of(text: &str) -> Option<Vec<(String, String)>> {
    let mut labels: Vec<(String, String)> = Vec::new();
    let mut rest = text;
    loop {
        let (name, after) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut characters = after.char_indices();
        let end = loop {
            match characters.next()? {
                (at, '"') => break at,
                (_, '\\') => value.push(match characters.next()?.1 {
                    'n' => '\n',
                    escaped @ ('"' | '\\') => escaped,
                    _ => return None,
                }),
                (_, character) => value.push(character),
            }
        };
        if !is_name(name) || labels.iter().any(|(known, _)| known == name) {
            return None;
        }
        labels.push((name.to_owned(), value));
        match &after[end + 1..] {
            "}" => return Some(labels),
            more => rest = more.strip_prefix(',')?,
        }
    }
}

#[test]
fn what_breaks_a_rule_is_refused() {
    let good = "# TYPE a gauge\n# HELP a What.\na{b=\"c\\\"\"} 1\na{b=\"d\"} 2\n# EOF\n";
    assert_eq!(read(good).unwrap().len(), 2);
    for (from, to) in [
        ("# EOF\n", ""),
        ("# TYPE a", "# TYPE b"),
        ("a{b=\"d\"} 2", "a{b=\"c\\\"\"} 2"),
        ("a{b=\"d\"} 2", "a{b=\"d\"} many"),
        ("a{b=\"d\"} 2", "a{b=\"d\",b=\"e\"} 2"),
        ("# HELP a What.", "# UNIT a seconds"),
        ("\\\"", "\""),
    ] {
        assert!(read(&good.replace(from, to)).is_err(), "{to}");
    }
}
