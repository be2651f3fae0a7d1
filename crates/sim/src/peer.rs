//! The other end of a transport, as a browser would be.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use sctp_proto::{
    Association, AssociationHandle, ClientConfig, DatagramEvent, Endpoint, EndpointConfig, Event, Payload,
    PayloadProtocolIdentifier as Ppid, ReliabilityType, StreamEvent, TransportConfig,
};
use tureen_rtp::{HeaderFields, RtpHeader, write_header};
use tureen_sfu::IceCredentials;
use tureen_srtp::{InboundStream, Profile};

use crate::handshake::Handshake;

const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5000);

/// A decrypted RTP packet that a peer received.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its header.
    pub header: RtpHeader,
    /// The whole packet.
    pub packet: Vec<u8>,
    /// Its payload without padding.
    pub payload: Vec<u8>,
}

/// A peer.
pub struct Peer {
    /// ICE and DTLS.
    pub handshake: Handshake,
    /// RTP that came, in order.
    pub rtp: Vec<Received>,
    /// RTCP that came, decrypted, in order.
    pub rtcp: Vec<Vec<u8>>,
    /// Data channel messages that came: stream and bytes.
    pub messages: Vec<(u16, Vec<u8>)>,
    streams: Vec<(u32, InboundStream)>,
    sctp: Option<Sctp>,
    last_sctp: Vec<u8>,
}

struct Sctp {
    endpoint: Endpoint,
    handle: AssociationHandle,
    association: Association,
    connected: bool,
}

impl Peer {
    /// A peer that knows the server's credentials. `name` makes its own ones distinct.
    ///
    /// # Panics
    /// If no certificate can be made.
    pub fn new(name: &str, remote: IceCredentials, now: Instant) -> Self {
        let local = IceCredentials { ufrag: format!("peer{name}"), password: "p".repeat(24) };
        Self {
            handshake: Handshake::new(local, remote, Handshake::certificate(), now),
            rtp: Vec::new(),
            rtcp: Vec::new(),
            messages: Vec::new(),
            streams: Vec::new(),
            sctp: None,
            last_sctp: Vec::new(),
        }
    }

    /// SHA-256 of its certificate.
    pub fn fingerprint(&self) -> String {
        self.handshake.fingerprint()
    }

    /// Whether DTLS is complete.
    pub fn is_connected(&self) -> bool {
        self.handshake.srtp.is_some()
    }

    /// The negotiated SRTP profile.
    pub fn profile(&self) -> Option<Profile> {
        self.handshake.profile()
    }

    /// Sends a binding request that nominates, and starts DTLS the first time.
    pub fn check(&mut self, now: Instant) {
        self.handshake.check();
        self.handshake.start(now);
    }

    /// A binding request with this password, right or wrong.
    pub fn binding_request(&self, password: &str) -> Vec<u8> {
        self.handshake.request(password, true)
    }

    /// An authentic binding request of a peer that wants to be controlled, as we do.
    pub fn conflicting_request(&self) -> Vec<u8> {
        self.handshake.request(&self.handshake.remote.password, false)
    }

    /// What it wants to send.
    pub fn take_outbox(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.handshake.outbox)
    }

    /// Takes a datagram from the server.
    pub fn handle(&mut self, now: Instant, datagram: &[u8]) {
        match datagram.first() {
            Some(20..=63) => {
                self.handshake.handle_record(now, datagram);
                self.take_data(now);
                self.pump_sctp(now);
            }
            Some(128..=191) if (192..=223).contains(&datagram[1]) => self.handle_rtcp(datagram),
            Some(128..=191) => self.handle_rtp(datagram),
            _ => {}
        }
    }

    /// Runs its timers.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.handshake.handle_timeout(now);
        self.take_data(now);
        if let Some(sctp) = &mut self.sctp {
            sctp.association.handle_timeout(now);
        }
        self.pump_sctp(now);
    }

    /// Encrypts and sends an RTP packet with this extended sequence number; returns the datagram.
    ///
    /// # Panics
    /// Before DTLS is complete.
    pub fn send_rtp(
        &mut self,
        fields: HeaderFields,
        index: u64,
        extensions: &[(u8, &[u8])],
        payload: &[u8],
    ) -> Vec<u8> {
        let (_, outbound) = self.handshake.srtp.as_ref().expect("a connected peer");
        let mut out = vec![0; 2000];
        let header_len = write_header(&mut out, &fields, extensions).expect("room for the header");
        let len = outbound.seal_rtp(fields.ssrc, index, &mut out, header_len, payload, &[]).expect("room");
        out.truncate(len);
        self.handshake.outbox.push(out.clone());
        out
    }

    /// Encrypts and sends an RTCP packet.
    ///
    /// # Panics
    /// Before DTLS is complete.
    pub fn send_rtcp(&mut self, plain: &[u8]) {
        let (_, outbound) = self.handshake.srtp.as_mut().expect("a connected peer");
        let mut out = vec![0; 2000];
        let len = outbound.seal_rtcp(plain, &mut out).expect("room");
        out.truncate(len);
        self.handshake.outbox.push(out);
    }

    /// Starts SCTP, with messages of up to 1 MiB both ways: what the server takes is the server's to say.
    ///
    /// # Panics
    /// When called twice.
    pub fn connect_data(&mut self, now: Instant) {
        let mut config = EndpointConfig::new();
        config.max_payload_size(1120);
        let mut endpoint = Endpoint::new(Arc::new(config), None);
        let transport = TransportConfig::default()
            .with_max_send_message_size(1 << 20)
            .with_max_receive_message_size(1 << 20)
            .with_rto_initial_ms(500)
            .with_rto_min_ms(400);
        let mut client = ClientConfig::new();
        client.transport = Arc::new(transport);
        let (handle, association) = endpoint.connect(client, NOWHERE).expect("a first association");
        assert!(self.sctp.is_none(), "one association");
        self.sctp = Some(Sctp { endpoint, handle, association, connected: false });
        self.pump_sctp(now);
    }

    /// Whether SCTP is up.
    pub fn has_data(&self) -> bool {
        self.sctp.as_ref().is_some_and(|sctp| sctp.connected)
    }

    /// Opens a data channel by DCEP; `retransmits` makes it lossy.
    ///
    /// # Panics
    /// Without SCTP.
    pub fn open_channel(&mut self, now: Instant, id: u16, label: &str, ordered: bool, retransmits: Option<u32>) {
        let kind = if ordered { 0 } else { 0x80 } | u8::from(retransmits.is_some());
        let mut open = vec![3, kind, 0, 0];
        open.extend(retransmits.unwrap_or(0).to_be_bytes());
        open.extend((label.len() as u16).to_be_bytes());
        open.extend([0, 0]);
        open.extend(label.as_bytes());
        self.send_dcep(now, id, &open);
        let sctp = self.sctp.as_mut().expect("SCTP");
        let mut stream = sctp.association.stream(id).expect("an open stream");
        let reliability = if retransmits.is_some() { ReliabilityType::Rexmit } else { ReliabilityType::Reliable };
        stream.set_reliability_params(!ordered, reliability, retransmits.unwrap_or(0)).expect("an open stream");
    }

    /// Sends a DCEP message, well-formed or not.
    ///
    /// # Panics
    /// Without SCTP.
    pub fn send_dcep(&mut self, now: Instant, id: u16, message: &[u8]) {
        let sctp = self.sctp.as_mut().expect("SCTP");
        let mut stream = match sctp.association.open_stream(id, Ppid::Binary) {
            Ok(stream) => stream,
            Err(_) => sctp.association.stream(id).expect("a stream"),
        };
        stream.write_with_ppi(message, Ppid::Dcep).expect("room");
        self.pump_sctp(now);
    }

    /// Sends an SCTP packet of these chunks within its association, which does not know of it.
    ///
    /// # Panics
    /// Before the association has sent anything.
    pub fn forge_sctp(&mut self, now: Instant, chunks: &[u8]) {
        let header = self.last_sctp[..8].to_vec();
        self.forge(now, &header, chunks);
    }

    /// Sends an SCTP packet that asks for an association: its verification tag is zero.
    pub fn forge_init(&mut self, now: Instant, chunk: &[u8]) {
        let header = [&self.last_sctp[..4], &[0; 4]].concat();
        self.forge(now, &header, chunk);
    }

    fn forge(&mut self, now: Instant, header: &[u8], chunks: &[u8]) {
        let mut packet = [header, &[0; 4], chunks].concat();
        let checksum = crc32c(&packet);
        packet[8..12].copy_from_slice(&checksum.to_le_bytes());
        self.handshake.send_data(&packet);
        self.take_data(now);
    }

    /// The SCTP packet that it sent last.
    pub fn last_sctp(&self) -> &[u8] {
        &self.last_sctp
    }

    /// Sends a binary message.
    ///
    /// # Panics
    /// Without that channel.
    pub fn send_message(&mut self, now: Instant, id: u16, payload: &[u8]) {
        let sctp = self.sctp.as_mut().expect("SCTP");
        sctp.association.stream(id).expect("an open stream").write_with_ppi(payload, Ppid::Binary).expect("room");
        self.pump_sctp(now);
    }

    fn handle_rtp(&mut self, datagram: &[u8]) {
        let Some((inbound, _)) = &self.handshake.srtp else { return };
        let header = RtpHeader::parse_untrusted(datagram).expect("an RTP packet of the server");
        if !self.streams.iter().any(|(ssrc, _)| *ssrc == header.ssrc) {
            self.streams.push((header.ssrc, InboundStream::default()));
        }
        let (_, stream) = self.streams.iter_mut().find(|(ssrc, _)| *ssrc == header.ssrc).expect("just added");
        let mut packet = datagram.to_vec();
        let len = inbound
            .open_rtp(stream, &mut packet, header.header_len, header.sequence, header.ssrc)
            .expect("an authentic packet that was not sent before");
        packet.truncate(len);
        let payload = header.payload(&packet).expect("a payload").to_vec();
        self.rtp.push(Received { header, packet, payload });
    }

    fn handle_rtcp(&mut self, datagram: &[u8]) {
        let Some((inbound, _)) = &mut self.handshake.srtp else { return };
        let mut packet = datagram.to_vec();
        let len = inbound.open_rtcp(&mut packet).expect("an authentic report");
        packet.truncate(len);
        self.rtcp.push(packet);
    }

    fn take_data(&mut self, now: Instant) {
        for packet in std::mem::take(&mut self.handshake.data) {
            self.handle_sctp(now, &packet);
        }
    }

    fn handle_sctp(&mut self, now: Instant, packet: &[u8]) {
        let Some(sctp) = &mut self.sctp else { return };
        let event = sctp.endpoint.handle(now, NOWHERE, None, None, Bytes::copy_from_slice(packet));
        if let Some((_, DatagramEvent::AssociationEvent(event))) = event {
            sctp.association.handle_event(event);
        }
    }

    fn pump_sctp(&mut self, now: Instant) {
        let Some(mut sctp) = self.sctp.take() else { return };
        while let Some(event) = sctp.association.poll() {
            match event {
                Event::Connected => sctp.connected = true,
                Event::Stream(StreamEvent::Readable { id }) => self.read(&mut sctp.association, id),
                _ => {}
            }
        }
        while let Some(event) = sctp.association.poll_endpoint_event() {
            sctp.endpoint.handle_event(sctp.handle, event);
        }
        while let Some(transmit) = sctp.association.poll_transmit(now) {
            if let Payload::RawEncode(packets) = transmit.payload {
                for packet in packets {
                    self.last_sctp = packet.to_vec();
                    self.handshake.send_data(&packet);
                }
            }
        }
        self.sctp = Some(sctp);
    }

    fn read(&mut self, association: &mut Association, id: u16) {
        while let Ok(Some(chunks)) = association.stream(id).and_then(|mut stream| stream.read_sctp()) {
            let mut message = vec![0; chunks.len()];
            chunks.read(&mut message).expect("room for the message");
            if chunks.ppi != Ppid::Dcep {
                self.messages.push((id, message));
            }
        }
    }
}

/// The checksum of SCTP (RFC 9260 appendix A), bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ if crc & 1 == 1 { 0x82f6_3b78 } else { 0 })
    })
}
