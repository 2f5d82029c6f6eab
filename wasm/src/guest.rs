//! Running a guest within its limits.

use crate::{
    limits::Limits,
    module::{ANSWER, Module, ModuleError},
    wasi::{CommandState, ComponentState},
};
use std::{fmt, sync::Arc};
use tokio::{runtime::Runtime, time::timeout};
use wasmtime::{
    Store, Trap,
    component::{self, TypedFunc},
};
use wasmtime_wasi::I32Exit;

/// The function by which a command begins.
pub(crate) const START: &str = "_start";

/// After so many units of fuel, a guest lets the host look at the time.
const FUEL_BETWEEN_LOOKS: u64 = 1_000_000;

/// An instance of a component, which answers lines one after another.
pub struct Instance {
    store: Store<ComponentState>,
    answer: TypedFunc<(String,), (String,)>,
    limits: Limits,
    runtime: Arc<Runtime>,
}

impl Instance {
    pub(crate) fn new(
        module: &Module,
        component: &component::InstancePre<ComponentState>,
    ) -> Result<Self, ModuleError> {
        let limits = module.limits;
        let mut store = Store::new(component.engine(), ComponentState::new(&limits));
        store.limiter(|state| &mut state.memory);
        refuel(&mut store, &limits)?;
        let start = component.instantiate_async(&mut store);
        let started = module.runtime.block_on(async { timeout(limits.time, start).await });
        let started = started.map_err(|_| ModuleError::Time(limits.time))?;
        let has_refused = store.data().memory.has_refused;
        let instance = started.map_err(|error| failure(&error, has_refused, &limits))?;
        let answer = instance
            .get_typed_func(&mut store, ANSWER)
            .map_err(|error| ModuleError::Unusable(format!("{error:#}")))?;
        Ok(Self { store, answer, limits, runtime: Arc::clone(&module.runtime) })
    }

    /// Answers a line.
    ///
    /// # Errors
    ///
    /// If the module exceeds a limit or fails. The instance is of no use afterwards.
    pub fn answer(&mut self, line: &str) -> Result<String, ModuleError> {
        refuel(&mut self.store, &self.limits)?;
        let call = self.answer.call_async(&mut self.store, (line.to_owned(),));
        let called = self.runtime.block_on(async { timeout(self.limits.time, call).await });
        let called = called.map_err(|_| ModuleError::Time(self.limits.time))?;
        let has_refused = self.store.data().memory.has_refused;
        let (answer,) = called.map_err(|error| failure(&error, has_refused, &self.limits))?;
        match answer.len() > self.limits.answer {
            true => Err(ModuleError::TooLong(self.limits.answer)),
            false => Ok(answer),
        }
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Runs a command for one line.
pub(crate) fn run_command(
    module: &Module,
    command: &wasmtime::InstancePre<CommandState>,
    line: &str,
) -> Result<String, ModuleError> {
    let limits = module.limits;
    let (state, output) = CommandState::new(&limits, line);
    let mut store = Store::new(command.module().engine(), state);
    store.limiter(|state| &mut state.memory);
    refuel(&mut store, &limits)?;
    let run = async {
        let instance = command.instantiate_async(&mut store).await?;
        instance.get_typed_func::<(), ()>(&mut store, START)?.call_async(&mut store, ()).await
    };
    let ran = module.runtime.block_on(async { timeout(limits.time, run).await });
    let written = output.contents();
    if written.len() > limits.answer {
        return Err(ModuleError::TooLong(limits.answer));
    }
    let ran = ran.map_err(|_| ModuleError::Time(limits.time))?;
    if let Err(error) = ran
        && error.downcast_ref::<I32Exit>().is_none_or(|exit| exit.0 != 0)
    {
        return Err(failure(&error, store.data().memory.has_refused, &limits));
    }
    let text = str::from_utf8(&written).map_err(|error| ModuleError::Trap(error.to_string()))?;
    match text.strip_suffix('\n').unwrap_or(text) {
        "" => Err(ModuleError::NoAnswer),
        answer => Ok(answer.to_owned()),
    }
}

fn refuel<T>(store: &mut Store<T>, limits: &Limits) -> Result<(), ModuleError> {
    let fuelled =
        store.set_fuel(limits.fuel).and_then(|()| store.fuel_async_yield_interval(Some(FUEL_BETWEEN_LOOKS)));
    fuelled.map_err(|error| ModuleError::Trap(format!("{error:#}")))
}

/// Says which limit a guest exceeded, if that is why it failed.
fn failure(error: &wasmtime::Error, has_refused_memory: bool, limits: &Limits) -> ModuleError {
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => ModuleError::Fuel(limits.fuel),
        _ if has_refused_memory => ModuleError::Memory(limits.memory),
        Some(trap) => ModuleError::Trap(trap.to_string()),
        None => ModuleError::Trap(error.root_cause().to_string()),
    }
}
