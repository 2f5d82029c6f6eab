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
    view::ScopeView,
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
    /// What this platform can do. What is not claimed here is never asked of it.
    fn descriptor(&self) -> &PlatformDescriptor;

    /// What a node costs of each limit that the descriptor states; no weight for a limit costs nothing of it.
    fn weigh(&self, node: &NodeFacts) -> Weights;

    /// What others may read of a node, by name: the address must follow from names and settings alone, so that nobody
    /// has to render before somebody else can.
    fn offer(&self, node: &NodeFacts) -> Vec<Offer>;

    /// Reports what stands in the way of rendering. If there is no error, [`render`](Self::render) succeeds.
    fn lint(&self, view: LintView<'_>, found: &mut Reporter<'_>);

    /// Renders one scope: the foundation, or a shard. What is held must be rendered on, unfed.
    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError>;

    /// The least disruptive way from what was rendered to what is rendered now.
    /// [`RenderingChange::structural`] does the general work.
    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError>;

    /// What can apply a plan and run jobs, for a platform that does not leave this to other tools.
    fn runtime(&self) -> Option<&dyn Runtime> {
        None
    }
}
