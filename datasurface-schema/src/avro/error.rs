//! Errors in an Avro schema, found while it is read: all but those that only follow from another one.

use crate::{ColumnError, name::ColumnName};

/// The errors in a part of a schema. Empty if they were reported at the type that the part refers to.
pub(super) type FieldErrors = Vec<FieldError>;

pub(super) struct FieldError {
    /// The outermost field that it is in.
    column: Option<ColumnName>,
    /// The field that it is in, with those around it, joined by dots.
    field: String,
    reason: String,
}

impl FieldError {
    pub(super) fn single(reason: impl Into<String>) -> FieldErrors {
        vec![Self { column: None, field: String::new(), reason: reason.into() }]
    }

    /// The same, in this field.
    pub(super) fn within(self, name: &str) -> Self {
        let field = if self.field.is_empty() { name.to_owned() } else { format!("{name}.{}", self.field) };
        Self { column: Some(name.into()), field, ..self }
    }
}

/// Two parts, if nothing is wrong with either: what is wrong with one hides nothing of the other.
pub(super) fn both<A, B>(
    one: Result<A, FieldErrors>,
    other: Result<B, FieldErrors>,
) -> Result<(A, B), FieldErrors> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(mut errors), Err(more)) => {
            errors.extend(more);
            Err(errors)
        }
        (Err(errors), Ok(_)) | (Ok(_), Err(errors)) => Err(errors),
    }
}

impl From<FieldError> for ColumnError {
    fn from(FieldError { column, field, reason }: FieldError) -> Self {
        let message = if column.is_none() { reason } else { format!("in the field `{field}`: {reason}") };
        Self { column, message }
    }
}
