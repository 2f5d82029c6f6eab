//! Names are the field's terms, no metaphors and no pronouns: what a shelf, a court or a witness would be here, nobody could guess.

use crate::sources;
use std::{collections::BTreeSet, fs, path::Path};
use syn::{
    Field, Ident, ImplItemFn, Item, ItemFn, PatIdent, TraitItemFn, Variant,
    visit::{self, Visit},
};

/// Words that stood for an index, metadata, a report, a harness or an error, and pronouns. A name may only go back to one of
/// them if it means that.
const METAPHORS: &str = "anew anybody book books brought circle complaint court cupboard deed deeds derivation derivations desk \
    duty estate everybody fate fault faults giver heard home hosted how meeting memo mend mended mending misled nasty nobody \
    paint pen prospect rare refusal refusals rehearsal revive scene seldom settle settled sheet shelf shelves somebody spared \
    story supplies supply taker told trouble troubles twin unheard untold voice voices what whatever who whoever witness \
    witnessed workplace wrong";

/// Names that documents, files or other crates have: renaming one would change what is written, or is not ours to do.
const GIVEN: [&str; 6] = ["Circle", "begin_anew", "fate", "overlay_what", "rare_types", "trim_what"];

/// Every name that is declared in a file: types, modules, functions, parameters, variables, fields, variants, constants.
#[derive(Default)]
struct Declared(Vec<String>);

impl Declared {
    fn add(&mut self, name: &Ident) {
        self.0.push(name.to_string());
    }
}

impl<'ast> Visit<'ast> for Declared {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Const(item) => self.add(&item.ident),
            Item::Enum(item) => self.add(&item.ident),
            // Names of tests are sentences.
            Item::Mod(item) if item.ident == "tests" => return,
            Item::Mod(item) => self.add(&item.ident),
            Item::Static(item) => self.add(&item.ident),
            Item::Struct(item) => self.add(&item.ident),
            Item::Trait(item) => self.add(&item.ident),
            Item::Type(item) => self.add(&item.ident),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add(&function.sig.ident);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add(&function.sig.ident);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        self.add(&function.sig.ident);
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_field(&mut self, field: &'ast Field) {
        field.ident.iter().for_each(|name| self.add(name));
        visit::visit_field(self, field);
    }

    fn visit_variant(&mut self, variant: &'ast Variant) {
        self.add(&variant.ident);
        visit::visit_variant(self, variant);
    }

    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.add(&pattern.ident);
        visit::visit_pat_ident(self, pattern);
    }
}

/// The words of a name, in lower case: `source` and `names` of `SourceNames`, of `source_names` and of `SOURCE_NAMES`.
fn words(name: &str) -> BTreeSet<String> {
    let has_humps = name.contains(char::is_lowercase);
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || has_humps && letter.is_uppercase() {
            words.push(String::new());
        }
        if letter != '_' {
            words.last_mut().unwrap().extend(letter.to_lowercase());
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

#[test]
fn names_are_no_metaphors() {
    let metaphors: BTreeSet<String> = METAPHORS.split(' ').map(str::to_owned).collect();
    let (mut checked, mut found) = (0, Vec::new());
    for path in sources::files(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        let mut declared = Declared::default();
        declared.visit_file(&syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
        checked += declared.0.len();
        declared.0.retain(|name| !GIVEN.contains(&&**name) && !words(name).is_disjoint(&metaphors));
        found.extend(declared.0.into_iter().map(|name| format!("{}: `{name}`", path.display())));
    }
    assert!(checked > 20_000, "{checked} names");
    assert!(found.is_empty(), "use a term of the field instead:\n{}", found.join("\n"));
}

#[test]
fn words_of_names_are_told_apart() {
    assert_eq!(words("SourceNames"), words("source_names"));
    assert_eq!(words("SourceNames"), words("SOURCE_NAMES"));
    assert!(words("KnownShelf").contains("shelf") && !words("Shelfless").contains("shelf"));
}
