//! The claims of a platform, one method each.

use super::{PlatformDescriptor, every_trigger};
use crate::{
    claim::{CheckKind, PrincipalKind, TriggerKind, TypeClaims, TypeKind},
    factory::PlatformPlugin,
    format::{Format, FormatClaims},
};
use datasurface_graph::{HonouredFact, NodeKind};
use datasurface_model::{
    ArtifactTechnology, CaptureTechnology, Consistency, ContainerTechnology, DataContainer, KeyHolder,
    Latency, Milestoning, Place, PlatformKind, Retention, folder_address,
};
use semver::Version;
use std::collections::{BTreeMap, BTreeSet};

impl PlatformDescriptor {
    /// The version of the contract that this crate is.
    pub const CONTRACT: Version = Version::new(1, 0, 0);

    /// Creates a descriptor of this kind and version that claims nothing yet but plain types and triggers.
    pub fn new(kind: impl Into<PlatformKind>, version: Version) -> Self {
        Self {
            kind: kind.into(),
            version,
            contract: Self::CONTRACT,
            captures: BTreeSet::new(),
            captures_from: BTreeSet::new(),
            misses_deletions: BTreeSet::new(),
            keeps_keyless: false,
            exports_to: BTreeSet::new(),
            consistencies: BTreeSet::new(),
            milestonings: BTreeSet::new(),
            artifacts: BTreeSet::new(),
            triggers: every_trigger(),
            types: TypeClaims::default(),
            misses_types_in: BTreeMap::new(),
            quality_checks: BTreeSet::new(),
            sets_rows_aside: false,
            grants: BTreeMap::new(),
            honours: BTreeMap::new(),
            reads: FormatClaims::default(),
            offers: FormatClaims::default(),
            best_latency: None,
            longest_retention: None,
            monthly_cost: None,
            keeps_data_at: BTreeSet::new(),
            keeps_data_in: BTreeMap::new(),
            store: None,
            stores_beside: BTreeSet::new(),
            shares: false,
            reads_avro: false,
            limits: BTreeMap::new(),
        }
    }

    /// Creates a descriptor with the kind and version of a plug-in that claims nothing yet.
    #[must_use]
    pub fn for_plugin<P: PlatformPlugin>() -> Self {
        Self::new(P::KIND, P::version())
    }

    /// Claims captures of these kinds, from containers of these kinds.
    #[must_use]
    pub fn with_captures<W: Into<CaptureTechnology>, C: Into<ContainerTechnology>>(
        mut self,
        ways: impl IntoIterator<Item = W>,
        containers: impl IntoIterator<Item = C>,
    ) -> Self {
        self.captures.extend(ways.into_iter().map(Into::into));
        self.captures_from.extend(containers.into_iter().map(Into::into));
        self
    }

    /// Claims that captures of these kinds do not see deletions at the source.
    #[must_use]
    pub fn with_missed_deletions<T: Into<CaptureTechnology>>(
        mut self,
        ways: impl IntoIterator<Item = T>,
    ) -> Self {
        self.misses_deletions.extend(ways.into_iter().map(Into::into));
        self
    }

    /// Claims datasets without a key, which are kept and handed on by replacing them as a whole.
    #[must_use]
    pub fn with_keyless(mut self) -> Self {
        self.keeps_keyless = true;
        self
    }

    /// Claims these consistencies of captures.
    #[must_use]
    pub fn with_consistencies(mut self, consistencies: impl IntoIterator<Item = Consistency>) -> Self {
        self.consistencies.extend(consistencies);
        self
    }

    /// Claims exports to containers of these kinds.
    #[must_use]
    pub fn with_export_targets<T: Into<ContainerTechnology>>(
        mut self,
        containers: impl IntoIterator<Item = T>,
    ) -> Self {
        self.exports_to.extend(containers.into_iter().map(Into::into));
        self
    }

    /// Claims these versions of a record: keeping and showing them.
    #[must_use]
    pub fn with_milestonings(mut self, milestonings: impl IntoIterator<Item = Milestoning>) -> Self {
        self.milestonings.extend(milestonings);
        self
    }

    /// Claims transformers of these kinds of code.
    #[must_use]
    pub fn with_artifacts<T: Into<ArtifactTechnology>>(
        mut self,
        artifacts: impl IntoIterator<Item = T>,
    ) -> Self {
        self.artifacts.extend(artifacts.into_iter().map(Into::into));
        self
    }

    /// Claims no start of captures and transformers by these triggers.
    #[must_use]
    pub fn without_triggers(mut self, kinds: impl IntoIterator<Item = TriggerKind>) -> Self {
        kinds.into_iter().for_each(|kind| {
            self.triggers.remove(&kind);
        });
        self
    }

    /// Claims columns of these kinds of types, of every size, beside those that every descriptor claims.
    #[must_use]
    pub fn with_types(mut self, kinds: impl IntoIterator<Item = TypeKind>) -> Self {
        kinds.into_iter().for_each(|kind| self.types.insert(kind, None));
        self
    }

    /// Claims columns of a kind of types up to a size: the digits of a decimal number, the bits of an integer.
    #[must_use]
    pub fn type_up_to(mut self, kind: TypeKind, size: u16) -> Self {
        self.types.insert(kind, Some(size));
        self
    }

    /// Claims no columns of these kinds of types.
    #[must_use]
    pub fn without_types(mut self, kinds: impl IntoIterator<Item = TypeKind>) -> Self {
        kinds.into_iter().for_each(|kind| self.types.remove(kind));
        self
    }

    /// Claims no columns of these kinds of types from or to containers of a technology.
    #[must_use]
    pub fn without_types_in(
        mut self,
        container: impl Into<ContainerTechnology>,
        kinds: impl IntoIterator<Item = TypeKind>,
    ) -> Self {
        self.misses_types_in.entry(container.into()).or_default().extend(kinds);
        self
    }

    /// Claims quality checks of these kinds of what is captured, and of what transformers make.
    #[must_use]
    pub fn with_quality_checks(mut self, kinds: impl IntoIterator<Item = CheckKind>) -> Self {
        self.quality_checks.extend(kinds);
        self
    }

    /// Claims a place for rows that break their schema.
    #[must_use]
    pub fn with_rows_set_aside(mut self) -> Self {
        self.sets_rows_aside = true;
        self
    }

    /// Claims grants to these kinds of principals of what is brought to containers of these technologies.
    #[must_use]
    pub fn with_grants<T: Into<ContainerTechnology>>(
        mut self,
        containers: impl IntoIterator<Item = T>,
        kinds: impl IntoIterator<Item = PrincipalKind>,
    ) -> Self {
        let kinds: BTreeSet<PrincipalKind> = kinds.into_iter().collect();
        for container in containers {
            self.grants.entry(container.into()).or_default().extend(&kinds);
        }
        self
    }

    /// Claims to honour a fact for nodes of these kinds: with another one, something else is rendered for them. Of captures, those from
    /// containers are meant. Nobody is refused for want of it.
    #[must_use]
    pub fn honoured_fact(mut self, fact: HonouredFact, nodes: impl IntoIterator<Item = NodeKind>) -> Self {
        self.honours.entry(fact).or_default().extend(nodes);
        self
    }

    /// Claims reading offers in these formats, its own and those of other platforms, wherever they are.
    #[must_use]
    pub fn with_formats<F: Into<Format>>(mut self, formats: impl IntoIterator<Item = F>) -> Self {
        self.reads.extend(formats);
        self
    }

    /// Claims reading offers in a format at addresses with this beginning: those of a catalog, or of a cluster.
    #[must_use]
    pub fn format_at(mut self, format: impl Into<Format>, beginning: impl Into<String>) -> Self {
        self.reads.insert_at(format.into(), beginning.into());
        self
    }

    /// Claims that other platforms may read what this one offers in these formats. What is offered in any other one is for nodes of the
    /// same platform: the host shows it to nobody else.
    #[must_use]
    pub fn with_offered_formats<F: Into<Format>>(mut self, formats: impl IntoIterator<Item = F>) -> Self {
        self.offers.extend(formats);
        self
    }

    /// Claims that other platforms may read what this one offers in a format, at addresses with this beginning.
    #[must_use]
    pub fn offered_format_at(mut self, format: impl Into<Format>, beginning: impl Into<String>) -> Self {
        self.offers.insert_at(format.into(), beginning.into());
        self
    }

    /// Sets the best latency that the platform can reach.
    #[must_use]
    pub fn with_best_latency(mut self, latency: Latency) -> Self {
        self.best_latency = Some(latency);
        self
    }

    /// Sets the longest retention that the platform can keep.
    #[must_use]
    pub fn with_longest_retention(mut self, retention: Retention) -> Self {
        self.longest_retention = Some(retention);
        self
    }

    /// Sets what a dataset costs in a month, in the smallest unit of the currency in which all platforms of an ecosystem state it. Most
    /// often the settings say so. Of platforms between which nothing else decides, the one that costs least is chosen, if each
    /// of them states its cost.
    #[must_use]
    pub fn with_monthly_cost(mut self, cost: u64) -> Self {
        self.monthly_cost = Some(cost);
        self
    }

    /// Adds a place in which the platform keeps data on its way.
    #[must_use]
    pub fn data_place(mut self, place: impl Into<Place>) -> Self {
        self.keeps_data_at.insert(place.into());
        self
    }

    /// Adds a technology in which the platform keeps data on its way, encrypted with these keys, if it is: what policies of storage
    /// are held against. Of storage that is named more than once, the weakest encryption counts.
    #[must_use]
    pub fn data_technology(mut self, technology: impl Into<String>, encryption: Option<KeyHolder>) -> Self {
        let keys = self.keeps_data_in.entry(technology.into()).or_insert(encryption);
        *keys = encryption.min(*keys);
        self
    }

    /// Adds an address of the store in which the platform keeps data on its way: a text that is equal for two instances
    /// that would write to one store. Two platforms of an ecosystem cannot have one.
    #[must_use]
    pub fn with_store(mut self, address: impl Into<String>) -> Self {
        match &self.store {
            None => self.store = Some(address.into()),
            Some(_) => drop(self.stores_beside.insert(address.into())),
        }
        self
    }

    /// Sets the store to what a container would be that is declared for it: whoever captures from there reads what others entrusted to
    /// the platform, which the host refuses.
    #[must_use]
    pub fn with_store_in(mut self, container: &DataContainer) -> Self {
        let mut addresses = container.addresses().into_iter().map(String::from);
        self.store = addresses.next();
        self.stores_beside.extend(addresses);
        self
    }

    /// Adds a container in which the platform keeps data as well, such as a bucket for what is on its way. What holds for its store holds
    /// for it, and for all that is a part of it: no other platform keeps data there, and nobody captures from there.
    #[must_use]
    pub fn further_store(mut self, container: &DataContainer) -> Self {
        self.stores_beside.extend(container.addresses().into_iter().map(String::from));
        self
    }

    /// Adds a folder of files in which the platform keeps data, however its path is written. All that is in the folder is its alone: no
    /// other platform keeps data there, and no container of the model is there.
    #[must_use]
    pub fn store_folder(mut self, folder: impl AsRef<str>) -> Self {
        self.stores_beside.insert(folder_address(folder.as_ref()).into());
        self
    }

    /// Claims that nodes share things: the host asks each node [what it shares](crate::DataPlatform::shares).
    #[must_use]
    pub fn with_shares(mut self) -> Self {
        self.shares = true;
        self
    }

    /// Claims that schemas are rendered in Avro's words, as for a registry of schemas: views have the schemas that were written in
    /// Avro [as they were written](crate::NodeDeclarations::avro). Every platform sees them as tables.
    #[must_use]
    pub fn with_avro_schemas(mut self) -> Self {
        self.reads_avro = true;
        self
    }

    /// Adds a limit: the most of this weight that one shard, or one shared scope, can bear.
    #[must_use]
    pub fn limit(mut self, weight: impl Into<String>, most: u64) -> Self {
        self.limits.insert(weight.into(), most);
        self
    }
}
