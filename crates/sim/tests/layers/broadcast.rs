//! A publisher, a viewer, and the lines between: requests are answered, losses repaired, and all that came can be played.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use tureen_rtp::HeaderFields;
use tureen_rtp::rtcp::{Packet, RtcpWriter, packets_untrusted};
use tureen_sfu::{Command, ConsumerLimits, Encoding, Event, LayerTarget};
use tureen_sim::{Call, DESCRIPTOR_ID, Direction, Format, Picture, Player, Prediction, VideoPacket, VideoSource};

pub const PRODUCER: u64 = 1;
const CONSUMER: u64 = 1;
const PUBLISHER: usize = 0;
pub const VIEWER: usize = 1;
const SENT: u32 = 9000;
const RIDS: [&str; 3] = ["q", "h", "f"];
/// Ticks of 90 kHz between two pictures, and the same in milliseconds.
const TICKS: u32 = 2700;
/// Enough for everything, bits per second.
const WIDE: u64 = 20_000_000;
const INTERVAL: Duration = Duration::from_millis(30);

/// Percentages of packets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Link {
    pub up_loss: u8,
    pub down_loss: u8,
    /// Of packets that change places with the next one.
    pub reorder: u8,
}

pub struct Broadcast {
    pub call: Call,
    pub player: Player,
    pub link: Link,
    /// Whether the publisher makes a key frame when asked.
    pub answers_requests: bool,
    /// Key pictures so far.
    pub key_frames: usize,
    format: Format,
    sources: Vec<VideoSource>,
    wanted: Vec<bool>,
    sent: HashMap<(u32, u16), VideoPacket>,
    rtx_sequence: u64,
    read: [usize; 2],
    random: Rc<RefCell<u64>>,
    loss: Rc<RefCell<(u8, u8)>>,
    restarts: u32,
}

pub fn target(layer: u8, temporal: u8) -> LayerTarget {
    LayerTarget { layer, temporal }
}

impl Broadcast {
    pub fn new(format: Format, prediction: Prediction, encodings: usize, seed: u64) -> Self {
        let mut call = Call::new();
        call.join();
        call.join();
        let described = (0..encodings)
            .map(|index| Encoding { rid: (encodings > 1).then(|| RIDS[index].to_owned()), ..Encoding::default() });
        call.publish_codec(PUBLISHER, PRODUCER, format.mime_type(), described.collect());
        call.subscribe(VIEWER, CONSUMER, PRODUCER, SENT);
        call.estimate(VIEWER, WIDE);
        let random = Rc::new(RefCell::new(seed | 1));
        let loss = Rc::new(RefCell::new((0, 0)));
        let (dice, share) = (Rc::clone(&random), Rc::clone(&loss));
        call.network = Box::new(move |direction, peer, datagram| {
            let media = (128..192).contains(&datagram[0]) && !(192..224).contains(&datagram[1]);
            let (up, down) = *share.borrow();
            let share = if direction == Direction::Up { up } else { down };
            !media || peer > VIEWER || roll(&dice) % 100 >= u64::from(share)
        });
        let sources = (0..encodings as u32).map(|index| VideoSource::new(format, prediction, 500 + 10 * index));
        Self {
            call,
            player: Player::new(format, SENT),
            link: Link::default(),
            answers_requests: true,
            key_frames: 0,
            format,
            sources: sources.collect(),
            wanted: vec![false; encodings],
            sent: HashMap::new(),
            rtx_sequence: 1,
            read: [0; 2],
            random,
            loss,
            restarts: 0,
        }
    }

    /// Makes frames of so many packets.
    pub fn enlarge(&mut self, packets: u8) {
        self.sources.iter_mut().for_each(|source| source.packets = packets);
    }

    /// What the viewer was last told: the layers that it is sent, and whether the path is too narrow for any.
    pub fn told(&self) -> (Option<LayerTarget>, bool) {
        let events = || self.call.events.iter().rev();
        let starved = events().find_map(|event| match event {
            Event::ConsumerPaused { paused, .. } => Some(*paused),
            _ => None,
        });
        let report = events().find_map(|event| match event {
            Event::ConsumerReported { transport: 2, report } => Some(report),
            _ => None,
        });
        let sent = report.and_then(|report| Some(target(report.layer?, report.temporal?)));
        (sent, starved.unwrap_or(false))
    }

    /// So many pictures of every encoding.
    pub fn run(&mut self, pictures: usize) {
        *self.loss.borrow_mut() = (self.link.up_loss, self.link.down_loss);
        for _ in 0..pictures {
            self.publish();
            self.call.run(INTERVAL);
            self.read_requests();
            self.view();
        }
    }

    /// The viewer wants these layers, or nothing.
    pub fn want(&mut self, target: Option<LayerTarget>) {
        let LayerTarget { layer, temporal } = target.unwrap_or(LayerTarget::BEST);
        let limits = ConsumerLimits { paused: target.is_none(), max_layer: layer, max_temporal: temporal, priority: 0 };
        self.call.command(Command::UpdateConsumer { request: 0, consumer: CONSUMER, limits });
    }

    pub fn pause_producer(&mut self, paused: bool) {
        self.call.command(Command::PauseProducer { request: 0, producer: PRODUCER, paused });
    }

    /// All encodings start over under other SSRCs, as after a change of the publisher's sender. What was lost of them before
    /// is repaired: nobody could do that later.
    pub fn restart(&mut self) {
        let link = std::mem::take(&mut self.link);
        self.run(8);
        self.link = link;
        self.restarts += 1;
        for (index, source) in self.sources.iter_mut().enumerate() {
            source.restart(500 + 10 * index as u32 + 1000 * self.restarts);
        }
    }

    /// The resolution of a picture, whichever way the publisher makes several.
    pub fn spatial(&self, picture: &Picture) -> u8 {
        if self.sources.len() > 1 { ((picture.source % 1000 - 500) / 10) as u8 } else { picture.spatial }
    }

    pub fn played(&self) -> Vec<Picture> {
        self.try_play().expect("what a decoder can show")
    }

    pub fn try_play(&self) -> Result<Vec<Picture>, String> {
        self.player.play()
    }

    /// Plays what another peer got.
    pub fn play_other(&self, peer: usize, ssrc: u32) -> Result<Vec<Picture>, String> {
        let mut player = Player::new(self.format, ssrc);
        self.call.peers[peer].rtp.iter().for_each(|received| player.take(received));
        player.play()
    }

    fn publish(&mut self) {
        for index in 0..self.sources.len() {
            let key = std::mem::take(&mut self.wanted[index]);
            let mut packets = self.sources[index].picture(key, TICKS);
            self.key_frames += usize::from(key);
            for at in 1..packets.len() {
                if roll(&self.random) % 100 < u64::from(self.link.reorder) {
                    packets.swap(at - 1, at);
                }
            }
            for packet in packets {
                self.send(index, &packet, packet.fields, packet.index, &packet.payload);
                self.sent.insert((packet.fields.ssrc, packet.fields.sequence), packet);
            }
        }
    }

    fn send(&mut self, encoding: usize, packet: &VideoPacket, fields: HeaderFields, index: u64, payload: &[u8]) {
        let mut extensions: Vec<(u8, &[u8])> = vec![(1, b"m1")];
        if self.sources.len() > 1 {
            extensions.push((if fields.payload_type == 97 { 3 } else { 2 }, RIDS[encoding].as_bytes()));
        }
        if let Some(descriptor) = &packet.descriptor {
            extensions.push((DESCRIPTOR_ID, descriptor));
        }
        self.call.peers[PUBLISHER].send_rtp(fields, index, &extensions, payload);
    }

    /// What the publisher is asked for.
    fn read_requests(&mut self) {
        let fresh = self.call.peers[PUBLISHER].rtcp.split_off(self.read[PUBLISHER]);
        for packet in fresh.iter().flat_map(|bytes| packets_untrusted(bytes).flatten()) {
            match packet {
                Packet::PictureLossIndication { media_ssrc, .. } => {
                    let asked = self.sources.iter().position(|source| source.ssrc == media_ssrc);
                    if let Some(index) = asked.filter(|_| self.answers_requests) {
                        self.wanted[index] = true;
                    }
                }
                Packet::Nack(nack) => nack.sequences().for_each(|number| self.repair(nack.media_ssrc, number)),
                _ => {}
            }
        }
    }

    fn repair(&mut self, ssrc: u32, number: u16) {
        let Some(encoding) = self.sources.iter().position(|source| source.ssrc == ssrc) else { return };
        let Some(packet) = self.sent.get(&(ssrc, number)).cloned() else { return };
        let index = self.rtx_sequence;
        self.rtx_sequence += 1;
        let fields = HeaderFields { payload_type: 97, sequence: index as u16, ssrc: ssrc + 5, ..packet.fields };
        let payload = [&number.to_be_bytes()[..], &packet.payload].concat();
        self.send(encoding, &packet, fields, index, &payload);
    }

    fn view(&mut self) {
        let peer = &mut self.call.peers[VIEWER];
        for received in &peer.rtp[self.read[VIEWER]..] {
            self.player.take(received);
        }
        self.read[VIEWER] = peer.rtp.len();
        for numbers in self.player.missing().chunks(16) {
            let mut room = [0; 200];
            let mut writer = RtcpWriter::new(&mut room);
            assert!(writer.push_nack(1, SENT, numbers), "room for a few numbers");
            let len = writer.len();
            peer.send_rtcp(&room[..len]);
        }
    }
}

/// A number that looks random (xorshift).
fn roll(state: &Rc<RefCell<u64>>) -> u64 {
    let mut state = state.borrow_mut();
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state >> 11
}
