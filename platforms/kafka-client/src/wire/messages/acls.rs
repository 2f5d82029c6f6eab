//! Access rules.

use crate::wire::message;

message! {
    request DescribeAcls { filter: AclFilterFields }
    request AclFilterFields {
        resource: i8,
        name: Option<String>,
        pattern: i8,
        principal: Option<String>,
        host: Option<String>,
        operation: i8,
        permission: i8,
    }
    response DescribeAclsResponse {
        _throttle: i32,
        error: i16,
        message: Option<String>,
        resources: Vec<ResourceAcls>,
    }
    response ResourceAcls { resource: i8, name: String, pattern: i8, acls: Vec<PrincipalAcl> }
    response PrincipalAcl { principal: String, host: String, operation: i8, permission: i8 }
    call DescribeAcls = 29 v 1 -> DescribeAclsResponse;

    request CreateAcls { acls: Vec<CreatedAcl> }
    request CreatedAcl {
        resource: i8,
        name: String,
        pattern: i8,
        principal: String,
        host: String,
        operation: i8,
        permission: i8,
    }
    response CreateAclsResponse { _throttle: i32, outcomes: Vec<AclOutcome> }
    response AclOutcome { error: i16, message: Option<String> }
    call CreateAcls = 30 v 1 -> CreateAclsResponse;

    request DeleteAcls { filters: Vec<AclFilterFields> }
    response DeleteAclsResponse { _throttle: i32, outcomes: Vec<AclDeletionOutcome> }
    response AclDeletionOutcome { error: i16, message: Option<String>, deleted: Vec<DeletedAcl> }
    response DeletedAcl {
        error: i16,
        message: Option<String>,
        _resource: i8,
        _name: String,
        _pattern: i8,
        _acl: PrincipalAcl,
    }
    call DeleteAcls = 31 v 1 -> DeleteAclsResponse;
}
