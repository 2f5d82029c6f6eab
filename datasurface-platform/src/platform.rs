//! The trait that a data platform implements.

use crate::{
    change::RenderingChange,
    descriptor::PlatformDescriptor,
    error::PlatformError,
    lint::{LintView, Reporter},
    offer::Offer,
    plan::Plan,
    rendering::Rendering,
    runtime::Runtime,
    shared::SharedPart,
    view::{NodeView, ScopeView},
    weights::Weights,
};
use datasurface_graph::NodeFacts;
use std::fmt;

/// A data platform: turns the intentions of a graph into infrastructure.
///
/// Every function but [`runtime`](Self::runtime) is pure: it reads no files, no clock, no randomness and no
/// environment, and the same arguments give the same answer. It sees facts and views, never the model. The host calls
/// the functions in the order in which they stand here, from several threads if it likes.
///
/// The testkit has a law for each of these promises.
pub trait DataPlatform: fmt::Debug + Send + Sync {
    /// Returns the capabilities of the platform. The host never asks for one that is not claimed here.
    fn descriptor(&self) -> &PlatformDescriptor;

    /// Returns the share of a node in each limit of the descriptor. A limit without a weight costs nothing.
    fn weigh(&self, node: &NodeFacts) -> Weights;

    /// Returns the datasets of a node that others may read. The address of an offer must follow from names and settings
    /// alone, so that no platform has to render before another one can.
    fn offer(&self, node: &NodeFacts) -> Vec<Offer>;

    /// Reports everything that prevents rendering. If there is no error, [`render`](Self::render) succeeds.
    fn lint(&self, view: LintView<'_>, found: &mut Reporter<'_>);

    /// Returns what a node shares with others: things that exist once for several nodes, wherever these are placed. What is held is
    /// asked too, so that what its data depends on stays; of its parts, those that are there [only while data is
    /// fed](SharedPart::only_while_fed) are left out. Only a platform whose descriptor
    /// [claims it](PlatformDescriptor::with_shares) is asked.
    fn shares(&self, _node: &NodeView) -> Vec<SharedPart> {
        Vec::new()
    }

    /// Renders one scope: the foundation, a shard, or what nodes share. What is held must be rendered on, unfed.
    ///
    /// # Errors
    ///
    /// If the platform fails. A scope in which `lint` finds no error must render.
    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError>;

    /// Plans the least disruptive way from the base revision to the rendering of now. [`RenderingChange::structural`] does
    /// the general work.
    ///
    /// # Errors
    ///
    /// If a scope cannot be loaded, or the platform fails.
    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError>;

    /// Returns the runtime that applies plans and runs jobs; `None` if the platform leaves that to other tools.
    fn runtime(&self) -> Option<&dyn Runtime> {
        None
    }
}
