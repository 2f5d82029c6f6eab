//! The entities of the model, one file each. Setters consume and return, so that a whole ecosystem is one
//! expression; fields are read through accessors. Nothing here fails: validation judges.

mod access;
mod address;
mod advance_policy;
mod artifact;
mod capture;
mod container;
mod container_kind;
mod container_user;
mod credential;
mod custom_address;
mod dataset;
mod datastore;
mod deadline;
mod declaration;
mod edit;
mod entitlement;
mod infrastructure;
#[cfg(feature = "json-schema")]
mod json_schema;
mod lifecycle;
mod part;
mod password;
mod pin;
mod platform;
mod policy;
mod production;
mod python_version;
mod quality;
mod release;
mod removal;
mod repository;
mod requirements;
mod resolve;
mod schedule;
mod source_identity;
mod team;
mod technology;
mod timetable;
mod token;
mod transformer;
mod trigger;
mod unit_place;
mod waiver;
mod workspace;
mod zone;

pub use access::{Access, Approval, Onward};
pub use address::{canonical_host, folder_address, is_address_within};
pub use advance_policy::{AdvancePolicy, AdvanceWindow, Freeze};
pub use artifact::{CodeArtifact, Select};
pub use capture::{Capture, CaptureKind, Consistency, FileFormat, SourceNames, WatermarkColumns};
pub use container::{DataContainer, KeyHolder};
pub use container_kind::{ContainerKind, DatabaseServer};
pub use container_user::{ContainerUse, ContainerUser, ContainerUsers};
pub use credential::{Credential, CredentialKind, RepositoryCredential};
pub use dataset::Dataset;
pub use datastore::Datastore;
pub use deadline::Deadline;
pub use declaration::Declaration;
pub use entitlement::{Entitlement, Principal};
pub use infrastructure::{CloudVendor, InfrastructureLocation, InfrastructureVendor};
pub use lifecycle::Deprecation;
pub use part::EcosystemPart;
pub(crate) use password::is_no_name_of_credential;
pub use password::{holds_secret, names_secret_member, redact_passwords};
pub use pin::{GroupPin, PrimaryPin};
pub use platform::{Hint, HintTarget, PlatformDeclaration, VersionRequirement};
pub use policy::{Permitted, Policy, PolicyRule, StorageRule};
pub use production::ProductionStatus;
pub use quality::{InvalidRows, QualityCheck, Share};
pub use release::{Consent, Release};
pub use removal::Removal;
pub use repository::{Repository, RepositoryHost};
pub use requirements::{Latency, Milestoning, Priority, Requirements, Retention};
pub use source_identity::{source_identity, written_database};
pub use team::{Team, TeamDeclaration};
pub use technology::{ArtifactTechnology, CaptureTechnology, ContainerTechnology};
pub use timetable::CronFields;
pub use transformer::DataTransformer;
pub use trigger::{CaptureTrigger, Cron, TransformTrigger};
pub use unit_place::UnitPlace;
pub use waiver::{WaivedFinding, Waiver};
pub use workspace::{DatasetGroup, DatasetSink, Workspace};
pub use zone::{GovernanceZone, ZoneDeclaration};

use datasurface_schema::{
    Annotations, Classification, ContainerKey, DatastoreName, EcosystemName, Entity, GroupKey, Named,
    PlatformName, Set, Sparse, TeamKey, TeamName, ZoneName, documented, merge_annotations, renamed,
};
use std::{collections::BTreeSet, sync::Arc};

/// A whole data ecosystem: data, owners, consumers and their requirements, and the platforms and places that may
/// serve them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ecosystem {
    name: EcosystemName,
    owner: Repository,
    live: Repository,
    vendors: Named<InfrastructureVendor>,
    platforms: Named<PlatformDeclaration>,
    zones: Named<ZoneDeclaration>,
    group_pins: Named<GroupPin>,
    primary_pins: Named<PrimaryPin>,
    waivers: Named<Waiver>,
    classifications: Set<Classification>,
    about: Sparse<Annotations<EcosystemName>>,
}

impl Ecosystem {
    /// Creates an ecosystem that is owned in one repository, and live in another, which holds the accepted model.
    pub fn new(
        name: impl Into<EcosystemName>,
        owner: impl Into<Repository>,
        live: impl Into<Repository>,
    ) -> Self {
        Self {
            name: name.into(),
            owner: owner.into(),
            live: live.into(),
            vendors: Named::default(),
            platforms: Named::default(),
            zones: Named::default(),
            group_pins: Named::default(),
            primary_pins: Named::default(),
            waivers: Named::default(),
            classifications: Set::new(),
            about: Sparse::default(),
        }
    }

    /// Adds a vendor of infrastructure.
    #[must_use]
    pub fn vendor(mut self, vendor: InfrastructureVendor) -> Self {
        self.vendors.insert(vendor);
        self
    }

    /// Adds a data platform.
    #[must_use]
    pub fn platform(mut self, platform: PlatformDeclaration) -> Self {
        self.platforms.insert(platform);
        self
    }

    /// Declares a zone, names the repository that owns it, and defines it.
    #[must_use]
    pub fn zone(
        self,
        name: impl Into<ZoneName>,
        owner: impl Into<Repository>,
        definition: impl Into<Arc<GovernanceZone>>,
    ) -> Self {
        self.zone_declaration(ZoneDeclaration::new(name, owner).defined(definition))
    }

    /// Adds a declaration of a zone, which may be without a definition yet.
    #[must_use]
    pub fn zone_declaration(mut self, zone: ZoneDeclaration) -> Self {
        self.zones.insert(zone);
        self
    }

    /// Pins a dataset group to platforms that should serve it.
    #[must_use]
    pub fn group_pin<P: Into<PlatformName>>(
        mut self,
        group: impl Into<GroupKey>,
        platforms: impl IntoIterator<Item = P>,
    ) -> Self {
        self.group_pins.insert(GroupPin::new(group, platforms));
        self
    }

    /// Pins a datastore to the platform that should capture it, for all platforms.
    #[must_use]
    pub fn primary_pin(
        mut self,
        datastore: impl Into<DatastoreName>,
        platform: impl Into<PlatformName>,
    ) -> Self {
        self.primary_pins.insert(PrimaryPin::new(datastore, platform));
        self
    }

    /// Adds a waiver, which accepts a finding until a day.
    #[must_use]
    pub fn waiver(mut self, waiver: Waiver) -> Self {
        self.waivers.insert(waiver);
        self
    }

    /// Declares classifications. With any declared, no other one may occur in the ecosystem.
    #[must_use]
    pub fn with_classifications<C: Into<Classification>>(
        mut self,
        classifications: impl IntoIterator<Item = C>,
    ) -> Self {
        self.classifications = classifications.into_iter().map(Into::into).collect();
        self
    }

    documented!();
    renamed!(EcosystemName);

    /// Merges the parts of one ecosystem from two documents, under the name of this one. An attribute that only one
    /// of them may declare is added to `twice` if both do.
    #[must_use]
    pub fn merged(mut self, other: &Self, twice: &mut Vec<&'static str>) -> Self {
        let Self {
            name: _,
            owner: _,
            live: _,
            vendors,
            platforms,
            zones,
            group_pins,
            primary_pins,
            waivers,
            classifications,
            about,
        } = other;
        self.vendors.extend(vendors.iter().cloned());
        self.platforms.extend(platforms.iter().cloned());
        self.zones.extend(zones.iter().cloned());
        self.group_pins.extend(group_pins.iter().cloned());
        self.primary_pins.extend(primary_pins.iter().cloned());
        self.waivers.extend(waivers.iter().cloned());
        self.classifications.extend(classifications.iter().cloned());
        merge_annotations(&mut self.about, about, twice);
        self
    }

    /// Replaces all zones by these.
    #[must_use]
    pub fn with_zones(mut self, zones: impl IntoIterator<Item = ZoneDeclaration>) -> Self {
        self.zones = zones.into_iter().collect();
        self
    }

    /// Replaces all platforms by these.
    pub(crate) fn with_platforms(mut self, platforms: impl IntoIterator<Item = PlatformDeclaration>) -> Self {
        self.platforms = platforms.into_iter().collect();
        self
    }

    /// Replaces all pins of groups by these.
    #[must_use]
    pub fn with_group_pins(mut self, pins: impl IntoIterator<Item = GroupPin>) -> Self {
        self.group_pins = pins.into_iter().collect();
        self
    }

    /// Replaces all pins of datastores by these.
    #[must_use]
    pub fn with_primary_pins(mut self, pins: impl IntoIterator<Item = PrimaryPin>) -> Self {
        self.primary_pins = pins.into_iter().collect();
        self
    }

    /// Removes the zones of this name.
    #[must_use]
    pub fn without_zone(mut self, name: &ZoneName) -> Self {
        self.zones.remove(name);
        self
    }

    /// Replaces a team by the result of `change`: how a program edits a part deep inside. Zones and teams that are
    /// not declared, or not defined, are not changed.
    #[must_use]
    pub fn edit_team(
        self,
        zone: impl Into<ZoneName>,
        team: impl Into<TeamName>,
        change: impl FnOnce(Team) -> Team,
    ) -> Self {
        self.edit_zone(zone, |zone| zone.edit_team(&team.into(), change))
    }

    /// Replaces a zone by the result of `change`. A zone that is not declared, or not defined, is not changed.
    #[must_use]
    pub fn edit_zone(
        mut self,
        zone: impl Into<ZoneName>,
        change: impl FnOnce(GovernanceZone) -> GovernanceZone,
    ) -> Self {
        if let Some(declaration) = self.zones.remove(&zone.into()) {
            self.zones.insert(declaration.edit(change));
        }
        self
    }

    /// Returns the ecosystem with its zones undefined: the part that its owner declares.
    #[must_use]
    pub fn shallow(&self) -> Self {
        let undefined = self.zones.iter().map(ZoneDeclaration::undefined);
        Self { zones: undefined.collect(), ..self.clone() }
    }

    /// Returns the same as [`shallow`](Self::shallow), made from the frame of an older version, with which the result
    /// shares every unchanged part.
    #[must_use]
    pub fn shallow_since(&self, older: &Self, frame: &Self) -> Self {
        let zones = undefined_since(&older.zones, &self.zones, &frame.zones, ZoneDeclaration::undefined);
        Self { zones, ..self.clone() }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &EcosystemName {
        &self.name
    }

    /// The repository whose changes may touch what belongs to the ecosystem itself.
    #[must_use]
    pub fn owner(&self) -> &Repository {
        &self.owner
    }

    /// The repository that holds the accepted model.
    #[must_use]
    pub fn live(&self) -> &Repository {
        &self.live
    }

    /// Vendors of infrastructure.
    #[must_use]
    pub fn vendors(&self) -> &Named<InfrastructureVendor> {
        &self.vendors
    }

    /// Data platforms.
    #[must_use]
    pub fn platforms(&self) -> &Named<PlatformDeclaration> {
        &self.platforms
    }

    /// Zones, as declared.
    #[must_use]
    pub fn zones(&self) -> &Named<ZoneDeclaration> {
        &self.zones
    }

    /// The pins of dataset groups to platforms that should serve them.
    #[must_use]
    pub fn group_pins(&self) -> &Named<GroupPin> {
        &self.group_pins
    }

    /// The pins of datastores to the platforms that should capture them.
    #[must_use]
    pub fn primary_pins(&self) -> &Named<PrimaryPin> {
        &self.primary_pins
    }

    /// The waivers: findings that are accepted for a while.
    #[must_use]
    pub fn waivers(&self) -> &Named<Waiver> {
        &self.waivers
    }

    /// The declared classifications, which are the only ones that may occur; if none is, any may.
    #[must_use]
    pub fn classifications(&self) -> &Set<Classification> {
        &self.classifications
    }

    /// Returns the teams whose credentials open a container, in order: with its address, what they present their secrets to
    /// changes.
    #[must_use]
    pub fn teams_that_open(&self, container: &ContainerKey) -> BTreeSet<TeamKey> {
        let zones = self.zones.iter().filter_map(|zone| Some((zone.name(), zone.definition()?)));
        let teams = zones.flat_map(|(zone, definition)| {
            let teams = definition.teams().iter();
            teams.filter_map(move |team| Some((TeamKey::new(zone, team.name()), team.definition()?)))
        });
        let opens =
            |team: &Team| team.credentials().iter().any(|credential| credential.opens().contains(container));
        teams.filter(|(_, team)| opens(team)).map(|(key, _)| key).collect()
    }
}

/// Declarations without definitions, made from those of an older version.
fn undefined_since<T: Entity>(
    older: &Named<T>,
    newer: &Named<T>,
    frame: &Named<T>,
    undefined: impl Fn(&T) -> T,
) -> Named<T> {
    let mut frame = frame.clone();
    for (old, new) in older.difference(newer) {
        let (old, new) = (old.map(&undefined), new.map(&undefined));
        if old != new {
            old.and_then(|old| frame.take(&old));
            new.into_iter().for_each(|new| frame.insert(new));
        }
    }
    frame
}
