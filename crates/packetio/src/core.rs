//! The whole packet core: shard threads, and the two ways in and out of them.

use std::io;
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender as MessageSender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use tureen_sfu::{Command, Counters, Event, Identity, Shard};

use crate::junction::{Junction, SocketOutlet};
use crate::links::Links;
use crate::priority;
use crate::settings::{CoreSettings, Listen};
use crate::shard_thread::{MAX_ENTRIES, Message, ShardThread};
use crate::socket::UdpSocket;
use crate::steering::MAX_SHARDS;
use crate::wake::Wake;

const SIZE_NAMES: [&str; 5] = ["transports", "producers", "consumers", "mirrors", "steered_paths"];
const SEND_NAMES: [&str; 11] = [
    "datagrams_sent",
    "bytes_sent",
    "sends",
    "send_system_calls",
    "gso_runs",
    "gso_segments",
    "sends_waited",
    "sends_would_block",
    "sends_failed",
    "handed_over",
    "hand_over_drops",
];
const VALUES: usize = Counters::NAMES.len() + SIZE_NAMES.len() + SEND_NAMES.len();

/// Events that may wait for the control plane before what tells of a moment only is dropped.
const MAX_EVENTS: usize = 100_000;

/// What shards and the control plane share.
pub struct Mailbox {
    events: Mutex<Vec<Event>>,
    event_wake: Wake,
    shard_wakes: Vec<Wake>,
    values: Vec<[AtomicU64; VALUES]>,
}

impl Mailbox {
    fn new(shards: usize) -> io::Result<Self> {
        Ok(Self {
            events: Mutex::new(Vec::new()),
            event_wake: Wake::new()?,
            shard_wakes: (0..shards).map(|_| Wake::new()).collect::<io::Result<_>>()?,
            values: (0..shards).map(|_| std::array::from_fn(|_| AtomicU64::new(0))).collect(),
        })
    }

    /// What wakes a shard.
    pub fn wake(&self, shard: usize) -> &Wake {
        &self.shard_wakes[shard]
    }

    /// Hands events to the control plane and empties the list.
    pub fn publish(&self, events: &mut Vec<Event>) {
        if events.is_empty() {
            return;
        }
        let mut waiting = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() > MAX_EVENTS {
            // The control plane hangs. What it must know of transports stays; messages and measurements are dropped.
            events.retain(|event| !is_of_the_moment(event));
        }
        waiting.append(events);
        drop(waiting);
        self.event_wake.set();
    }

    /// Shows a shard's counts to whoever asks.
    pub fn count(&self, index: usize, junction: &Junction) {
        let Junction { shard, outlet, links, .. } = junction;
        let report = &outlet.report;
        let sizes = shard.sizes().into_iter().chain([shard.mirrors(), junction.steered_paths()]);
        let sent = [
            report.datagrams,
            report.bytes,
            report.sends,
            report.system_calls,
            report.gso_runs,
            report.gso_segments,
            report.waits,
            report.dropped_would_block,
            report.failed,
            links.handed_over,
            links.hand_over_drops,
        ];
        let values = shard.counters().values().into_iter().chain(sizes).chain(sent);
        for (shown, value) in self.values[index].iter().zip(values) {
            shown.store(value, Ordering::Relaxed);
        }
    }
}

struct ShardHandle {
    messages: MessageSender<Message>,
    thread: Option<JoinHandle<()>>,
    addresses: Vec<SocketAddr>,
}

/// The running packet core. Dropping it stops it.
pub struct Core {
    identity: Identity,
    mailbox: Arc<Mailbox>,
    shards: Vec<ShardHandle>,
}

impl Core {
    /// Binds the sockets and starts the threads.
    ///
    /// # Errors
    /// When an address cannot be bound, or a shard has none or too many; the text names it.
    pub fn start(settings: &CoreSettings) -> io::Result<Self> {
        let identity = Identity::generate().map_err(io::Error::other)?;
        let mailbox = Arc::new(Mailbox::new(settings.shards.len())?);
        let bound = bind_all(settings)?;
        let mut core = Self { identity, mailbox, shards: Vec::new() };
        for (sockets, links) in bound.into_iter().zip(Links::mesh(settings.shards.len())) {
            core.spawn(sockets, links, settings)?;
        }
        Ok(core)
    }

    fn spawn(&mut self, sockets: Vec<UdpSocket>, links: Links, settings: &CoreSettings) -> io::Result<()> {
        let index = self.shards.len();
        let addresses = sockets.iter().map(UdpSocket::local_address).collect();
        let (messages, receiver) = channel();
        let (identity, mailbox) = (self.identity.clone(), self.mailbox.clone());
        let (gso, one_port) = (settings.gso, settings.one_port);
        let thread = std::thread::Builder::new().name(format!("tureen-shard-{index}")).spawn(move || {
            priority::raise_own();
            let now = Instant::now();
            let seed = std::collections::hash_map::RandomState::new();
            let seed = std::hash::BuildHasher::hash_one(&seed, index);
            let shard = Shard::new(identity, seed, now);
            let junction = Junction::new(shard, SocketOutlet::new(sockets, gso), links, index, one_port);
            ShardThread::new(junction, receiver, mailbox, index).run();
        })?;
        self.shards.push(ShardHandle { messages, thread: Some(thread), addresses });
        Ok(())
    }

    /// SHA-256 of the DTLS certificate as SDP writes it.
    pub fn fingerprint(&self) -> String {
        self.identity.fingerprint()
    }

    /// The bound addresses of each shard.
    pub fn addresses(&self) -> Vec<Vec<SocketAddr>> {
        self.shards.iter().map(|shard| shard.addresses.clone()).collect()
    }

    /// Queues commands for a shard; `false` if there is no such shard.
    pub fn submit(&self, shard: usize, commands: Vec<Command>) -> bool {
        let Some(handle) = self.shards.get(shard) else { return false };
        let queued = handle.messages.send(Message::Commands(commands)).is_ok();
        self.mailbox.wake(shard).set();
        queued
    }

    /// The events since the last call.
    pub fn drain(&self) -> Vec<Event> {
        self.mailbox.event_wake.clear();
        // The shards' list stays, so that none of them has to allocate a new one.
        self.mailbox.events.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }

    /// A descriptor that is readable while events wait.
    pub fn event_fd(&self) -> RawFd {
        self.mailbox.event_wake.fd()
    }

    /// Counts of all shards together, by name.
    pub fn statistics(&self) -> Vec<(&'static str, u64)> {
        let names = Counters::NAMES.iter().chain(&SIZE_NAMES).chain(&SEND_NAMES);
        let sum = |index: usize| self.mailbox.values.iter().map(|values| values[index].load(Ordering::Relaxed)).sum();
        names.enumerate().map(|(index, name)| (*name, sum(index))).collect()
    }

    /// Stops the threads. Peers are told.
    pub fn close(&mut self) {
        for (index, shard) in self.shards.iter_mut().enumerate() {
            let _ = shard.messages.send(Message::Stop);
            self.mailbox.wake(index).set();
        }
        for shard in &mut self.shards {
            if let Some(thread) = shard.thread.take() {
                let _ = thread.join();
            }
        }
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.close();
    }
}

/// Whether an event is of no use once others of its kind have followed it.
fn is_of_the_moment(event: &Event) -> bool {
    use Event::{AudioLevel, ConsumerReported, DataMessage, ProducerReported, TransportReported};
    matches!(
        event,
        DataMessage { .. }
            | AudioLevel { .. }
            | ProducerReported { .. }
            | ConsumerReported { .. }
            | TransportReported { .. }
    )
}

/// The sockets of each shard.
fn bind_all(settings: &CoreSettings) -> io::Result<Vec<Vec<UdpSocket>>> {
    let invalid = |text: String| Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    for listen in &settings.shards {
        if listen.is_empty() || listen.len() >= MAX_ENTRIES {
            return invalid(format!("a shard needs 1 to {} addresses, not {}", MAX_ENTRIES - 1, listen.len()));
        }
    }
    if !settings.one_port {
        return settings.shards.iter().map(|listen| listen.iter().map(bind).collect()).collect();
    }
    let Some(listen) = settings.shards.first().filter(|_| settings.shards.len() <= MAX_SHARDS) else {
        return invalid(format!("1 to {MAX_SHARDS} shards may share a port, not {}", settings.shards.len()));
    };
    if settings.shards.iter().any(|other| other != listen) {
        return invalid("shards that share a port need the same addresses, in the same order".to_owned());
    }
    let first = listen.iter().map(bind).collect::<io::Result<Vec<_>>>()?;
    let addresses: Vec<_> = first.iter().map(UdpSocket::local_address).collect();
    if settings.shards.len() > 1 {
        first.iter().try_for_each(UdpSocket::share)?;
    }
    let mut bound = vec![first];
    for _ in 1..settings.shards.len() {
        bound.push(addresses.iter().map(|address| UdpSocket::bind_shared(*address)).collect::<io::Result<_>>()?);
    }
    Ok(bound)
}

fn bind(listen: &Listen) -> io::Result<UdpSocket> {
    let Some(address) = listen.socket_address() else {
        let text = format!("{:?} is not an IP address", listen.address);
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    };
    UdpSocket::bind(address).map_err(|error| io::Error::new(error.kind(), format!("UDP {address}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_do_not_pile_up_before_a_control_plane_that_hangs() {
        let mailbox = Mailbox::new(1).expect("a wake-up");
        let reported =
            Event::TransportReported { transport: 1, round_trip_ms: None, estimate: None, sent: 0, received: 0 };
        mailbox.publish(&mut vec![reported.clone(); MAX_EVENTS + 1]);
        let mut events = vec![reported, Event::TransportDisconnected { transport: 1 }];
        mailbox.publish(&mut events);
        let waiting = mailbox.events.lock().expect("no panic");
        assert_eq!(waiting.len(), MAX_EVENTS + 2);
        assert_eq!(waiting.last(), Some(&Event::TransportDisconnected { transport: 1 }));
    }
}
