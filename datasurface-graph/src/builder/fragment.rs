//! The builder of the fragment of a datastore, new or brought up to date.

use crate::fragments::{DatasetId, DatastoreFragment, Need, Origin, ServedGroup};
use datasurface_model::{DatasetKey, DatasetName, Datastore, Entity, GroupKey, PlatformName, WorkspaceName};
use std::{mem, sync::Arc};

/// For how many there is room from the beginning: where one group asks, others do, and to make room anew takes time.
const ASKED_TOGETHER: usize = 16;

/// A fragment of a datastore, not complete yet.
#[derive(Debug)]
pub(super) struct FragmentBuilder {
    pub(super) datastore: Arc<Datastore>,
    pub(super) origin: Origin,
    /// The group of transformers that its maker belongs to.
    pub(super) makers: Option<usize>,
    pub(super) primary: Option<PlatformName>,
    pub(super) capturing: Box<[PlatformName]>,
    needs: Vec<Need>,
    /// What was asked for and not looked up yet: that is done for all at once, while the datastore is at hand.
    asked: Vec<(DatasetName, Arc<ServedGroup>)>,
    /// What was taken back meanwhile.
    forgotten: Vec<RemovedNeed>,
    /// The fragment that it was made from.
    before: Option<Arc<DatastoreFragment>>,
}

/// A dataset that a group does not need any more.
#[derive(Debug)]
struct RemovedNeed {
    dataset: DatasetId,
    service: Arc<ServedGroup>,
    /// How many had asked by then: who asks later needs it again.
    asked: usize,
}

impl FragmentBuilder {
    /// Nobody needs it yet.
    pub(super) fn new(
        datastore: Arc<Datastore>,
        origin: Origin,
        makers: Option<usize>,
        primary: Option<PlatformName>,
        capturing: Box<[PlatformName]>,
    ) -> Self {
        Self {
            datastore,
            origin,
            makers,
            primary,
            capturing,
            needs: Vec::new(),
            asked: Vec::new(),
            forgotten: Vec::new(),
            before: None,
        }
    }

    /// Takes over whoever needed something before, and still can have it.
    pub(super) fn with_previous(mut self, before: &Arc<DatastoreFragment>) -> Self {
        let is_same = Arc::ptr_eq(&self.datastore, &before.datastore);
        self.needs.extend(before.needs().filter_map(|mut need| {
            if !is_same {
                let name = before.dataset(need.dataset).name();
                need.dataset = DatasetId::from_index(self.datastore.datasets().index_of(name)?);
            }
            Some(need)
        }));
        self.before = Some(Arc::clone(before));
        self
    }

    /// The fragment that it was made from, if there was one.
    pub(super) fn before(&self) -> Option<&Arc<DatastoreFragment>> {
        self.before.as_ref()
    }

    /// Forgets that a group needs these datasets.
    pub(super) fn forget(&mut self, service: &Arc<ServedGroup>, datasets: &[&DatasetKey]) {
        let known = datasets.iter().filter_map(|key| self.datastore.datasets().index_of(&key.dataset));
        let asked = self.asked.len();
        self.forgotten.extend(known.map(|at| RemovedNeed {
            dataset: DatasetId::from_index(at),
            service: Arc::clone(service),
            asked,
        }));
    }

    /// Adds that a group wants a dataset.
    pub(super) fn add(&mut self, service: &Arc<ServedGroup>, dataset: &DatasetName) {
        if self.asked.is_empty() {
            self.asked.reserve(ASKED_TOGETHER);
        }
        self.asked.push((dataset.clone(), Arc::clone(service)));
    }

    /// What is needed, as far as it exists.
    pub(super) fn needs(&mut self) -> &[Need] {
        self.look_up();
        &self.needs
    }

    fn look_up(&mut self) {
        let mut forgotten = mem::take(&mut self.forgotten);
        forgotten.sort_by(|one, other| one.place().cmp(&other.place()).then(one.asked.cmp(&other.asked)));
        if !forgotten.is_empty() {
            self.needs.retain(|need| forgotten_after(&forgotten, need.dataset, &need.service).is_none());
        }
        self.needs.reserve_exact(self.asked.len());
        self.needs.extend(self.asked.drain(..).enumerate().filter_map(|(at, (dataset, service))| {
            let dataset = DatasetId::from_index(self.datastore.datasets().index_of(&dataset)?);
            let is_forgotten = forgotten_after(&forgotten, dataset, &service).is_some_and(|asked| at < asked);
            (!is_forgotten).then_some(Need { dataset, service })
        }));
    }

    /// The transformers that run and read it, or make it.
    pub(super) fn transformers(&mut self) -> impl Iterator<Item = &WorkspaceName> {
        self.look_up();
        let readers = self.needs.iter().filter(|need| need.service.owing.is_some());
        let maker = match &self.origin {
            Origin::Made { by } => Some(by),
            Origin::Captured { .. } => None,
        };
        readers.map(|need| &need.service.consumer.group.workspace).chain(maker)
    }

    /// The fragment, if anybody needs anything; or, if nobody captures what is needed, an error.
    pub(super) fn finish(mut self) -> Result<Option<DatastoreFragment>, NotCaptured> {
        self.look_up();
        if self.needs.is_empty() {
            return Ok(None);
        }
        let primary = self.primary.ok_or(NotCaptured)?;
        Ok(Some(DatastoreFragment::new(self.datastore, self.origin, primary, &self.capturing, self.needs)))
    }
}

impl RemovedNeed {
    fn place(&self) -> (DatasetId, &GroupKey, &PlatformName) {
        place(self.dataset, &self.service)
    }
}

fn place(dataset: DatasetId, service: &ServedGroup) -> (DatasetId, &GroupKey, &PlatformName) {
    (dataset, &service.consumer.group, &service.platform)
}

/// How many had asked when it was last taken back from a group, if it was; of what is forgotten, in order.
fn forgotten_after(forgotten: &[RemovedNeed], dataset: DatasetId, service: &ServedGroup) -> Option<usize> {
    let place = place(dataset, service);
    let after = forgotten.partition_point(|forgotten| forgotten.place() <= place);
    let last = forgotten.get(after.checked_sub(1)?)?;
    (last.place() == place).then_some(last.asked)
}

/// Nobody captures what is needed.
pub(super) struct NotCaptured;
