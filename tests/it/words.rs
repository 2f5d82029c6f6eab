//! Names of types and modules are the field's terms, no metaphors: what a shelf, a court or a witness would be here, nobody could guess.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use syn::{
    Ident, Item,
    visit::{self, Visit},
};

/// Words that stood for an index, metadata, a report, a harness or an error, and pronouns. A name may only go back to one of them if it
/// means that.
const METAPHORS: [&str; 62] = [
    "anew",
    "anybody",
    "book",
    "books",
    "circle",
    "complaint",
    "court",
    "cupboard",
    "deed",
    "derivation",
    "desk",
    "duty",
    "estate",
    "everybody",
    "fate",
    "giver",
    "heard",
    "home",
    "hosted",
    "how",
    "meeting",
    "memo",
    "mend",
    "mended",
    "mending",
    "misled",
    "nasty",
    "nobody",
    "paint",
    "pen",
    "prospect",
    "rare",
    "rehearsal",
    "refusals",
    "revive",
    "scene",
    "seldom",
    "settle",
    "settled",
    "sheet",
    "shelf",
    "shelves",
    "somebody",
    "spared",
    "story",
    "supply",
    "taker",
    "told",
    "trouble",
    "troubles",
    "turn",
    "twin",
    "unheard",
    "untold",
    "voice",
    "what",
    "whatever",
    "who",
    "whoever",
    "witness",
    "witnessed",
    "workplace",
];

/// What is declared in the sources of a folder, with its file.
fn declared(folder: &Path, found: &mut Vec<(String, PathBuf)>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let is_of_tests = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_of_tests {
            declared(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_of_tests {
            let mut names = Names::default();
            names.visit_file(&syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
            found.extend(names.0.into_iter().map(|name| (name, path.clone())));
        }
    }
}

#[derive(Default)]
struct Names(Vec<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        let name: Option<&Ident> = match item {
            Item::Enum(item) => Some(&item.ident),
            Item::Mod(item) => Some(&item.ident),
            Item::Struct(item) => Some(&item.ident),
            Item::Trait(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            _ => None,
        };
        self.0.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }
}

/// The words of a name, in lower case: `source` and `names` of `SourceNames`, and of `source_names`.
fn words(name: &str) -> BTreeSet<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() {
            words.push(String::new());
        }
        if letter != '_' {
            words.last_mut().unwrap().extend(letter.to_lowercase());
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

#[test]
fn types_and_modules_have_no_metaphors_for_names() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in [root.to_owned(), root.join("platforms"), root.join("datasurface-document")] {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().join("src")) {
            if entry.is_dir() {
                declared(&entry, &mut found);
            }
        }
    }
    assert!(found.len() > 1_000, "{}", found.len());
    let metaphors: BTreeSet<String> = METAPHORS.map(str::to_owned).into();
    found.retain(|(name, _)| !words(name).is_disjoint(&metaphors));
    assert_eq!(found, [], "see the glossary of terms");
}

#[test]
fn words_of_names_are_told_apart() {
    assert_eq!(words("SourceNames"), words("source_names"));
    assert!(words("KnownShelf").contains("shelf") && !words("Shelfless").contains("shelf"));
}
