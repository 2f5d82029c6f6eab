//! Every name that is read from outside, or written there: documents, locks, manifests, the protocol of platforms, books and
//! rendered attributes. Many come from the names of fields and variants in the code, so that renaming one of these would
//! change what is written; `serialized_names.txt` says what they are, and with `DATASURFACE_UPDATE=1` in the environment it
//! is written instead of compared.
//!
//! Moving code does not change the list: it does not say where a name stands, or what its type is called. Codes of
//! diagnostics are in `docs/diagnostics.md`.

use std::{
    fs,
    path::{Path, PathBuf},
};
use syn::{
    Attribute, Expr, Fields, File, Ident, Item, ItemEnum, ItemMacro, ItemStruct, Lit, Token,
    ext::IdentExt,
    parse_quote,
    punctuated::Punctuated,
    visit::{self, Visit},
};

/// The calls whose first argument is a name that somebody reads: segments of paths, and attributes of what is rendered.
const NAMING_CALLS: [&str; 2] = ["attribute", "child"];

#[test]
fn serialized_names_are_what_they_were() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = Names::default();
    for folder in sources(root) {
        names.read_folder(&folder);
    }
    names.lines.sort();
    let text = names.lines.join("\n") + "\n";
    let committed = root.join("tests/it/serialized_names.txt");
    if std::env::var_os("DATASURFACE_UPDATE").is_some() {
        fs::write(&committed, &text).unwrap();
    }
    let before = fs::read_to_string(&committed).unwrap_or_default();
    let only = |here: &str, there: &str| {
        let there: Vec<&str> = there.lines().collect();
        here.lines().filter(|line| !there.contains(line)).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(
        before == text,
        "names that are read or written changed; if that is meant, DATASURFACE_UPDATE=1 writes them:\nno more: {:#?}\nnew: {:#?}",
        only(&before, &text),
        only(&text, &before)
    );
}

/// The sources of every crate of the workspace.
fn sources(root: &Path) -> Vec<PathBuf> {
    let crates = [root.to_owned(), root.join("platforms")];
    let folders = crates.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let sources = folders.map(|entry| entry.unwrap().path().join("src"));
    sources.filter(|folder| folder.is_dir()).collect()
}

#[derive(Default)]
struct Names {
    lines: Vec<String>,
}

impl Names {
    fn read_folder(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap();
            if name == "tests" {
                continue;
            } else if path.is_dir() {
                self.read_folder(&path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let file: File = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
                self.visit_file(&file);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        let is_test = match item {
            Item::Mod(module) => module.attrs.contains(&parse_quote!(#[cfg(test)])),
            _ => false,
        };
        if !is_test {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        if let Some(container) = Serde::of_type(&item.attrs) {
            self.lines.extend(fields(&item.fields, &container).map(|fields| format!("object {fields}")));
        }
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        let Some(container) = Serde::of_type(&item.attrs) else {
            return;
        };
        let tag = container.tag.as_deref().map(|tag| format!("{tag}: ")).unwrap_or_default();
        for variant in &item.variants {
            let serde = Serde::of(&variant.attrs);
            if !serde.skip {
                let name = serde.name(&variant.ident, &container, Letters::Variant);
                let fields = fields(&variant.fields, &serde).unwrap_or_default();
                self.lines.push(format!("one of {tag}{name} {fields}").trim_end().to_owned());
            }
        }
    }

    /// Macros have words in them, and texts, which are for people.
    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        if item.ident.is_none() {
            self.words(item.mac.tokens.clone());
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if NAMING_CALLS.iter().any(|naming| call.method == naming)
            && let Some(Expr::Lit(literal)) = call.args.first()
            && let Lit::Str(name) = &literal.lit
        {
            self.lines.push(format!("{} {}", call.method, name.value()));
        }
        visit::visit_expr_method_call(self, call);
    }
}

impl Names {
    fn words(&mut self, tokens: proc_macro2::TokenStream) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Group(group) => self.words(group.stream()),
                proc_macro2::TokenTree::Literal(literal) => {
                    if let Lit::Str(word) = Lit::new(literal)
                        && !word.value().contains(char::is_whitespace)
                    {
                        self.lines.push(format!("word {}", word.value()));
                    }
                }
                _ => {}
            }
        }
    }
}

/// What serde is told about a type, a field or a variant.
#[derive(Default)]
struct Serde {
    rename: Option<String>,
    rename_all: Option<String>,
    tag: Option<String>,
    skip: bool,
    flatten: bool,
    /// It is written as something else, which has names of its own or none.
    is_other: bool,
}

/// What a name is made of before it is written.
#[derive(Clone, Copy)]
enum Letters {
    Field,
    Variant,
}

impl Serde {
    /// What serde is told about a type that it reads or writes by fields or variants.
    fn of_type(attributes: &[Attribute]) -> Option<Self> {
        let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
        let mut is_serialized = false;
        for derive in derives {
            let of = Punctuated::<syn::Path, Token![,]>::parse_terminated;
            let traits = derive.parse_args_with(of).unwrap();
            is_serialized |= traits.iter().any(|path| {
                let last = &path.segments.last().unwrap().ident;
                last == "Serialize" || last == "Deserialize"
            });
        }
        let serde = Self::of(attributes);
        (is_serialized && !serde.is_other).then_some(serde)
    }

    fn of(attributes: &[Attribute]) -> Self {
        let mut serde = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            let read = attribute.parse_nested_meta(|meta| {
                let key = meta.path.require_ident()?.to_string();
                let mut value = None;
                if meta.input.peek(Token![=]) {
                    value = Some(meta.value()?.parse::<syn::LitStr>()?.value());
                } else if !meta.input.is_empty() && !meta.input.peek(Token![,]) {
                    // What is in parentheses is about bounds, which name nothing.
                    meta.input.parse::<proc_macro2::Group>()?;
                }
                match (key.as_str(), value) {
                    ("rename", value) => serde.rename = value,
                    ("rename_all", value) => serde.rename_all = value,
                    ("tag", value) => serde.tag = value,
                    ("skip", None) => serde.skip = true,
                    ("flatten", None) => serde.flatten = true,
                    ("transparent", None) | ("from" | "try_from" | "into", Some(_)) => serde.is_other = true,
                    _ => {}
                }
                Ok(())
            });
            read.unwrap();
        }
        serde
    }

    /// The name under which a field or a variant of a type is written.
    fn name(&self, ident: &Ident, container: &Self, letters: Letters) -> String {
        let plain = ident.unraw().to_string();
        match (&self.rename, container.rename_all.as_deref(), letters) {
            (Some(name), ..) => name.clone(),
            (None, None, _) | (None, Some("snake_case"), Letters::Field) => plain,
            (None, Some("snake_case"), Letters::Variant) => words_of(&plain, '_'),
            (None, Some("kebab-case"), Letters::Variant) => words_of(&plain, '-'),
            (None, Some("UPPERCASE"), Letters::Variant) => plain.to_uppercase(),
            (None, Some(rule), _) => panic!("`{plain}` follows the rule `{rule}`, which is not known here"),
        }
    }
}

/// The words of a name in small letters, such as `sql_snapshot` of `SqlSnapshot`.
fn words_of(name: &str, between: char) -> String {
    let mut words = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            words.push(between);
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// The names of fields; none if they have none.
fn fields(fields: &Fields, container: &Serde) -> Option<String> {
    let Fields::Named(named) = fields else {
        return None;
    };
    let names = named.named.iter().filter_map(|field| {
        let serde = Serde::of(&field.attrs);
        let name = serde.name(field.ident.as_ref()?, container, Letters::Field);
        match (serde.skip, serde.flatten) {
            (true, _) => None,
            (false, true) => Some("..".to_owned()),
            (false, false) => Some(name),
        }
    });
    Some(names.collect::<Vec<_>>().join(", "))
}
