//! What a platform lacks for a task: data, from which the words follow.

use crate::latency::Delay;
use datasurface_graph::RetentionPeriod;
use datasurface_model::{DatastoreName, Latency, NaiveDate, PlatformName, PolicyName, Retention, ZoneName};
use datasurface_platform::{Ability, FormatClaims, PlatformDescriptor};
use serde::Serialize;
use std::fmt;

/// A reason why a platform cannot do what is asked for.
///
/// Its text is a sentence about the platform without its name: "it cannot keep datasets without a key".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Lack {
    /// Any configuration at all: it is not declared, or its settings are in error.
    Configuration,
    /// A capture: nothing says from where the datastore is captured, and no transformer fills it.
    Capture,
    /// An ability.
    Ability(Ability),
    /// A format in which the platform that captures a datastore offers it.
    Format {
        /// The datastore.
        datastore: DatastoreName,
        /// The platform that captures it, or could.
        owner: PlatformName,
        /// The formats that the owner offers.
        offered: FormatClaims,
        /// The formats that the platform reads.
        read: FormatClaims,
    },
    /// A format in which a platform that needs the data could read it.
    ReadableFormat {
        /// The platform that needs the data.
        reader: PlatformName,
        /// The formats that the platform offers.
        offered: FormatClaims,
        /// The formats that the reader reads.
        read: FormatClaims,
    },
    /// A latency as good as is asked for.
    Latency {
        /// The latency that is asked for.
        wanted: Latency,
        /// The best one of the platform.
        best: Latency,
    },
    /// A latency as good as is asked for, from end to end: it is fast enough by itself, but the data comes to it too late.
    EndToEndLatency {
        /// The latency that is asked for.
        wanted: Latency,
        /// The least that is possible: the sum of the delays.
        sum: Latency,
        /// The delays on the way of the data.
        delays: Vec<Delay>,
    },
    /// A retention as long as is asked for.
    Retention {
        /// The time for which data must stay reproducible.
        wanted: RetentionPeriod,
        /// The longest time of the platform.
        longest: Retention,
    },
    /// The permission by a policy.
    Policy {
        /// The zone whose data it is, or whose task.
        zone: ZoneName,
        /// The policy of the zone.
        policy: PolicyName,
        /// The denial: "does not permit the location `AWS/us-east-1`".
        reason: String,
    },
    /// The time: its last day is over.
    Sunset(NaiveDate),
}

impl Lack {
    /// The lack of an ability that a descriptor does not claim, with the limit of the descriptor where there is one.
    pub(crate) fn of(ability: Ability, descriptor: &PlatformDescriptor) -> Self {
        match (ability, descriptor.best_latency(), descriptor.longest_retention()) {
            (Ability::Latency(wanted), Some(best), _) => Self::Latency { wanted, best },
            (Ability::Retention(wanted), _, Some(longest)) => Self::Retention { wanted, longest },
            (ability, ..) => Self::Ability(ability),
        }
    }

    pub(crate) fn into_ability(self) -> Option<Ability> {
        match self {
            Self::Ability(ability) => Some(ability),
            Self::Latency { wanted, .. } => Some(Ability::Latency(wanted)),
            Self::Retention { wanted, .. } => Some(Ability::Retention(wanted)),
            _ => None,
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration => f.write_str("it is not available"),
            Self::Capture => f.write_str("nothing says from where the datastore is captured"),
            Self::Ability(ability) => write!(f, "it cannot {ability}"),
            Self::Format { datastore, owner, offered, read } => write!(
                f,
                "it cannot read `{datastore}` from `{owner}`, which offers others {offered}, while it reads {read}"
            ),
            Self::ReadableFormat { reader, offered, read } => {
                write!(f, "it offers others {offered}, and `{reader}`, which needs the data, reads {read}")
            }
            Self::Latency { wanted, best } => {
                write!(f, "it cannot be faster than {best}, and {wanted} is asked for")
            }
            Self::EndToEndLatency { wanted, sum, delays } => {
                let delays = Delay::list(delays);
                write!(f, "a change takes {sum} at least ({delays}), and {wanted} is asked for")
            }
            Self::Retention { wanted, longest } => {
                write!(f, "it cannot keep data for more than {longest}, and it is to be kept for {wanted}")
            }
            Self::Policy { zone, policy, reason } => {
                write!(f, "the policy `{policy}` of the zone `{zone}` {reason}")
            }
            Self::Sunset(last) => write!(f, "its last day was {last}"),
        }
    }
}

/// What is lacking, in one sentence.
pub(crate) fn joined(lacks: &[Lack]) -> String {
    lacks.iter().map(Lack::to_string).collect::<Vec<_>>().join(", and ")
}
