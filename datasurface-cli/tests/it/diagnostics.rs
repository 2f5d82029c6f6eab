//! `docs/diagnostics.md`: every code that the command can report, with the fixtures of the model's codes. It is
//! generated: with `DATASURFACE_UPDATE=1` in the environment it is written instead of compared.

use datasurface_model::{CodeInfo, diagnostic::CodeRegistry};
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

const INTRODUCTION: &str = "\
# Diagnostics

Everything that DataSurface can report, by code. This page is generated from the registered codes and from the fixtures in
`datasurface-model/tests/fixtures`; `DATASURFACE_UPDATE=1 cargo test -p datasurface-cli diagnostics` writes it.

An *error* stands in the way; a *warning* should be looked at; a *note* is good to know. Examples are loaded together with
[the document at the end](#the-document-of-the-examples), except those that say that they stand alone.
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn fixtures() -> PathBuf {
    root().join("datasurface-model/tests/fixtures")
}

fn registry() -> CodeRegistry {
    let broker: Vec<&'static CodeInfo> = datasurface_broker::codes().collect();
    let of_model =
        [datasurface_model::CODES, datasurface_model::document::CODES, datasurface_model::change::CODES];
    let others = [&broker, datasurface_platform::CODES, datasurface_local::CODES, datasurface_cli::CODES];
    let all = of_model.into_iter().chain(others);
    all.fold(CodeRegistry::default(), |all, codes| all.merge(codes).unwrap())
}

/// The first fixture of each code.
fn examples() -> BTreeMap<String, PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut examples = BTreeMap::new();
    for file in files.into_iter().filter(|file| file.with_extension("txt").exists()) {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let code = stem.split_once('_').unwrap().1.replacen('_', "/", 1);
        if file.extension().is_some_and(|extension| extension != "txt") {
            examples.entry(code).or_insert(file);
        }
    }
    examples
}

fn page() -> String {
    let examples = examples();
    let mut page = INTRODUCTION.to_owned();
    for info in registry().iter() {
        let CodeInfo { code, severity, summary, explanation, since, is_waivable } = info;
        let waivable = if *is_waivable { ", can be waived" } else { "" };
        write!(page, "\n## `{code}`\n\n*{severity}, since {since}{waivable}*: {summary}.\n").unwrap();
        write!(page, "\n{explanation}\n").unwrap();
        if let Some(example) = examples.get(*code) {
            page += "\nReported of\n\n";
            show(&mut page, example);
            page += "\nas\n\n";
            show(&mut page, &example.with_extension("txt"));
            page += "\nbut not of\n\n";
            show(&mut page, &example.with_file_name("ok").join(example.file_name().unwrap()));
        }
    }
    page += "\n## The document of the examples\n\n";
    show(&mut page, &fixtures().join("base.yaml"));
    page
}

fn show(page: &mut String, file: &Path) {
    let language = match file.extension().unwrap().to_str().unwrap() {
        "txt" => "text",
        syntax => syntax,
    };
    write!(page, "```{language}\n{}```\n", fs::read_to_string(file).unwrap()).unwrap();
}

#[test]
fn the_reference_is_up_to_date() {
    let file = root().join("docs/diagnostics.md");
    let page = page();
    if std::env::var_os("DATASURFACE_UPDATE").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "`docs/diagnostics.md` is stale; DATASURFACE_UPDATE=1 writes it");
}
