//! Policies of zones.

use super::{
    annotations::{DocumentationForm, described, written},
    objects::optional_object,
    sets::{said_set, set},
    short_form::ShortForm,
    words::Word,
};
use crate::shape::Shaped;
use datasurface_model::{
    Classification, CloudVendor, Entity, KeyHolder, Permitted, Place, PlatformName, Policy, PolicyName,
    PolicyRule, ProductionStatus, Set, StorageRule, Text, VendorName,
};
use serde::{Deserialize, Serialize};
use std::hash::Hash;

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a policy, as an object")]
#[shape(identified_by(name))]
pub(super) struct PolicyObject {
    name: PolicyName,
    rule: RuleObject,
    /// What transformers make of the zone's data that the policy lets go.
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    frees: Option<FreesObject>,
    /// Whether no waiver accepts what it denies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unwaivable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<PolicyName>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "what a policy lets go, as an object")]
struct FreesObject {
    /// Every classification that it may have, with which it is free.
    #[serde(deserialize_with = "set")]
    classified_only: Set<Classification>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", expecting = "what a policy is about, as an object")]
enum RuleObject {
    Locations(PermittedObject<ShortForm<Place>>),
    Vendors(PermittedObject<VendorName>),
    HardVendors(PermittedObject<Word<CloudVendor>>),
    Platforms(PermittedObject<PlatformName>),
    Classifications(PermittedObject<Classification>),
    Storage(StorageObject),
    Production(PermittedObject<Word<ProductionStatus>>),
    SeparateProduction,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(
    deny_unknown_fields,
    expecting = "what is allowed and denied, as an object",
    bound(serialize = "F: Serialize", deserialize = "F: Deserialize<'de> + Ord + Hash + Serialize")
)]
struct PermittedObject<F> {
    #[serde(default, deserialize_with = "said_set", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "json-schema", schemars(with = "Set<F>"))]
    allow: Option<Set<F>>,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    deny: Set<F>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "what storage must be like, as an object")]
struct StorageObject {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    mandatory: bool,
    #[serde(default, deserialize_with = "said_set", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "json-schema", schemars(with = "Set<Text>"))]
    allow: Option<Set<Text>>,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    deny: Set<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encryption: Option<Word<KeyHolder>>,
}

impl<F: Ord> PermittedObject<F> {
    fn into_model<T: Ord>(self, read: fn(F) -> T) -> Permitted<T> {
        Permitted::new(self.allow.map(|allowed| each(allowed, read)), each(self.deny, read))
    }

    fn from_model<T: Clone + Ord>(permitted: &Permitted<T>, write: fn(T) -> F) -> Self {
        let allow = permitted.allowed().cloned().map(|allowed| each(allowed, write));
        Self { allow, deny: each(permitted.denied().clone(), write) }
    }
}

/// The set of what becomes of each element.
fn each<F, T: Ord>(set: Set<F>, made: fn(F) -> T) -> Set<T> {
    set.into_iter().map(made).collect()
}

impl StorageObject {
    fn into_model(self) -> StorageRule {
        let technologies = PermittedObject { allow: self.allow, deny: self.deny };
        let rule = if self.mandatory { StorageRule::mandatory() } else { StorageRule::opt_in() };
        let rule = rule.with_technologies(technologies.into_model(|technology| technology));
        match self.encryption {
            Some(Word(keys)) => rule.encrypted(keys),
            None => rule,
        }
    }

    fn from_model(rule: &StorageRule) -> Self {
        let PermittedObject { allow, deny } = PermittedObject::from_model(rule.technologies(), |one| one);
        let encryption = rule.encryption().map(Word);
        Self { mandatory: rule.is_mandatory(), allow, deny, encryption }
    }
}

impl PolicyObject {
    pub(super) fn into_model(self) -> Policy {
        let rule = match self.rule {
            RuleObject::Locations(permitted) => {
                PolicyRule::Locations(permitted.into_model(|ShortForm(place)| place))
            }
            RuleObject::Vendors(permitted) => PolicyRule::Vendors(permitted.into_model(|name| name)),
            RuleObject::HardVendors(permitted) => {
                PolicyRule::HardVendors(permitted.into_model(|Word(cloud)| cloud))
            }
            RuleObject::Platforms(permitted) => PolicyRule::Platforms(permitted.into_model(|name| name)),
            RuleObject::Classifications(permitted) => {
                PolicyRule::Classifications(permitted.into_model(|name| name))
            }
            RuleObject::Storage(storage) => PolicyRule::Storage(storage.into_model()),
            RuleObject::Production(permitted) => {
                PolicyRule::Production(permitted.into_model(|Word(status)| status))
            }
            RuleObject::SeparateProduction => PolicyRule::SeparateProduction,
        };
        let policy = Policy::new(self.name, rule);
        let policy =
            self.frees.into_iter().fold(policy, |policy, frees| policy.freeing(frees.classified_only));
        let policy = if self.unwaivable { policy.unwaivable() } else { policy };
        described(policy, self.documentation, self.renamed_from, Policy::documented, Policy::renamed_from)
    }
}

impl From<&Policy> for PolicyObject {
    fn from(policy: &Policy) -> Self {
        let rule = match policy.rule() {
            PolicyRule::Locations(permitted) => {
                RuleObject::Locations(PermittedObject::from_model(permitted, ShortForm))
            }
            PolicyRule::Vendors(permitted) => {
                RuleObject::Vendors(PermittedObject::from_model(permitted, |name| name))
            }
            PolicyRule::HardVendors(permitted) => {
                RuleObject::HardVendors(PermittedObject::from_model(permitted, Word))
            }
            PolicyRule::Platforms(permitted) => {
                RuleObject::Platforms(PermittedObject::from_model(permitted, |name| name))
            }
            PolicyRule::Classifications(permitted) => {
                RuleObject::Classifications(PermittedObject::from_model(permitted, |name| name))
            }
            PolicyRule::Storage(storage) => RuleObject::Storage(StorageObject::from_model(storage)),
            PolicyRule::Production(permitted) => {
                RuleObject::Production(PermittedObject::from_model(permitted, Word))
            }
            PolicyRule::SeparateProduction => RuleObject::SeparateProduction,
        };
        Self {
            name: policy.name().clone(),
            rule,
            frees: policy.freed_classifications().map(|freed| FreesObject { classified_only: freed.clone() }),
            unwaivable: policy.is_unwaivable(),
            documentation: written(policy.documentation()),
            renamed_from: policy.former_name().cloned(),
        }
    }
}
