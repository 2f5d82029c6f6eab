//! Placing: the choice of platforms, the lock that records it, and the graphs that follow from it.

use crate::{
    allocation,
    broker::Broker,
    configured_platform::{self, descriptors},
    error::BrokerError,
    kept_origins,
    placed::Placed,
    platform_over::{self, PLATFORM_OVER},
    sharding::PlacedShards,
    waivers,
};
use datasurface_choice::Choice;
use datasurface_graph::IntentionGraphs;
use datasurface_model::{CodeInfo, Diagnostic, Ecosystem, Findings, ModelPath, Valid};
use datasurface_state::{ForeignOrigins, Lock, PlatformLock, storage};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

pub(crate) static NO_PRIMARY: CodeInfo = CodeInfo::error(
    "choice/no-primary",
    "a datastore that somebody needs is captured by nobody",
    "This should have been decided when platforms were chosen: it is a bug in DataSurface. Please report it with the \
     model and the lock.",
);

/// Every code that placing reports by itself.
pub(crate) static CODES: &[&CodeInfo] = &[&storage::RENAMED_DELIVERY, &PLATFORM_OVER];

impl Broker {
    /// Decides which platform serves each group and which one captures each datastore, and builds the graphs.
    /// Decisions in the lock stay; the operators' pins come next; for the rest, a platform is chosen that can do it. The
    /// decisions about what was renamed go on under its name of now, and it keeps its storage name.
    ///
    /// # Errors
    ///
    /// If a platform cannot be configured, or if a group cannot be served or a datastore captured. The error has all
    /// reasons.
    pub fn place(&self, ecosystem: &Valid<Ecosystem>, lock: &Lock) -> Result<Placed, BrokerError> {
        self.place_since(None, ecosystem, lock)
    }

    /// The same, where an earlier outcome saves work: of the same registry, whatever model and lock it is of.
    pub(crate) fn place_since(
        &self,
        earlier: Option<&Placed>,
        ecosystem: &Valid<Ecosystem>,
        lock: &Lock,
    ) -> Result<Placed, BrokerError> {
        let mut found = Vec::new();
        let allocated = allocation::allocate(ecosystem, lock, earlier);
        let platforms = configured_platform::configure_platforms(
            self.registry(),
            ecosystem,
            &allocated.record,
            earlier.map(|earlier| &earlier.platforms),
            &mut found,
        );
        let is_configured = found.is_empty();
        found.extend(allocated.found.iter().cloned());
        found.extend(storage::recaptured(ecosystem, &allocated.record));
        let (given, lock) = (lock, lock.clone().with_names(&allocated.moved));
        let is_complete = is_configured;
        let earlier_origins = earlier.map(|earlier| &earlier.foreign_origins);
        let foreign_origins = ForeignOrigins::since(earlier_origins, ecosystem, &allocated.record);
        let with_rows_of_before =
            kept_origins::with_rows_of_before(ecosystem, &foreign_origins, &lock, &allocated.record);
        let with_rows_of_before = with_rows_of_before.unwrap_or_else(|denied| {
            found.extend(denied);
            None
        });
        let judged = with_rows_of_before.as_ref().unwrap_or(ecosystem);
        let choice = Choice::new(judged, descriptors(&platforms), lock.assignments());
        let chosen = choice.choose_since(earlier.map(|earlier| &earlier.chosen));
        let assignments = chosen.assignments().clone();
        // One that cannot be configured could do what the others cannot: nobody knows before its error is mended.
        let of_choice = chosen
            .findings()
            .filter(|finding| is_complete || !datasurface_choice::needs_all_platforms(finding));
        found.extend(of_choice.cloned());
        if let Some(today) = ecosystem.validated_on() {
            found.extend(platform_over::findings(ecosystem, &assignments, today));
        }
        found.extend(waivers::unknown_codes(ecosystem));
        let reported = [datasurface_choice::CODES, waivers::CODES, CODES].concat();
        let (findings, waived) = ecosystem.apply_waivers(Findings::from_iter(found), &reported);
        let findings = BrokerError::check(findings)?;
        let graphs = match earlier {
            Some(earlier) => earlier.graphs.rebuild(ecosystem, &assignments),
            None => IntentionGraphs::build(ecosystem, &assignments),
        };
        let graphs = graphs.map_err(|error| {
            let finding = Diagnostic::new(&NO_PRIMARY, ModelPath::root(), error.to_string())
                .with_help("this is a bug in datasurface: report it with the model and the lock");
            BrokerError::new([finding])
        })?;

        let record = allocated.record.clone();
        let mut next = Lock { assignments, storage: Some(record), ..lock.clone() };
        let mut shards = BTreeMap::new();
        for graph in graphs.iter() {
            let name = graph.platform();
            let before = lock.platforms.get(name).cloned().unwrap_or_default();
            let placed = PlacedShards::place(
                graph,
                platforms.get(name),
                &before.held,
                &before.placement,
                next.storage_names(),
                earlier.and_then(|earlier| earlier.shards.get(name)).map(|shards| &**shards),
            );
            let after = PlatformLock {
                version: platforms.get(name).map(|configured| configured.instance().version.clone()),
                placement: placed.placement().clone(),
                ..before
            };
            next.platforms.insert(name.clone(), after);
            shards.insert(name.clone(), Arc::new(placed));
        }
        let before = lock.platforms.into_iter().map(|(name, platform)| (name, platform.placement));
        let mut placed = Placed {
            ecosystem: ecosystem.clone(),
            origins_of_before: with_rows_of_before.as_ref().map(|judged| {
                let earlier = earlier.and_then(|earlier| earlier.origins_of_before.as_ref());
                ForeignOrigins::since(earlier, judged, &allocated.record)
            }),
            foreign_origins,
            chosen,
            lock: next,
            given: given.clone(),
            allocated,
            placements_before: before.collect(),
            graphs: Arc::new(graphs),
            shards,
            platforms,
            findings,
            waived,
            revision: OnceLock::new(),
            owed: OnceLock::new(),
        };
        placed.lock.origins = placed.follow_origins(&placed.lock, earlier);
        Ok(placed)
    }
}
