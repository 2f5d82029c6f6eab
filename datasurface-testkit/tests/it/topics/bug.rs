//! Mistakes that the author of such a platform can make.

use datasurface_platform::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(crate = "self::serde", rename_all = "snake_case")]
pub(crate) enum Bug {
    /// Fields of a subject are in the order of a hash map.
    HashOrder,
    /// A connector shows how many instances of the plug-in there were.
    InstanceCounter,
    /// Topics that are held are not rendered.
    HeldNotRendered,
    /// A connector shows the day on which it was rendered.
    Clock,
    /// A connector shows a variable of the environment.
    Environment,
    /// A connector shows a password that is in the environment.
    Password,
    /// A topic that is held keeps records for a day.
    HeldForADay,
    /// Every topic keeps records for a day.
    RetentionIgnored,
    /// A sink is named by its position in the shard.
    NamedByPosition,
    /// A sink has as many tasks as there are nodes in the shard.
    NeighboursCounted,
    /// A topic lists the nodes of its shard.
    NodesListed,
    /// Every change is said to be one of metadata.
    Harmless,
    /// A topic gets another key while it is in use.
    KeyInPlace,
    /// A topic that changes is replaced by an empty one.
    Replaced,
    /// Everybody may read what an export writes.
    GrantsEverybody,
    /// Every sink reads the first topic of the shard.
    FirstTopic,
    /// There are no source connectors.
    NoConnector,
    /// Earlier versions are compacted away after a day, though history is claimed.
    HistoryForADay,
    /// Every dataset is offered at one address.
    OneAddress,
    /// Nothing depends on anything.
    NoDependencies,
    /// Topics of all instances have the same names.
    SameNames,
}
