//! Anything that can be built in code, however wrong.

mod containers;
mod datastores;
mod frame;
mod schemas;
mod workspaces;

use chrono::NaiveDate;
use datasurface_model::*;
use proptest::{collection::vec, option, prelude::*, sample::select};

pub use frame::arbitrary_ecosystems;

/// Texts that could be mistaken for something else.
pub fn adversarial_strings() -> impl Strategy<Value = String> {
    let known = [
        "",
        " ",
        "a/b",
        "/",
        " a",
        "a ",
        "a,b",
        "a, b",
        "key",
        "a key",
        "not null",
        "(",
        ")",
        "a)b",
        "\"",
        "\\",
        "`",
        "\n",
        "\u{0}",
        "\u{7f}",
        "\u{2028}",
        "é",
        "🦀",
        "null",
        "Integer",
        "id Integer key",
        "github:a@b",
        "github:",
        "@",
        "git:x@y@z",
        "a\ta",
        "{}",
        "[",
        "datasurface/1",
        "CUSTOMERS",
        "customers",
        "2026-01-01",
    ];
    prop_oneof![3 => select(known.map(str::to_owned).to_vec()), 1 => any::<String>()]
}

/// Most things say nothing of the kind.
fn rarely<T: Strategy>(strategy: T) -> impl Strategy<Value = Option<T::Value>> {
    option::weighted(0.3, strategy)
}

fn documentations() -> impl Strategy<Value = Documentation> {
    (adversarial_strings(), any::<bool>(), vec(adversarial_strings(), 0..2)).prop_map(
        |(text, is_markdown, tags)| {
            let documentation =
                if is_markdown { Documentation::markdown(text) } else { Documentation::plain(text) };
            tags.into_iter().fold(documentation, Documentation::tag)
        },
    )
}

fn credential_kinds() -> impl Strategy<Value = CredentialKind> {
    select(vec![
        CredentialKind::Password,
        CredentialKind::Token,
        CredentialKind::KeyPair,
        CredentialKind::Certificate,
        CredentialKind::AccessKey,
        CredentialKind::Role,
    ])
}

fn repository_credentials() -> impl Strategy<Value = RepositoryCredential> {
    (adversarial_strings(), credential_kinds()).prop_map(|(name, kind)| RepositoryCredential::new(name, kind))
}

fn container_keys() -> impl Strategy<Value = ContainerKey> {
    (adversarial_strings(), adversarial_strings(), adversarial_strings())
        .prop_map(|(zone, team, container)| ContainerKey::new(zone, team, container))
}

fn credentials() -> impl Strategy<Value = Credential> {
    (adversarial_strings(), credential_kinds(), vec(container_keys(), 0..3)).prop_map(
        |(name, kind, opens)| opens.into_iter().fold(Credential::new(name, kind), Credential::opening),
    )
}

fn places() -> impl Strategy<Value = Place> {
    (adversarial_strings(), vec(adversarial_strings(), 0..3))
        .prop_map(|(vendor, path)| Place::new(vendor, path))
}

fn days() -> impl Strategy<Value = NaiveDate> {
    let range = NaiveDate::MIN.to_epoch_days()..=NaiveDate::MAX.to_epoch_days();
    range.prop_map(|days| NaiveDate::from_epoch_days(days).unwrap_or_default())
}

/// A deprecation of something that `replacements` can replace.
fn deprecations<R: Clone + std::fmt::Debug>(
    replacements: impl Strategy<Value = R>,
) -> impl Strategy<Value = Deprecation<R>> {
    (days(), adversarial_strings(), rarely(replacements), rarely(days())).prop_map(
        |(since, reason, replacement, sunset)| {
            let deprecation = Deprecation::new(since, reason);
            let deprecation = replacement.into_iter().fold(deprecation, Deprecation::replaced_by);
            sunset.into_iter().fold(deprecation, Deprecation::with_sunset)
        },
    )
}

fn settings() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        adversarial_strings().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Into::into),
            vec((adversarial_strings(), inner), 0..3)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}
