//! The code of a transformer: whether it can be found as it is described.

use super::{super::RuleContext, path};
use crate::{
    diagnostic::{CodeInfo, Diagnostic},
    ecosystem::{CodeArtifact, redact_passwords},
    validate::rules::container::is_host,
};
use datasurface_schema::segment;

pub(in super::super) static ARTIFACT: CodeInfo = CodeInfo::error(
    "transformer/artifact",
    "the code of a transformer cannot be found as it is described",
    "Each statement says something. A package of Python is called as its index has it, and what is called in it is \
     `module:function`; an image is named without a tag, since the version tells it; a project of dbt has letters, digits and \
     `_`, and a module no blanks. Correct it.",
);

pub(in super::super) static VERSION: CodeInfo = CodeInfo::error(
    "transformer/version",
    "a version requirement of code cannot be read",
    "The requirement decides which version of the code runs. It is written as Cargo writes it: `^1.2`, `>=1.2, <3`, `*`.",
);

pub(super) fn check(artifact: &CodeArtifact, scope: &mut RuleContext<'_>) {
    match artifact {
        CodeArtifact::Sql { selects } => {
            for select in selects.iter().filter(|select| select.sql.trim().is_empty()) {
                let dataset = &select.dataset;
                let message = format!("the statement that makes `{dataset}` is empty");
                let path = path(scope).child(segment::SELECTS, dataset);
                let help = "write a SELECT, or take the statement away";
                scope.report(Diagnostic::new(&ARTIFACT, path, message).with_help(help));
            }
        }
        CodeArtifact::Python { package, entry_point, .. } => {
            let help = "name the package as its index has it: ASCII letters and digits, with `.`, `_` and `-` between them";
            named(segment::PACKAGE, package, is_package(package), help, scope);
            let is_good = is_entry_point(entry_point);
            named("entry point", entry_point, is_good, "write it as `module:function`", scope);
        }
        CodeArtifact::Image { image, .. } => {
            let help = "write it as `registry.example/path/name`, without a tag: the version tells it";
            named(segment::IMAGE, image, is_image(image), help, scope);
        }
        CodeArtifact::Wasm { module, .. } => {
            named(
                segment::MODULE,
                module,
                is_module(module),
                "name a file or an address, without blanks and passwords",
                scope,
            );
        }
        CodeArtifact::Dbt { project, .. } => {
            let help = "name the project with ASCII letters, digits and `_`";
            named(segment::PROJECT, project, is_project(project), help, scope);
        }
    }
    version(artifact, scope);
}

fn named(noun: &str, text: &str, is_good: bool, help: &str, scope: &mut RuleContext<'_>) {
    if is_good {
        return;
    }
    let hidden = redact_passwords(text);
    let shown = hidden.as_deref().unwrap_or(text).escape_debug();
    let message = format!("`{shown}` cannot be the {noun} of a transformer's code");
    let path = path(scope).attribute(segment::ARTIFACT);
    scope.report(Diagnostic::new(&ARTIFACT, path, message).with_help(help));
}

fn version(artifact: &CodeArtifact, scope: &mut RuleContext<'_>) {
    if let Some(requirement) = artifact.version_requirement()
        && let Err(error) = requirement.parse()
    {
        let message = format!("`{requirement}` is no version requirement: {error}");
        let path = path(scope).attribute(segment::ARTIFACT);
        let help = "write a requirement such as `^1.2`, `>=1.2, <3` or `*`";
        scope.report(Diagnostic::new(&VERSION, path, message).with_help(help));
    }
}

/// As PEP 508 has it.
fn is_package(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric();
    name.starts_with(is_plain)
        && name.ends_with(is_plain)
        && name.chars().all(|c| is_plain(c) || matches!(c, '.' | '_' | '-'))
}

/// As entry points of packages are written: both sides may have dots.
fn is_entry_point(text: &str) -> bool {
    let is_identifier = |word: &str| {
        word.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && word.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    let is_path = |text: &str| text.split('.').all(is_identifier);
    text.split_once(':').is_some_and(|(module, function)| is_path(module) && is_path(function))
}

/// As the specification of distributing images (OCI) has it, with a registry in front, if there is one.
fn is_image(text: &str) -> bool {
    let is_registry = |first: &str| first.contains(['.', ':']) || first == "localhost";
    let (registry, path) = match text.split_once('/') {
        Some((first, rest)) if is_registry(first) => (Some(first), rest),
        _ => (None, text),
    };
    text.len() <= 255 && registry.is_none_or(is_served) && path.split('/').all(is_image_part)
}

/// A host, perhaps with a port.
fn is_served(registry: &str) -> bool {
    match registry.rsplit_once(':') {
        Some((host, port)) => is_host(host) && port.parse::<u16>().is_ok_and(|port| port > 0),
        None => is_host(registry),
    }
}

/// Lower case letters and digits, with separators between them: `.`, one or two `_`, or any number of `-`.
fn is_image_part(part: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_separator = |text: &str| matches!(text, "" | "." | "_" | "__") || text.chars().all(|c| c == '-');
    part.starts_with(is_plain) && part.ends_with(is_plain) && part.split(is_plain).all(is_separator)
}

fn is_module(text: &str) -> bool {
    let is_bad = |c: char| c.is_whitespace() || c.is_control();
    !text.is_empty() && !text.chars().any(is_bad) && redact_passwords(text).is_none()
}

fn is_project(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is_good: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        good.iter().for_each(|text| assert!(is_good(text), "{text}"));
        bad.iter().for_each(|text| assert!(!is_good(text), "{text}"));
    }

    #[test]
    fn packages_are_named_as_an_index_names_them() {
        check(
            is_package,
            &["a", "nw-masking", "zope.interface", "A_1"],
            &["", "-a", "a.", "../../etc/passwd;rm", "a b", "ä"],
        );
    }

    #[test]
    fn entry_points_are_a_module_and_a_function() {
        let bad = ["main", "a:b:c", ":main", "run:", "a..b:main", "a:1st", "a b:c"];
        check(is_entry_point, &["run:main", "nw.run:Job.main", "_a:müll"], &bad);
    }

    #[test]
    fn images_have_no_tag() {
        let good = ["maker", "nw/maker", "localhost/a", "registry.example:5000/nw/a__b-c.d--e", "a/b/c"];
        let bad = [
            "",
            "img:latest",
            "img:latest:x",
            "a@sha256:0",
            "Maker",
            "a//b",
            "a..b",
            "a___b",
            "host:0/a",
            "host:x/a",
            "-a",
        ];
        check(is_image, &good, &bad);
    }

    #[test]
    fn modules_and_projects_have_names() {
        check(
            is_module,
            &["lib/a.wasm", "https://files.example/a.wasm"],
            &["", "a b", "https://joe:secret@files.example/a"],
        );
        check(is_project, &["nw_marts", "_1"], &["", "1st", "nw-marts", "a b"]);
    }
}
