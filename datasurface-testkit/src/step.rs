//! Steps from one ecosystem to the next, in words: the place in the document at which they differ.

use datasurface_model::Ecosystem;
use serde_json::Value;

/// Returns the place of the difference between two ecosystems, such as `zones.USA.teams.Sales.workspaces`, and what came or went
/// there.
pub(crate) fn describe(before: &Ecosystem, after: &Ecosystem) -> String {
    let (before, after) = (datasurface_document::to_value(before), datasurface_document::to_value(after));
    let (mut path, mut sides) = (Vec::new(), (&before, &after));
    loop {
        let (before, after) = (members(sides.0), members(sides.1));
        let names = before.iter().chain(&after).map(|(name, _)| name);
        let mut differing: Vec<&String> =
            names.filter(|name| find(&before, name) != find(&after, name)).collect();
        differing.sort_unstable();
        differing.dedup();
        match differing.as_slice() {
            [name] => match (find(&before, name), find(&after, name)) {
                (Some(one), Some(other)) => {
                    path.push((*name).clone());
                    sides = (one, other);
                }
                (None, _) => return format!("{} has `{name}`", place(&path)),
                (_, None) => return format!("{} has no `{name}`", place(&path)),
            },
            [] => return format!("{} is `{}`, and was `{}`", place(&path), sides.1, sides.0),
            several => {
                let names: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
                return format!("{} differs in {}", place(&path), names.join(", "));
            }
        }
    }
}

fn place(path: &[String]) -> String {
    if path.is_empty() { "the ecosystem".to_owned() } else { format!("`{}`", path.join(".")) }
}

/// The parts of a value: elements of a list by their names, if they have any.
fn members(value: &Value) -> Vec<(String, &Value)> {
    match value {
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        Value::Array(elements) => elements.iter().map(|element| (name(element), element)).collect(),
        _ => Vec::new(),
    }
}

fn name(element: &Value) -> String {
    let named = ["name", "dataset"].iter().find_map(|name| element.get(name)?.as_str());
    named.or(element.as_str()).map_or_else(|| element.to_string(), str::to_owned)
}

fn find<'v>(members: &[(String, &'v Value)], name: &str) -> Option<&'v Value> {
    members.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::northwind;
    use datasurface_strategies::Edit;

    #[test]
    fn a_step_says_where_an_ecosystem_differs() {
        let before = northwind();
        let describe = |edit: Edit| describe(&before, &edit.apply(before.clone()));
        assert_eq!(
            describe(Edit::RemoveWorkspace(0)),
            "`zones.USA.definition.teams.NorthWindTeam.definition.workspaces` has no `ProductReporting`"
        );
        assert!(describe(Edit::ChangeCron(0, "0 6 * * *")).contains("and was `\"*/10 * * * *\"`"));
    }
}
