//! The proof that a value was validated.

use super::{
    changes::Changes,
    consents_in_force::{ConsentInForce, consents_in_force},
    delays::Delays,
    former_spellings::former_spellings,
    origins::{FormerDelivery, KeptOrigins, Origins, Provenance, Recapture},
    state::State,
    unit_diff,
    unit_index::UnitIndex,
    unit_members::Located,
    waivers::WaiverOutcome,
};
use chrono::NaiveDate;
use datasurface_ecosystem::{
    CodeInfo, Credential, DataContainer, Dataset, DatasetGroup, Datastore, Ecosystem, Findings, FormerNames,
    FormerSpelling, Latency, ModelPath, Severity, Workspace,
};
use datasurface_schema::{
    ContainerKey, CredentialKey, CredentialName, DatasetKey, DatastoreName, Entity, GroupKey, Name, TeamKey,
    Text, WorkspaceName, ZoneName,
};
use rustc_hash::FxHashSet;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::Deref,
    sync::Arc,
};

/// A value that was validated, and did not change since: every name is good, every reference resolves. A cheap
/// handle: clones share the value. To edit, take the value out, change it, and validate again.
pub struct Valid<T> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    value: T,
    spelling: FormerNames,
    directory: UnitIndex,
    /// The date of the validation, if that is known.
    on: Option<NaiveDate>,
}

impl Valid<Ecosystem> {
    /// Takes an ecosystem for valid without a check: for one that was validated before it was stored, in a trusted
    /// storage. Errors in it are not found later either; nothing panics, but a graph may lack the target of a broken
    /// reference.
    #[must_use]
    pub fn assume_valid(ecosystem: Ecosystem) -> Self {
        let (spelling, ecosystem) = FormerNames::read(None, &ecosystem);
        let mut directory = UnitIndex::default();
        let mut touched = FxHashSet::default();
        directory.update(&unit_diff::differences(None, &ecosystem, &directory), &mut touched);
        Self { inner: Arc::new(Inner { value: ecosystem, spelling, directory, on: None }) }
    }

    /// Creates the proof for an ecosystem that was found to be valid as of a date, with its index.
    pub(super) fn new(value: Ecosystem, spelling: FormerNames, directory: UnitIndex, on: NaiveDate) -> Self {
        Self { inner: Arc::new(Inner { value, spelling, directory, on: Some(on) }) }
    }

    /// Applies the waivers of the ecosystem to findings that others than validation have of it. Returns the remaining
    /// findings, and the waived ones. `codes` are all codes that could have been found; a waiver of one of them that
    /// is expired, or about nothing, is a finding as well. Waivers count as of the date of the validation; without
    /// one, none does.
    #[must_use]
    pub fn apply_waivers(&self, found: Findings, codes: &[&'static CodeInfo]) -> (Findings, Findings) {
        let Some(on) = self.inner.on else { return (found, Findings::default()) };
        let WaiverOutcome { findings, waived } = WaiverOutcome::apply(found, codes, self, on);
        (findings, waived)
    }

    /// The date of the validation; none for [`assume_valid`](Self::assume_valid).
    #[must_use]
    pub fn validated_on(&self) -> Option<NaiveDate> {
        self.inner.on
    }

    /// Returns the ecosystem as it is written. The value itself has every reference by the name that the thing has now; here,
    /// references by former names are as their owners wrote them.
    #[must_use]
    pub fn as_written(&self) -> &Ecosystem {
        self.inner.spelling.written()
    }

    /// Returns the references by former names, in order: also those in statements of transformers, and in what zones consent to.
    #[must_use]
    pub fn former_spellings(&self) -> Vec<FormerSpelling> {
        let mut found = self.inner.spelling.spelled();
        found.extend(former_spellings(&self.inner.value, &self.inner.directory));
        found.sort();
        found
    }

    /// Returns the consents of zones by which something is released.
    #[must_use]
    pub fn consents_in_force(&self) -> Vec<ConsentInForce<'_>> {
        consents_in_force(&self.inner.value, &self.inner.directory)
    }

    /// Returns the place of what has the name that a reference by a former name spells, in this version; none if nothing has it.
    #[must_use]
    pub fn declares(&self, spelling: &FormerSpelling) -> Option<ModelPath> {
        self.inner.directory.path_of(spelling.reference())
    }

    /// Returns the place, in this version, of what a reference by a former name leads to: what has the name, or had it before.
    #[must_use]
    pub fn place_meant(&self, spelling: &FormerSpelling) -> Option<ModelPath> {
        let had_it = || self.inner.directory.path_of(&self.inner.spelling.leads_to(spelling.reference()));
        self.declares(spelling).or_else(had_it)
    }

    /// Returns the ecosystem as it is written, to edit it, without the proof.
    #[must_use]
    pub fn into_inner(self) -> Ecosystem {
        self.as_written().clone()
    }

    /// Returns the datastore of this name, in whatever team.
    #[must_use]
    pub fn datastore(&self, name: &DatastoreName) -> Option<&Located<Datastore>> {
        self.inner.directory.datastores().get(name).map(|(_, member)| member.located())
    }

    /// Returns the dataset of this key, in whatever team its datastore is.
    #[must_use]
    pub fn dataset(&self, key: &DatasetKey) -> Option<&Dataset> {
        self.datastore(&key.datastore)?.entity.datasets().get(&key.dataset)
    }

    /// Returns the dataset group of this key, in whatever team its workspace is.
    #[must_use]
    pub fn group(&self, key: &GroupKey) -> Option<&DatasetGroup> {
        self.workspace(&key.workspace)?.entity.groups().get(&key.group)
    }

    /// Returns the workspace of this name, in whatever team.
    #[must_use]
    pub fn workspace(&self, name: &WorkspaceName) -> Option<&Located<Workspace>> {
        self.inner.directory.workspaces().get(name).map(|(_, member)| member.located())
    }

    /// Returns the container of this key.
    #[must_use]
    pub fn container(&self, key: &ContainerKey) -> Option<&DataContainer> {
        self.inner.directory.containers().get(key)
    }

    /// Returns the containers that have this [address](DataContainer::addresses), or are a part of what has it, in canonical order.
    #[must_use]
    pub fn containers_within(&self, address: &Text) -> BTreeSet<&ContainerKey> {
        let containers = self.inner.directory.containers();
        let is_inside =
            |key: &&ContainerKey| containers.get(key).is_some_and(|container| container.is_part_of(address));
        containers.all_at(address).chain(containers.keys().filter(is_inside)).collect()
    }

    /// Returns the datastores that are captured from a container, in canonical order.
    pub fn captured_from(&self, container: &ContainerKey) -> impl Iterator<Item = &DatastoreName> {
        self.inner.directory.captures().all(container).map(|(_, datastore)| datastore)
    }

    /// Returns the credential of this key.
    #[must_use]
    pub fn credential(&self, key: &CredentialKey) -> Option<&Credential> {
        self.inner.directory.credentials(&key.team_key())?.get(&key.credential)
    }

    /// Returns the keys of all credentials, in order.
    #[must_use]
    pub fn credentials(&self) -> BTreeSet<CredentialKey> {
        let all = self.inner.directory.all_credentials();
        all.flat_map(|(team, own)| own.names().map(|name| CredentialKey::of_team(team, name))).collect()
    }

    /// Returns the credential with which a datastore is captured: the one that its capture names, or else the one that the
    /// container names, if both belong to one team. None if neither names one.
    #[must_use]
    pub fn capture_credential(&self, datastore: &DatastoreName) -> Option<CredentialKey> {
        let found = self.datastore(datastore)?;
        let capture = found.entity.capture()?;
        self.credential_of(&found.team, capture.credential(), capture.container())
    }

    /// Returns the credential with which the data of a workspace is delivered: the one that the workspace names, or else the
    /// one that its container names, if both belong to one team. None if neither names one.
    #[must_use]
    pub fn delivery_credential(&self, workspace: &WorkspaceName) -> Option<CredentialKey> {
        let found = self.workspace(workspace)?;
        self.credential_of(&found.team, found.entity.credential(), found.entity.container()?)
    }

    fn credential_of(
        &self,
        team: &TeamKey,
        named: Option<&CredentialName>,
        container: &ContainerKey,
    ) -> Option<CredentialKey> {
        let is_own = container.team_key() == *team;
        let usual = || self.container(container).filter(|_| is_own)?.credential();
        named.or_else(usual).map(|name| CredentialKey::of_team(team, name))
    }

    /// Returns the workspace whose transformer fills the datastore of this name.
    #[must_use]
    pub fn producer(&self, output: &DatastoreName) -> Option<&Located<Workspace>> {
        self.workspace(self.inner.directory.producers().get(output)?)
    }

    /// Returns the origins of a dataset that derives from other data; none if it derives from none. What is captured has the
    /// zone of its datastore and that of the container.
    #[must_use]
    pub fn origins(&self, dataset: &DatasetKey) -> Option<&Origins> {
        let of_datastore = self.inner.directory.origins().get(&dataset.datastore)?;
        of_datastore.get(&dataset.dataset).map(|origins| &**origins)
    }

    /// Returns how a dataset comes to be: the statement that makes it, or what is captured; and with a zone, all that is done before to
    /// the data of that zone that is in it. What the zone captures itself is as it has it, whatever that is.
    #[must_use]
    pub fn provenance(&self, dataset: &DatasetKey, zone: Option<&ZoneName>) -> Provenance {
        Provenance::find(dataset, zone, &self.inner.directory)
    }

    /// Every dataset that derives from other data, with its origins, in no order.
    pub fn derived(&self) -> impl Iterator<Item = (DatasetKey, &Origins)> {
        self.inner.directory.origins().iter()
    }

    /// Returns the datastores whose datasets have other [origins](Self::origins) than in an older version, in order. For versions made by
    /// editing, the cost depends on the difference alone.
    pub fn changed_origins_since<'v>(&'v self, older: &'v Self) -> impl Iterator<Item = &'v DatastoreName> {
        self.inner.directory.origins().changes_since(older.inner.directory.origins())
    }

    /// Returns the same ecosystem where datasets have more origins than it tells: of data that was derived earlier, and is kept.
    ///
    /// # Errors
    ///
    /// If somebody receives such data who may not have it: the errors that nothing else accounts for. Without a [date of
    /// validation](Self::validated_on), no waiver counts.
    pub fn with_kept_origins(&self, kept: KeptOrigins) -> Result<Self, Findings> {
        let state = State::of_kept(self.as_written(), self.inner.on.unwrap_or(NaiveDate::MAX), kept);
        if state.has_errors() {
            let judged = state.judged().findings;
            let errors = judged.iter().filter(|finding| finding.severity() == Severity::Error);
            return Err(errors.cloned().collect());
        }
        let Inner { value, spelling, on, .. } = &*self.inner;
        let directory = state.facts().directory().clone();
        Ok(Self {
            inner: Arc::new(Inner { value: value.clone(), spelling: spelling.clone(), directory, on: *on }),
        })
    }

    /// Returns the captured tables that may be delivered ones, as far as only storage names show that: a table keeps the name under
    /// which it was first stored, and the model may not state that name any more. `stored` returns the storage name of a dataset.
    /// What the names of the model show, or would add no [origins](Self::origins), is not among them.
    #[must_use]
    pub fn recaptures(&self, stored: impl Fn(&DatasetKey) -> DatasetKey) -> Vec<Recapture> {
        self.inner.directory.origins().recaptures(&self.inner.directory, &stored)
    }

    /// Returns the captured tables that may have been delivered, as their names tell: the model does not state these deliveries any more,
    /// and the tables may be there still. What has the [origins](Self::origins) of that data anyway is not among them.
    #[must_use]
    pub fn former_recaptures(&self, deliveries: &[FormerDelivery]) -> Vec<Recapture> {
        self.inner.directory.origins().former_recaptures(&self.inner.directory, deliveries)
    }

    /// Returns the delays that timetables cause: for each datastore on whose way there is one, the longest time that they let pass
    /// before a change at its source is in it. It is the least that is certain.
    #[must_use]
    pub fn timetable_delays(&self) -> BTreeMap<DatastoreName, Latency> {
        let (directory, delays) = (&self.inner.directory, Delays::new(&self.inner.directory));
        let delay = |name: &DatastoreName| Some(Latency::minutes(delays.get(name, directory)?.minutes));
        let names = directory.datastores().iter().map(|located| located.entity.name());
        names.filter_map(|name| Some((name.clone(), delay(name)?))).collect()
    }

    /// Every datastore, in order of the names.
    #[must_use]
    pub fn datastores(&self) -> Vec<&Located<Datastore>> {
        by_name(self.inner.directory.datastores().iter())
    }

    /// Every workspace, in order of the names.
    #[must_use]
    pub fn workspaces(&self) -> Vec<&Located<Workspace>> {
        by_name(self.inner.directory.workspaces().iter())
    }

    /// Returns the changes in this version since an older one, to update a structure that was built from the older
    /// one. For versions made by editing, the cost depends on the difference alone.
    #[must_use]
    pub fn changes_since(&self, older: &Self) -> Changes {
        let directory = &older.inner.directory;
        Changes::from_units(&unit_diff::differences(Some(&older.inner.value), &self.inner.value, directory))
    }
}

fn by_name<'a, T: Entity<Name: Name>>(units: impl Iterator<Item = &'a Located<T>>) -> Vec<&'a Located<T>> {
    let mut units: Vec<_> = units.collect();
    units.sort_by(|a, b| a.entity.name().cmp(b.entity.name()));
    units
}

impl<T> Clone for Valid<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner.value
    }
}

impl<T: PartialEq> PartialEq for Valid<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
            || (self.inner.value == other.inner.value
                && self.inner.spelling.written() == other.inner.spelling.written())
    }
}

impl<T: Eq> Eq for Valid<T> {}

impl<T: fmt::Debug> fmt::Debug for Valid<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Valid").field(&self.inner.value).finish()
    }
}
