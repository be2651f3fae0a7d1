//! The product's packet path with a publisher and subscribers, all connected for real (ICE, DTLS) in memory first.

use std::time::{Duration, Instant};

use tureen_packetio::SendReport;
use tureen_rtp::HeaderFields;
use tureen_rtp::rtcp::{ReportBlock, RtcpWriter};
use tureen_sfu::{Command, ConsumerLimits, Encoding, Event, MediaKind, OpenConsumer, OpenProducer, PayloadTypeMapping};
use tureen_sim::Call;
use tureen_units::{Outlet, PacketBuffer, Path};

use crate::case::{Case, DATAGRAM};
use crate::sink::SinkOutlet;

/// Time between two packets of the publisher: fast, but less than the pace to a subscriber.
const PACKET_INTERVAL: Duration = Duration::from_micros(600);

/// What every subscriber's path carries, bits per second.
const PATH_BPS: u64 = 20_000_000;

const PUBLISHER: usize = 0;
const PUBLISHER_SSRC: u32 = 1000;
const PAYLOAD_TYPE: u8 = 96;
const TAG: usize = 16;
/// Fixed header, and the extension block with the transport-wide number.
const HEADER: usize = 12 + 8;
/// 30 frames per second of a 90 kHz clock.
const TICKS_PER_FRAME: u32 = 3000;
/// What a forward takes at most: bounds the packets that are prepared for a slice.
const FASTEST_FORWARD: Duration = Duration::from_nanos(250);
/// Bounds the memory that prepared packets take.
const MAX_PREPARED: usize = 40_000;

/// What the track is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Picture ids are rewritten, so payloads are copied before they are sealed.
    Vp8,
    /// Payloads are sealed straight from the ring.
    H264,
}

impl Codec {
    /// Its name, as in a media type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vp8 => "VP8",
            Self::H264 => "H264",
        }
    }

    /// A payload of this length; `start` at the first packet of a frame, `key` in a key frame.
    fn payload(self, len: usize, frame: u64, start: bool, key: bool) -> Vec<u8> {
        let mut payload: Vec<u8> = (0..len).map(|byte| byte as u8).collect();
        match self {
            Self::Vp8 => {
                // X and S; I, L and T; a picture id of 15 bits; TL0PICIDX; TID and Y (RFC 7741 section 4.2).
                let id = 0x8000 | (frame & 0x7fff) as u16;
                payload[..2].copy_from_slice(&[0x80 | if start { 0x10 } else { 0 }, 0xe0]);
                payload[2..4].copy_from_slice(&id.to_be_bytes());
                payload[4..6].copy_from_slice(&[frame as u8, 0]);
                payload[6] = u8::from(!key);
            }
            // An IDR slice or another one, with the first macroblock (RFC 6184 section 5.6).
            Self::H264 => payload[..2].copy_from_slice(&[if key { 0x65 } else { 0x61 }, 0x80]),
        }
        payload
    }
}

/// A shard with a publisher and its subscribers.
pub struct Product {
    call: Call,
    case: Case,
    outlet: SinkOutlet,
    buffer: Box<PacketBuffer>,
    now: Instant,
    frame: u64,
    sequence: u64,
    prepared: Vec<Vec<u8>>,
    events: Vec<Event>,
}

impl Product {
    /// Connects everybody and forwards a key frame to all.
    pub fn connect(case: Case) -> Self {
        let mut call = Call::with_addresses(case.sink.addresses());
        for peer in 0..=case.subscribers {
            call.add_peer();
            call.peers[peer].check(call.now);
        }
        call.run(Duration::from_millis(300));
        assert!(call.peers.iter().all(tureen_sim::Peer::is_connected), "ICE and DTLS complete");
        publish(&mut call, case.codec);
        (1..=case.subscribers).for_each(|peer| subscribe(&mut call, peer));
        let now = call.now;
        let mut product = Self {
            call,
            case,
            outlet: case.sink.outlet(),
            buffer: PacketBuffer::boxed(),
            now,
            frame: 0,
            sequence: 0,
            prepared: Vec::new(),
            events: Vec::new(),
        };
        product.widen_paths();
        product.prepare_frames(1);
        product.forward_prepared();
        let forwarded = product.call.shard.counters().rtp_forwarded;
        assert_eq!(forwarded, (case.subscribers * case.run) as u64, "the key frame reaches everybody");
        product.report_reception();
        product
    }

    /// Seals what the publisher sends within a slice, so that this costs nothing while the clock runs.
    pub fn prepare(&mut self, slice: Duration) {
        let forwards = slice.as_nanos() / FASTEST_FORWARD.as_nanos();
        let packets = (forwards as usize / self.case.subscribers).clamp(self.case.run, MAX_PREPARED);
        self.prepare_frames(packets.div_ceil(self.case.run));
        // Who is silent for long is dropped: everybody shows signs of life.
        self.call.now = self.now;
        for peer in &mut self.call.peers {
            peer.check(self.call.now);
        }
        self.call.settle();
    }

    /// Forwards what was prepared, frame by frame, as a shard's thread does it; returns the number of forwards.
    pub fn forward_prepared(&mut self) -> u64 {
        let before = self.call.shard.counters().rtp_forwarded;
        let path = Path { socket: 0, remote: (self.case.sink.addresses())(PUBLISHER) };
        for frame in self.prepared.chunks_exact(self.case.run) {
            // A steady pace, whatever time it is: packets that wait for their turn would be measured twice.
            self.now += PACKET_INTERVAL * self.case.run as u32;
            let now = self.now;
            for datagram in frame {
                self.buffer.room_mut()[..datagram.len()].copy_from_slice(datagram);
                self.buffer.set_len(datagram.len());
                self.call.shard.handle_datagram(now, path, &mut self.buffer, &mut self.outlet);
            }
            self.call.shard.forward(now, &mut self.outlet);
            self.outlet.flush();
            self.call.shard.handle_timeout(now, &mut self.outlet);
            self.outlet.flush();
            self.call.shard.drain_events(&mut self.events);
            self.events.clear();
        }
        self.call.shard.counters().rtp_forwarded - before
    }

    /// Forwards outside of a measurement, slice by slice, until so much time has passed for the shard.
    pub fn forward_for(&mut self, time: Duration, slice: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.prepare(slice);
            self.forward_prepared();
        }
    }

    /// What the kernel was given so far.
    pub fn report(&self) -> &SendReport {
        &self.outlet.report
    }

    fn prepare_frames(&mut self, frames: usize) {
        self.prepared.clear();
        for _ in 0..frames {
            for index in 0..self.case.run {
                let fields = HeaderFields {
                    marker: index + 1 == self.case.run,
                    payload_type: PAYLOAD_TYPE,
                    sequence: self.sequence as u16,
                    timestamp: (self.frame as u32).wrapping_mul(TICKS_PER_FRAME),
                    ssrc: PUBLISHER_SSRC,
                };
                let payload = self.case.codec.payload(DATAGRAM - TAG - HEADER, self.frame, index == 0, self.frame == 0);
                let number = (self.sequence as u16).to_be_bytes();
                let datagram = self.call.peers[PUBLISHER].send_rtp(fields, self.sequence, &[(4, &number)], &payload);
                self.prepared.push(datagram);
                self.sequence += 1;
            }
            self.frame += 1;
        }
        self.call.peers[PUBLISHER].take_outbox();
    }

    /// Everybody says that their path carries more than is sent.
    fn widen_paths(&mut self) {
        for peer in 1..=self.case.subscribers {
            let mut room = [0; 64];
            let mut writer = RtcpWriter::new(&mut room);
            assert!(writer.push_remb(1, PATH_BPS, &[consumer_ssrc(peer)]), "a short message fits");
            let len = writer.len();
            self.call.peers[peer].send_rtcp(&room[..len]);
        }
        self.call.settle();
    }

    /// Everybody reports what they receive, as browsers do within a second: then they know the SSRC, and the mid is left
    /// out from then on.
    fn report_reception(&mut self) {
        for peer in 1..=self.case.subscribers {
            let block = ReportBlock { ssrc: consumer_ssrc(peer), ..ReportBlock::default() };
            let mut room = [0; 64];
            let mut writer = RtcpWriter::new(&mut room);
            assert!(writer.push_receiver_report(1, &[block]), "one block fits");
            let len = writer.len();
            self.call.peers[peer].send_rtcp(&room[..len]);
        }
        self.call.settle();
    }
}

fn consumer_ssrc(peer: usize) -> u32 {
    100_000 + 2 * peer as u32
}

fn publish(call: &mut Call, codec: Codec) {
    let codec = tureen_sfu::Codec {
        mime_type: format!("video/{}", codec.name()),
        payload_type: PAYLOAD_TYPE,
        clock_rate: 90_000,
        feedback: vec!["nack".to_owned(), "nack pli".to_owned()],
        rtx_payload_type: Some(PAYLOAD_TYPE + 1),
    };
    call.command(Command::OpenProducer(OpenProducer {
        request: 0,
        producer: 1,
        transport: PUBLISHER as u64 + 1,
        kind: MediaKind::Video,
        mid: "m1".to_owned(),
        codecs: vec![codec],
        encodings: vec![Encoding { ssrc: Some(PUBLISHER_SSRC), ..Encoding::default() }],
        speakers: 0,
    }));
}

fn subscribe(call: &mut Call, peer: usize) {
    let consumer_rtx = Some(PAYLOAD_TYPE + 1);
    let mapping =
        PayloadTypeMapping { producer: PAYLOAD_TYPE, consumer: PAYLOAD_TYPE, consumer_rtx, consumer_red: None };
    call.command(Command::OpenConsumer(OpenConsumer {
        request: 0,
        consumer: peer as u64,
        transport: peer as u64 + 1,
        producer: 1,
        mid: format!("d{peer}"),
        ssrc: consumer_ssrc(peer),
        rtx_ssrc: Some(consumer_ssrc(peer) + 1),
        payload_types: vec![mapping],
        limits: ConsumerLimits::default(),
    }));
}
