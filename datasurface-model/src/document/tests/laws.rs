//! Nothing is lost, whatever was built; and no text makes the reader panic.

use super::{
    anything::{anything, nasty},
    form::NORTHWIND,
};
use crate::{
    proptest1::{ecosystems, edits},
    *,
};
use proptest::{collection::vec, prelude::*};

fn survives(ecosystem: &Ecosystem) -> Result<(), TestCaseError> {
    let text = ecosystem.to_json();
    let again = Ecosystem::from_json(&text);
    prop_assert_eq!(again.as_ref(), Ok(ecosystem), "{}", text);
    prop_assert_eq!(again.map(|again| again.to_json()), Ok(text));
    Ok(())
}

proptest! {
    #[test]
    fn what_is_saved_loads_as_the_same(ecosystem in anything()) {
        survives(&ecosystem)?;
    }

    #[test]
    fn valid_and_edited_ecosystems_survive(ecosystem in ecosystems(), edits in vec(edits(), 0..6)) {
        survives(&ecosystem)?;
        survives(&edits.iter().fold(ecosystem, |ecosystem, edit| edit.apply(ecosystem)))?;
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>(), bytes in vec(any::<u8>(), 0..60)) {
        let _ = Ecosystem::from_json(&text).map_err(|error| error.diagnostic(&text));
        let _ = Ecosystem::from_json(&String::from_utf8_lossy(&bytes));
        let _ = Ecosystem::from_json(&format!("{{\"format\": \"datasurface/1\", {text}"));
    }

    #[test]
    fn no_damage_to_a_document_makes_the_reader_panic(
        damages in vec((any::<prop::sample::Index>(), 0_usize..12, nasty()), 1..4),
    ) {
        let mut text: Vec<char> = NORTHWIND.chars().collect();
        for (at, length, insert) in damages {
            let from = at.index(text.len());
            let to = (from + length).min(text.len());
            text.splice(from..to, insert.chars());
        }
        let text: String = text.into_iter().collect();
        if let Err(error) = Ecosystem::from_json(&text) {
            prop_assert!(error.line() != Some(0) && error.column() != Some(0));
            prop_assert!(!error.diagnostic("a.json").message().contains("struct "), "{}", error);
        }
    }
}

#[test]
fn depth_survives_up_to_its_limits() {
    let tree = |depth: usize, name: &str| {
        (1..depth).fold(InfrastructureLocation::new(name), |inner, _| {
            InfrastructureLocation::new(name).location(inner)
        })
    };
    let settings = (0..115).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
    let ecosystem = Ecosystem::new("Deep", "git:a@b", "git:a@c")
        .vendor(InfrastructureVendor::new("Plain").location(tree(256, "a")))
        .vendor(InfrastructureVendor::new("Twice").location(tree(50, "a/b")).location(tree(50, "a/b")))
        .platform(PlatformDeclaration::new("Local", "local").setting("deep", settings));
    survives(&ecosystem).unwrap();
    let too_deep = ecosystem.vendor(InfrastructureVendor::new("Deeper").location(tree(257, "a")));
    assert!(Ecosystem::from_json(&too_deep.to_json()).is_err());
}
