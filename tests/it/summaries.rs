//! Summaries of public items begin as the reader expects: functions with a verb or, if they only return an attribute, with its
//! noun; everything else with a noun. What can fail says when, under *Errors*.

use crate::sources;
use std::{fs, path::Path};
use syn::{
    Attribute, Expr, Field, ImplItemFn, Item, ItemFn, ItemImpl, Lit, Meta, Receiver, ReturnType, Signature,
    TraitItemFn, Type, Variant, Visibility,
    visit::{self, Visit},
};

/// No summary begins with one of these: a reader who looks for a noun or a verb would not know yet what it is about.
const NO_OPENERS: [&str; 30] = [
    "All",
    "Because",
    "Everything",
    "From",
    "How",
    "If",
    "In",
    "It",
    "Its",
    "Nobody",
    "Nothing",
    "Somebody",
    "Something",
    "Such",
    "That",
    "Their",
    "There",
    "These",
    "They",
    "This",
    "Those",
    "What",
    "Whatever",
    "When",
    "Where",
    "Which",
    "Who",
    "Whoever",
    "Whose",
    "Why",
];

/// Everyday words for which there are others: is stored, is reported, is retained.
const NO_PHRASES: [&str; 5] = [" stands ", " is told", " are told", " is owed", " are owed"];

/// Summaries that do not begin as they should, and functions that do not say when they fail.
#[derive(Default)]
struct Summaries {
    checked: usize,
    faults: Vec<String>,
    file: String,
}

impl Summaries {
    fn check(&mut self, name: &str, attributes: &[Attribute], signature: Option<&Signature>) {
        let text = documentation(attributes);
        let Some(summary) = text.lines().map(str::trim).find(|line| !line.is_empty()) else { return };
        self.checked += 1;
        let opener =
            summary.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '\'').next().unwrap_or_default();
        let is_wrong = NO_OPENERS.contains(&opener)
            || signature.is_some_and(|signature| !begins_a_function(opener, signature));
        if is_wrong {
            self.faults.push(format!("{}: `{name}` begins with \"{opener}\": {summary}", self.file));
        }
        if let Some(phrase) = NO_PHRASES.iter().find(|phrase| summary.contains(**phrase)) {
            self.faults.push(format!("{}: `{name}` says \"{phrase}\": {summary}", self.file));
        }
        if signature.is_some_and(is_fallible) && !text.contains("# Errors") {
            self.faults
                .push(format!("{}: `{name}` returns a `Result`, and has no section `# Errors`", self.file));
        }
    }
}

/// Whether the summary of a function may begin with this word: a verb in the third person, `Whether` where a `bool` is
/// returned, a noun phrase where an attribute is.
fn begins_a_function(opener: &str, signature: &Signature) -> bool {
    let is_getter =
        matches!(signature.receiver(), Some(Receiver { reference: Some(_), mutability: None, .. }))
            && signature.inputs.len() == 1;
    let returns_bool = matches!(&signature.output, ReturnType::Type(_, output) if is_type(output, "bool"));
    match opener {
        "Whether" => returns_bool,
        "The" | "A" | "An" => is_getter,
        _ => is_getter || opener.ends_with('s') && opener.starts_with(|c: char| c.is_uppercase()),
    }
}

fn is_fallible(signature: &Signature) -> bool {
    matches!(&signature.output, ReturnType::Type(_, output) if is_type(output, "Result"))
}

fn is_type(output: &Type, name: &str) -> bool {
    matches!(output, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

fn documentation(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes {
        if let Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let Expr::Lit(literal) = &pair.value
            && let Lit::Str(line) = &literal.lit
        {
            text += &line.value();
            text.push('\n');
        }
    }
    text
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

impl<'ast> Visit<'ast> for Summaries {
    fn visit_item(&mut self, item: &'ast Item) {
        let described = match item {
            Item::Enum(item) => Some((&item.vis, &item.ident, &item.attrs)),
            Item::Struct(item) => Some((&item.vis, &item.ident, &item.attrs)),
            Item::Trait(item) => Some((&item.vis, &item.ident, &item.attrs)),
            Item::Type(item) => Some((&item.vis, &item.ident, &item.attrs)),
            Item::Const(item) => Some((&item.vis, &item.ident, &item.attrs)),
            _ => None,
        };
        let Some((visibility, name, attributes)) = described else { return visit::visit_item(self, item) };
        if is_public(visibility) {
            self.check(&name.to_string(), attributes, None);
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if is_public(&function.vis) {
            self.check(&function.sig.ident.to_string(), &function.attrs, Some(&function.sig));
        }
    }

    fn visit_item_impl(&mut self, block: &'ast ItemImpl) {
        // What implements a trait is documented by the trait.
        if block.trait_.is_none() {
            visit::visit_item_impl(self, block);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if is_public(&function.vis) {
            self.check(&function.sig.ident.to_string(), &function.attrs, Some(&function.sig));
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        self.check(&function.sig.ident.to_string(), &function.attrs, Some(&function.sig));
    }

    fn visit_variant(&mut self, variant: &'ast Variant) {
        self.check(&variant.ident.to_string(), &variant.attrs, None);
    }

    fn visit_field(&mut self, field: &'ast Field) {
        if let (true, Some(name)) = (is_public(&field.vis), &field.ident) {
            self.check(&name.to_string(), &field.attrs, None);
        }
    }
}

#[test]
fn public_summaries_begin_with_a_verb_or_a_noun() {
    let mut summaries = Summaries::default();
    for path in sources::files(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        let name = path.display().to_string();
        if name.contains("datasurface-cli") || name.contains("/v1/") {
            // Help of the command line is imperative, and the JSON Schema shows the comments of the wire format.
            continue;
        }
        summaries.file = name;
        summaries.visit_file(&syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
    }
    assert!(summaries.checked > 1_500, "{}", summaries.checked);
    assert!(
        summaries.faults.is_empty(),
        "{}\n{} summaries",
        summaries.faults.join("\n"),
        summaries.faults.len()
    );
}

/// An example that the compiler does not look at would be wrong soon. What shapes are derived for is not visible to examples.
#[test]
fn each_crate_begins_with_an_example_that_runs() {
    for folder in sources::folders(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        let text = fs::read_to_string(folder.join("lib.rs")).unwrap();
        let has_example =
            text.lines().take_while(|line| line.starts_with("//!")).any(|line| line == "//! ```");
        assert!(has_example || folder.ends_with("derive/src"), "{}", folder.display());
    }
}
