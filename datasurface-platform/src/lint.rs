//! Linting: what a platform is asked, and how it answers.

use crate::{
    claim::UNCLAIMED, descriptor::PlatformDescriptor, instance::PlatformInstance, lint_subject::LintSubject,
    view::NodeView,
};
use datasurface_model::{CodeInfo, Diagnostic, ModelPath, ShardName, segment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The subject of a lint: a node, or the platform itself.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum LintView<'a> {
    /// One node.
    Node(&'a NodeView),
    /// The instance itself.
    Platform(&'a PlatformView),
}

/// An instance, and the list of its shards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlatformView {
    /// The instance.
    pub platform: Arc<PlatformInstance>,
    /// The shards of the instance, in order.
    pub shards: Vec<ShardName>,
}

impl PlatformView {
    /// Creates the view of an instance with these shards.
    pub fn new(platform: Arc<PlatformInstance>, shards: Vec<ShardName>) -> Self {
        Self { platform, shards }
    }
}

impl LintView<'_> {
    /// Returns the place at which findings about the subject are reported.
    #[must_use]
    pub fn path(&self) -> ModelPath {
        match self {
            Self::Node(node) => ModelPath::root()
                .child(segment::PLATFORMS, node.key().platform())
                .child(segment::NODES, node.key().to_string()),
            Self::Platform(view) => ModelPath::root().child(segment::PLATFORMS, &view.platform.name),
        }
    }
}

/// The receiver of the findings of a lint. It knows the place of each.
#[derive(Debug)]
pub struct Reporter<'a> {
    view: LintView<'a>,
    found: &'a mut Vec<Diagnostic>,
}

impl<'a> Reporter<'a> {
    /// Creates a reporter that adds findings about this view to `found`.
    pub fn new(view: &LintView<'a>, found: &'a mut Vec<Diagnostic>) -> Self {
        Self { view: *view, found }
    }

    /// Reports a finding: what is wrong, and what to do about it.
    ///
    /// People see it where the model declares what the node is about, with the platform as a related place.
    pub fn report(&mut self, code: &CodeInfo, message: impl Into<String>, help: impl Into<String>) {
        self.report_about(&LintSubject::Node, code, message, help);
    }

    /// Reports a finding about a part of the node. People see it where the model declares that part.
    pub fn report_about(
        &mut self,
        subject: &LintSubject,
        code: &CodeInfo,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(Diagnostic::new(code, subject.path(self.view.path()), message).with_help(help));
    }

    /// Reports whatever a node asks for that the descriptor does not claim. A host does that before it asks a platform, so that a platform
    /// never sees a node that asks for more.
    pub fn report_unclaimed(&mut self, descriptor: &PlatformDescriptor, view: LintView<'_>) {
        if let LintView::Node(node) = view {
            for ability in descriptor.unclaimed(node) {
                let message = format!("`{}` does not claim to {ability}", node.key().platform());
                let help = format!("let another platform do this, or {}", ability.remedy());
                self.report_about(&ability.subject(), &UNCLAIMED, message, help);
            }
        }
    }

    /// Reports findings that were made elsewhere.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        self.found.extend(findings);
    }
}
