//! Access rules: who may do what with which resource.

use crate::{
    KafkaClient, KafkaError,
    client::{Receiver, check},
    wire::messages::acls::{
        AclFilterFields, CreateAcls, CreatedAcl, DeleteAcls, DescribeAcls, PrincipalAcl, ResourceAcls,
    },
};

/// Declares an enum whose variants have numbers in the protocol.
macro_rules! numbered {
    ($(#[$attribute:meta])* $name:ident { $($(#[$documentation:meta])* $variant:ident = $number:literal),* $(,)? }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$documentation])* $variant = $number),* }

        impl $name {
            fn from_number(number: i8) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

numbered! {
    /// The kind of a resource to which access is given.
    AclResource {
        /// A topic.
        Topic = 2,
        /// A consumer group.
        Group = 3,
        /// The cluster.
        Cluster = 4,
        /// The name of a producer's transactions.
        TransactionalId = 5,
        /// A delegation token.
        DelegationToken = 6,
        /// A user.
        User = 7,
    }
}

numbered! {
    /// The meaning of a resource's name in an access rule.
    AclPattern {
        /// The resource of exactly this name; `*` is each one.
        Literal = 3,
        /// Each resource whose name begins so.
        Prefixed = 4,
    }
}

numbered! {
    /// An operation that is allowed or denied.
    AclOperation {
        /// Each operation.
        All = 2,
        /// Reading of records, or of a group's offsets.
        Read = 3,
        /// Writing of records.
        Write = 4,
        /// Creation.
        Create = 5,
        /// Deletion.
        Delete = 6,
        /// Alteration of what is no configuration.
        Alter = 7,
        /// Seeing that it exists; included in reading, writing, deletion and alteration.
        Describe = 8,
        /// An action between brokers.
        ClusterAction = 9,
        /// Seeing configurations.
        DescribeConfigs = 10,
        /// Alteration of configurations.
        AlterConfigs = 11,
        /// Writing that is idempotent.
        IdempotentWrite = 12,
        /// Creation of delegation tokens.
        CreateTokens = 13,
        /// Seeing delegation tokens.
        DescribeTokens = 14,
    }
}

numbered! {
    /// The effect of an access rule. What is denied is not allowed by any other rule.
    AclPermission {
        /// The operation is denied.
        Deny = 2,
        /// The operation is allowed.
        Allow = 3,
    }
}

/// An access rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Acl {
    /// The kind of the resource.
    pub resource: AclResource,
    /// The name of the resource, or the beginning of names.
    pub name: String,
    /// The meaning of the name.
    pub pattern: AclPattern,
    /// The principal: `User:` and the name of a user.
    pub principal: String,
    /// The host from which the principal connects; `*` is each one.
    pub host: String,
    /// The operation.
    pub operation: AclOperation,
    /// The effect.
    pub permission: AclPermission,
}

/// A selection of access rules. What is not given does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AclFilter {
    /// The kind of the resource.
    pub resource: Option<AclResource>,
    /// The name in the rule, as it is written there.
    pub name: Option<String>,
    /// The principal.
    pub principal: Option<String>,
}

const ANY: i8 = 1;

impl Acl {
    /// Builds a rule that allows a user an operation on one resource, from any host.
    #[must_use]
    pub fn allow(
        user: &str,
        operation: AclOperation,
        resource: AclResource,
        name: impl Into<String>,
    ) -> Self {
        Self {
            resource,
            name: name.into(),
            pattern: AclPattern::Literal,
            principal: format!("User:{user}"),
            host: "*".to_owned(),
            operation,
            permission: AclPermission::Allow,
        }
    }

    /// Makes the rule one for each resource whose name begins so.
    #[must_use]
    pub fn prefixed(mut self) -> Self {
        self.pattern = AclPattern::Prefixed;
        self
    }

    /// Makes the rule one that denies.
    #[must_use]
    pub fn denied(mut self) -> Self {
        self.permission = AclPermission::Deny;
        self
    }
}

impl KafkaClient {
    /// Returns the access rules of a selection, in order. Rules of kinds that this client does not know are left out.
    ///
    /// # Errors
    ///
    /// If the brokers have no authorizer, or the user may not see the rules.
    pub fn acls(&mut self, filter: &AclFilter) -> Result<Vec<Acl>, KafkaError> {
        let answer = self.with_retries(|client| {
            let filter = AclFilterFields {
                resource: filter.resource.map_or(ANY, |resource| resource as i8),
                name: filter.name.clone(),
                pattern: ANY,
                principal: filter.principal.clone(),
                host: None,
                operation: ANY,
                permission: ANY,
            };
            let answer = client.call(Receiver::Any, &DescribeAcls { filter })?;
            check::<DescribeAcls>("access rules", answer.error, answer.message.clone())?;
            Ok(answer)
        })?;
        let mut acls: Vec<Acl> = answer.resources.iter().flat_map(acls_of).collect();
        acls.sort();
        Ok(acls)
    }

    /// Adds access rules. One that is there already is added once.
    ///
    /// # Errors
    ///
    /// If the brokers have no authorizer, refuse a rule, or the user may not alter them. Rules before the refused one may have been added.
    pub fn create_acls(&mut self, acls: &[Acl]) -> Result<(), KafkaError> {
        self.with_retries(|client| {
            let request = CreateAcls { acls: acls.iter().map(created_acl).collect() };
            let answer = client.call(Receiver::Controller, &request)?;
            for (acl, outcome) in acls.iter().zip(answer.outcomes) {
                check::<CreateAcls>(&acl.principal, outcome.error, outcome.message)?;
            }
            Ok(())
        })
    }

    /// Deletes access rules, and returns how many of them were there.
    ///
    /// # Errors
    ///
    /// If the brokers have no authorizer, or the user may not alter the rules.
    pub fn delete_acls(&mut self, acls: &[Acl]) -> Result<usize, KafkaError> {
        self.with_retries(|client| {
            let request = DeleteAcls { filters: acls.iter().map(exactly).collect() };
            let answer = client.call(Receiver::Controller, &request)?;
            let mut count = 0;
            for (acl, outcome) in acls.iter().zip(answer.outcomes) {
                check::<DeleteAcls>(&acl.principal, outcome.error, outcome.message)?;
                for deleted in outcome.deleted {
                    check::<DeleteAcls>(&acl.principal, deleted.error, deleted.message)?;
                    count += 1;
                }
            }
            Ok(count)
        })
    }
}

fn created_acl(acl: &Acl) -> CreatedAcl {
    CreatedAcl {
        resource: acl.resource as i8,
        name: acl.name.clone(),
        pattern: acl.pattern as i8,
        principal: acl.principal.clone(),
        host: acl.host.clone(),
        operation: acl.operation as i8,
        permission: acl.permission as i8,
    }
}

fn exactly(acl: &Acl) -> AclFilterFields {
    AclFilterFields {
        resource: acl.resource as i8,
        name: Some(acl.name.clone()),
        pattern: acl.pattern as i8,
        principal: Some(acl.principal.clone()),
        host: Some(acl.host.clone()),
        operation: acl.operation as i8,
        permission: acl.permission as i8,
    }
}

fn acls_of(found: &ResourceAcls) -> Vec<Acl> {
    found.acls.iter().filter_map(|acl| acl_of(found, acl)).collect()
}

fn acl_of(found: &ResourceAcls, acl: &PrincipalAcl) -> Option<Acl> {
    Some(Acl {
        resource: AclResource::from_number(found.resource)?,
        name: found.name.clone(),
        pattern: AclPattern::from_number(found.pattern)?,
        principal: acl.principal.clone(),
        host: acl.host.clone(),
        operation: AclOperation::from_number(acl.operation)?,
        permission: AclPermission::from_number(acl.permission)?,
    })
}
