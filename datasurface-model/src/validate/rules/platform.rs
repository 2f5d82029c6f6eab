//! `platform/…`: declarations of platforms.

use super::Scope;
use crate::{
    diagnostic::{CodeInfo, Diagnostic},
    ecosystem::Ecosystem,
    named::Entity,
};

pub(super) static VERSION: CodeInfo = CodeInfo::error(
    "platform/version",
    "a version requirement cannot be read",
    "The requirement decides which plug-in may serve the platform. It is written as Cargo writes it: `^1.2`, \
     `>=1.2, <3`, `*`.",
);

pub(super) fn check(ecosystem: &Ecosystem, scope: &mut Scope<'_>) {
    for platform in ecosystem.platforms() {
        let requirement = platform.version_requirement();
        if let Err(error) = requirement.parse() {
            let path = scope.path().child("platforms", platform.name()).attribute("version");
            let message = format!("`{requirement}` is no version requirement: {error}");
            let help = "write a requirement such as `^1.2`, `>=1.2, <3` or `*`";
            scope.report(Diagnostic::new(&VERSION, path, message).help(help));
        }
    }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<super::fixture::Case> {
    use super::fixture::{Case, valid};
    use crate::ecosystem::PlatformDeclaration;

    let versioned = |text: &str| valid().platform(PlatformDeclaration::new("P", "local").version(text));
    vec![
        Case::new(&VERSION, "platforms/P/version", versioned("latest"), versioned(">=1.2, <3")),
        Case::new(&VERSION, "platforms/P/version", versioned(""), versioned("*")),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        super::super::fixture::judge(super::cases());
    }
}
