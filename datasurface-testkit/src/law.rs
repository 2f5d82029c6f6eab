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
    /// 6: a change touches what is there for the nodes that it changes, and nothing else.
    ChangesAreLocal,
    /// 7: no step destroys data that was promised.
    HeldStateSurvives,
    /// 8: where things are placed changes nothing about what there is, and offers resolve across shards.
    PlacementIsInvisible,
    /// 9: what the descriptor says is true; judged of the storage that captured data is kept in, and of offers to others.
    ClaimsAreTrue,
    /// 10: no question makes a platform panic, and its work grows with what it is asked about, and not faster.
    NoPanic,
    /// 11: every file has a place of its own, on every file system.
    PathsAreSafe,
    /// 12: no value of a secret is in anything that a platform answers.
    NoSecrets,
    /// 13: a rename creates, retires and replaces nothing that holds data.
    RenamesKeepData,
    /// 14: what is rendered for a node does not depend on the other nodes of its shard.
    NeighboursAreInvisible,
    /// 15: every node is the origin of a resource, or is stated to need none.
    NodesAreRendered,
    /// 16: offers of different datasets are at different addresses.
    OffersAreDistinct,
    /// 17: what a node reads from can be seen in what is rendered for it.
    SourcesAreShown,
    /// 18: neither the environment nor the clock is seen in what is rendered.
    SurroundingsAreInvisible,
    /// 19: what is held has the attributes that it had while it was fed.
    HeldIsUnchanged,
    /// 20: no step replaces data that was promised.
    OwedIsNotReplaced,
    /// 21: a change that readers see is not one of metadata.
    MeaningIsNotUnderstated,
    /// 22: two instances do not occupy one place.
    PlacesAreDistinct,
    /// 23: settings that break the JSON Schema of a platform are refused.
    SettingsAreChecked,
    /// 24: a fact that the platform claims to honour can be seen.
    FactsAreShown,
    /// 25: what reads a node depends on what there is of that node.
    DependenciesAreComplete,
    /// 26: a changed key of what owes earlier versions has a cost.
    KeyChangesCost,
}

/// What is documented of a law.
struct Statement {
    number: u8,
    name: &'static str,
    check: &'static str,
}

impl Law {
    /// Every law that is checked, in the order of their numbers.
    pub const ALL: [Self; 26] = [
        Self::LintIsPure,
        Self::CleanLintRenders,
        Self::RenderIsDeterministic,
        Self::NoChangeNoSteps,
        Self::PlanIsComplete,
        Self::ChangesAreLocal,
        Self::HeldStateSurvives,
        Self::PlacementIsInvisible,
        Self::ClaimsAreTrue,
        Self::NoPanic,
        Self::PathsAreSafe,
        Self::NoSecrets,
        Self::RenamesKeepData,
        Self::NeighboursAreInvisible,
        Self::NodesAreRendered,
        Self::OffersAreDistinct,
        Self::SourcesAreShown,
        Self::SurroundingsAreInvisible,
        Self::HeldIsUnchanged,
        Self::OwedIsNotReplaced,
        Self::MeaningIsNotUnderstated,
        Self::PlacesAreDistinct,
        Self::SettingsAreChecked,
        Self::FactsAreShown,
        Self::DependenciesAreComplete,
        Self::KeyChangesCost,
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
                "Each view is rendered again, also by a second instance with the same settings; offers, weights and \
                 what nodes share are asked for again. The ecosystem is declared in another order. Every byte must be the same.",
            ),
            Self::NoChangeNoSteps => (
                4,
                "a diff of equal renderings is empty",
                "The diff of a rendering with itself has neither steps nor transition files.",
            ),
            Self::PlanIsComplete => (
                5,
                "applying a plan gives what is rendered",
                "Each plan is applied in memory to the resources and files of before, by edits and back again, by other settings, and \
                 from each earlier version of the plug-in that the registry has to the newest one. The result must be what is rendered.",
            ),
            Self::ChangesAreLocal => (
                6,
                "a change touches its cone only",
                "Before and after each edit, a resource that is there for nodes whose views did not change must have the same kind, \
                 attributes and data, and neither comes nor goes.",
            ),
            Self::HeldStateSurvives => (
                7,
                "no step destroys held state",
                "No plan retires a resource with data that nothing releases, or one that nodes share and such data depends on; and what \
                 is held is rendered on.",
            ),
            Self::PlacementIsInvisible => (
                8,
                "the shards together are the whole",
                "The ecosystem is placed in two shards. Every resource with an origin, and every one that nodes share, must have the same kind, \
                 attributes and data as in one shard, and every file that declares such resources alone must have the same text.",
            ),
            Self::ClaimsAreTrue => (
                9,
                "what the descriptor claims is true",
                "A platform that keeps captured data claims a technology in which data is kept. One that claims to offer data to others offers \
                 each dataset of a capture in such a format; an address in a format of the vocabulary is one that its readers can read. \
                 Where a dataset of a capture is offered in a file or a folder, the descriptor says that it is in a store of the platform. \
                 Where the host refuses an ecosystem, nothing is offered in a format that the descriptor neither reads nor claims to offer. \
                 Each capture and each export is rendered with a column of every type that is claimed: that must succeed, or be refused.",
            ),
            Self::NoPanic => (
                10,
                "no panic, and linear work",
                "No question may make a platform panic. A synthetic ecosystem is proposed, and one with eight times the datasets and \
                 consumers: neither the questions to a platform nor the bytes of its answers may grow by more than one and a half times as \
                 much as those of the views of its nodes, nor the reads of nodes while a scope is rendered by more than three times as much. They are \
                 counted, not timed. Where no read is seen, as of a program, the report says so.",
            ),
            Self::PathsAreSafe => (
                11,
                "paths are safe and unique",
                "No two files of a target differ in case only, and no file is the folder of another one.",
            ),
            Self::NoSecrets => (
                12,
                "no secret in any answer",
                "With `Laws::check_in_second_process`, a second process has canaries in the variables of all credentials, and in those that \
                 are called as passwords: none of them may occur in a file, a resource, an offer, a plan or a finding.",
            ),
            Self::RenamesKeepData => (
                13,
                "a rename keeps data",
                "Datasets, datastores and workspaces are renamed, with the name that they had. The plan creates, replaces, holds and \
                 retires no resource that holds data.",
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
                "Every node is the origin of a resource, shares some with others, or the rendering states that it needs none.",
            ),
            Self::OffersAreDistinct => (
                16,
                "offers of different datasets are in different places",
                "Every offer of every instance is compared: two datasets must differ in format or address.",
            ),
            Self::SourcesAreShown => (
                17,
                "sources are shown",
                "Each capture is rendered from another address and, unless it reads a file, with another credential: both \
                 must occur in the attributes or files that are there for it. Every dataset that a node reads is offered to it, and \
                 the address of the offer must occur in an attribute or a file, at least its last part, or another address must \
                 change them.",
            ),
            Self::SurroundingsAreInvisible => (
                18,
                "surroundings are invisible",
                "Everything is rendered as of a day that is not today, and the date of today must not occur. With \
                 `Laws::check_in_second_process`, it is also rendered by a second process with another time zone and home folder: every \
                 byte must be the same.",
            ),
            Self::HeldIsUnchanged => (
                19,
                "what is held is unchanged",
                "Each dataset of a capture is rendered alone, fed and held. A resource that holds its data must have the same \
                 kind, attributes and data. There is no exemption for attributes that only exist while data is fed: the \
                 contract has no word for them. Held data that was captured from another address or with another credential is \
                 rendered, too: neither may occur in the attributes or files of its shard, for whatever shows it still reads from \
                 there.",
            ),
            Self::OwedIsNotReplaced => (
                20,
                "promised data is not replaced",
                "No plan replaces a resource with data that nothing releases, unless a transition file or another resource \
                 carries the data.",
            ),
            Self::MeaningIsNotUnderstated => (
                21,
                "the meaning of a change is not understated",
                "Each dataset of a capture loses a column, which change control calls breaking: a step on what keeps its data must not have the \
                 meaning `Metadata`. Where law 24 alters what readers see (columns, types, visible versions, code, a timetable, a condition), not \
                 all steps may have it. Readers are not compared: the host does not tell them to a platform.",
            ),
            Self::PlacesAreDistinct => (
                22,
                "places are occupied once",
                "Each capture is rendered by a second instance with the same settings. A resource that holds data must \
                 differ, or occupy a place that both name, or the descriptors name the same store: then the broker refuses \
                 the pair. Where the host refuses an ecosystem, no two resources of one instance are in one place.",
            ),
            Self::SettingsAreChecked => (
                23,
                "settings are checked",
                "Each platform is declared with an unknown setting where its JSON Schema closes the object, without each required \
                 setting, and with each setting in another type. Somebody must refuse that. With each of `Laws::with_other_settings`, \
                 something must be rendered otherwise.",
            ),
            Self::FactsAreShown => (
                24,
                "facts are shown",
                "Of each dataset of a capture, columns, the type of one, key, storage name, quality checks, the treatment of invalid rows and, as far \
                 as they are owed or claimed, retention and history are altered; of each capture the timetable, and the consistency and the way, \
                 where the descriptor claims another one; of each export columns, the address, the credential (a file needs \
                 none), the milestoning and, where a best latency is claimed, the latency; of each transformer the code, and the \
                 columns and storage names of its outputs; of each trigger the condition, and an input if it waits for inputs; of each kind of node the \
                 priority, the deadline and the classification that the descriptor claims to honour for it. An attribute or a file that is \
                 there for the node must differ, or lint must have a finding about that: for retention and history, of the resource \
                 that holds the data. Who renders nothing for a node shows nothing of it. An offer of a dataset that is kept \
                 promises some version. A principal who may read an export is named, unless lint has a finding about that, and \
                 everybody must not be granted the same, where a list or a statement of SQL says so in a usual word.",
            ),
            Self::DependenciesAreComplete => (
                25,
                "dependencies are complete",
                "No resource depends on one that is not rendered. What reads a node of its own platform depends, directly or \
                 through others, on a resource of that node, or of what that node reads. Where an attribute is the address of \
                 another resource, or a list with it, one of the two depends on the other one. Where an altered fact gives what keeps data \
                 another address, an attribute or the file of whatever depended on it differs.",
            ),
            Self::KeyChangesCost => (
                26,
                "a changed key has a cost",
                "The key of each dataset of a capture that owes earlier versions is changed. A step on what keeps its data \
                 is refused, comes with a transition file, is carried by something, or costs at least a backfill.",
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
