//! Formats: whether one platform can read what another one offers, by what both claim.

use crate::{Choice, capture, lack::Lack};
use datasurface_model::{DatasetKey, DatasetName, DatastoreName, PlatformName};
use std::collections::{BTreeMap, BTreeSet};

impl Choice<'_> {
    /// What a platform lacks to read these datasets: where another platform captures a datastore, or would have to, both must claim a
    /// format.
    pub(crate) fn unreadable<'s>(
        &self,
        reader: &PlatformName,
        datasets: impl IntoIterator<Item = &'s DatasetKey>,
    ) -> Vec<Lack> {
        if self.platforms.len() < 2 {
            return Vec::new();
        }
        let mut datastores: BTreeMap<&DatastoreName, BTreeSet<&DatasetName>> = BTreeMap::new();
        for DatasetKey { datastore, dataset, .. } in datasets {
            datastores.entry(datastore).or_default().insert(dataset);
        }
        let lacks = datastores.iter();
        lacks.filter_map(|(datastore, wanted)| self.unreadable_datastore(reader, datastore, wanted)).collect()
    }

    fn unreadable_datastore(
        &self,
        reader: &PlatformName,
        datastore: &DatastoreName,
        wanted: &BTreeSet<&DatasetName>,
    ) -> Option<Lack> {
        if let Some(known) = self.known_capture(datastore) {
            return self.unreadable_from(reader, &known, datastore);
        }
        let store = self.ecosystem.datastore(datastore)?;
        let captures = |platform: &PlatformName| capture::own_lacks(self, platform, store, wanted).is_empty();
        if captures(reader) {
            return None;
        }
        let able = self.platforms.keys().copied().filter(|platform| captures(platform));
        let lacks = able.map(|platform| self.unreadable_from(reader, platform, datastore));
        // One that it can read is enough. Where nobody can capture, that is reported of the datastore.
        lacks.collect::<Option<Vec<Lack>>>()?.into_iter().next()
    }

    /// What a platform lacks to read what another one offers of a datastore.
    pub(crate) fn unreadable_from(
        &self,
        reader: &PlatformName,
        owner: &PlatformName,
        datastore: &DatastoreName,
    ) -> Option<Lack> {
        let (reads, offers) =
            (self.platforms.get(reader)?.formats(), self.platforms.get(owner)?.offered_formats());
        (reader != owner && !offers.meets(reads)).then(|| Lack::Format {
            datastore: datastore.clone(),
            owner: owner.clone(),
            offered: offers.clone(),
            read: reads.clone(),
        })
    }

    /// What a platform lacks to capture a datastore for these platforms: the first one that could read nothing of it.
    pub(crate) fn unread<'p>(
        &self,
        owner: &PlatformName,
        readers: impl IntoIterator<Item = &'p PlatformName>,
    ) -> Option<Lack> {
        let offers = self.platforms.get(owner)?.offered_formats();
        readers.into_iter().filter(|reader| *reader != owner).find_map(|reader| {
            let reads = self.platforms.get(reader)?.formats();
            (!offers.meets(reads)).then(|| Lack::ReadableFormat {
                reader: reader.clone(),
                offered: offers.clone(),
                read: reads.clone(),
            })
        })
    }
}
