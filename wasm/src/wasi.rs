//! What a guest finds of the world: as good as nothing.

use crate::limits::{Limits, MemoryLimiter};
use std::time::Duration;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{
    HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView,
    p1::WasiP1Ctx,
    p2::pipe::{MemoryInputPipe, MemoryOutputPipe},
    random::Deterministic,
};

/// The state of a component.
pub(crate) struct ComponentState {
    wasi: WasiCtx,
    table: ResourceTable,
    pub(crate) memory: MemoryLimiter,
}

impl ComponentState {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { wasi: isolated().build(), table: ResourceTable::new(), memory: MemoryLimiter::new(limits) }
    }
}

impl WasiView for ComponentState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// The state of a command.
pub(crate) struct CommandState {
    pub(crate) wasi: WasiP1Ctx,
    pub(crate) memory: MemoryLimiter,
}

impl CommandState {
    /// The state of a command that reads this line, and where it writes.
    pub(crate) fn new(limits: &Limits, line: &str) -> (Self, MemoryOutputPipe) {
        let output = MemoryOutputPipe::new(limits.answer.saturating_add(1));
        let input = MemoryInputPipe::new(format!("{line}\n"));
        let wasi = isolated().stdin(input).stdout(output.clone()).build_p1();
        (Self { wasi, memory: MemoryLimiter::new(limits) }, output)
    }
}

fn isolated() -> WasiCtxBuilder {
    let mut wasi = WasiCtxBuilder::new();
    wasi.allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .secure_random(Deterministic::new(vec![0]))
        .insecure_random(Deterministic::new(vec![0]))
        .insecure_random_seed(0)
        .wall_clock(StoppedClock)
        .monotonic_clock(StoppedClock);
    wasi
}

/// A clock that stands at the beginning of 1970.
struct StoppedClock;

impl HostWallClock for StoppedClock {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

impl HostMonotonicClock for StoppedClock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        1 // Programs in Go do not begin at zero: they take it for a clock that is missing.
    }
}
