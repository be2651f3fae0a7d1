//! Python binding of the packet core: conversion only. Commands, events and settings cross as `MessagePack`, so that the same
//! bytes could cross a socket.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tureen_packetio::{Core as PacketCore, CoreSettings};
use tureen_sfu::Command;

pyo3::create_exception!(
    _native,
    CoreError,
    pyo3::exceptions::PyException,
    "The core could not start or was given something that is not a command batch."
);

/// Shard threads with their sockets.
#[pyclass(frozen, module = "tureen._native")]
struct Core {
    inner: Mutex<Option<PacketCore>>,
}

impl Core {
    fn lock(&self) -> MutexGuard<'_, Option<PacketCore>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, use_core: impl FnOnce(&PacketCore) -> T) -> PyResult<T> {
        self.lock().as_ref().map(use_core).ok_or_else(|| CoreError::new_err("the core is closed"))
    }
}

#[pymethods]
impl Core {
    #[new]
    fn new(py: Python<'_>, config: &[u8]) -> PyResult<Self> {
        let settings: CoreSettings =
            rmp_serde::from_slice(config).map_err(|error| CoreError::new_err(format!("settings: {error}")))?;
        let core = py.detach(|| PacketCore::start(&settings)).map_err(|error| CoreError::new_err(error.to_string()))?;
        Ok(Self { inner: Mutex::new(Some(core)) })
    }

    fn fingerprint(&self) -> PyResult<String> {
        self.with(PacketCore::fingerprint)
    }

    fn addresses(&self) -> PyResult<Vec<Vec<(String, u16)>>> {
        let shards = self.with(PacketCore::addresses)?;
        Ok(shards
            .into_iter()
            .map(|shard| shard.into_iter().map(|address| (address.ip().to_string(), address.port())).collect())
            .collect())
    }

    fn submit(&self, shard: usize, batch: &[u8]) -> PyResult<()> {
        let commands: Vec<Command> =
            rmp_serde::from_slice(batch).map_err(|error| CoreError::new_err(format!("command batch: {error}")))?;
        let queued = self.with(|core| core.submit(shard, commands))?;
        if queued { Ok(()) } else { Err(CoreError::new_err(format!("shard {shard} is not running"))) }
    }

    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let events = self.with(PacketCore::drain)?;
        encode(py, &events)
    }

    fn event_fd(&self) -> PyResult<i32> {
        self.with(PacketCore::event_fd)
    }

    fn statistics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let statistics: std::collections::BTreeMap<_, _> = self.with(PacketCore::statistics)?.into_iter().collect();
        encode(py, &statistics)
    }

    fn close(&self, py: Python<'_>) {
        let core = self.lock().take();
        py.detach(|| drop(core));
    }
}

fn encode<'py>(py: Python<'py>, value: &impl serde::Serialize) -> PyResult<Bound<'py, PyBytes>> {
    let bytes = rmp_serde::to_vec_named(value).map_err(|error| CoreError::new_err(error.to_string()))?;
    Ok(PyBytes::new(py, &bytes))
}

/// Version of the native build.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Core>()?;
    module.add("CoreError", module.py().get_type::<CoreError>())?;
    module.add_function(wrap_pyfunction!(version, module)?)
}
