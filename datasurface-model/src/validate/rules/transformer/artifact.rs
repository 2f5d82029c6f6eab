//! The code of a transformer: whether it can be found as it is described.

use super::{super::RuleContext, path};
use datasurface_ecosystem::{
    CodeArtifact, CodeInfo, Diagnostic, redact_passwords,
    syntax::{is_entry_point, is_image, is_module, is_package, is_pinned_image, is_project},
};
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
            let help = "write it as `registry.example/path/name` in small letters, perhaps with `:tag` or `@sha256:` and the digest";
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
        && is_pinned_image(image)
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
