//! `docs/diagnostics.md`: every code that the command can report, with the fixtures of those that models can show. It is
//! generated: with `DATASURFACE_UPDATE=1` in the environment it is written instead of compared.

use datasurface_model::{CODES, CodeInfo, CodeRegistry};
use std::{
    collections::BTreeSet,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

const INTRODUCTION: &str = "\
# Diagnostics

Everything that DataSurface can report, by code. This page is generated from the registered codes and from the fixtures in
`tests/fixtures` of the crates; `DATASURFACE_UPDATE=1 cargo test -p datasurface-cli diagnostics`
writes it.

An *error* stands in the way; a *warning* should be looked at; a *note* is good to know. Examples are loaded together with
[the document at the end](#the-document-of-the-examples), except those that say that they stand alone. Examples of changes
show what becomes of [a team's document](#the-document-that-changes), in
[an ecosystem that uses it](#the-ecosystem-in-which-it-changes). Examples of what a broker and platforms find are loaded together
with [a shop](#the-document-of-the-examples-with-platforms); where one begins with `# then`, what is in order had been decided
before. What it takes more than a model to show (files that were tampered with, plug-ins that misbehave) has no example here.
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn fixtures() -> PathBuf {
    root().join("datasurface-model/tests/fixtures")
}

fn changes() -> PathBuf {
    root().join("datasurface-change/tests/fixtures")
}

/// Those of the broker and of platforms.
fn placed() -> PathBuf {
    root().join("tests/fixtures")
}

/// The codes that are about the model alone.
fn of_model() -> CodeRegistry {
    let codes =
        [CODES, datasurface_document::CODES, datasurface_change::CODES, datasurface_change::SCHEMA_CODES];
    codes.into_iter().fold(CodeRegistry::default(), |all, codes| all.merge(codes).unwrap())
}

fn registry() -> CodeRegistry {
    let all: Vec<&'static CodeInfo> = datasurface_broker::all_codes().collect();
    let parts = [
        &all,
        datasurface_aws::CODES,
        datasurface_kafka::CODES,
        datasurface_local::CODES,
        datasurface_terraform::CODES,
        datasurface_cli::CODES,
    ];
    parts.into_iter().fold(CodeRegistry::default(), |all, codes| all.merge(codes).unwrap())
}

/// The fixture in a folder that has the name of a code.
fn example(folder: &Path, code: &str) -> Option<PathBuf> {
    let file = folder.join(code.replace('/', "_") + ".yaml");
    file.exists().then_some(file)
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    page += "\n## Whom each code protects\n\nOnly the owner whom a finding protects can waive it, in `waivers` of its own part of the \
             model.\n\n| Code | Protects | Can be waived |\n| --- | --- | --- |\n";
    for CodeInfo { code, is_waivable, protects, .. } in registry().iter() {
        let waivable = if *is_waivable { "yes" } else { "no" };
        writeln!(page, "| `{code}` | {protects} | {waivable} |").unwrap();
    }
    for info in registry().iter() {
        let CodeInfo { code, severity, summary, explanation, since, is_waivable, protects, gives_reasons: _ } =
            info;
        let waivable = if *is_waivable { format!(", can be waived by {protects}") } else { String::new() };
        write!(page, "\n## `{code}`\n\n*{severity}, since {since}{waivable}*: {summary}.\n").unwrap();
        write!(page, "\n{explanation}\n").unwrap();
        if let Some(example) = example(&fixtures(), code).or_else(|| example(&placed(), code)) {
            example_of(&mut page, &example, show);
        }
        if let Some(example) = example(&changes(), code) {
            example_of(&mut page, &example, show_change);
        }
    }
    for (title, document) in [
        ("The document of the examples", fixtures().join("base.yaml")),
        ("The document of the examples with platforms", placed().join("base.yaml")),
        ("The document that changes", changes().join("old.yaml")),
        ("The ecosystem in which it changes", changes().join("base.yaml")),
    ] {
        write!(page, "\n## {title}\n\n").unwrap();
        show(&mut page, &document);
    }
    page
}

fn example_of(page: &mut String, failing: &Path, show_example: impl Fn(&mut String, &Path)) {
    *page += "\nReported of\n\n";
    show_example(page, failing);
    *page += "\nas\n\n";
    show(page, &failing.with_extension("txt"));
    *page += "\nbut not of\n\n";
    show_example(page, &failing.with_file_name("ok").join(failing.file_name().unwrap()));
}

fn show(page: &mut String, file: &Path) {
    let language = match file.extension().unwrap().to_str().unwrap() {
        "txt" => "text",
        syntax => syntax,
    };
    write!(page, "```{language}\n{}```\n", fs::read_to_string(file).unwrap()).unwrap();
}

/// The lines that are otherwise than in the document that changes, with those around them.
fn show_change(page: &mut String, file: &Path) {
    const AROUND: usize = 2;
    let new = fs::read_to_string(file).unwrap();
    let former = new.lines().find_map(|line| line.strip_prefix("# old ")).unwrap_or("old.yaml");
    let old = fs::read_to_string(changes().join(former)).unwrap();
    let new = new.lines().filter(|line| !line.starts_with("# old "));
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.collect());
    let before = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old[before..].iter().rev().zip(new[before..].iter().rev());
    let after = rest.take_while(|(old, new)| old == new).count();
    let (old_end, new_end) = (old.len() - after, new.len() - after);
    let context = |lines: &[&str]| lines.iter().map(|line| format!(" {line}")).collect::<Vec<_>>();
    let mut lines = context(&old[before.saturating_sub(AROUND)..before]);
    lines.extend(old[before..old_end].iter().map(|line| format!("-{line}")));
    lines.extend(new[before..new_end].iter().map(|line| format!("+{line}")));
    lines.extend(context(&old[old_end..(old_end + AROUND).min(old.len())]));
    write!(page, "```diff\n{}\n```\n", lines.join("\n")).unwrap();
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

#[test]
fn every_code_of_the_model_has_an_example() {
    for CodeInfo { code, .. } in of_model().iter() {
        let example = example(&fixtures(), code).or_else(|| example(&changes(), code));
        assert!(example.is_some(), "{code} has no fixture");
    }
}

/// `docs/verdicts.md` is written by hand; which areas there are is not up to whoever writes it.
#[test]
fn verdicts_name_every_area_of_codes() {
    let page = fs::read_to_string(root().join("docs/verdicts.md")).unwrap();
    let areas =
        page.lines().filter_map(|line| line.strip_prefix("| [`")?.split_once('/').map(|(area, _)| area));
    let areas: BTreeSet<&str> = areas.collect();
    let registry = registry();
    let registered: BTreeSet<&str> =
        registry.iter().map(|info| info.code.split_once('/').unwrap().0).collect();
    assert_eq!(areas, registered);
}
