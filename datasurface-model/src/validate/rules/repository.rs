//! `repository/…`: who owns a part of the model must be readable.

use super::{RuleContext, name::check as check_name};
use datasurface_ecosystem::{
    CodeInfo, CredentialKind, Diagnostic, Ecosystem, GovernanceZone, ModelPath, Repository,
    RepositoryCredential, RepositoryHost, Suggestion, syntax::is_host,
};
use datasurface_schema::{Entity, segment};

pub(super) static SYNTAX: CodeInfo = CodeInfo::error(
    "repository/syntax",
    "a repository or its branch is not written as its host wants it",
    "Whether a change is allowed is decided by the repository that it comes from, compared letter by letter: one that \
     cannot exist would lock everybody out. GitHub wants `owner/name`, GitLab `group/…/name`, plain git an address; \
     each with a branch, as in `github:owner/name@main`, and with the path of a folder where several own parts of the \
     model in one repository, as in `github:owner/name@main:teams/sales`.",
);

pub(super) static LIVE_IS_OWNER: CodeInfo = CodeInfo::error(
    "repository/live-is-owner",
    "the live repository is the one that owns the ecosystem",
    "What is live was accepted; what is in the owner's repository is a proposal. If both were one, every proposal \
     would be live before anybody judged it. Name another repository, or another branch, as the live one.",
);

pub(super) static PASSWORD: CodeInfo = CodeInfo::error(
    "repository/password",
    "a user, a password, a token, a query or a fragment is in the address of a repository",
    "Whoever may read the model could read the secret, and every copy of the model keeps it for ever. What stands in the place of the \
     user may be a token, however short, but for `git@` and the user of SSH, who comes with a key; and a query or a fragment may hold one. Take it out, change it wherever it is valid, and name a credential instead: \
     `credential` names one, and a credential store has it.",
);

pub(super) static CREDENTIAL_KIND: CodeInfo = CodeInfo::error(
    "repository/credential-kind",
    "the credential of a repository is of a kind that hosts of repositories do not take",
    "A repository is read with a user and a password, a token, a key pair, or a role. An access key opens an object storage, and a \
     certificate a database. Name a credential of a kind that the host takes, or correct its kind.",
);

pub(super) fn check_ecosystem(ecosystem: &Ecosystem, scope: &mut RuleContext<'_>) {
    check(ecosystem.owner(), scope, |root| root.attribute(segment::OWNER));
    check(ecosystem.live(), scope, |root| root.attribute(segment::LIVE));
    for zone in ecosystem.zones() {
        check(zone.owner(), scope, |root| root.child(segment::ZONES, zone.name()).attribute(segment::OWNER));
    }
    // Not even by path: whoever may merge into the branch may change every folder of it.
    if is_one_branch(ecosystem.live(), ecosystem.owner()) {
        let message = format!("`{}` owns the ecosystem, and is live too", ecosystem.live());
        let finding = Diagnostic::new(&LIVE_IS_OWNER, scope.path().attribute(segment::LIVE), message)
            .with_help("name another repository, or another branch of it, as the live one")
            .related_place(scope.path().attribute(segment::OWNER), "is the same repository and branch");
        scope.report(finding);
    }
}

/// Whether two are one branch to a host, which reads more spellings of it than one. Services do not tell cases apart.
fn is_one_branch(one: &Repository, other: &Repository) -> bool {
    let read = |repository: &Repository| {
        let path = repository.path().trim_end_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let is_of_service = repository.host() != RepositoryHost::Git;
        let path = if is_of_service { path.to_lowercase() } else { path.to_owned() };
        let branch = repository.branch();
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch).to_owned();
        (repository.host(), repository.address().map(str::to_lowercase), path, branch)
    };
    read(one) == read(other)
}

pub(super) fn check_zone(zone: &GovernanceZone, scope: &mut RuleContext<'_>) {
    for team in zone.teams() {
        check(team.owner(), scope, |unit| unit.child(segment::TEAMS, team.name()).attribute(segment::OWNER));
    }
}

fn check(repository: &Repository, scope: &mut RuleContext<'_>, at: impl Fn(ModelPath) -> ModelPath) {
    if let Some(credential) = repository.credential() {
        check_name(credential.name(), scope, |unit| at(unit).attribute(segment::CREDENTIAL));
    }
    let kind = repository.credential().map(RepositoryCredential::kind);
    if let Some(kind @ (CredentialKind::AccessKey | CredentialKind::Certificate)) = kind {
        let message = format!("no host takes the {kind} that is named for `{repository}`");
        let finding =
            Diagnostic::new(&CREDENTIAL_KIND, at(scope.path()).attribute(segment::CREDENTIAL), message)
                .with_help("name a password, a token, a key pair or a role");
        scope.report(finding);
    }
    if repository.holds_password() {
        let message =
            format!("a user, a password, a token, a query or a fragment is in the address of `{repository}`");
        let finding = Diagnostic::new(&PASSWORD, at(scope.path()), message)
            .with_help("take it out, change what is secret, and name a credential instead");
        scope.report(finding);
        return;
    }
    if let Some((written, meant)) = kind_in_other_case(repository) {
        let message = format!("`{repository}` has the host `{written}`, which is written `{meant}`");
        let help = format!("write `{meant}`: otherwise all of it is taken for an address of git");
        let text = repository.to_string();
        let rest = text.strip_prefix("git:").and_then(|text| text.strip_prefix(written)).unwrap_or_default();
        let text = format!("{meant}{rest}");
        let path = at(scope.path());
        let is_all = repository.credential().is_none() && repository.address().is_none();
        let finding = Diagnostic::new(&SYNTAX, path.clone(), message)
            .with_help(help)
            .with_suggestion(is_all.then(|| Suggestion::put(path, text.as_str())));
        return scope.report(finding);
    }
    let error = address_error(repository)
        .or_else(|| repository_error(repository))
        .or_else(|| branch_error(repository.branch()))
        .or_else(|| repository.owner_path().and_then(owner_path_error));
    if let Some((text, help)) = error {
        let path = at(scope.path());
        scope.report(Diagnostic::new(&SYNTAX, path, format!("`{repository}` {text}")).with_help(help));
    }
}

type SyntaxError = (&'static str, &'static str);

/// A host of its own, where one is named.
fn address_error(repository: &Repository) -> Option<SyntaxError> {
    let good = repository.address().is_none_or(is_host);
    (!good).then_some((
        "is at no host that could be one",
        "name the host alone, as in `gitlab+git.example.org:group/name@branch`",
    ))
}

/// The kind of host that a text begins with in other case, as written and as it is meant. So read, all of it is an address of plain git.
fn kind_in_other_case(repository: &Repository) -> Option<(&str, &'static str)> {
    let is_address = |rest: &str| rest.starts_with("//");
    let (host, _) = repository.path().split_once(':').filter(|(_, rest)| !is_address(rest))?;
    let kind = host.split('+').next().filter(|_| repository.host() == RepositoryHost::Git)?;
    let meant = RepositoryHost::prefixes().find(|known| known.eq_ignore_ascii_case(kind))?;
    (meant != kind).then_some((kind, meant))
}

fn repository_error(repository: &Repository) -> Option<SyntaxError> {
    let text = repository.path();
    let segments = || text.split('/');
    match repository.host() {
        RepositoryHost::GitHub => {
            let good = match text.split_once('/') {
                Some((owner, name)) => is_github_owner(owner) && is_segment(name) && name.len() <= 100,
                None => false,
            };
            let help = "write `github:owner/name@branch`, with an owner of at most 39 characters and a name of at most 100";
            (!good).then_some(("is no GitHub repository", help))
        }
        RepositoryHost::GitLab => {
            let good = segments().count() >= 2 && segments().all(is_segment);
            (!good).then_some(("is no GitLab repository", "write `gitlab:group/name@branch`"))
        }
        RepositoryHost::Git => {
            // Git would take it for an option, and so would the program that it calls for a host.
            let is_option = text.split("://").any(|part| part.starts_with('-')) || text.contains("@-");
            let good = !text.is_empty() && !is_option && !text.chars().any(is_blank);
            (!good).then_some((
                "has no address that git could use",
                "write `git:address@branch`, as in `git:https://example.org/model.git@main`",
            ))
        }
    }
}

fn is_github_owner(owner: &str) -> bool {
    (1..=39).contains(&owner.len())
        && owner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && !owner.starts_with('-')
}

fn is_segment(segment: &str) -> bool {
    let plausible = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    !matches!(segment, "" | "." | "..") && segment.len() <= 255 && segment.chars().all(plausible)
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// The rules of `git check-ref-format`.
fn branch_error(branch: &str) -> Option<SyntaxError> {
    const HELP: &str = "name a branch as git would: no blanks, no `..`, none of `~ ^ : ? * [ \\`, no empty part between slashes";
    if branch.is_empty() {
        return Some(("has no branch", "add `@` and the name of the branch, as in `@main`"));
    }
    let forbidden = |c: char| is_blank(c) || matches!(c, '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    let bad_part = |part: &str| {
        part.is_empty() || part.starts_with('.') || part.ends_with(".lock") || part.ends_with('.')
    };
    let bad = branch.chars().any(forbidden)
        || branch.contains("..")
        || branch.contains("@{")
        || branch == "@"
        || branch.starts_with('-')
        || branch.split('/').any(bad_part);
    bad.then_some(("has no branch that git could have", HELP))
}

/// Names of folders alone: a glob, or a way around, would cover what nobody reads from it.
fn owner_path_error(path: &str) -> Option<SyntaxError> {
    const HELP: &str = "name folders from the root of the repository, as in `github:owner/name@main:teams/sales`: letters, digits, \
                        `.`, `_` and `-`, no `..`, no globs, no empty part between slashes";
    let good = path.split('/').all(is_segment);
    (!good).then_some(("has no path that could be that of a folder", HELP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_owners_are_plain() {
        for good in ["teams/sales", "a", ".github", "a-b/c_d/e.f"] {
            assert_eq!(owner_path_error(good), None, "{good}");
        }
        for bad in [
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            "./a",
            "*",
            "a/**",
            "te?m",
            "[a]",
            "!a",
            "a b",
            "a:b",
            "s\u{430}les",
        ] {
            assert!(owner_path_error(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn branches_are_what_git_takes() {
        for good in ["main", "feature/x", "release-1.2", "a@b"] {
            assert_eq!(branch_error(good), None, "{good}");
        }
        for bad in ["", "a b", "a..b", "/a", "a/", "a//b", "a.lock", "-a", ".a", "a\u{7}", "a~1"] {
            assert!(branch_error(bad).is_some(), "{bad}");
        }
    }
}
