//! The laws: their numbers, their names, and what is tried to find a violation.

use std::fmt;

/// A law that every platform must keep. The numbers are those of the contract's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Law {
    /// 1: the same question has the same answer, whenever and in whatever order it is asked.
    LintIsPure,
    /// 2: what lint finds no error in can be rendered.
    CleanLintRenders,
    /// 3: the same view has the same rendering, byte for byte, in whatever order the model was declared.
    RenderIsDeterministic,
    /// 4: where nothing changed, there is nothing to do.
    NoChangeNoSteps,
    /// 5: who does what a plan says has what was rendered: resources and files.
    PlanIsComplete,
    /// 7: no step destroys data that was promised.
    HeldStateSurvives,
    /// 8: where things are placed changes nothing about what there is, and offers resolve across shards.
    PlacementIsInvisible,
    /// 9: what the descriptor says is true; judged of the storage that captured data is kept in.
    ClaimsAreTrue,
    /// 10: no question makes a platform panic.
    NoPanic,
    /// 11: every file has a place of its own, on every file system.
    PathsAreSafe,
    /// 14: what is rendered for a node does not depend on the other nodes of its shard.
    NeighboursAreInvisible,
    /// 15: every node is the origin of a resource, or is stated to need none.
    NodesAreRendered,
}

/// What is documented of a law.
struct Statement {
    number: u8,
    name: &'static str,
    check: &'static str,
}

impl Law {
    /// Every law that is checked, in the order of their numbers.
    pub const ALL: [Self; 12] = [
        Self::LintIsPure,
        Self::CleanLintRenders,
        Self::RenderIsDeterministic,
        Self::NoChangeNoSteps,
        Self::PlanIsComplete,
        Self::HeldStateSurvives,
        Self::PlacementIsInvisible,
        Self::ClaimsAreTrue,
        Self::NoPanic,
        Self::PathsAreSafe,
        Self::NeighboursAreInvisible,
        Self::NodesAreRendered,
    ];

    /// Returns the number of the law in the documentation of the contract.
    #[must_use]
    pub fn number(self) -> u8 {
        self.statement().number
    }

    /// Returns the statement of the law in a few words.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.statement().name
    }

    /// Returns the description of the check: the questions to a platform, and the answers that violate the law.
    #[must_use]
    pub fn check(self) -> &'static str {
        self.statement().check
    }

    fn statement(self) -> Statement {
        let (number, name, check) = match self {
            Self::LintIsPure => (
                1,
                "lint is pure and ordered",
                "Each lint is asked again: in the opposite order, twice in a row, after other questions, and of a second \
                 instance with the same settings. Every answer must be the same.",
            ),
            Self::CleanLintRenders => (
                2,
                "if lint is clean, render succeeds",
                "Where a rendering fails, lint must have found an error.",
            ),
            Self::RenderIsDeterministic => (
                3,
                "render is deterministic",
                "Each view is rendered again, also by a second instance with the same settings; offers and weights are \
                 asked for again. The ecosystem is declared in another order. Every byte must be the same.",
            ),
            Self::NoChangeNoSteps => (
                4,
                "a diff of equal renderings is empty",
                "The diff of a rendering with itself has neither steps nor transition files.",
            ),
            Self::PlanIsComplete => (
                5,
                "applying a plan gives what is rendered",
                "Each plan is applied in memory to the resources and files of before, by edits and back again. The result \
                 must be what is rendered.",
            ),
            Self::HeldStateSurvives => (
                7,
                "no step destroys held state",
                "No plan retires a resource with data that nothing releases, and what is held is rendered on.",
            ),
            Self::PlacementIsInvisible => (
                8,
                "the shards together are the whole",
                "The ecosystem is placed in two shards. Every resource with an origin must have the same kind, attributes \
                 and data as in one shard, and every file that declares such resources alone must have the same text.",
            ),
            Self::ClaimsAreTrue => (
                9,
                "what the descriptor claims is true",
                "A platform that keeps captured data claims a technology in which data is kept.",
            ),
            Self::NoPanic => (10, "no panic", "No question may make a platform panic."),
            Self::PathsAreSafe => (
                11,
                "paths are safe and unique",
                "No two files of a target differ in case only, and no file is the folder of another one.",
            ),
            Self::NeighboursAreInvisible => (
                14,
                "neighbours are invisible",
                "Each shard is rendered again with every other node left out. A resource whose origins are all still there must \
                 have the same kind, attributes and data, and a file that declares such resources alone the same text.",
            ),
            Self::NodesAreRendered => (
                15,
                "every node is rendered",
                "Every node is the origin of a resource, or the rendering states that it needs none.",
            ),
        };
        Statement { number, name, check }
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "law {}, {}", self.number(), self.name())
    }
}
