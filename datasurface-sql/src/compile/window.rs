//! Windows: the rows over which a function is computed.

use super::{expression::ordered_by, scope::Scope};
use crate::input::is;
use sqlparser::ast::{
    Expr, Ident, NamedWindowDefinition, NamedWindowExpr, WindowFrame, WindowFrameBound, WindowSpec,
    WindowType,
};

/// The expressions of a window, and of those that it is based on. Nothing, if one of them is not understood.
pub(super) fn parts<'e>(over: &'e WindowType, scope: &'e Scope<'_>) -> Option<Vec<&'e Expr>> {
    let mut parts = Vec::new();
    let mut base = match over {
        WindowType::WindowSpec(window) => own_parts(window, &mut parts)?,
        WindowType::NamedWindow(name) => Some(name),
    };
    // Each is based on another one, unless they are based on each other.
    for _ in 0..=scope.windows.len() {
        let Some(name) = base else { return Some(parts) };
        base = match named(name, scope)? {
            NamedWindowExpr::WindowSpec(window) => own_parts(window, &mut parts)?,
            NamedWindowExpr::NamedWindow(name) => Some(name),
        };
    }
    None
}

/// The columns by which a window of a name divides and orders rows.
pub(super) fn columns(window: &NamedWindowDefinition) -> Vec<&Expr> {
    let mut parts = Vec::new();
    if let NamedWindowExpr::WindowSpec(window) = &window.1 {
        own_parts(window, &mut parts);
    }
    parts.retain(|part| matches!(part, Expr::Identifier(_) | Expr::CompoundIdentifier(_)));
    parts
}

/// The one window of a name.
fn named<'e>(name: &Ident, scope: &'e Scope<'_>) -> Option<&'e NamedWindowExpr> {
    let is_meant = |window: &&NamedWindowDefinition| is(&window.0.value, &name.value);
    let mut windows = scope.windows.iter().filter(is_meant);
    windows.next().filter(|_| windows.next().is_none()).map(|window| &window.1)
}

/// Adds the expressions of a window, and returns the name of the one that it is based on.
fn own_parts<'e>(window: &'e WindowSpec, parts: &mut Vec<&'e Expr>) -> Option<Option<&'e Ident>> {
    let WindowSpec { window_name, partition_by, order_by, window_frame } = window;
    parts.extend(partition_by);
    for order in order_by {
        parts.push(ordered_by(order)?);
    }
    if let Some(WindowFrame { units: _, start_bound, end_bound }) = window_frame {
        for bound in [start_bound].into_iter().chain(end_bound) {
            match bound {
                WindowFrameBound::CurrentRow => {}
                WindowFrameBound::Preceding(rows) | WindowFrameBound::Following(rows) => {
                    parts.extend(rows.iter().map(|rows| &**rows));
                }
            }
        }
    }
    Some(window_name.as_ref())
}
