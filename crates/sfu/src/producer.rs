//! A track that a peer sends us: its codecs, its layers, and who consumes it.

use std::time::{Duration, Instant};

use tureen_codec::VideoCodec;
use tureen_codec::dependency_descriptor::Structure;
use tureen_rtp::receiver::ReceptionStats;
use tureen_rtp::sequence::{SequenceExtender, distance};
use tureen_srtp::InboundStream;

use crate::command::{Codec, Encoding, MediaKind, OpenProducer, ProducerId, TransportId};
use crate::keyframe::KeyFrameRequests;
use crate::levels::LevelMeter;
use crate::nack::NackTracker;
use crate::rates::{LayerRates, PerLayer};
use crate::redundancy;
use crate::rewrite::Source;
use crate::ring::{BufferPool, PacketInfo, PacketRing};
use crate::transport::StreamRef;
use crate::volume::{LossShare, Volume};

/// Packets kept per layer for retransmission: about three seconds of a usual camera, one of sound.
const VIDEO_RING: usize = 1024;
const AUDIO_RING: usize = 64;

/// A layer that sent nothing for this long does not flow.
const FLOW_TIMEOUT: Duration = Duration::from_millis(1500);

/// A layer that sent nothing for this long rests: nobody is shown its past any more.
const REST: Duration = Duration::from_secs(3);

/// Layers that one track may have.
pub const MAX_LAYERS: usize = 4;

/// A publisher's sender report (RFC 3550 section 6.4.1): the mapping of its clock to wall time.
#[derive(Clone, Copy, Debug)]
pub struct ReportedClock {
    /// NTP time, 32.32 bits.
    pub ntp: u64,
    /// RTP timestamp of the same moment.
    pub rtp: u32,
    /// When the report came.
    pub received: Instant,
}

/// One RTP stream of a producer.
pub struct Layer {
    /// How the description names it.
    pub encoding: Encoding,
    /// SRTP state of the media and of the retransmission stream.
    pub srtp: InboundStream,
    /// SRTP state of the retransmissions.
    pub rtx_srtp: InboundStream,
    /// Sequence numbers with their roll-overs.
    pub extender: SequenceExtender,
    /// For receiver reports.
    pub stats: ReceptionStats,
    /// For requests of missing packets.
    pub nack: NackTracker,
    /// For retransmission.
    pub ring: PacketRing,
    /// The publisher's clock.
    pub clock: Option<ReportedClock>,
    /// Key frames that consumers wait for.
    pub key_frames: KeyFrameRequests,
    /// Changes when the stream takes another SSRC and everything starts anew.
    pub generation: u8,
    /// The templates that its dependency descriptors name.
    pub structure: Option<Box<Structure>>,
    /// How much each of its layers sends.
    pub rates: LayerRates,
    /// Where the newest key frame starts, and when it came.
    pub(crate) last_key_frame: Option<(u64, Instant)>,
    /// The timestamp of the newest.
    pub(crate) key_frame_at: Option<u32>,
    /// Sequence number of full intra requests.
    pub fir_sequence: u8,
    /// Bytes since the last report to the control plane.
    pub volume: Volume,
    /// Losses since then.
    pub loss: LossShare,
    last_packet: Option<Instant>,
}

impl Layer {
    fn new(encoding: Encoding, ring: usize) -> Self {
        Self {
            encoding,
            srtp: InboundStream::default(),
            rtx_srtp: InboundStream::default(),
            extender: SequenceExtender::default(),
            stats: ReceptionStats::default(),
            nack: NackTracker::default(),
            ring: PacketRing::new(ring),
            clock: None,
            key_frames: KeyFrameRequests::default(),
            generation: 0,
            structure: None,
            last_key_frame: None,
            key_frame_at: None,
            rates: LayerRates::default(),
            fir_sequence: 0,
            volume: Volume::default(),
            loss: LossShare::default(),
            last_packet: None,
        }
    }

    /// Notes a packet of so many bytes; true for the first one ever. `first_try`: when it came, since any fixed moment, and
    /// the rate of its clock; `None` if it is a repeat.
    pub fn on_packet(
        &mut self,
        now: Instant,
        info: &PacketInfo,
        bytes: usize,
        first_try: Option<(Duration, u32)>,
    ) -> bool {
        if let Some((since, clock_rate)) = first_try {
            self.stats.on_packet(info.sequence, info.timestamp, since, clock_rate);
        }
        self.volume.add(bytes);
        self.last_packet.replace(now).is_none()
    }

    /// Notes that a packet came from another shard, where it was counted.
    pub fn on_mirrored(&mut self, now: Instant) {
        self.last_packet = Some(now);
    }

    /// Whether packets came lately.
    pub fn flows(&self, now: Instant) -> bool {
        self.last_packet.is_some_and(|last| now.saturating_duration_since(last) < FLOW_TIMEOUT)
    }

    /// Gives back what a stream that rests holds.
    pub fn give_back(&mut self, now: Instant, pool: &mut BufferPool) {
        if self.last_packet.is_some_and(|last| now.saturating_duration_since(last) >= REST) {
            self.ring.rest(pool);
        }
    }

    /// Takes another SSRC: numbers, clock and ring start anew.
    pub fn restart(&mut self, ssrc: u32, pool: &mut BufferPool) {
        self.encoding.ssrc = Some(ssrc);
        self.srtp = InboundStream::default();
        self.extender = SequenceExtender::default();
        self.stats = ReceptionStats::default();
        self.loss = LossShare::default();
        self.nack.reset();
        self.ring.clear(pool);
        self.clock = None;
        self.structure = None;
        self.last_key_frame = None;
        self.key_frame_at = None;
        self.generation = self.generation.wrapping_add(1);
    }
}

/// Where a producer's packets come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upstream {
    /// A peer on this shard: the key of its transport.
    Peer(usize),
    /// The same producer on another shard, which this one mirrors.
    Shard(u16),
}

/// A pending packet: it arrived in this batch and goes to the consumers at the end of it.
#[derive(Clone, Copy, Debug)]
pub struct Pending {
    /// Index of the layer.
    pub layer: u8,
    /// Extended sequence number.
    pub sequence: u64,
    /// Padding only: consumers close the hole.
    pub skip: bool,
    /// Bytes that make it as long as the longest packet of its frame.
    pub padding: u8,
}

impl Pending {
    /// A packet that arrived; one that is not to be heard is left out like one that is padding only.
    pub fn new(layer: u8, info: &PacketInfo, heard: bool) -> Self {
        Self { layer, sequence: info.sequence, skip: info.payload.is_empty() || !heard, padding: 0 }
    }
}

/// A published track.
pub struct Producer {
    /// Its id for the control plane.
    pub id: ProducerId,
    /// Where its packets come from.
    pub upstream: Upstream,
    /// The publisher's transport, on whatever shard it is.
    pub publisher: TransportId,
    /// Other shards that mirror it.
    pub mirrors: Vec<u16>,
    /// Audio or video.
    pub kind: MediaKind,
    /// The section's mid.
    pub mid: String,
    /// Negotiated codecs.
    pub codecs: Vec<Codec>,
    /// From the lowest layer to the highest.
    pub layers: Vec<Layer>,
    /// Keys of its consumers within the shard.
    pub consumers: Vec<usize>,
    /// Not forwarded while true.
    pub paused: bool,
    /// When a key frame was last requested, of any layer.
    pub key_frame_asked: Option<Instant>,
    /// What arrived in this batch.
    pub pending: Vec<Pending>,
    /// Loudness, for audio.
    pub meter: LevelMeter,
    /// Whether the publisher sends redundant audio.
    pub redundant: bool,
    /// The group among which only the loudest are forwarded; 0: none.
    pub speakers: u64,
}

impl Producer {
    /// A producer without consumers.
    pub fn new(parameters: OpenProducer, upstream: Upstream, pool: &mut BufferPool) -> Self {
        let mut producer = Self {
            id: parameters.producer,
            upstream,
            publisher: parameters.transport,
            mirrors: Vec::new(),
            kind: parameters.kind,
            mid: String::new(),
            codecs: Vec::new(),
            layers: Vec::new(),
            consumers: Vec::new(),
            paused: false,
            key_frame_asked: None,
            pending: Vec::with_capacity(64),
            meter: LevelMeter::default(),
            redundant: false,
            speakers: parameters.speakers,
        };
        producer.update(parameters, pool);
        producer
    }

    /// Takes new codecs and encodings; layers that stay keep their state.
    pub fn update(&mut self, parameters: OpenProducer, pool: &mut BufferPool) {
        let ring = if self.kind == MediaKind::Audio { AUDIO_RING } else { VIDEO_RING };
        self.mid = parameters.mid;
        self.speakers = parameters.speakers;
        self.codecs = parameters.codecs;
        for (index, encoding) in parameters.encodings.into_iter().take(MAX_LAYERS).enumerate() {
            match self.layers.get_mut(index) {
                Some(layer) if layer.encoding.rid == encoding.rid => {
                    if let Some(ssrc) = encoding.ssrc.filter(|ssrc| layer.encoding.ssrc != Some(*ssrc)) {
                        layer.restart(ssrc, pool);
                    }
                    if encoding.rtx_ssrc.is_some_and(|ssrc| layer.encoding.rtx_ssrc != Some(ssrc)) {
                        layer.encoding.rtx_ssrc = encoding.rtx_ssrc;
                        layer.rtx_srtp = InboundStream::default();
                    }
                }
                Some(layer) => {
                    // Another stream than its consumers have followed so far.
                    let generation = layer.generation.wrapping_add(1);
                    *layer = Layer { generation, ..Layer::new(encoding, ring) };
                }
                None => self.layers.push(Layer::new(encoding, ring)),
            }
        }
    }

    /// Key of its transport within the shard, if that is here.
    pub fn transport(&self) -> Option<usize> {
        match self.upstream {
            Upstream::Peer(transport) => Some(transport),
            Upstream::Shard(_) => None,
        }
    }

    /// The layer with this rid; without a rid, the only layer.
    pub fn layer_of_rid(&self, rid: Option<&str>) -> Option<u8> {
        let found = match rid {
            Some(rid) => self.layers.iter().position(|layer| layer.encoding.rid.as_deref() == Some(rid)),
            None => (self.layers.len() == 1).then_some(0),
        };
        found.map(|index| index as u8)
    }

    /// The codec of a payload type.
    pub fn codec(&self, payload_type: u8) -> Option<&Codec> {
        self.codecs.iter().find(|codec| codec.payload_type == payload_type)
    }

    /// The original payload type behind a retransmission's.
    pub fn original_payload_type(&self, rtx: u8) -> Option<u8> {
        self.codecs.iter().find(|codec| codec.rtx_payload_type == Some(rtx)).map(|codec| codec.payload_type)
    }

    /// The video codec of a payload type, if we know its payload format.
    pub fn video_codec(&self, payload_type: u8) -> Option<VideoCodec> {
        self.codec(payload_type).and_then(|codec| VideoCodec::from_mime(&codec.mime_type))
    }

    /// Whether a packet can be of its stream as that is now. A retransmission with a number far from the newest is of one that
    /// this took the place of.
    pub fn may_take(&self, stream: StreamRef, sequence: u16) -> bool {
        let newest = self.layers[usize::from(stream.layer)].extender.highest().map(|newest| newest as u16);
        let near = newest.is_some_and(|newest| usize::from(distance(sequence, newest).unsigned_abs()) <= VIDEO_RING);
        near || !stream.rtx
    }

    /// Whether packets of this payload type are redundant audio (RFC 2198).
    pub fn is_redundant(&self, payload_type: u8) -> bool {
        self.kind == MediaKind::Audio
            && self.codec(payload_type).is_some_and(|codec| codec.mime_type.eq_ignore_ascii_case(redundancy::MIME_TYPE))
    }

    /// Puts lost packets of a layer back from what this one carries of them; returns how many.
    pub fn recover(&mut self, layer: u8, info: &PacketInfo, bytes: &[u8], pool: &mut BufferPool) -> u64 {
        if info.redundant.is_empty() {
            return 0;
        }
        self.redundant = true;
        redundancy::recover(info, bytes, (layer, &mut self.layers[usize::from(layer)]), pool, &mut self.pending)
    }

    /// Ticks of its timestamps per second.
    pub fn clock_rate(&self) -> u32 {
        self.codecs.first().map_or(90_000, |codec| codec.clock_rate)
    }

    /// Whether the publisher understands this feedback message.
    pub fn takes_feedback(&self, feedback: &str) -> bool {
        self.codecs.iter().any(|codec| codec.feedback.iter().any(|offered| offered == feedback))
    }

    /// An encoding as consumers refer to it; `None` if there is none.
    pub fn source(&self, layer: u8) -> Option<Source> {
        let generation = self.layers.get(usize::from(layer))?.generation;
        Some(Source { layer, generation })
    }

    /// The encoding that consumers refer to so; `None` if it started anew since.
    pub fn layer_of(&self, source: Source) -> Option<&Layer> {
        self.layers.get(usize::from(source.layer)).filter(|layer| layer.generation == source.generation)
    }

    /// Bits per second that it takes to send each layer with all that it needs: encodings with simulcast, spatial layers
    /// with SVC, by temporal layers. Zero for one that does not come.
    pub fn layer_rates(&mut self, now: Instant) -> PerLayer<u64> {
        if let [layer] = &mut self.layers[..] {
            return layer.rates.cumulative(now);
        }
        let mut rates = PerLayer::default();
        for (row, layer) in rates.iter_mut().zip(&mut self.layers) {
            // All of an encoding is sent, whatever spatial layers it has.
            let own = layer.rates.cumulative(now);
            *row = own.into_iter().rev().find(|row| row.iter().any(|rate| *rate > 0)).unwrap_or_default();
        }
        rates
    }

    /// The best layer that flows, not above `max`; the lowest one that flows if all are above.
    pub fn best_layer(&self, max: u8, now: Instant) -> Option<u8> {
        let flowing = || (0..self.layers.len()).filter(|index| self.layers[*index].flows(now)).map(|index| index as u8);
        flowing().rev().find(|index| *index <= max).or_else(|| flowing().next())
    }
}
