//! The media server of one thread, without its thread: datagrams, commands and time go in; datagrams, events and the next
//! deadline come out. Nothing here knows a socket or reads a clock.
//!
//! ```text
//! datagram ─▶ STUN ─▶ ice          (any address; authenticated before it changes anything)
//!          ─▶ DTLS ─▶ dtls ─▶ sctp (validated addresses only)
//!          ─▶ RTP  ─▶ ingress ─▶ ring ─▶ pending ─▶ forward ─▶ outlet
//!          ─▶ RTCP ─▶ reports
//! ```

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde_bytes::ByteBuf;
use slab::Slab;
use tureen_units::{Outlet, PacketBuffer, Path};

use crate::allocation::Shares;
use crate::command::MediaKind;
use crate::consumer::Consumer;
use crate::counters::Counters;
use crate::dtls::{Identity, Keys};
use crate::event::{CloseReason, Event};
use crate::ice::{BindingRequest, Check, Response};
use crate::levels::AUDIBLE;
use crate::producer::Producer;
use crate::random::Random;
use crate::relay::Relayed;
use crate::ring::BufferPool;
use crate::sctp::DataOutput;
use crate::speakers::Speakers;
use crate::timers::Timers;
use crate::transport::{DtlsProgress, Silence, Srtp, State, Transport};

/// How often layers are chosen anew and key frame requests repeated.
const TICK: Duration = Duration::from_millis(100);

/// Ticks between two reports of audio levels.
const TICKS_PER_LEVELS: u32 = 4;

/// The transports of one thread and all that is on them.
pub struct Shard {
    pub(crate) identity: Identity,
    pub(crate) transports: Slab<Transport>,
    pub(crate) transport_keys: HashMap<u64, usize>,
    pub(crate) ufrags: HashMap<String, usize>,
    pub(crate) paths: HashMap<Path, usize>,
    /// Paths that were some transport's and are nobody's now.
    pub(crate) forgotten: Vec<Path>,
    pub(crate) producers: Slab<Producer>,
    pub(crate) producer_keys: HashMap<u64, usize>,
    pub(crate) consumers: Slab<Consumer>,
    pub(crate) consumer_keys: HashMap<u64, usize>,
    /// How many producers are mirrors of others.
    pub(crate) mirrors: usize,
    /// What waits for other shards.
    pub(crate) relayed: Vec<(u16, Relayed)>,
    /// Producers with pending packets.
    pub(crate) dirty: Vec<usize>,
    pub(crate) pool: BufferPool,
    pub(crate) speakers: Speakers,
    pub(crate) shares: Shares,
    pub(crate) timers: Timers,
    pub(crate) events: Vec<Event>,
    pub(crate) counters: Counters,
    pub(crate) random: Random,
    pub(crate) epoch: Instant,
    next_tick: Instant,
    ticks: u32,
}

impl Shard {
    /// An empty shard. `seed` need not be secret.
    pub fn new(identity: Identity, seed: u64, now: Instant) -> Self {
        Self {
            identity,
            transports: Slab::new(),
            transport_keys: HashMap::new(),
            ufrags: HashMap::new(),
            paths: HashMap::new(),
            forgotten: Vec::new(),
            producers: Slab::new(),
            producer_keys: HashMap::new(),
            consumers: Slab::new(),
            consumer_keys: HashMap::new(),
            mirrors: 0,
            relayed: Vec::new(),
            dirty: Vec::new(),
            pool: BufferPool::default(),
            speakers: Speakers::default(),
            shares: Shares::default(),
            timers: Timers::default(),
            events: Vec::new(),
            counters: Counters::default(),
            random: Random::new(seed),
            epoch: now,
            next_tick: now + TICK,
            ticks: 0,
        }
    }

    /// What this shard has counted.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Transports, producers and consumers that are open; mirrors do not count as producers.
    pub fn sizes(&self) -> [u64; 3] {
        let producers = self.producers.len() - self.mirrors;
        [self.transports.len() as u64, producers as u64, self.consumers.len() as u64]
    }

    /// Mirrors of other shards' producers that are open.
    pub fn mirrors(&self) -> u64 {
        self.mirrors as u64
    }

    /// Moves the events since the last call to the end of `events`.
    pub fn drain_events(&mut self, events: &mut Vec<Event>) {
        events.append(&mut self.events);
    }

    /// When [`Self::handle_timeout`] is due, at the latest.
    pub fn deadline(&self) -> Instant {
        // An empty shard sleeps: what wakes it is a command.
        let idle = self.producers.is_empty();
        let tick = if idle { self.next_tick + Duration::from_secs(3600) } else { self.next_tick };
        self.timers.next().map_or(tick, |next| next.min(tick))
    }

    /// Takes a datagram. Its buffer may be exchanged for another one. Call [`Self::forward`] after each batch.
    pub fn handle_datagram(&mut self, now: Instant, path: Path, buffer: &mut Box<PacketBuffer>, out: &mut dyn Outlet) {
        self.counters.datagrams_received += 1;
        self.counters.bytes_received += buffer.bytes().len() as u64;
        let first = buffer.bytes().first().copied().unwrap_or(u8::MAX);
        if first <= 3 {
            self.handle_stun(now, path, buffer.bytes(), out);
            return;
        }
        let known = self.paths.get(&path).copied();
        let Some(key) = known.filter(|_| matches!(first, 20..=63 | 128..=191)) else {
            self.counters.datagrams_refused += 1;
            return;
        };
        self.transports[key].received.add(buffer.bytes().len());
        self.guard(key, out, |shard, out| match first {
            20..=63 => shard.handle_dtls(now, key, path, buffer.bytes(), out),
            _ if buffer.bytes().get(1).is_some_and(|second| (192..=223).contains(second)) => {
                shard.handle_rtcp(now, key, path, buffer, out);
            }
            _ => shard.handle_rtp(now, key, path, buffer),
        });
        self.reschedule(key);
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant, out: &mut dyn Outlet) {
        while let Some((at, key)) = self.timers.pop_due(now) {
            let Some(transport) = self.transports.get_mut(key) else { continue };
            if transport.scheduled != Some(at) {
                continue;
            }
            transport.scheduled = None;
            self.guard(key, out, |shard, out| shard.handle_transport_timeout(now, key, out));
            self.reschedule(key);
        }
        if now >= self.next_tick {
            self.tick(now, out);
            self.next_tick = now + TICK;
        }
    }

    /// Runs `work` for one transport; a panic in it closes that transport and nothing else.
    pub(crate) fn guard(&mut self, key: usize, out: &mut dyn Outlet, work: impl FnOnce(&mut Self, &mut dyn Outlet)) {
        if catch_unwind(AssertUnwindSafe(|| work(self, out))).is_err() {
            self.counters.panics += 1;
            self.fail_transport(key, CloseReason::Panic);
        }
    }

    /// Tells the timers when a transport is due next.
    pub(crate) fn reschedule(&mut self, key: usize) {
        if let Some(transport) = self.transports.get_mut(key) {
            let deadline = transport.deadline();
            self.timers.schedule(key, deadline, &mut transport.scheduled);
        }
    }

    fn handle_stun(&mut self, now: Instant, path: Path, bytes: &[u8], out: &mut dyn Outlet) {
        // Until it has proved its credentials, a datagram is nobody's: a panic costs the datagram and drops no transport.
        let checked = catch_unwind(AssertUnwindSafe(|| self.check(now, path, bytes)));
        let Ok(Some((key, check, response))) = checked else {
            self.counters.panics += u64::from(checked.is_err());
            self.counters.stun_refused += u64::from(checked.is_ok());
            return;
        };
        self.guard(key, out, |shard, out| {
            shard.note_check(now, key, path, check);
            out.send(path, key as u32, response.bytes());
        });
        self.reschedule(key);
    }

    /// Authenticates a binding request; `None` if it is none, nobody's, or comes from where another call lives.
    fn check(&mut self, now: Instant, path: Path, bytes: &[u8]) -> Option<(usize, Check, Response)> {
        let request = BindingRequest::parse_untrusted(bytes).ok()?;
        let key = *self.ufrags.get(request.local_ufrag())?;
        let owner = self.paths.get(&path).copied().filter(|owner| *owner != key);
        if owner.is_some_and(|owner| self.transports[owner].holds(path, now)) {
            return None;
        }
        let (check, response) = self.transports[key].ice.handle_request(path, &request).ok()?;
        Some((key, check, response))
    }

    fn note_check(&mut self, now: Instant, key: usize, path: Path, check: Check) {
        if let Check::Validated { evicted } = check {
            if let Some(evicted) = evicted {
                self.forget_path(evicted, key);
            }
            // Unless a live call holds it, an address belongs to whoever proved last that they know the credentials.
            self.paths.insert(path, key);
        }
        self.note_authentic(now, key);
    }

    /// Another transport may have validated the same address since; then it stays with that one.
    pub(crate) fn forget_path(&mut self, path: Path, key: usize) {
        if self.paths.get(&path) == Some(&key) {
            self.paths.remove(&path);
            self.forgotten.push(path);
        }
    }

    pub(crate) fn note_authentic(&mut self, now: Instant, key: usize) {
        let transport = &mut self.transports[key];
        if transport.on_authentic(now) {
            self.events.push(Event::TransportReconnected { transport: transport.id });
        }
    }

    fn handle_dtls(&mut self, now: Instant, key: usize, path: Path, bytes: &[u8], out: &mut dyn Outlet) {
        let progress = self.transports[key].handle_dtls(now, path, key as u32, bytes, out);
        let Ok(DtlsProgress { keys, closed }) = progress else {
            self.counters.dtls_failures += 1;
            self.fail_transport(key, CloseReason::DtlsFailed);
            return;
        };
        if let Some(keys) = keys {
            self.connect(now, key, path, &keys, out);
        }
        self.pump_data(now, key, out);
        if closed {
            self.fail_transport(key, CloseReason::PeerClosed);
        }
    }

    fn connect(&mut self, now: Instant, key: usize, path: Path, keys: &Keys, out: &mut dyn Outlet) {
        use tureen_srtp::{Inbound, Outbound, Profile};
        let (Ok(inbound), Ok(outbound)) =
            (Inbound::new(keys.profile, keys.client()), Outbound::new(keys.profile, keys.server()))
        else {
            self.fail_transport(key, CloseReason::DtlsFailed);
            return;
        };
        match keys.profile {
            Profile::AeadAes256Gcm => self.counters.srtp_aead_aes_256_gcm += 1,
            Profile::AeadAes128Gcm => self.counters.srtp_aead_aes_128_gcm += 1,
            Profile::Aes128CmSha1_80 => self.counters.srtp_aes128_cm_sha1_80 += 1,
        }
        let transport = &mut self.transports[key];
        transport.srtp = Some(Srtp { inbound, outbound });
        transport.state = State::Connected;
        transport.feedback.report = Some(now + crate::feedback::REPORT_INTERVAL);
        transport.on_authentic(now);
        let remote = transport.ice.selected().unwrap_or(path).remote.to_string();
        self.events.push(Event::TransportConnected {
            transport: transport.id,
            remote,
            srtp_profile: keys.profile.name().to_owned(),
        });
        // A publisher that panics over the request for a key frame takes its consumers along.
        self.allocate(now, key, out);
        for consumer in self.transports.get(key).map_or_else(Vec::new, |transport| transport.consumers.clone()) {
            self.choose_layer(now, consumer, out);
        }
    }

    /// Sends what SCTP has to send and reports what came.
    pub(crate) fn pump_data(&mut self, now: Instant, key: usize, out: &mut dyn Outlet) {
        let Self { transports, events, counters, .. } = self;
        let transport = &mut transports[key];
        let id = transport.id;
        let pumped = transport.pump_data(now, key as u32, out, &mut |output| match output {
            DataOutput::Opened { channel, open } => events.push(Event::DataChannelOpened {
                transport: id,
                channel,
                label: open.label,
                protocol: open.protocol,
                ordered: open.ordered,
                max_retransmits: match open.reliability {
                    crate::dcep::Reliability::Retransmits(times) => Some(times),
                    _ => None,
                },
            }),
            DataOutput::Closed { channel } => events.push(Event::DataChannelClosed { transport: id, channel }),
            DataOutput::Message { channel, label, binary, payload } => {
                counters.data_messages_received += 1;
                let payload = ByteBuf::from(payload);
                events.push(Event::DataMessage { transport: id, channel, label, binary, payload });
            }
        });
        if pumped.is_err() {
            self.fail_transport(key, CloseReason::DtlsFailed);
        }
    }

    fn handle_transport_timeout(&mut self, now: Instant, key: usize, out: &mut dyn Outlet) {
        if self.transports[key].handle_timeout(now, key as u32, out).is_err() {
            self.counters.dtls_failures += 1;
            self.fail_transport(key, CloseReason::DtlsFailed);
            return;
        }
        self.release(now, key, out);
        self.pump_data(now, key, out);
        let Some(transport) = self.transports.get_mut(key) else { return };
        let id = transport.id;
        match transport.silence(now) {
            Some(Silence::ConnectTimeout) => return self.fail_transport(key, CloseReason::ConnectTimeout),
            Some(Silence::Expired) => return self.fail_transport(key, CloseReason::ConsentExpired),
            Some(Silence::Disconnected) => self.events.push(Event::TransportDisconnected { transport: id }),
            None => {}
        }
        self.send_feedback(now, key, out);
    }

    fn tick(&mut self, now: Instant, out: &mut dyn Outlet) {
        for key in 0..self.transports.capacity() {
            self.allocate(now, key, out);
        }
        for (_, producer) in &mut self.producers {
            for layer in &mut producer.layers {
                layer.give_back(now, &mut self.pool);
            }
        }
        self.ticks += 1;
        if self.ticks.is_multiple_of(TICKS_PER_LEVELS) {
            self.report_levels();
        }
    }

    fn report_levels(&mut self) {
        for (_, producer) in &mut self.producers {
            if producer.kind == MediaKind::Audio {
                let level = producer.meter.take();
                if level < AUDIBLE && !producer.paused {
                    self.events.push(Event::AudioLevel { producer: producer.id, level });
                }
            }
        }
    }

    /// Chooses a consumer's layers, if it is still there, and finds or asks for the key frame that it then needs.
    pub(crate) fn choose_layer(&mut self, now: Instant, key: usize, out: &mut dyn Outlet) {
        let Some(consumer) = self.consumers.get_mut(key) else { return };
        if self.transports[consumer.transport].srtp.is_none() {
            return;
        }
        let producer = &mut self.producers[consumer.producer];
        let producer_key = consumer.producer;
        let Some(encoding) = consumer.choose(producer, now) else { return };
        if self.replay(now, key, encoding, out) {
            return;
        }
        let layers = self.producers.get_mut(producer_key).map(|producer| &mut producer.layers);
        if let Some(layer) = layers.and_then(|layers| layers.get_mut(usize::from(encoding))) {
            layer.key_frames.request();
            self.poll_key_frames(now, producer_key, out);
        }
    }

    /// Closes a transport because of itself or its peer, and says so.
    pub(crate) fn fail_transport(&mut self, key: usize, reason: CloseReason) {
        if let Some(id) = self.transports.get(key).map(|transport| transport.id) {
            self.remove_transport(key);
            self.events.push(Event::TransportClosed { transport: id, reason });
        }
    }
}
