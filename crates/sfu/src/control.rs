//! What commands do.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use tureen_units::Outlet;

use crate::command::{
    Command, ConsumerLimits, HeaderExtensionIds, MediaKind, OpenConsumer, OpenProducer, OpenTransport, UpdateTransport,
};
use crate::consumer::Consumer;
use crate::downlink::Downlink;
use crate::event::{CloseReason, CommandErrorCode as Code, Event};
use crate::producer::{MAX_LAYERS, Producer, Upstream};
use crate::shard::Shard;
use crate::transport::{StreamRef, Transport};

/// Producers and consumers that one transport may carry.
const MAX_PER_TRANSPORT: usize = 1024;

/// A command that had no effect.
pub struct Failure {
    code: Code,
    message: String,
}

impl Failure {
    /// A code for programs and a text for people.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// What became of a command.
pub type Outcome = Result<(), Failure>;

impl Shard {
    /// Carries a command out; a failure becomes an event. A panic fails the command and drops the transport that it was
    /// about.
    pub fn handle_command(&mut self, now: Instant, command: Command, out: &mut dyn Outlet) {
        let ((name, request), owner) = (command.name(), self.owner(&command));
        let work = || self.carry_out(now, command, out);
        let outcome = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
            self.counters.panics += 1;
            if let Some(key) = owner {
                self.fail_transport(key, CloseReason::Panic);
            }
            Err(Failure::new(Code::Panic, "the core panicked over it; this is a defect"))
        });
        if let Err(Failure { code, message }) = outcome {
            self.events.push(Event::CommandFailed { request, command: name.to_owned(), code, message });
        }
    }

    fn carry_out(&mut self, now: Instant, command: Command, out: &mut dyn Outlet) -> Outcome {
        match command {
            Command::OpenTransport(open) => self.open_transport(now, open),
            Command::UpdateTransport(update) => self.update_transport(update),
            Command::CloseTransport { transport } => {
                self.close_transport(transport, out);
                Ok(())
            }
            Command::OpenProducer(open) => self.open_producer(open),
            Command::OpenMirror(open) => self.open_mirror(now, open, out),
            Command::MirrorProducer { producer, shard, mirrored, .. } => {
                self.mirror_producer(producer, shard, mirrored)
            }
            Command::LimitSpeakers { speakers, limit } => {
                self.speakers.limit(speakers, limit);
                Ok(())
            }
            Command::PauseProducer { producer, paused, .. } => self.pause_producer(now, producer, paused, out),
            Command::CloseProducer { producer } => {
                self.close_producer(producer);
                Ok(())
            }
            Command::OpenConsumer(open) => self.open_consumer(now, open, out),
            Command::UpdateConsumer { consumer, limits, .. } => self.update_consumer(now, consumer, limits, out),
            Command::CloseConsumer { consumer } => {
                self.close_consumer(consumer);
                Ok(())
            }
            Command::RequestKeyFrame { producer, .. } => self.request_key_frame(now, producer, out),
            Command::SendData { transports, label, payload, binary } => {
                self.send_data(now, &transports, &label, (&payload, binary), out);
                Ok(())
            }
        }
    }

    /// The transport that a command is about; data messages guard each of theirs.
    fn owner(&self, command: &Command) -> Option<usize> {
        let of_producer = |id: &u64| self.producers.get(*self.producer_keys.get(id)?)?.transport();
        let of_consumer = |id: &u64| Some(self.consumers.get(*self.consumer_keys.get(id)?)?.transport);
        match command {
            Command::OpenTransport(OpenTransport { transport, .. })
            | Command::UpdateTransport(UpdateTransport { transport, .. })
            | Command::CloseTransport { transport }
            | Command::OpenProducer(OpenProducer { transport, .. })
            | Command::OpenConsumer(OpenConsumer { transport, .. }) => self.transport_keys.get(transport).copied(),
            Command::PauseProducer { producer, .. }
            | Command::MirrorProducer { producer, .. }
            | Command::CloseProducer { producer }
            | Command::RequestKeyFrame { producer, .. } => of_producer(producer),
            Command::UpdateConsumer { consumer, .. } | Command::CloseConsumer { consumer } => of_consumer(consumer),
            Command::OpenMirror(_) | Command::LimitSpeakers { .. } | Command::SendData { .. } => None,
        }
    }

    fn open_transport(&mut self, now: Instant, open: OpenTransport) -> Outcome {
        check_extensions(&open.extensions)?;
        if self.transport_keys.contains_key(&open.transport) {
            return Err(Failure::new(Code::DuplicateId, format!("transport {} is open", open.transport)));
        }
        if self.ufrags.contains_key(&open.local_ice.ufrag) {
            return Err(Failure::new(Code::DuplicateId, "another transport has this ICE user name fragment"));
        }
        let (id, ufrag) = (open.transport, open.local_ice.ufrag.clone());
        let key = self.transports.insert(Transport::new(open, &self.identity, now));
        self.transport_keys.insert(id, key);
        self.ufrags.insert(ufrag, key);
        self.reschedule(key);
        Ok(())
    }

    fn update_transport(&mut self, update: UpdateTransport) -> Outcome {
        check_extensions(&update.extensions)?;
        let key = self.transport_key(update.transport)?;
        if let (Some(local), Some(remote)) = (update.local_ice, update.remote_ice) {
            if self.ufrags.get(&local.ufrag).is_some_and(|owner| *owner != key) {
                return Err(Failure::new(Code::DuplicateId, "another transport has this ICE user name fragment"));
            }
            self.ufrags.remove(self.transports[key].ice.local_ufrag());
            self.ufrags.insert(local.ufrag.clone(), key);
            self.transports[key].ice.restart(local, &remote);
        }
        self.transports[key].extensions = update.extensions;
        self.transports[key].set_max_message_size(update.max_message_size);
        Ok(())
    }

    fn close_transport(&mut self, id: u64, out: &mut dyn Outlet) {
        if let Some(key) = self.transport_keys.get(&id).copied() {
            self.guard(key, out, |shard, out| shard.transports[key].close(key as u32, out));
            self.remove_transport(key);
        }
    }

    /// Removes a transport and everything on it.
    pub(crate) fn remove_transport(&mut self, key: usize) {
        let Some(transport) = self.transports.try_remove(key) else { return };
        self.transport_keys.remove(&transport.id);
        self.ufrags.remove(transport.ice.local_ufrag());
        for path in transport.ice.paths() {
            self.forget_path(*path, key);
        }
        for consumer in transport.consumers {
            self.remove_consumer(consumer);
        }
        for producer in transport.producers {
            self.remove_producer(producer);
        }
    }

    fn open_producer(&mut self, open: OpenProducer) -> Outcome {
        let transport = self.transport_key(open.transport)?;
        check_producer(&open)?;
        let key = match self.producer_keys.get(&open.producer) {
            Some(key) if self.producers[*key].upstream != Upstream::Peer(transport) => {
                return Err(Failure::new(Code::DuplicateId, "the producer is open on another transport"));
            }
            Some(key) => {
                let key = *key;
                self.producers[key].update(open, &mut self.pool);
                key
            }
            None if self.transports[transport].producers.len() >= MAX_PER_TRANSPORT => {
                return Err(Failure::new(Code::LimitExceeded, "too many producers on this transport"));
            }
            None => {
                let id = open.producer;
                let key = self.producers.insert(Producer::new(open, Upstream::Peer(transport), &mut self.pool));
                self.producer_keys.insert(id, key);
                self.transports[transport].producers.push(key);
                key
            }
        };
        self.learn_signalled_streams(transport, key);
        Ok(())
    }

    fn learn_signalled_streams(&mut self, transport: usize, key: usize) {
        for (index, layer) in self.producers[key].layers.iter().enumerate() {
            let layer_index = index as u8;
            for (ssrc, rtx) in [(layer.encoding.ssrc, false), (layer.encoding.rtx_ssrc, true)] {
                if let Some(ssrc) = ssrc {
                    let stream = StreamRef { producer: key, layer: layer_index, rtx };
                    self.transports[transport].learn_stream(ssrc, stream);
                }
            }
        }
    }

    /// Stops or resumes forwarding of a producer.
    pub(crate) fn pause_producer(&mut self, now: Instant, id: u64, paused: bool, out: &mut dyn Outlet) -> Outcome {
        let key = self.producer_key(id)?;
        self.producers[key].paused = paused;
        for consumer in self.producers[key].consumers.clone() {
            self.choose_layer(now, consumer, out);
        }
        Ok(())
    }

    fn close_producer(&mut self, id: u64) {
        if let Some(key) = self.producer_keys.get(&id).copied() {
            if let Some(transport) = self.producers[key].transport() {
                self.transports[transport].producers.retain(|known| *known != key);
                self.transports[transport].forget_streams(key);
            }
            self.remove_producer(key);
        }
    }

    fn remove_producer(&mut self, key: usize) {
        let Some(mut producer) = self.producers.try_remove(key) else { return };
        self.producer_keys.remove(&producer.id);
        self.mirrors -= usize::from(producer.transport().is_none());
        self.speakers.forget(producer.speakers, key);
        self.dirty.retain(|dirty| *dirty != key);
        for layer in &mut producer.layers {
            layer.ring.clear(&mut self.pool);
        }
        for consumer in producer.consumers {
            if let Some(transport) = self.consumers.get(consumer).map(|consumer| consumer.transport) {
                self.transports[transport].consumers.retain(|known| *known != consumer);
                self.remove_consumer(consumer);
            }
        }
    }

    fn open_consumer(&mut self, now: Instant, open: OpenConsumer, out: &mut dyn Outlet) -> Outcome {
        let transport = self.transport_key(open.transport)?;
        let producer = self.producer_key(open.producer)?;
        if self.consumer_keys.contains_key(&open.consumer) {
            return Err(Failure::new(Code::DuplicateId, format!("consumer {} is open", open.consumer)));
        }
        if open.payload_types.is_empty() {
            return Err(Failure::new(Code::InvalidParameter, "a consumer needs a payload type"));
        }
        if self.transports[transport].consumers.len() >= MAX_PER_TRANSPORT {
            return Err(Failure::new(Code::LimitExceeded, "too many consumers on this transport"));
        }
        let id = open.consumer;
        let kind = self.producers[producer].kind;
        let consumer = Consumer::new(open, transport, producer, kind, self.random.next());
        let key = self.consumers.insert(consumer);
        self.consumer_keys.insert(id, key);
        self.transports[transport].consumers.push(key);
        self.transports[transport].downlink.get_or_insert_with(|| Box::new(Downlink::new(now)));
        self.producers[producer].consumers.push(key);
        self.allocate(now, transport, out);
        self.choose_layer(now, key, out);
        Ok(())
    }

    fn update_consumer(&mut self, now: Instant, id: u64, limits: ConsumerLimits, out: &mut dyn Outlet) -> Outcome {
        let key = self.consumer_keys.get(&id).copied();
        let key = key.ok_or_else(|| Failure::new(Code::UnknownConsumer, format!("no consumer {id}")))?;
        self.consumers[key].selection.set_limits(limits);
        self.allocate(now, self.consumers[key].transport, out);
        self.choose_layer(now, key, out);
        Ok(())
    }

    fn close_consumer(&mut self, id: u64) {
        if let Some(key) = self.consumer_keys.get(&id).copied() {
            let (transport, producer) = (self.consumers[key].transport, self.consumers[key].producer);
            self.transports[transport].consumers.retain(|known| *known != key);
            self.producers[producer].consumers.retain(|known| *known != key);
            self.remove_consumer(key);
        }
    }

    /// Removes a consumer whose transport or producer goes as well; the other one forgets it here.
    fn remove_consumer(&mut self, key: usize) {
        let Some(consumer) = self.consumers.try_remove(key) else { return };
        self.consumer_keys.remove(&consumer.id);
        if let Some(downlink) =
            self.transports.get_mut(consumer.transport).and_then(|transport| transport.downlink.as_mut())
        {
            downlink.forget(key);
        }
        if let Some(producer) = self.producers.get_mut(consumer.producer) {
            producer.consumers.retain(|known| *known != key);
        }
    }

    fn request_key_frame(&mut self, now: Instant, id: u64, out: &mut dyn Outlet) -> Outcome {
        let key = self.producer_key(id)?;
        if self.producers[key].kind == MediaKind::Video {
            for layer in &mut self.producers[key].layers {
                layer.key_frames.request();
            }
            self.poll_key_frames(now, key, out);
        }
        Ok(())
    }

    fn send_data(
        &mut self,
        now: Instant,
        transports: &[u64],
        label: &str,
        (payload, binary): (&[u8], bool),
        out: &mut dyn Outlet,
    ) {
        for id in transports {
            let Some(key) = self.transport_keys.get(id).copied() else { continue };
            self.guard(key, out, |shard, out| shard.send_message(now, key, label, (payload, binary), out));
            self.reschedule(key);
        }
    }

    fn send_message(
        &mut self,
        now: Instant,
        key: usize,
        label: &str,
        (payload, binary): (&[u8], bool),
        out: &mut dyn Outlet,
    ) {
        let transport = &mut self.transports[key];
        if transport.send_data(label, payload, binary).is_ok() {
            self.counters.data_messages_sent += 1;
            self.pump_data(now, key, out);
        } else {
            self.counters.data_messages_dropped += 1;
            let (transport, size) = (transport.id, payload.len() as u64);
            self.events.push(Event::DataDropped { transport, label: label.to_owned(), size });
        }
    }

    fn transport_key(&self, id: u64) -> Result<usize, Failure> {
        let key = self.transport_keys.get(&id).copied();
        key.ok_or_else(|| Failure::new(Code::UnknownTransport, format!("no transport {id}")))
    }

    /// The key of a producer.
    pub(crate) fn producer_key(&self, id: u64) -> Result<usize, Failure> {
        let key = self.producer_keys.get(&id).copied();
        key.ok_or_else(|| Failure::new(Code::UnknownProducer, format!("no producer {id}")))
    }

    /// Closes every transport, for the end of the shard.
    pub fn close_all(&mut self, out: &mut dyn Outlet) {
        let keys: Vec<usize> = self.transports.iter().map(|(key, _)| key).collect();
        for key in keys {
            self.guard(key, out, |shard, out| shard.transports[key].close(key as u32, out));
            self.remove_transport(key);
        }
    }
}

/// A producer can be made from these.
pub fn check_producer(open: &OpenProducer) -> Outcome {
    if open.encodings.is_empty() || open.encodings.len() > MAX_LAYERS || open.codecs.is_empty() {
        return Err(Failure::new(Code::InvalidParameter, "a producer needs a codec and one to four encodings"));
    }
    Ok(())
}

fn check_extensions(ids: &HeaderExtensionIds) -> Outcome {
    let all = [
        ids.mid,
        ids.rid,
        ids.repaired_rid,
        ids.transport_cc,
        ids.abs_send_time,
        ids.audio_level,
        ids.dependency_descriptor,
        ids.video_orientation,
        ids.abs_capture_time,
        ids.playout_delay,
    ];
    if all.contains(&Some(0)) {
        return Err(Failure::new(Code::InvalidParameter, "header extension id 0 is padding (RFC 8285 section 4.2)"));
    }
    Ok(())
}
