//! Labels of resources: the names that Terraform knows them by.

use datasurface_platform::slug;

/// The longest label. With the type of a resource and the endings of files, its file has a safe name.
const LABEL_LIMIT: usize = 63;

/// Returns the label of what has these names: storage names, so that a rename changes no address. Different names have different
/// labels. It begins with a letter or an underscore, as Terraform demands.
#[must_use]
pub fn label(names: &[&str]) -> String {
    let label = slug(names, LABEL_LIMIT);
    match label.starts_with(|first: char| first.is_ascii_alphabetic()) {
        true => label,
        // Labels that begin with an underscore get a second one, so that no two names have one label.
        false => format!("_{label}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_begins_with_a_letter_or_an_underscore() {
        assert_eq!(label(&["Shop", "orders"]), "Shop-orders");
        assert_eq!(label(&["3rd", "orders"]), "_3rd-orders");
        assert_ne!(label(&["_3rd"]), label(&["3rd"]));
        assert!(label(&["é"]).starts_with('_'));
    }
}
