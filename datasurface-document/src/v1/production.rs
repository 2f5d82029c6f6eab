//! Whether the business depends on something: `production: true`.

use datasurface_model::ProductionStatus;

pub(super) fn is_production(status: ProductionStatus) -> bool {
    status == ProductionStatus::Production
}
