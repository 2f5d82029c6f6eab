//! How paths lead through documents: which members their segments mean, and what tells the elements of a list apart.

use std::iter;

/// How many objects inside each other are looked through for a member.
const LOOKED_THROUGH: usize = 3;

/// Members whose inside is free: what stands there is no part of the model, whatever it is called.
const FREE: [&str; 3] = ["config", "properties", "settings"];

/// Whatever a document is made of.
pub(super) trait Tree: Sized {
    /// The members of an object, in the order of the document; of anything else, none.
    fn members(&self) -> impl Iterator<Item = (&str, &Self)>;

    fn is_object(&self) -> bool;

    /// The text, if it is one.
    fn text(&self) -> Option<&str>;

    /// What is in it, if it is a list.
    fn elements(&self) -> impl Iterator<Item = &Self>;

    /// The member of this name, with the name as it is there.
    fn named(&self, name: &str) -> Option<(&str, &Self)> {
        self.members().find(|(found, _)| *found == name)
    }
}

/// The member that a segment of a path means.
pub(super) struct Meant<'v, T> {
    /// The object that has it.
    pub(super) around: &'v T,
    /// The members that lead from the object that was asked to that one; none, if it is the same.
    pub(super) way: Vec<&'v str>,
    pub(super) name: &'v str,
    pub(super) value: &'v T,
}

/// The member that a segment means: one of the object itself, or of objects inside it that are no part of paths, such as
/// definitions and kinds.
pub(super) fn meant<'v, T: Tree>(object: &'v T, segment: &str) -> Option<Meant<'v, T>> {
    let mut objects = vec![(Vec::new(), object)];
    for _ in 0..=LOOKED_THROUGH {
        // What are columns here are fields to Avro.
        let by_avro = (segment == "columns").then_some("fields");
        let mut names = [Some(segment), by_avro].into_iter().flatten();
        let found = names.find_map(|wanted| {
            objects.iter().find_map(|(way, around)| {
                let (name, value) = around.named(wanted)?;
                Some(Meant { around: *around, way: way.clone(), name, value })
            })
        });
        if found.is_some() {
            return found;
        }
        let inside = objects.iter().flat_map(|(way, object)| {
            let objects = object.members().filter(|(name, value)| value.is_object() && !FREE.contains(name));
            objects.map(|(name, value)| (way.iter().copied().chain([name]).collect(), value))
        });
        objects = inside.collect();
    }
    None
}

/// The members that tell an element of this list from the others; those that an element has.
pub(super) fn members(list: &str) -> &'static [&'static str] {
    match list {
        "group_pins" => &["group"],
        "primary_pins" => &["datastore"],
        "sinks" | "selects" => &["dataset"],
        "hints" => &["about"],
        "approved" => &["group", "dataset"],
        "waivers" => &["code", "path", "policy"],
        _ => &["name"],
    }
}

/// What paths call an element of a list: what its members say, with a blank in between. One that is a text says so itself.
pub(super) fn name(list: &str, element: &impl Tree) -> Option<String> {
    if let Some(text) = element.text() {
        return Some(text.to_owned());
    }
    if list == "quality_checks" {
        return check(element);
    }
    let said: Vec<_> = members(list).iter().filter_map(|member| said(element.named(member)?.1)).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// A check of quality: its kind, and the columns that it looks at.
fn check(element: &impl Tree) -> Option<String> {
    let (kind, check) = element.members().next()?;
    let columns = check.named("columns").into_iter().flat_map(|(_, columns)| columns.elements());
    let columns = check.named("column").map(|(_, column)| column).into_iter().chain(columns);
    let words: Vec<&str> = iter::once(kind).chain(columns.filter_map(Tree::text)).collect();
    Some(words.join(" "))
}

/// A text; or a kind and a text, which are an object of one member.
fn said(value: &impl Tree) -> Option<String> {
    match (value.text(), value.members().next()) {
        (Some(text), _) => Some(text.to_owned()),
        (None, Some((kind, value))) => Some(format!("{kind} {}", value.text()?)),
        (None, None) => None,
    }
}
