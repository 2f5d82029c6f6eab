//! The one way in which a rule learns about what is outside its unit. Every reading is recorded as an import: a unit
//! needs to be checked again only if one of its imports reads differently now.

use super::{
    delays::Delay,
    facts::{
        ContainerFact, DatasetClassifications, DatasetFact, Facts, GroupFact, OutputFact, StoreFact,
        TableFact, TransformerFact, UseKey,
    },
    labels::LabelVerdict,
    origins::{DatastoreOrigins, LineageKey, LineagePath, ReleaseFingerprints, ReleaseKey},
    sources::SharedSource,
    unit::UnitKey,
};
use chrono::NaiveDate;
use datasurface_ecosystem::{CloudVendor, Consent, Credential, Policy, Reference};
use datasurface_schema::{
    Classification, ContainerKey, CredentialKey, DatasetKey, DatastoreName, GroupKey, Named, Set, Text,
    VendorName, WorkspaceName, ZoneName,
};
use std::{cell::RefCell, sync::Arc};

/// Reads facts, and remembers which.
#[derive(Debug)]
pub(crate) struct FactReader<'a> {
    facts: &'a Facts,
    imports: RefCell<Vec<Fact>>,
}

/// Each fact is a question that is asked in the same words of the facts of then and of now: what the question does
/// not answer, no rule can know. Those in braces are read in ways of their own.
macro_rules! facts {
    (
        $($(#[$doc:meta])* $fact:ident $(($key:ident: $kind:ty))? = $read:ident -> $answer:ty;)*
        {$($(#[$own_doc:meta])* $own:ident($own_kind:ty) = $own_read:ident;)*}
    ) => {
        /// A question about what is outside a unit.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Fact {
            $($(#[$doc])* $fact $(($kind))?,)*
            $($(#[$own_doc])* $own($own_kind),)*
        }

        impl Fact {
            /// Whether the answer is the same as it was.
            pub(crate) fn is_same(&self, then: &Facts, now: &Facts) -> bool {
                match self {
                    $(Self::$fact $(($key))? => then.$read($($key)?) == now.$read($($key)?),)*
                    $(Self::$own(key) => then.$own_read(key) == now.$own_read(key),)*
                }
            }
        }

        impl<'a> FactReader<'a> {
            $($(#[$doc])*
            pub(crate) fn $read(&self $(, $key: &$kind)?) -> $answer {
                self.imports.borrow_mut().push(Fact::$fact $(($key.clone()))?);
                self.facts.$read($($key)?)
            })*
        }
    };
}

facts! {
    /// The day on which the ecosystem is judged.
    Today = today -> NaiveDate;
    /// Whether there is such a thing.
    Exists(reference: Reference) = exists -> bool;
    /// The text of the existing thing whose name is nearest.
    Nearest(reference: Reference) = nearest -> Option<Text>;
    /// Which unit a datastore is: where it is, and whose.
    DatastoreUnit(datastore: DatastoreName) = datastore_unit -> Option<&'a UnitKey>;
    /// Which unit a workspace is: where it is, and whose.
    WorkspaceUnit(workspace: WorkspaceName) = workspace_unit -> Option<&'a UnitKey>;
    /// Which datastore has a claim to this name, in lower case, before all others.
    FirstDatastore(folded: Text) = first_datastore -> Option<&'a UnitKey>;
    /// Which workspace has a claim to this name, in lower case, before all others.
    FirstWorkspace(folded: Text) = first_workspace -> Option<&'a UnitKey>;
    /// Which datastore is the first to say that it was called so before.
    FirstFormerDatastore(former: DatastoreName) = first_former_datastore -> Option<&'a UnitKey>;
    /// Which workspace is the first to say that it was called so before.
    FirstFormerWorkspace(former: WorkspaceName) = first_former_workspace -> Option<&'a UnitKey>;
    /// The first workspace whose transformer fills a datastore.
    Producer(datastore: DatastoreName) = producer -> Option<&'a UnitKey>;
    /// A datastore, as the transformer that fills it sees it.
    Output(datastore: DatastoreName) = output -> Option<OutputFact<'a>>;
    /// A datastore, as those see it who have to do with all of it.
    Store(name: DatastoreName) = store -> Option<StoreFact<'a>>;
    /// A dataset group, as a pin sees it; one that does not exist, if its workspace does.
    Group(key: GroupKey) = group -> Option<GroupFact<'a>>;
    /// A container, as its users see it.
    Container(key: ContainerKey) = container -> Option<ContainerFact<'a>>;
    /// Whether a team may use a container, if that exists.
    MayUse(key: UseKey) = may_use -> Option<bool>;
    /// A credential.
    Credential(key: CredentialKey) = credential -> Option<&'a Credential>;
    /// The first container with this address.
    FirstAt(address: Text) = first_at -> Option<&'a ContainerKey>;
    /// The first datastore that is captured from what has this address.
    FirstCaptureAt(address: Text) = first_capture_at -> Option<&'a DatastoreName>;
    /// The policies of a zone, if it has any.
    Policies(zone: ZoneName) = policies -> Option<&'a Named<Policy>>;
    /// The consents of a zone, if it gave any.
    Consents(zone: ZoneName) = consents -> Option<&'a Set<Consent>>;
    /// The delay of the data of a datastore, if timetables tell any.
    Delay(datastore: DatastoreName) = delay -> Option<Arc<Delay>>;
    /// The datasets of a datastore that an earlier datastore captures, too.
    SharedSources(datastore: DatastoreName) = shared_sources -> Vec<SharedSource>;
    /// The origins of the datasets of a datastore, if it derives its data.
    Origins(datastore: DatastoreName) = origins -> Option<&'a Arc<DatastoreOrigins>>;
    /// Whether a classification is the one that was meant.
    Label(label: Classification) = label -> LabelVerdict;
    /// Whether any zone says which platforms may have to do with it: by name, or by status.
    RestrictsPlatforms = restricts_platforms -> bool;
    /// Which cloud a vendor is.
    Cloud(vendor: VendorName) = cloud -> Option<CloudVendor>;
    /// Every transformer, in canonical order.
    Transformers = transformers -> &'a Named<TransformerFact>;
    /// The table of a dataset, if it exists, as a statement sees it.
    Table(key: DatasetKey) = table -> Option<TableFact<'a>>;
    /// The keys that a dataset had before.
    FormerKeys(key: DatasetKey) = former_keys -> Vec<DatasetKey>;
    /// The way on which data came from another zone.
    LineagePath(key: LineageKey) = lineage_path -> Option<LineagePath>;
    /// Whether a transformer asks for a release.
    AsksForRelease(key: ReleaseKey) = asks_for_release -> bool;
    /// What a zone would consent to, if there is a transformer.
    ReleaseFingerprints(key: ReleaseKey) = release_fingerprints -> Option<ReleaseFingerprints>;
    {
        /// A dataset, as its consumers see it.
        Dataset(DatasetKey) = dataset;
        /// The classifications of a dataset and of its columns.
        Classifications(DatasetKey) = classifications;
    }
}

impl<'a> FactReader<'a> {
    pub(crate) fn new(facts: &'a Facts) -> Self {
        Self { facts, imports: RefCell::default() }
    }

    /// A dataset, as its consumers see it.
    pub(crate) fn dataset(&self, key: &DatasetKey) -> Option<DatasetFact<'a>> {
        self.imports.borrow_mut().push(Fact::Dataset(key.clone()));
        self.facts.dataset(key)
    }

    /// Returns each of these datasets as its consumers see it, if it exists.
    pub(crate) fn datasets<'k>(
        &self,
        keys: impl Iterator<Item = &'k DatasetKey> + Clone,
    ) -> Vec<Option<DatasetFact<'a>>> {
        self.imports.borrow_mut().extend(keys.clone().cloned().map(Fact::Dataset));
        self.facts.datasets(keys)
    }

    /// The classifications of a dataset that was read under this key, and of its columns.
    pub(crate) fn classifications(
        &self,
        key: &DatasetKey,
        dataset: DatasetFact<'a>,
    ) -> DatasetClassifications<'a> {
        self.imports.borrow_mut().push(Fact::Classifications(key.clone()));
        dataset.classifications()
    }

    /// Returns the facts that were read. A fact may occur twice: to compare it twice costs less than to find the
    /// duplicate.
    pub(crate) fn into_imports(self) -> Box<[Fact]> {
        self.imports.into_inner().into()
    }
}
