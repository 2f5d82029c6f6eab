//! The choice of platforms: which one serves a dataset group, which one captures a datastore, and why.
//!
//! It knows platforms by their descriptors alone. What was decided stays decided; a wish of an operator that contradicts it starts a move.
//! The choice does not depend on the day, but for platforms whose last day is over; what is reported about it does, since
//! waivers and deprecations have dates.
//!
//! ```
//! use datasurface_choice::{Choice, Criterion};
//! use datasurface_graph::Assignments;
//! use datasurface_model::*;
//! use datasurface_platform::PlatformDescriptor;
//!
//! let team = Team::new()
//!     .container(DataContainer::sqlite("ShopDB", "shop.db").located("Home/Cellar"))
//!     .container(DataContainer::sqlite("Reports", "reports.db").located("Home/Cellar"))
//!     .datastore(
//!         Datastore::new("Shop")
//!             .captured(Capture::sql_snapshot("Europe/Sales/ShopDB"))
//!             .dataset(Dataset::new("orders", "id BigInt key").classified("Public")),
//!     )
//!     .workspace(
//!         Workspace::new("Reporting")
//!             .with_container("Europe/Sales/Reports")
//!             .group(DatasetGroup::new("Daily").sink("Shop/orders")),
//!     );
//! let ecosystem = Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main")
//!     .vendor(InfrastructureVendor::new("Home").location("Cellar"))
//!     .platform(PlatformDeclaration::new("Lists", "lists"))
//!     .platform(PlatformDeclaration::new("Topics", "topics"))
//!     .zone("Europe", "github:shop/europe@main", GovernanceZone::new().team("Sales", "github:shop/sales@main", team));
//! let checked = ecosystem.validate(&Validation::on(NaiveDate::MIN)).unwrap();
//!
//! let lists = PlatformDescriptor::new("lists", "1.0.0".parse()?)
//!     .with_captures(["sql_snapshot"], ["sqlite"])
//!     .with_consistencies([Consistency::SingleDataset])
//!     .with_export_targets(["sqlite"])
//!     .with_milestonings([Milestoning::Live]);
//! let topics = PlatformDescriptor::new("topics", "1.0.0".parse()?);
//! let (one, other) = ("Lists".into(), "Topics".into());
//! let nothing = Assignments::default();
//! let choice = Choice::new(checked.ecosystem(), [(&one, &lists), (&other, &topics)], &nothing);
//!
//! let explanation = choice.explain(&"Reporting/Daily".parse()?).unwrap();
//! let [lists, topics] = explanation.candidates.as_slice() else { panic!("two platforms are declared") };
//! assert_eq!(lists.because, Some(Criterion::Capability));
//! assert_eq!(topics.lacks[0].to_string(), "it cannot bring data to sqlite");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adjustment;
mod affected;
mod capability;
mod capture;
mod chosen;
mod codes;
mod criterion;
mod decisions;
mod demand;
mod explain;
mod explanation;
mod format;
mod group_index;
mod lack;
mod latency;
mod moves;
mod order;
mod policy;
mod serve;
mod task;

pub use adjustment::Adjustment;
pub use chosen::Chosen;
pub use criterion::Criterion;
pub use explanation::{Candidate, Explanation, PlatformTask};
pub use lack::Lack;
pub use latency::Delay;
pub use moves::{MoveError, MoveStep};

use datasurface_graph::Assignments;
use datasurface_model::{
    CodeInfo, DatasetGroup, Diagnostic, Ecosystem, Entity, Named, PlatformName, Policy, Valid, ZoneName,
};
use datasurface_platform::PlatformDescriptor;
use latency::Ways;
use std::{cell::OnceCell, collections::BTreeMap};

/// Every code that choosing can report.
pub static CODES: &[&CodeInfo] = &[
    &serve::NO_PLATFORM,
    &serve::SEVERAL,
    &serve::UNFULFILLED_WISH,
    &serve::CANNOT_SERVE,
    &serve::PIN_CANNOT_SERVE,
    &serve::MOVE,
    &capture::NO_CAPTURE,
    &capture::SEVERAL,
    &capture::CANNOT_CAPTURE,
    &capture::SEVERAL_PRIMARIES,
    &capture::PIN_CANNOT_CAPTURE,
    &capture::MOVE,
    &codes::LOCATION,
    &codes::VENDOR,
    &codes::HARD_VENDOR,
    &codes::STORAGE,
    &codes::PLATFORM,
    &codes::PRODUCTION,
    &codes::PRODUCTION_MIX,
    &datasurface_model::governance::UNKNOWN_PLACE,
    &codes::DEPRECATED,
    &latency::END_TO_END,
    &explain::UNKNOWN_NAME,
];

/// Whether a finding says that none of all platforms can do something.
#[must_use]
pub fn needs_all_platforms(finding: &Diagnostic) -> bool {
    [serve::NO_PLATFORM.code, capture::NO_CAPTURE.code].contains(&finding.code())
}

/// The choice between the platforms of an ecosystem.
#[derive(Debug)]
pub struct Choice<'a> {
    ecosystem: &'a Valid<Ecosystem>,
    platforms: BTreeMap<&'a PlatformName, &'a PlatformDescriptor>,
    decided: &'a Assignments,
    /// The policies of the zones that have some.
    policies: BTreeMap<&'a ZoneName, &'a Named<Policy>>,
    /// The ways of data by the captures that are decided already: once somebody asks.
    known_ways: OnceCell<Ways>,
}

impl<'a> Choice<'a> {
    /// Creates the choice between these platforms, by what they claim, given what was decided before. A declared platform that is not
    /// among them is not available.
    pub fn new(
        ecosystem: &'a Valid<Ecosystem>,
        platforms: impl IntoIterator<Item = (&'a PlatformName, &'a PlatformDescriptor)>,
        decided: &'a Assignments,
    ) -> Self {
        let policies = ecosystem.zones().iter().filter_map(|zone| {
            let policies = zone.definition()?.policies();
            (!policies.is_empty()).then_some((zone.name(), policies))
        });
        Self {
            ecosystem,
            platforms: platforms.into_iter().collect(),
            decided,
            policies: policies.collect(),
            known_ways: OnceCell::new(),
        }
    }

    /// Decides who serves and who captures.
    #[must_use]
    pub fn choose(&self) -> Chosen {
        Chosen::build(self)
    }

    /// Decides the same as [`choose`](Self::choose). An earlier outcome, whatever it is of, saves work: the cost follows the difference.
    #[must_use]
    pub fn choose_since(&self, earlier: Option<&Chosen>) -> Chosen {
        earlier.and_then(|earlier| Chosen::since(self, earlier)).unwrap_or_else(|| self.choose())
    }

    /// Explains which platform does something, and what each other one lacks. It does not need that everything else can be done.
    ///
    /// # Errors
    ///
    /// If the model has no such group or datastore.
    pub fn explain(&self, task: &PlatformTask) -> Result<Explanation, Box<Diagnostic>> {
        explain::explain(self, task).ok_or_else(|| Box::new(explain::unknown(self.ecosystem, task)))
    }

    /// Whether a platform claims that it needs some time at least.
    fn claims_latency(&self) -> bool {
        self.platforms.values().any(|descriptor| descriptor.best_latency().is_some())
    }

    /// What a platform lacks that would serve a group too late, by the captures that are decided already.
    fn late(&self, group: &DatasetGroup, platform: &PlatformName) -> Option<Lack> {
        group.requirements().latency.filter(|_| self.claims_latency())?;
        let ways = self.known_ways.get_or_init(|| Ways::new(self, |datastore| self.known_capture(datastore)));
        ways.late(self, group, platform).map(|(_, lack)| lack)
    }
}
