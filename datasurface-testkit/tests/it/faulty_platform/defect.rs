//! The defects that the platform can be given: each breaks a law.

use datasurface_platform::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "self::serde", rename_all = "snake_case")]
pub(crate) enum Defect {
    #[default]
    None,
    /// What is held is still filled from where it was captured.
    Pumping,
    /// The label that is asked for is not shown.
    Unlabelled,
    /// Every other lint of a node warns.
    MoodyLint,
    /// Lint depends on what was asked before.
    OrderedLint,
    /// Exports cannot be rendered, without a word before.
    SurprisedRender,
    /// Files count how often they were rendered.
    CountingRender,
    /// Files are in the order of a hash map.
    HashedRender,
    /// Offers count how often they were asked for.
    CountingOffer,
    /// Everything that is rendered is updated, whether it changed or not.
    RestlessDiff,
    /// A file for the transition where there is none.
    ChattyDiff,
    /// No job is ever retired.
    ForgetfulDiff,
    /// No drawer is ever retired, though nothing that was in it is owed any more.
    ClingingDiff,
    /// No job is ever updated.
    LazyDiff,
    /// Fails as soon as something has to go.
    FailingDiff,
    /// What is to be held is retired.
    Destroyer,
    /// What is held is not rendered.
    Forgetter,
    /// Exports are rendered in the shard `main` alone.
    Dropper,
    /// What is in another shard is not offered.
    Namer,
    /// Every shard has a drawer of the same address.
    Doubler,
    /// Does not say that it keeps data.
    Secretive,
    /// Panics at exports.
    PanickingRender,
    PanickingLint,
    PanickingOffer,
    PanickingDiff,
    /// A file is called as a folder.
    FileAsFolder,
    /// Two transition files differ in case.
    CaseClash,
    /// Jobs show their shard in an attribute.
    Sharded,
    /// Files show their shard.
    ShardedText,
    /// Jobs are numbered as they are placed.
    Numbering,
    /// Jobs say how much is held beside them.
    Haunted,
    /// Files say what else there is in the shard.
    Gossip,
    /// Exports are not rendered, wherever they are.
    Idle,
    /// Everything is offered at one address.
    Namesake,
    /// Jobs do not say what they read.
    Blind,
    /// Captures do not say where from.
    Rootless,
    /// What is held is marked as such.
    Dusty,
    /// Drawers are replaced by empty ones.
    Rebuilder,
    /// Changes of drawers are said to be of metadata.
    Belittler,
    /// Drawers do not say in which cupboard they are.
    Common,
    /// Drawers are the same whatever retention is owed.
    Forgetful,
    /// Drawers are the same whatever versions are owed.
    Historyless,
    /// Drawers and jobs are the same whatever schema there is.
    Schemaless,
    /// Exports do not say for whom.
    Ungranting,
    /// Everybody may read what somebody may.
    Generous,
    /// Drawers are called by the names of now.
    Relabelling,
    /// Exports read the first drawer of the shard.
    FirstDrawer,
    /// Drawers list all nodes of the shard.
    Listing,
    /// Captures do not name their credential.
    Nameless,
    /// Nothing depends on anything.
    Independent,
    /// Jobs depend on one that is not there.
    Dangling,
    /// Another key is thought to cost nothing.
    Rekeyer,
    /// What captures share counts how often that was asked.
    CountingShares,
    PanickingShares,
    /// All drawers are locked with a key that is called as the number of datasets in its capture.
    Relocking,
    /// Files have the date of today.
    Dated,
    /// Files have the home folder of somebody.
    Homesick,
    /// It claims to offer batches, and offers drawers.
    Promising,
    /// It offers SQLite tables at addresses that are none.
    Mumbling,
    /// Keeps data in files, and does not say that they are its store.
    Unstored,
    /// Keeps data in files of a folder, which is its store: no defect.
    Stored,
    /// It claims to carry shapes, and cannot render any.
    Squeamish,
    /// Jobs have the password of the machine.
    Leaky,
    /// Findings tell the password of the machine.
    Blabbing,
    /// Drawers have a label that is as long as the number in the name of their dataset, in thousands.
    Swelling,
    /// Captures share four times as many things as the number in the name of their datastore.
    Sprawling,
    /// It looks at all nodes of the shard for each of them, and says nothing of it.
    Nosy,
}
