//! What a platform can do: what it claims, and what it is asked for. `builder` makes the claims.

mod builder;

use crate::{
    claim::{CheckKind, PrincipalKind, TriggerKind, TypeClaims, TypeKind},
    format::FormatClaims,
};
use datasurface_graph::{HonouredFact, NodeKind};
use datasurface_model::{
    ArtifactTechnology, CaptureTechnology, Consistency, ContainerTechnology, KeyHolder, Latency, Milestoning,
    Place, PlatformDeclaration, PlatformKind, Retention, Set,
};
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The capabilities and limits of a platform. The broker chooses by them, and the testkit proves that they are true. A new
/// descriptor claims nothing but what nearly every platform does: plain types of columns, and every trigger.
///
/// Technologies have the words of documents: `sqlite`, `postgres`; `sql_snapshot`; `sql`. A builder takes the word or the variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlatformDescriptor {
    kind: PlatformKind,
    version: Version,
    contract: Version,
    captures: BTreeSet<CaptureTechnology>,
    captures_from: BTreeSet<ContainerTechnology>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    misses_deletions: BTreeSet<CaptureTechnology>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    keeps_keyless: bool,
    exports_to: BTreeSet<ContainerTechnology>,
    consistencies: BTreeSet<Consistency>,
    milestonings: BTreeSet<Milestoning>,
    artifacts: BTreeSet<ArtifactTechnology>,
    #[serde(default = "every_trigger", skip_serializing_if = "is_every_trigger")]
    triggers: BTreeSet<TriggerKind>,
    #[serde(default, skip_serializing_if = "TypeClaims::is_default")]
    types: TypeClaims,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    misses_types_in: BTreeMap<ContainerTechnology, BTreeSet<TypeKind>>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    quality_checks: BTreeSet<CheckKind>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sets_rows_aside: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    grants: BTreeMap<ContainerTechnology, BTreeSet<PrincipalKind>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    honours: BTreeMap<HonouredFact, BTreeSet<NodeKind>>,
    #[serde(default)]
    reads: FormatClaims,
    #[serde(default, skip_serializing_if = "FormatClaims::is_empty")]
    offers: FormatClaims,
    best_latency: Option<Latency>,
    longest_retention: Option<Retention>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    monthly_cost: Option<u64>,
    keeps_data_at: BTreeSet<Place>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    keeps_data_in: BTreeMap<String, Option<KeyHolder>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    store: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    stores_beside: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    shares: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    reads_avro: bool,
    limits: BTreeMap<String, u64>,
}

impl PlatformDescriptor {
    /// The kind of plug-in.
    #[must_use]
    pub fn kind(&self) -> &PlatformKind {
        &self.kind
    }

    /// The version of the plug-in.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The version of the contract that the plug-in was written for.
    #[must_use]
    pub fn contract(&self) -> &Version {
        &self.contract
    }

    /// The kinds of captures that it can do.
    #[must_use]
    pub fn captures(&self) -> &BTreeSet<CaptureTechnology> {
        &self.captures
    }

    /// The kinds of containers that it can capture from.
    #[must_use]
    pub fn capture_sources(&self) -> &BTreeSet<ContainerTechnology> {
        &self.captures_from
    }

    /// Ways of capture in which what was deleted at the source is not seen: it stays.
    #[must_use]
    pub fn missed_deletions(&self) -> &BTreeSet<CaptureTechnology> {
        &self.misses_deletions
    }

    /// Whether it can keep and hand on datasets without a key, which are replaced as a whole.
    #[must_use]
    pub fn keeps_keyless(&self) -> bool {
        self.keeps_keyless
    }

    /// The consistencies of captures that it can give.
    #[must_use]
    pub fn consistencies(&self) -> &BTreeSet<Consistency> {
        &self.consistencies
    }

    /// The kinds of containers that it can export to.
    #[must_use]
    pub fn export_targets(&self) -> &BTreeSet<ContainerTechnology> {
        &self.exports_to
    }

    /// The versions of a record that it can keep and show.
    #[must_use]
    pub fn milestonings(&self) -> &BTreeSet<Milestoning> {
        &self.milestonings
    }

    /// The kinds of transformers' code that it can run.
    #[must_use]
    pub fn artifacts(&self) -> &BTreeSet<ArtifactTechnology> {
        &self.artifacts
    }

    /// The kinds of triggers by which it can start captures and transformers.
    #[must_use]
    pub fn triggers(&self) -> &BTreeSet<TriggerKind> {
        &self.triggers
    }

    /// The types of columns that it can carry.
    #[must_use]
    pub fn types(&self) -> &TypeClaims {
        &self.types
    }

    /// The kinds of types that it cannot carry from or to containers of a technology, though it can elsewhere.
    #[must_use]
    pub fn types_missing_in(&self) -> &BTreeMap<ContainerTechnology, BTreeSet<TypeKind>> {
        &self.misses_types_in
    }

    /// The kinds of quality checks that it can run.
    #[must_use]
    pub fn quality_checks(&self) -> &BTreeSet<CheckKind> {
        &self.quality_checks
    }

    /// Whether it has a place for rows that break their schema.
    #[must_use]
    pub fn sets_rows_aside(&self) -> bool {
        self.sets_rows_aside
    }

    /// The kinds of principals to whom it can grant, in containers of each technology.
    #[must_use]
    pub fn grants(&self) -> &BTreeMap<ContainerTechnology, BTreeSet<PrincipalKind>> {
        &self.grants
    }

    /// The facts that are honoured beside those that every platform must honour, each with the kinds of nodes for which it makes a difference.
    #[must_use]
    pub fn honoured_facts(&self) -> &BTreeMap<HonouredFact, BTreeSet<NodeKind>> {
        &self.honours
    }

    /// The formats of offers that it can read.
    #[must_use]
    pub fn formats(&self) -> &FormatClaims {
        &self.reads
    }

    /// The formats in which it offers data to other platforms.
    #[must_use]
    pub fn offered_formats(&self) -> &FormatClaims {
        &self.offers
    }

    /// The least latency that it can promise; none means any.
    #[must_use]
    pub fn best_latency(&self) -> Option<Latency> {
        self.best_latency
    }

    /// The longest retention that it can promise; none means any.
    #[must_use]
    pub fn longest_retention(&self) -> Option<Retention> {
        self.longest_retention
    }

    /// The cost of a dataset in a month, in the smallest unit of a currency; none means that nobody knows.
    #[must_use]
    pub fn monthly_cost(&self) -> Option<u64> {
        self.monthly_cost
    }

    /// The places in which it keeps data on its way.
    #[must_use]
    pub fn data_places(&self) -> &BTreeSet<Place> {
        &self.keeps_data_at
    }

    /// Returns the places of a platform that is declared so: those of its declaration, and those in which it keeps data on its way.
    #[must_use]
    pub fn places(&self, declared: &PlatformDeclaration) -> Set<Place> {
        declared.locations().iter().chain(&self.keeps_data_at).cloned().collect()
    }

    /// The technologies in which it keeps data on its way, each with the holder of its keys if it is encrypted. A
    /// platform without any only hands data on.
    #[must_use]
    pub fn data_technologies(&self) -> &BTreeMap<String, Option<KeyHolder>> {
        &self.keeps_data_in
    }

    /// The address of the store in which it keeps data on its way; none if it has no store that others could write to.
    #[must_use]
    pub fn store(&self) -> Option<&str> {
        self.store.as_deref()
    }

    /// The addresses of all that it keeps data in: its [store](Self::store) first, and what it keeps beside it.
    pub fn stores(&self) -> impl Iterator<Item = &str> {
        self.store.iter().chain(&self.stores_beside).map(String::as_str)
    }

    /// Whether nodes share things.
    #[must_use]
    pub fn has_shares(&self) -> bool {
        self.shares
    }

    /// Whether views have schemas as they were written in Avro.
    #[must_use]
    pub fn reads_avro_schemas(&self) -> bool {
        self.reads_avro
    }

    /// The most of each weight that one shard, or one shared scope, can bear.
    #[must_use]
    pub fn limits(&self) -> &BTreeMap<String, u64> {
        &self.limits
    }
}

fn every_trigger() -> BTreeSet<TriggerKind> {
    TriggerKind::ALL.into()
}

fn is_every_trigger(triggers: &BTreeSet<TriggerKind>) -> bool {
    triggers.len() == TriggerKind::ALL.len()
}
