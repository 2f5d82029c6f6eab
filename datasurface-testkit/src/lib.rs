//! The conformance suite for data platforms: the laws that every platform must keep, as one call in a test.
//!
//! ```
//! use datasurface_platform::prelude::*;
//! use datasurface_testkit::{Laws, northwind};
//! # #[derive(Debug)]
//! # struct Lists(PlatformDescriptor);
//! # impl PlatformPlugin for Lists {
//! #     type Config = NoSettings;
//! #     const KIND: &'static str = "lists";
//! #     fn version() -> Version {
//! #         Version::new(1, 0, 0)
//! #     }
//! #     fn configure(_: &PlatformInstance, _: NoSettings) -> Result<Self, PlatformError> {
//! #         let descriptor = PlatformDescriptor::for_plugin::<Self>()
//! #             .with_captures(["sql_snapshot"], ["sqlite", "postgres"])
//! #             .with_consistencies([Consistency::SingleDataset, Consistency::MultiDataset])
//! #             .with_export_targets(["sqlite", "postgres"])
//! #             .with_formats(["list"])
//! #             .with_milestonings([Milestoning::Live])
//! #             .data_technology("files", None);
//! #         Ok(Self(descriptor))
//! #     }
//! # }
//! # impl DataPlatform for Lists {
//! #     fn descriptor(&self) -> &PlatformDescriptor {
//! #         &self.0
//! #     }
//! #     fn weigh(&self, _: &NodeFacts) -> Weights {
//! #         Weights::new()
//! #     }
//! #     fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
//! #         Offer::for_datasets(node, "list")
//! #     }
//! #     fn lint(&self, _: LintView<'_>, _: &mut Reporter<'_>) {}
//! #     fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
//! #         let lists = scope.stored_datasets().map(|(node, dataset)| {
//! #             Resource::for_dataset("list", node, &dataset.key)
//! #                 .attribute("for", &scope.platform().name)
//! #                 .attribute("schema", &dataset.schema)
//! #                 .attribute("custody", dataset.custody)
//! #                 .with_held_data(dataset)
//! #         });
//! #         let copies = scope.whole_nodes().map(|node| {
//! #             Resource::for_node("copy", node)
//! #                 .attribute("reads", node.input_addresses())
//! #                 .attribute("as", node.detail())
//! #                 .with_dependencies(node.dataset_addresses("list"))
//! #         });
//! #         Rendering::from_resources(lists.chain(copies))
//! #     }
//! #     fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
//! #         change.structural(|_| Judgement::update(Effect::Rebuild, "its columns"))
//! #     }
//! # }
//!
//! // In a test of a crate that has a platform `Lists`:
//! Laws::for_plugin::<Lists>().check(&northwind()).assert();
//! Laws::for_plugin::<Lists>().check_generated(3).assert();
//! ```
//!
//! A [`LawReport`] lists what violates a law: its number and name, the ecosystem and the edit, the node, scope or resource,
//! and what differs. Laws are numbered as in the documentation of the contract: `docs/laws.md` has a list. Not checked here are law 6 (a change
//! touches its cone only), law 9 (claims are true) but for what is claimed of storage, the linear time of law 10, and law 12
//! (no secret in any output): a platform is pure and is given names of credentials, never values, so there is nothing that it
//! could let slip.
//!
//! For tests with real tools: a [`Deployment`] is a folder to which the host writes revision after revision, as it does in earnest.
//! For tests without them: a [`SimulatedSystem`] is what rendered resources are applied to, by a runtime that folds revisions or by
//! another tool that executes transitions, some revisions later.
//!
//! For tests of other kinds: [`northwind()`] is an ecosystem that people can read, [`Synthetic`] makes one of any size, and [`strategies`]
//! generates ecosystems, edits, mutations and damaged documents for proptest.

mod apply;
mod check;
mod claims;
mod deployment;
pub mod formats;
mod harness;
mod law;
mod laws;
mod northwind;
mod platform_under_test;
mod random;
mod recording;
mod report;
mod second_process;
mod shrink;
mod simulated_system;
mod step;
pub mod strategy;
mod synthetic;
mod test_case;
mod variant;

pub use check::Laws;
pub use datasurface_strategies as strategies;
pub use deployment::{DeployedRevision, DeployedScope, Deployment, DeploymentError};
pub use law::Law;
pub use northwind::{northwind, northwind_masked};
pub use report::{CheckCounts, Counterexample, LawReport, Violation};
pub use simulated_system::{RenderedState, SimulatedResource, SimulatedSystem, StateTransition};
pub use synthetic::{Edits, Synthetic, worst_case_edits};
