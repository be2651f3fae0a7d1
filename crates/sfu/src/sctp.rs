//! Data channels of a transport: SCTP over DTLS (RFC 8831) by `sctp-proto`. Made when the first application data comes, so
//! that a transport for media only does without.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use sctp_proto::{
    Association, AssociationHandle, DatagramEvent, Endpoint, EndpointConfig, Event, Payload,
    PayloadProtocolIdentifier as Ppid, ServerConfig, StreamEvent, TransportConfig,
};

use crate::dcep::{self, Dcep};
use crate::receive_window::{MAX_STREAMS, ReceiveWindow};

/// Largest message that we accept, in bytes; our description says so.
pub const MAX_MESSAGE: u32 = 256 * 1024;

/// Channels that one peer may keep open.
const MAX_CHANNELS: usize = 64;

/// Bytes that may wait for a slow peer on a reliable channel, and on one that may lose messages.
const RELIABLE_BUFFER: usize = 4 * 1024 * 1024;
const LOSSY_BUFFER: usize = 64 * 1024;

/// SCTP payload of a packet, in bytes: with DTLS, UDP and IPv6 around it the datagram stays below 1,280.
const MAX_PAYLOAD: u32 = 1120;

/// The least time before a packet counts as lost, milliseconds. Peers may hold an acknowledgement back for 200 ms (RFC 9260
/// section 6.2); what times out before it comes is lost for a channel without retransmissions.
const RTO_MIN_MS: u64 = 400;

/// The crate wants addresses; below DTLS there are none.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 5000);

/// What comes out of the association.
#[derive(Debug)]
pub enum DataOutput {
    /// The peer opened a channel.
    Opened { channel: u16, open: dcep::Open },
    /// The peer closed a channel.
    Closed { channel: u16 },
    /// A whole message.
    Message { channel: u16, label: String, binary: bool, payload: Vec<u8> },
}

/// Why a message was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendRefused {
    /// No open channel has this label.
    NoChannel,
    /// The peer reads too slowly, or takes no message of this size.
    Full,
}

struct Channel {
    label: String,
    capacity: usize,
}

/// The data channels of one transport.
pub struct DataChannels {
    endpoint: Endpoint,
    association: Option<(AssociationHandle, Association)>,
    window: ReceiveWindow,
    channels: HashMap<u16, Channel>,
    max_send: u32,
    outputs: Vec<DataOutput>,
    /// What the association lets go at once and the path takes one after the other.
    packets: VecDeque<Bytes>,
}

impl DataChannels {
    /// Channels to a peer that takes messages up to `max_send` bytes (RFC 8841 section 6; 0 means any size).
    pub fn new(max_send: u32) -> Self {
        let mut endpoint_config = EndpointConfig::new();
        endpoint_config.max_payload_size(MAX_PAYLOAD);
        let max_send = largest(max_send);
        let transport = TransportConfig::default()
            .with_max_send_message_size(max_send)
            .with_max_receive_message_size(MAX_MESSAGE)
            .with_max_receive_buffer_size(ReceiveWindow::BYTES)
            .with_max_num_inbound_streams(MAX_STREAMS)
            .with_max_num_outbound_streams(MAX_STREAMS)
            .with_max_init_retransmits(None)
            .with_rto_initial_ms(500)
            .with_rto_min_ms(RTO_MIN_MS)
            .with_rto_max_ms(5_000);
        let mut server_config = ServerConfig::new();
        server_config.transport = Arc::new(transport);
        Self {
            endpoint: Endpoint::new(Arc::new(endpoint_config), Some(Arc::new(server_config))),
            association: None,
            window: ReceiveWindow::default(),
            channels: HashMap::new(),
            max_send,
            outputs: Vec::new(),
            packets: VecDeque::new(),
        }
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn deadline(&self) -> Option<Instant> {
        self.association.as_ref().and_then(|(_, association)| association.poll_timeout())
    }

    /// Takes over how large messages the peer takes, as [`Self::new`].
    pub fn set_max_send(&mut self, max_send: u32) {
        self.max_send = largest(max_send);
        if let Some((_, association)) = &mut self.association {
            association.set_max_send_message_size(self.max_send);
        }
    }

    /// Takes a decrypted packet. One that asks for more memory than a peer may have is dropped.
    pub fn handle_packet(&mut self, now: Instant, packet: &[u8]) {
        if !self.window.admits(packet) {
            return;
        }
        match self.endpoint.handle(now, NOWHERE, None, None, Bytes::copy_from_slice(packet)) {
            Some((handle, DatagramEvent::NewAssociation(association))) => {
                // One association per DTLS connection: a second one would be another peer's, which cannot be.
                self.endpoint.reject_new_associations();
                self.association = Some((handle, association));
            }
            Some((_, DatagramEvent::AssociationEvent(event))) => {
                if let Some((_, association)) = &mut self.association {
                    association.handle_event(event);
                }
            }
            None => {}
        }
        if self.window.is_exhausted()
            && let Some((_, association)) = &mut self.association
        {
            let _ = association.close();
        }
        self.pump();
    }

    /// Retransmits what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        if let Some((_, association)) = &mut self.association {
            association.handle_timeout(now);
        }
        self.pump();
    }

    /// Queues a message on the open channel with this label.
    pub fn send(&mut self, label: &str, payload: &[u8], binary: bool) -> Result<(), SendRefused> {
        let found = self.channels.iter().find(|(_, channel)| channel.label == label);
        let (id, capacity) = found.map(|(id, channel)| (*id, channel.capacity)).ok_or(SendRefused::NoChannel)?;
        let (_, association) = self.association.as_mut().ok_or(SendRefused::NoChannel)?;
        let mut stream = association.stream(id).map_err(|_| SendRefused::NoChannel)?;
        let buffered = stream.buffered_amount().map_err(|_| SendRefused::NoChannel)?;
        if buffered + payload.len() > capacity || payload.len() > self.max_send as usize {
            return Err(SendRefused::Full);
        }
        let (body, ppid): (&[u8], _) = match (payload.is_empty(), binary) {
            // SCTP cannot carry an empty message, so a zero byte stands for it (RFC 8831 section 6.6).
            (true, true) => (&[0], Ppid::BinaryEmpty),
            (true, false) => (&[0], Ppid::StringEmpty),
            (false, true) => (payload, Ppid::Binary),
            (false, false) => (payload, Ppid::String),
        };
        stream.write_with_ppi(body, ppid).map_err(|_| SendRefused::Full)?;
        self.pump();
        Ok(())
    }

    /// The next packet to encrypt and send, if there is any.
    pub fn poll_packet(&mut self, now: Instant) -> Option<Bytes> {
        while self.packets.is_empty() {
            let (_, association) = self.association.as_mut()?;
            let transmit = self.endpoint.poll_transmit().or_else(|| association.poll_transmit(now))?;
            if let Payload::RawEncode(packets) = transmit.payload {
                for packet in &packets {
                    self.window.note_sent(packet);
                }
                self.packets.extend(packets);
            }
        }
        self.packets.pop_front()
    }

    /// Takes everything that came out since the last call, packets apart.
    pub fn take_outputs(&mut self) -> Vec<DataOutput> {
        std::mem::take(&mut self.outputs)
    }

    fn pump(&mut self) {
        let Some((handle, mut association)) = self.association.take() else { return };
        while let Some(event) = association.poll() {
            match event {
                Event::Stream(StreamEvent::Readable { id }) => self.read(&mut association, id),
                Event::Stream(StreamEvent::Finished { id }) => self.finish(id),
                Event::AssociationLost { .. } => self.finish_all(),
                _ => {}
            }
        }
        while let Some(event) = association.poll_endpoint_event() {
            self.endpoint.handle_event(handle, event);
        }
        self.association = Some((handle, association));
    }

    fn read(&mut self, association: &mut Association, id: u16) {
        loop {
            let Ok(mut stream) = association.stream(id) else { return };
            let Ok(Some(chunks)) = stream.read_sctp() else { return };
            self.window.note_read(chunks.chunks.len());
            let mut payload = vec![0; chunks.len()];
            if chunks.read(&mut payload).is_err() {
                return;
            }
            match chunks.ppi {
                Ppid::Dcep => self.establish(association, id, &payload),
                Ppid::String => self.message(id, false, payload),
                Ppid::StringEmpty => self.message(id, false, Vec::new()),
                Ppid::Binary => self.message(id, true, payload),
                Ppid::BinaryEmpty => self.message(id, true, Vec::new()),
                Ppid::Unknown => {}
            }
        }
    }

    fn establish(&mut self, association: &mut Association, id: u16, message: &[u8]) {
        let Ok(Dcep::Open(open)) = dcep::parse_untrusted(message) else { return };
        let room = self.channels.len() < MAX_CHANNELS || self.channels.contains_key(&id);
        let Ok(mut stream) = association.stream(id) else { return };
        if !room {
            let _ = stream.close();
            return;
        }
        let (reliability, value) = open.reliability.parameters();
        // The answer itself goes reliably (RFC 8832 section 6), so it is queued before the channel's own terms apply.
        if stream.write_with_ppi(&dcep::ACK, Ppid::Dcep).is_err()
            || stream.set_reliability_params(!open.ordered, reliability, value).is_err()
        {
            return;
        }
        let capacity = if open.reliability == dcep::Reliability::Reliable {
            RELIABLE_BUFFER
        } else {
            LOSSY_BUFFER + MAX_MESSAGE as usize
        };
        self.channels.insert(id, Channel { label: open.label.clone(), capacity });
        self.outputs.push(DataOutput::Opened { channel: id, open });
    }

    fn message(&mut self, id: u16, binary: bool, payload: Vec<u8>) {
        let Some(channel) = self.channels.get(&id) else { return };
        let label = channel.label.clone();
        self.outputs.push(DataOutput::Message { channel: id, label, binary, payload });
    }

    fn finish(&mut self, id: u16) {
        if self.channels.remove(&id).is_some() {
            self.outputs.push(DataOutput::Closed { channel: id });
        }
    }

    fn finish_all(&mut self) {
        let mut channels: Vec<u16> = self.channels.keys().copied().collect();
        channels.sort_unstable();
        for id in channels {
            self.finish(id);
        }
    }
}

/// The largest message to send to a peer that says it takes `max_send` bytes.
fn largest(max_send: u32) -> u32 {
    if max_send == 0 { MAX_MESSAGE } else { max_send.min(MAX_MESSAGE) }
}
