//! Whether the business depends on something: `production: true`.

use crate::ecosystem::ProductionStatus;

pub(super) fn is_production(status: ProductionStatus) -> bool {
    status == ProductionStatus::Production
}
