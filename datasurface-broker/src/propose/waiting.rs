//! What waits for a platform that stays, and what a platform that stays still reads.
//!
//! A part that would go forward waits if it reads what is not there yet; a part that goes stays if what stays reads it otherwise. Both lead to more of
//! the same kind, so they are asked for until nothing is added. What is kept in the end reads and is read as before.

use super::{
    link,
    mentions::Unit,
    node_views::NodeViewMaker,
    staying::{Kept, Reading, Recorded, Staying, UnitKey, asked, is_alike, made, unit_of},
    views::{Held, Sources, sources, wanted},
};
use datasurface_graph::{DatasetFacts, Node, NodeDetail, NodeFacts, NodeKey, StorageOf};
use datasurface_model::{
    CodeInfo, DatasetKey, Diagnostic, GroupKey, ModelPath, PlatformName, Schema, SchemaChange, segment,
};
use datasurface_platform::Offer;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) static WAITS: CodeInfo = CodeInfo::warning(
    "revision/waits",
    "a part of a platform that goes forward waits for a platform that stays",
    "What is read of a platform that stays is what it offers at its own revision. A part that needs more of it waits, with all that reads that \
     part: a new one is left out, and one that was rendered before stays as it was. It goes forward with the platform that it waits for, or \
     after it.",
);

pub(crate) static STILL_READ: CodeInfo = CodeInfo::note(
    "revision/still-read",
    "a part of a platform that goes forward stays, since a platform that stays reads it",
    "A platform that stays reads what it read before, at the same address. So that stays, and is fed, though the model of now does not want it, or \
     wants it otherwise. It changes once the reader went forward.",
);

pub(crate) static TOGETHER: CodeInfo = CodeInfo::error(
    "revision/together",
    "platforms cannot go forward one without the other",
    "A part that waits, or that is still read, is rendered as it was. That cannot be done if it was renamed since, if the settings of its \
     platform changed its address, if its shard has no room for it any more, or if the target was rendered by a version that did not record \
     its parts. Nothing is written.",
);

/// The reason why a unit of a platform that goes forward stays as it was.
#[derive(Clone, Debug)]
pub(super) struct Wait {
    /// The platform that stays, by its storage name.
    pub(super) platform: PlatformName,
    /// By its storage name.
    dataset: DatasetKey,
    is_read: bool,
}

impl<'m> Staying<'m> {
    /// Finds out what stays on platforms that go forward, with the units of which that is known, and reports it.
    pub(super) fn keep(
        &'m self,
        (sources, held): (&Sources<'_>, &Held),
        known: BTreeMap<UnitKey, Wait>,
        found: &mut Vec<Diagnostic>,
    ) -> Kept<'m> {
        let maker = NodeViewMaker::new(sources, held);
        let mut kept = Kept { staying: Some(self), units: known };
        let graphs = sources.graphs.iter().filter(|graph| !self.platforms.contains(graph.platform()));
        let mut now: BTreeMap<UnitKey, Vec<Node<'_>>> = BTreeMap::new();
        for node in graphs.flat_map(|graph| graph.nodes()) {
            now.entry(unit_of(sources.names, &node.key())).or_default().push(node);
        }
        let search = Search { staying: self, sources, maker: &maker, now: &now };
        loop {
            let before = kept.units.len();
            for (unit, nodes) in &now {
                let lacking = || nodes.iter().find_map(|node| search.lacks(&kept, *node));
                if let Some(wait) = (!kept.is_old(unit)).then(lacking).flatten() {
                    kept.units.insert(unit.clone(), wait);
                }
            }
            for (unit, recorded) in
                self.recorded.iter().flat_map(|(unit, nodes)| nodes.iter().map(move |one| (unit, one)))
            {
                let readings = if kept.is_old(unit) { recorded.readings() } else { Vec::new() };
                for reading in readings {
                    if !kept.is_old(&reading.unit) && !search.serves(&reading) {
                        let cause = kept.units.get(unit).map_or(&unit.0, |wait| &wait.platform).clone();
                        let wait = Wait { platform: cause, dataset: reading.dataset, is_read: true };
                        kept.units.insert(reading.unit, wait);
                    }
                }
            }
            if kept.units.len() == before {
                break;
            }
        }
        search.report(&kept, found);
        kept
    }
}

struct Search<'s, 'm> {
    staying: &'m Staying<'m>,
    sources: &'s Sources<'s>,
    maker: &'s NodeViewMaker<'s>,
    /// The nodes of now of platforms that go forward.
    now: &'s BTreeMap<UnitKey, Vec<Node<'s>>>,
}

impl Search<'_, '_> {
    /// Returns the reason why a node of now cannot be rendered yet: it reads what is not there as it needs it.
    fn lacks(&self, kept: &Kept<'_>, node: Node<'_>) -> Option<Wait> {
        let (facts, names) = (self.maker.facts(node), self.sources.names);
        let handed = self.sources.graphs.handover_source(&facts.key).map(|source| source.key());
        for source in sources(node).chain(handed) {
            let unit = unit_of(names, &source);
            let Some(provider) = self.sources.graphs.node(&source).filter(|_| kept.is_old(&unit)) else {
                continue;
            };
            let offers = kept.offers(self.sources, &source);
            let wanted = wanted(&facts);
            let provided = provider.facts();
            for dataset in made(&provided).iter().map(|made| &made.key).filter(|key| wanted.contains(key)) {
                let stored = names.dataset(dataset);
                if !self.is_there(kept.recorded(&unit), (&source, &stored), (&facts, dataset), &offers) {
                    let platform = kept.units.get(&unit).map_or(&unit.0, |wait| &wait.platform).clone();
                    return Some(Wait { platform, dataset: stored, is_read: false });
                }
            }
        }
        None
    }

    /// Whether a dataset of something that is as it was is what a node of now needs.
    fn is_there(
        &self,
        recorded: &[Recorded<'_>],
        (source, stored): (&NodeKey, &DatasetKey),
        (facts, dataset): (&NodeFacts, &DatasetKey),
        offers: &[Offer],
    ) -> bool {
        let alike = recorded.iter().filter(|one| is_alike(one.view.key(), source));
        let there = alike.flat_map(|one| made(one.view.facts())).find(|made| made.storage_key() == stored);
        let Some(there) = there else { return false };
        let needed = asked(facts).iter().find(|facts| facts.key == *dataset);
        if needed.is_some_and(|needed| needed.schema != there.schema) {
            return false;
        }
        let offers: Vec<&Offer> = offers.iter().filter(|offer| offer.dataset() == dataset).collect();
        match self.maker.formats_shown(source.platform(), facts.key.platform()).choose(&offers) {
            Some(offer) => link::suffices(offer, facts, facts.obligation.latency(), dataset),
            // Inside of a platform, a node may be read by those beside it without any offer.
            None => {
                let is_offered = || self.maker.offers(source).iter().any(|offer| offer.dataset() == dataset);
                source.platform() == facts.key.platform() && !is_offered()
            }
        }
    }

    /// Whether what goes forward still is what somebody reads that stays.
    fn serves(&self, reading: &Reading<'_>) -> bool {
        let nodes = self.now.get(&reading.unit).into_iter().flatten();
        let mut nodes = nodes.filter(|node| node_reads_alike(reading, &node.key()));
        nodes.any(|node| {
            let (facts, names) = (node.facts(), self.sources.names);
            let is_unbroken = |schema: &Schema| {
                let read = reading.facts.map(|facts| &facts.schema);
                let broken = |change: &SchemaChange| change.broken_rule().is_some();
                read.is_none_or(|read| !SchemaChange::between(read, schema).iter().any(broken))
            };
            let made = made(&facts).iter().find(|made| names.dataset(&made.key) == reading.dataset);
            let made = made.filter(|made| is_unbroken(&made.schema));
            made.is_some_and(|made| {
                let offers = self.maker.offers(&facts.key);
                let mut offers = offers.iter().filter(|offer| *offer.dataset() == made.key);
                reading.offer.is_none_or(|read| offers.any(|offer| is_same(offer, read)))
            })
        })
    }

    /// Reports what is kept, and what cannot be kept as it was.
    fn report(&self, kept: &Kept<'_>, found: &mut Vec<Diagnostic>) {
        for (unit, wait) in &kept.units {
            let [platform, stays] = [&unit.0, &wait.platform].map(|stored| self.staying.now_called(stored));
            let path = ModelPath::root().child(segment::PLATFORMS, platform);
            let name = unit.1.to_string();
            if !self.can_be_kept(kept, unit) {
                found.push(together(&unit.1, platform, stays));
                continue;
            }
            let path = path.child(segment::NODES, &name);
            let dataset = &wait.dataset;
            found.push(if wait.is_read {
                let message = format!(
                    "`{name}` on `{platform}` stays as it was: `{stays}`, which stays, reads `{dataset}`"
                );
                Diagnostic::new(&STILL_READ, path, message)
                    .with_help(format!("it changes once `{stays}` went forward"))
            } else {
                let groups = self.groups(unit);
                let late = if groups.is_empty() {
                    String::new()
                } else {
                    format!(", and so do {}", groups.join(", "))
                };
                let state = if kept.recorded(unit).is_empty() { "is left out" } else { "stays as it was" };
                let message = format!(
                    "`{name}` on `{platform}` waits for `{dataset}` of `{stays}`, which stays{late}: it {state}"
                );
                Diagnostic::new(&WAITS, path, message)
                    .with_help(format!("take `{stays}` forward as well: `datasurface advance` names both"))
            });
        }
        self.report_unknown_readers(found);
    }

    /// The groups of now whose data comes late.
    fn groups(&self, unit: &UnitKey) -> Vec<String> {
        let facts: Vec<NodeFacts> =
            self.now.get(unit).into_iter().flatten().map(|node| node.facts()).collect();
        let consumers = facts.iter().flat_map(|facts| match &facts.detail {
            NodeDetail::Export(export) => export.consumers.iter().map(|one| &one.group).collect(),
            _ => Vec::<&GroupKey>::new(),
        });
        let groups: BTreeSet<&GroupKey> = consumers.collect();
        groups.into_iter().map(|group| format!("`{group}`")).collect()
    }

    fn can_be_kept(&self, kept: &Kept<'_>, unit: &UnitKey) -> bool {
        let recorded = kept.recorded(unit);
        if recorded.is_empty() {
            return !self.was_rendered(unit);
        }
        let is_named = recorded.iter().all(|one| self.is_named_as_now(unit, one));
        // The settings of now may offer it elsewhere than whoever reads it knows.
        let old = self.staying.recorded.iter().filter(|(reader, _)| kept.is_old(reader));
        let readings = old.flat_map(|(_, nodes)| nodes.iter().flat_map(Recorded::readings));
        let configured = self.sources.platforms.values();
        let configured = configured.into_iter().find(|one| *one.instance().storage_name() == unit.0);
        let offers: Vec<(NodeFacts, Offer)> = configured
            .into_iter()
            .flat_map(|configured| {
                recorded.iter().flat_map(move |one| {
                    let facts = one.view.facts();
                    configured.platform().offer(facts).into_iter().map(|offer| (facts.clone(), offer))
                })
            })
            .collect();
        let is_offered = |reading: &Reading<'_>| {
            reading.offer.is_none_or(|read| {
                let same = |(facts, offer): &(NodeFacts, Offer)| {
                    facts.storage.dataset(offer.dataset()) == reading.dataset && is_same(offer, read)
                };
                offers.iter().any(same)
            })
        };
        let mut readings = readings.filter(|reading| reading.unit == *unit);
        is_named && readings.all(|reading| is_offered(&reading))
    }

    /// Whether a node that was rendered, and its datasets, have the names of now, and nothing else has them. What is not in the model any more
    /// has no other name.
    fn is_named_as_now(&self, unit: &UnitKey, one: &Recorded<'_>) -> bool {
        let (names, facts) = (self.sources.names, one.view.facts());
        let (key, stored) = (&facts.key, facts.storage_key());
        let now = self.now.get(unit);
        let is_same = |node: &Node<'_>| {
            (node.facts().with_storage(names).storage_key() == stored) == (node.key() == *key)
        };
        let is_of_another = |made: &DatasetFacts| names.is_of_another(&made.key, made.storage_key());
        let is_stored_alike = |made: &DatasetFacts| names.dataset(&made.key) == *made.storage_key();
        now.into_iter().flatten().copied().chain(self.sources.graphs.node(key)).all(|node| is_same(&node))
            && self.staying.now_called(&unit.0) == key.platform()
            && !made(facts).iter().any(is_of_another)
            && (now.is_none() || unit_of(names, key) == *unit && made(facts).iter().all(is_stored_alike))
    }

    /// Whether the target has a unit of which it did not record the nodes.
    fn was_rendered(&self, unit: &UnitKey) -> bool {
        let platform = self.staying.now_called(&unit.0);
        let record = self.staying.manifest.and_then(|manifest| manifest.platform(platform));
        let entries = record.into_iter().flat_map(|record| &record.scopes);
        entries.flat_map(|entry| entry.nodes.keys()).any(|node| Unit::of_node(node) == unit.1)
    }

    /// A platform that stays may read anything, if an earlier version rendered it.
    fn report_unknown_readers(&self, found: &mut Vec<Diagnostic>) {
        for platform in &self.staying.platforms {
            let Some(record) = self.staying.record(platform) else { continue };
            if record.nodes.is_empty() && !record.takes_from.is_empty() {
                let path = ModelPath::root().child(segment::PLATFORMS, platform);
                let message = format!("nobody recorded what `{platform}` reads of other platforms");
                let help = "render all platforms once by this version";
                found.push(Diagnostic::new(&TOGETHER, path, message).with_help(help));
            }
        }
    }
}

/// Returns the finding that a unit of a platform cannot stay as it was while another platform stays.
pub(super) fn together(unit: &Unit, platform: &PlatformName, stays: &PlatformName) -> Diagnostic {
    let path = ModelPath::root().child(segment::PLATFORMS, platform);
    let message = format!("`{unit}` on `{platform}` cannot stay as it was while `{stays}` stays");
    let help = format!("take `{platform}` and `{stays}` forward together");
    Diagnostic::new(&TOGETHER, path, message).with_help(help)
}

/// Whether a node of now may be the one that was read.
fn node_reads_alike(reading: &Reading<'_>, node: &NodeKey) -> bool {
    reading.from.as_ref().is_none_or(|from| is_alike(from, node))
}

/// Whether an offer is as good as one that is read.
fn is_same(offer: &Offer, read: &Offer) -> bool {
    (offer.address(), offer.format()) == (read.address(), read.format())
        && offer.custody().covers(read.custody())
}
