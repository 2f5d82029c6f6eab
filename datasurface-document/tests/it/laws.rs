//! Nothing is lost, whatever was built; and no text makes the reader panic.

use super::form::{NORTHWIND, northwind};
use datasurface_document::{DocumentError, Documents};
use datasurface_model::*;
use datasurface_strategies::{adversarial_strings, arbitrary_ecosystems, ecosystems, edits};
use proptest::{collection::vec, prelude::*};

fn survives(ecosystem: &Ecosystem) -> Result<(), TestCaseError> {
    let text = datasurface_document::to_json(ecosystem);
    let again = datasurface_document::from_json(&text);
    prop_assert_eq!(again.as_ref(), Ok(ecosystem), "{}", text);
    prop_assert_eq!(again.map(|again| datasurface_document::to_json(&again)), Ok(text));
    let text = datasurface_document::to_yaml(ecosystem);
    let again = datasurface_document::from_yaml(&text);
    prop_assert_eq!(again.as_ref(), Ok(ecosystem), "{}", text);
    prop_assert_eq!(again.map(|again| datasurface_document::to_yaml(&again)), Ok(text));
    Ok(())
}

proptest! {
    #[test]
    fn what_is_saved_loads_as_the_same(ecosystem in arbitrary_ecosystems()) {
        survives(&ecosystem)?;
    }

    #[test]
    fn valid_and_edited_ecosystems_survive(ecosystem in ecosystems(), edits in vec(edits(), 0..6)) {
        survives(&ecosystem)?;
        survives(&edits.iter().fold(ecosystem, |ecosystem, edit| edit.apply(ecosystem)))?;
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>(), bytes in vec(any::<u8>(), 0..60)) {
        for text in [
            format!("{{\"format\": \"datasurface/1\", {text}"),
            format!("format: datasurface/1\n{text}"),
            String::from_utf8_lossy(&bytes).into_owned(),
            text,
        ] {
            for name in ["a.json", "a.yaml", "a"] {
                let _ = Documents::new().document(name, text.as_str()).load();
            }
        }
    }

    #[test]
    fn no_damage_to_a_document_makes_the_reader_panic(
        damages in vec((any::<prop::sample::Index>(), 0_usize..12, adversarial_strings()), 1..4),
    ) {
        for whole in [NORTHWIND.to_owned(), datasurface_document::to_yaml(&northwind())] {
            let mut text: Vec<char> = whole.chars().collect();
            for (at, length, insert) in &damages {
                let from = at.index(text.len());
                let to = (from + length).min(text.len());
                text.splice(from..to, insert.chars());
            }
            let text: String = text.into_iter().collect();
            let loaded = Documents::new().document("a", text.as_str()).load();
            for finding in loaded.map_err(DocumentError::into_findings).err().into_iter().flatten() {
                prop_assert!(!finding.message().contains("struct "), "{}", finding);
                let lines: Vec<String> = text.replace("\r\n", "\n").split(['\n', '\r']).map(str::to_owned).collect();
                if let Some(position) = finding.position() {
                    let line = lines.get(position.line - 1);
                    let width = line.map(|line| line.chars().count()).unwrap_or_default();
                    prop_assert!(position.column + position.length <= width + 1, "{}", finding);
                }
            }
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
    assert!(datasurface_document::from_json(&datasurface_document::to_json(&too_deep)).is_err());
}
