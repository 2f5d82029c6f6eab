//! Moves: the steps by which what one platform does goes to another one.
//!
//! ```text
//!            start           complete              complete
//! old   provisioned     provisioned     decommissioning     decommissioned
//! new                   provisioning    provisioned         provisioned
//! ```
//!
//! Both run from the start to the end. Until the end there is a way back.

use crate::explanation::PlatformTask;
use datasurface_graph::{Assignments, Stage, Stages};
use datasurface_model::PlatformName;

/// A step of a move of a task from one platform to another.
///
/// ```
/// use datasurface_choice::{MoveStep, PlatformTask};
/// use datasurface_graph::{Assignments, Stage};
/// let task: PlatformTask = "Shop".parse()?;
/// let decided = Assignments::default().with_primary("Old", "Shop", Stage::Provisioned);
///
/// let moving = MoveStep::Start("New".into()).taken(&task, &decided)?;
/// assert!(MoveStep::Start("Newer".into()).taken(&task, &moving).is_err(), "one move at a time");
///
/// let switched = MoveStep::Complete.taken(&task, &moving)?;
/// assert_eq!(switched.primary(&"Shop".into()), Some(&"New".into()));
/// let moved = MoveStep::Complete.taken(&task, &switched)?;
/// assert_eq!(moved.capturing_platforms(&"Shop".into()).count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveStep {
    /// The begin: this platform is set up beside the one in use.
    Start(PlatformName),
    /// The next step to the end: the platform that was set up comes into use; or the one that was in use before is taken down.
    Complete,
    /// The way back: the platform that was in use before stays or comes into use again, and the new one is taken down, or on its way out.
    Abandon,
}

/// The reason why a step of a move cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    /// A task about which nothing was decided yet.
    #[error("nothing was decided about `{0}` yet")]
    Undecided(PlatformTask),
    /// A start while a move is under way.
    #[error("a move of `{task}` to `{to}` is under way")]
    UnderWay {
        /// The task.
        task: PlatformTask,
        /// The platform to which it moves.
        to: PlatformName,
    },
    /// A start of a move to the platform that does it already.
    #[error("`{task}` is on `{platform}` already")]
    AlreadyThere {
        /// The task.
        task: PlatformTask,
        /// The platform.
        platform: PlatformName,
    },
    /// A completion, or an abandonment, of a move that nobody started.
    #[error("no move of `{0}` is under way")]
    NotStarted(PlatformTask),
}

impl MoveStep {
    /// Takes the step: returns what is decided then.
    ///
    /// # Errors
    ///
    /// If the step is out of order.
    pub fn taken(&self, task: &PlatformTask, decided: &Assignments) -> Result<Assignments, MoveError> {
        let before = task.stages(decided).filter(|stages| at(stages, Stage::Provisioned).is_some());
        let before = before.ok_or_else(|| MoveError::Undecided(task.clone()))?;
        let is_new = at(before, Stage::Provisioning);
        let is_old = at(before, Stage::Decommissioning);
        let turned = |turn: &dyn Fn(Stage) -> Stage| {
            let mut after = decided.clone();
            for (platform, stage) in before {
                task.assign(&mut after, platform.clone(), turn(*stage));
            }
            after
        };
        match self {
            Self::Start(to) => {
                if before.get(to).is_some_and(|stage| *stage == Stage::Provisioned) {
                    return Err(MoveError::AlreadyThere { task: task.clone(), platform: to.clone() });
                }
                let goes_to = is_new.or(is_old.and_then(|_| at(before, Stage::Provisioned)));
                if let Some(other) = goes_to {
                    return Err(MoveError::UnderWay { task: task.clone(), to: other.clone() });
                }
                let mut after = decided.clone();
                task.assign(&mut after, to.clone(), Stage::Provisioning);
                Ok(after)
            }
            Self::Complete if is_new.is_some() => Ok(turned(&|stage| match stage {
                Stage::Provisioning => Stage::Provisioned,
                Stage::Provisioned => Stage::Decommissioning,
                other => other,
            })),
            Self::Complete if is_old.is_some() => Ok(turned(&|stage| match stage {
                Stage::Decommissioning => Stage::Decommissioned,
                other => other,
            })),
            Self::Abandon if is_new.is_some() => Ok(turned(&|stage| match stage {
                Stage::Provisioning => Stage::Decommissioned,
                other => other,
            })),
            Self::Abandon if is_old.is_some() => Ok(turned(&|stage| match stage {
                Stage::Decommissioning => Stage::Provisioned,
                Stage::Provisioned => Stage::Decommissioning,
                other => other,
            })),
            Self::Complete | Self::Abandon => Err(MoveError::NotStarted(task.clone())),
        }
    }
}

impl PlatformTask {
    /// Returns what is decided about the task; `None` if nothing is.
    #[must_use]
    pub fn stages<'d>(&self, decided: &'d Assignments) -> Option<&'d Stages> {
        match self {
            Self::Group(group) => decided.group(group),
            Self::Datastore(datastore) => decided.primary_stages(datastore),
        }
    }

    fn assign(&self, decided: &mut Assignments, platform: PlatformName, stage: Stage) {
        match self {
            Self::Group(group) => decided.assign_group(group.clone(), platform, stage),
            Self::Datastore(datastore) => decided.assign_primary(datastore.clone(), platform, stage),
        }
    }
}

/// The first platform at a stage.
fn at(stages: &Stages, wanted: Stage) -> Option<&PlatformName> {
    stages.iter().find(|(_, stage)| **stage == wanted).map(|(platform, _)| platform)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(steps: &[MoveStep]) -> Result<Vec<(String, Stage)>, MoveError> {
        let task: PlatformTask = "Reporting/Daily".parse().unwrap();
        let decided = Assignments::default().with_group("Old", "Reporting/Daily", Stage::Provisioned);
        let decided = steps.iter().try_fold(decided, |decided, step| step.taken(&task, &decided))?;
        let stages = task.stages(&decided).unwrap();
        Ok(stages.iter().map(|(platform, stage)| (platform.to_string(), *stage)).collect())
    }

    fn start() -> MoveStep {
        MoveStep::Start("New".into())
    }

    #[test]
    fn there_is_a_way_back_until_the_end() {
        use MoveStep::{Abandon, Complete};
        use Stage::{Decommissioned, Decommissioning, Provisioned, Provisioning};
        for (steps, new, old) in [
            (vec![start()], Provisioning, Provisioned),
            (vec![start(), Abandon], Decommissioned, Provisioned),
            (vec![start(), Complete], Provisioned, Decommissioning),
            (vec![start(), Complete, Abandon], Decommissioning, Provisioned),
            (vec![start(), Complete, Abandon, Complete], Decommissioned, Provisioned),
            (vec![start(), Complete, Complete], Provisioned, Decommissioned),
            (vec![start(), Abandon, start()], Provisioning, Provisioned),
        ] {
            let expected = [("New".to_owned(), new), ("Old".to_owned(), old)];
            assert_eq!(taken(&steps).unwrap(), expected, "{steps:?}");
        }
    }

    #[test]
    fn what_is_out_of_order_is_refused() {
        use MoveStep::{Abandon, Complete, Start};
        for (steps, says) in [
            (vec![Complete], "no move of `Reporting/Daily` is under way"),
            (vec![Abandon], "no move of `Reporting/Daily` is under way"),
            (vec![Start("Old".into())], "`Reporting/Daily` is on `Old` already"),
            (vec![start(), start()], "a move of `Reporting/Daily` to `New` is under way"),
            (
                vec![start(), Complete, Start("Old".into())],
                "a move of `Reporting/Daily` to `New` is under way",
            ),
            (vec![start(), Complete, Complete, Complete], "no move of `Reporting/Daily` is under way"),
            (vec![start(), Complete, Complete, Abandon], "no move of `Reporting/Daily` is under way"),
        ] {
            assert_eq!(taken(&steps).unwrap_err().to_string(), says, "{steps:?}");
        }
        let nothing = Complete.taken(&"Shop".parse().unwrap(), &Assignments::default());
        assert_eq!(nothing.unwrap_err().to_string(), "nothing was decided about `Shop` yet");
    }
}
