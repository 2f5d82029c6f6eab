//! What tells the elements of a list apart, and so what paths call them.

/// Whatever a document is made of.
pub(super) trait Tree: Sized {
    /// The member of this name, if it is an object that has one.
    fn member(&self, name: &str) -> Option<&Self>;

    /// The name of the first member, and that, if it is an object that has one.
    fn first_member(&self) -> Option<(&str, &Self)>;

    /// The text, if it is one.
    fn text(&self) -> Option<&str>;
}

/// The members that tell an element of this list from the others.
pub(super) fn members(list: &str) -> &'static [&'static str] {
    match list {
        "group_pins" => &["group"],
        "primary_pins" => &["datastore"],
        "sinks" | "selects" => &["dataset"],
        "hints" => &["about"],
        "approved" => &["group", "dataset"],
        "waivers" => &["code", "path"],
        _ => &["name"],
    }
}

/// What paths call an element of a list: what its members say, with a blank in between. One that is a text says so itself.
pub(super) fn name(list: &str, element: &impl Tree) -> Option<String> {
    if let Some(text) = element.text() {
        return Some(text.to_owned());
    }
    let said = members(list).iter().map(|member| said(element.member(member)?));
    said.collect::<Option<Vec<_>>>().map(|said| said.join(" "))
}

/// A text; or a kind and a text, which are an object of one member.
fn said(value: &impl Tree) -> Option<String> {
    match (value.text(), value.first_member()) {
        (Some(text), _) => Some(text.to_owned()),
        (None, Some((kind, value))) => Some(format!("{kind} {}", value.text()?)),
        (None, None) => None,
    }
}
