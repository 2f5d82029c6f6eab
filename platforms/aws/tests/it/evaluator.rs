//! A small evaluator of policies of IAM: whether a role may do something. Policies that only allow, on resources with `*` for any text and
//! `?` for any character.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a role is allowed: an action, and a pattern of resources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grant {
    pub(crate) action: String,
    pub(crate) pattern: String,
}

/// What each role is allowed, by the name of the role.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policies(BTreeMap<String, Vec<Grant>>);

impl Policies {
    /// Adds the statements of a policy. A condition on aliases is read as the keys that have one of them.
    pub(crate) fn add(&mut self, role: &str, policy: &str, aliases: &BTreeMap<String, String>) {
        let document: Value = serde_json::from_str(policy).unwrap();
        let grants = self.0.entry(role.to_owned()).or_default();
        for statement in document["Statement"].as_array().unwrap() {
            let mut patterns: Vec<String> = texts(&statement["Resource"]).map(str::to_owned).collect();
            if let Some(condition) = statement.get("Condition") {
                let asked = &condition["ForAnyValue:StringLike"]["kms:ResourceAliases"];
                assert_eq!(*condition, json!({"ForAnyValue:StringLike": {"kms:ResourceAliases": asked}}));
                let is_asked = |alias: &String| texts(asked).any(|pattern| matches(pattern, alias));
                let keys = aliases.iter().filter(|(alias, _)| is_asked(alias)).map(|(_, key)| key.clone());
                patterns = keys.filter(|key| patterns.iter().any(|pattern| matches(pattern, key))).collect();
            }
            let members: Vec<&str> = statement.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(statement["Effect"], "Allow", "{statement}");
            assert!(
                members.iter().all(|member| ["Effect", "Action", "Resource", "Condition"].contains(member)),
                "{statement}"
            );
            for action in texts(&statement["Action"]) {
                assert!(!action.contains(['*', '?']), "{statement}");
                for pattern in patterns.clone() {
                    grants.push(Grant { action: action.to_owned(), pattern });
                }
            }
        }
    }

    /// The roles, each with what it is allowed.
    pub(crate) fn roles(&self) -> impl Iterator<Item = (&str, &[Grant])> {
        self.0.iter().map(|(role, grants)| (role.as_str(), grants.as_slice()))
    }

    /// Whether a role may do something. A role without a policy may do nothing.
    pub(crate) fn allow(&self, role: &str, action: &str, resource: &str) -> bool {
        self.0.get(role).into_iter().flatten().any(|grant| grant.covers(action, resource))
    }
}

impl Grant {
    pub(crate) fn covers(&self, action: &str, resource: &str) -> bool {
        self.action == action && matches(&self.pattern, resource)
    }
}

/// Whether the policy of a resource lets a role of another account do something: a statement allows the account, and asks for the role.
pub(crate) fn lets_in(policy: &str, role: &str, action: &str, resource: &str) -> bool {
    let (account, _) = role.split_once(":role/").unwrap();
    let document: Value = serde_json::from_str(policy).unwrap();
    let statements = document["Statement"].as_array().unwrap().iter();
    // What is refused is refused without TLS alone.
    let (refusing, allowing): (Vec<_>, Vec<_>) = statements.partition(|one| one["Effect"] == "Deny");
    let of_tls = json!({"Bool": {"aws:SecureTransport": "false"}});
    assert!(refusing.iter().all(|one| one["Condition"] == of_tls), "{policy}");
    allowing.iter().any(|statement| {
        let condition = statement["Condition"].as_object().unwrap();
        assert!(condition.len() == 1 && statement["Effect"] == "Allow", "{statement}");
        statement["Principal"] == json!({"AWS": format!("{account}:root")})
            && condition["ArnEquals"] == json!({"aws:PrincipalArn": role})
            && texts(&statement["Action"]).any(|one| one == action)
            && texts(&statement["Resource"]).any(|pattern| matches(pattern, resource))
    })
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap())
}

/// Whether a pattern is a text, with `*` for any part of it, and `?` for any character.
fn matches(pattern: &str, text: &str) -> bool {
    let (mut rest, mut after) = (pattern.chars(), text.chars());
    match (rest.next(), after.next()) {
        (None, None) => true,
        (Some('*'), None) => matches(rest.as_str(), text),
        (Some('*'), Some(_)) => matches(rest.as_str(), text) || matches(pattern, after.as_str()),
        (Some('?'), Some(_)) => matches(rest.as_str(), after.as_str()),
        (Some(one), Some(other)) => one == other && matches(rest.as_str(), after.as_str()),
        _ => false,
    }
}

#[test]
fn a_pattern_is_read_as_iam_reads_it() {
    for (pattern, text, is_matched) in [
        ("arn:aws:s3:::lake", "arn:aws:s3:::lake", true),
        ("arn:aws:s3:::lake", "arn:aws:s3:::lake/x", false),
        ("arn:aws:s3:::lake/*", "arn:aws:s3:::lake/tables/a", true),
        ("arn:aws:s3:::lake/*", "arn:aws:s3:::lake", false),
        ("a*b*c", "a-b-c", true),
        ("a*b*c", "a-c-b", false),
        ("*", "anything", true),
        ("a-??", "a-xy", true),
        ("a-??", "a-x", false),
        ("a-??", "a-xyz", false),
    ] {
        assert_eq!(matches(pattern, text), is_matched, "{pattern} {text}");
    }
}
