//! Documents of IAM: which actions are allowed on what. No action has a wildcard.

use crate::settings::AwsSettings;
use datasurface_platform::prelude::{Json, json, serde_json};
use std::collections::BTreeSet;

/// The statements of a policy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy(Vec<serde_json::Value>);

impl Policy {
    /// Creates a policy that allows nothing.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Allows actions on resources.
    pub(crate) fn allow(mut self, actions: &[&str], resources: impl IntoIterator<Item = String>) -> Self {
        let resources: Vec<String> = resources.into_iter().collect();
        self.0.push(json!({"Effect": "Allow", "Action": actions, "Resource": resources}));
        self
    }

    /// Allows actions on keys, if there are any.
    pub(crate) fn allow_keys(self, actions: &[&str], keys: &BTreeSet<&str>) -> Self {
        match keys.is_empty() {
            true => self,
            false => self.allow(actions, keys.iter().map(|key| (*key).to_owned())),
        }
    }

    /// Allows actions on the keys of these aliases, by their ARNs, of which a part may be `*`. Actions are on keys, so a condition asks for the
    /// alias.
    pub(crate) fn allow_aliases(
        self,
        settings: &AwsSettings,
        actions: &[&str],
        aliases: &BTreeSet<String>,
    ) -> Self {
        if aliases.is_empty() {
            return self;
        }
        let names: Vec<&str> = aliases.iter().filter_map(|arn| arn.splitn(6, ':').nth(5)).collect();
        self.statement(json!({
            "Effect": "Allow",
            "Action": actions,
            "Resource": [settings.arn("kms", "key/*")],
            "Condition": {"ForAnyValue:StringLike": {"kms:ResourceAliases": names}},
        }))
    }

    /// Adds a statement.
    pub(crate) fn statement(mut self, statement: serde_json::Value) -> Self {
        self.0.push(statement);
        self
    }

    /// Returns the text of the policy.
    pub(crate) fn text(&self) -> String {
        document(&self.0)
    }
}

/// Returns the policy by which services take a role, for this account alone.
pub(crate) fn trust(services: &[&str], account: &str) -> String {
    document(&[json!({
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": services},
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    })])
}

/// Returns the policy by which Glue takes a role. Glue states no account when it does.
pub(crate) fn trust_of_glue() -> String {
    document(&[json!({
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "glue.amazonaws.com"},
    })])
}

/// Returns the policy by which whoever of the account has a tag takes a role. Keys of tags are compared without regard to case, and values with it.
pub(crate) fn trust_of_tagged(settings: &AwsSettings, key: &str, value: &str) -> String {
    document(&[json!({
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:{}:iam::{}:root", settings.partition(), settings.account)},
        "Condition": {"StringEquals": {format!("aws:PrincipalTag/{key}"): value}},
    })])
}

fn document(statements: &[serde_json::Value]) -> String {
    Json::from(json!({"Version": "2012-10-17", "Statement": statements})).to_string()
}
