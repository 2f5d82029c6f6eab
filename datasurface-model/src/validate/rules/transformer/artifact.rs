//! The code of a transformer: whether it can be found as it is described.

use super::{super::RuleContext, path};
use crate::validate::rules::container::is_host;
use datasurface_ecosystem::{CodeArtifact, CodeInfo, Diagnostic, redact_passwords};
use datasurface_schema::segment;

pub(in super::super) static ARTIFACT: CodeInfo = CodeInfo::error(
    "transformer/artifact",
    "the code of a transformer cannot be found as it is described",
    "Each statement says something. A package of Python is called as its index has it, and what is called in it is \
     `module:function`; an image is named as a registry has it, and may have a tag or a digest; a project of dbt has letters, digits \
     and `_`, and a module no blanks. Correct it.",
);

pub(in super::super) static VERSION: CodeInfo = CodeInfo::error(
    "transformer/version",
    "a version requirement of code cannot be read",
    "The requirement decides which version of the code runs. It is written as Cargo writes it: `^1.2`, `>=1.2, <3`, `*`; for a \
     package of Python, also as PEP 440 has it: `~=1.2`, `==1.*`, or one version that Cargo does not have, `1!2.0`. An image may have a tag or a digest instead, and then no requirement \
     besides.",
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
            let help =
                "write it as `registry.example/path/name`, perhaps with `:tag` or `@sha256:` and the digest";
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
    let Some(requirement) = artifact.version_requirement() else { return };
    let at = path(scope).attribute(segment::ARTIFACT);
    if let CodeArtifact::Image { image, .. } = artifact
        && !requirement.is_any()
        && is_image(image)
        && Image::parse(image).is_pinned()
    {
        let message =
            format!("`{image}` says which image it is, and `{requirement}` asks for a version besides");
        let help = "take the tag and the digest away, or the version";
        scope.report(Diagnostic::new(&VERSION, at.clone(), message).with_help(help));
    }
    if requirement.parse().is_ok() {
        return;
    }
    let message = match artifact {
        CodeArtifact::Python { .. } => match requirement.pep_440_error() {
            None => return,
            Some(error) => format!("`{requirement}` is no version requirement: {error}"),
        },
        _ => format!("`{requirement}` is no version requirement"),
    };
    let help = match artifact {
        CodeArtifact::Python { .. } => "write a requirement such as `~=1.2`, `==1.*` or `>=1.2, <3`",
        _ => "write a requirement such as `^1.2`, `>=1.2, <3` or `*`",
    };
    scope.report(Diagnostic::new(&VERSION, at, message).with_help(help));
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

/// A reference to an image.
struct Image<'t> {
    name: &'t str,
    tag: Option<&'t str>,
    digest: Option<&'t str>,
}

impl<'t> Image<'t> {
    fn parse(text: &'t str) -> Self {
        let (named, digest) = match text.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (text, None),
        };
        // A colon before the path is that of a port.
        match named.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => Self { name, tag: Some(tag), digest },
            _ => Self { name: named, tag: None, digest },
        }
    }

    fn is_pinned(&self) -> bool {
        self.tag.is_some() || self.digest.is_some()
    }
}

/// As the specification of distributing images (OCI) has it, with a registry in front, a tag and a digest, if there are any.
fn is_image(text: &str) -> bool {
    let Image { name, tag, digest } = Image::parse(text);
    is_image_name(name) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest)
}

fn is_tag(tag: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128
        && tag.starts_with(is_plain)
        && tag.chars().all(|c| is_plain(c) || matches!(c, '.' | '-'))
}

fn is_digest(digest: &str) -> bool {
    let is_hash = |hash: &str, length: usize| {
        hash.len() == length && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    match digest.split_once(':') {
        Some(("sha256", hash)) => is_hash(hash, 64),
        Some(("sha512", hash)) => is_hash(hash, 128),
        _ => false,
    }
}

fn is_image_name(text: &str) -> bool {
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
    fn images_are_named_as_registries_name_them() {
        let digest = format!("nw/maker@sha256:{}", "0a".repeat(32));
        let good = [
            &digest,
            "host:5000/a:1.2.3-rc_1",
            "img:latest",
            "maker",
            "nw/maker",
            "localhost/a",
            "registry.example:5000/nw/a__b-c.d--e",
            "a/b/c",
        ];
        let bad = [
            "",
            "img:",
            "img:.x",
            "img:latest:x",
            "a@sha256:",
            "a@md5:0",
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
