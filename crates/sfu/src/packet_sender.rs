//! The last step: header, extensions, encryption, into the outlet.

use std::time::Instant;

use tureen_codec::dependency_descriptor;
use tureen_rtp::{HeaderFields, extension, set_padding_bit, write_header};
use tureen_units::{Outlet, Path};

use crate::command::MediaKind;
use crate::consumer::{Consumer, DescriptorChange, Sent};
use crate::counters::Counters;
use crate::downlink::{Downlink, Waiting};
use crate::ingress::RTX_HEADER;
use crate::other_traffic::OtherTraffic;
use crate::padding::{self, Padding};
use crate::producer::Pending;
use crate::redundancy::{self, Earlier};
use crate::ring::Packet;
use crate::transport::{Srtp, Transport};
use crate::volume::Volume;

/// The most extensions that a packet carries out.
const MAX_EXTENSIONS: usize = 8;

/// What a packet carries.
#[derive(Clone, Copy)]
pub struct Content<'a> {
    /// Where it came in.
    pub packet: &'a Packet,
    /// What changes in its dependency descriptor.
    pub descriptor: Option<DescriptorChange>,
    /// Without its payload.
    pub empty: bool,
}

impl<'a> Content<'a> {
    fn payload(self) -> &'a [u8] {
        if self.empty { &[] } else { self.packet.payload() }
    }

    /// The dependency descriptor as it goes out, in `room` where it changes.
    fn descriptor<'b>(self, room: &'b mut [u8; dependency_descriptor::MAX_LEN]) -> &'b [u8]
    where
        'a: 'b,
    {
        let came = self.packet.info.dependency_descriptor.slice(self.packet.bytes());
        let (Some(layout), Some(change)) = (&self.packet.info.descriptor, self.descriptor) else { return came };
        let len = dependency_descriptor::rewrite(came, layout, change.frame_number, change.mask, room);
        len.map_or(came, |len| &room[..len])
    }
}

/// What a packet has besides its header and its payload.
#[derive(Clone, Copy)]
pub enum Form<'a> {
    /// It goes out for the first time, with so many bytes of padding.
    First { padding: u8 },
    /// It goes out for the first time with earlier payloads in front of it; the payload type of its own.
    Redundant { payload_type: u8, earlier: Earlier<'a> },
    /// It goes out again; the number under which it did before stands in front of the payload (RFC 4588 section 4).
    Again { original: u16 },
}

/// Seals packets for one transport.
pub struct PacketSender<'a> {
    srtp: &'a Srtp,
    ids: crate::command::HeaderExtensionIds,
    downlink: Option<&'a mut Downlink>,
    now: Instant,
    /// The transport-wide number of the next packet.
    number: &'a mut u16,
    sent: &'a mut Volume,
    path: Path,
    group: u32,
    epoch: Instant,
    /// Counts what is sent.
    pub counters: &'a mut Counters,
}

impl<'a> PacketSender<'a> {
    /// For what goes to this transport; `None` before it is connected.
    pub fn new(
        transport: &'a mut Transport,
        now: Instant,
        group: u32,
        epoch: Instant,
        counters: &'a mut Counters,
    ) -> Option<Self> {
        let path = transport.ice.selected()?;
        let srtp = transport.srtp.as_ref()?;
        let (number, sent) = (&mut transport.sent_number, &mut transport.sent);
        let downlink = transport.downlink.as_deref_mut();
        Some(Self { srtp, ids: transport.extensions, downlink, now, number, sent, path, group, epoch, counters })
    }

    /// Lets a packet wait if it has to.
    pub fn wait(&mut self, consumer: usize, pending: Pending) -> bool {
        let now = self.now;
        let Some(downlink) = &mut self.downlink else { return false };
        let waits = downlink.must_wait(now);
        if waits {
            downlink.wait(now, consumer, pending);
        }
        waits
    }

    /// Where to note what left last if it is no picture, and when that was.
    pub fn other(&mut self) -> Option<(&mut OtherTraffic, Instant)> {
        self.downlink.as_mut().map(|downlink| (&mut downlink.other, self.now))
    }

    /// Lets a repeat wait if it has to.
    pub fn wait_to_repeat(&mut self, consumer: usize, sent: Sent) -> bool {
        let now = self.now;
        let Some(downlink) = &mut self.downlink else { return false };
        let waits = downlink.must_repeat_wait(now);
        if waits {
            downlink.wait_to_repeat(consumer, sent);
        }
        waits
    }

    /// How many earlier packets of sound may go along with each.
    pub fn copies(&self) -> usize {
        self.downlink.as_ref().map_or(redundancy::MOST, |downlink| downlink.other.copies())
    }

    /// The next repeat that waited long enough.
    pub fn next_repeat(&mut self) -> Option<(usize, Sent)> {
        self.downlink.as_mut()?.take_repeat(self.now)
    }

    /// Whether the path calls for repeats of what leaves.
    pub fn repeats_ahead(&self) -> bool {
        self.downlink.as_ref().is_some_and(|downlink| downlink.ahead.times() > 1)
    }

    /// Plans repeats of a packet that just left.
    pub fn plan_ahead(&mut self, consumer: usize, sent: Sent) -> bool {
        let now = self.now;
        self.downlink.as_mut().is_some_and(|downlink| downlink.ahead.plan(now, consumer, sent))
    }

    /// The next repeat that is due without being asked for.
    pub fn next_ahead(&mut self) -> Option<(usize, Sent)> {
        self.downlink.as_mut()?.take_ahead(self.now)
    }

    /// The next packet that waited long enough.
    pub fn next_waiting(&mut self) -> Option<Waiting> {
        self.downlink.as_mut()?.take(self.now)
    }

    /// Whether a probe runs that needs a packet now.
    pub fn wants_filler(&mut self) -> bool {
        let now = self.now;
        self.downlink.as_mut().is_some_and(|downlink| downlink.pacer.wants_padding(now))
    }

    /// Seals one packet into the outlet; returns the length of its payload, earlier ones in front of it included, or `None` if
    /// it does not fit.
    pub fn send(
        &mut self,
        fields: &HeaderFields,
        index: u64,
        consumer: &Consumer,
        content: Content<'_>,
        form: Form<'_>,
        out: &mut dyn Outlet,
    ) -> Option<usize> {
        let slot = out.slot();
        let header_len = self.write_header(slot, fields, consumer, content)?;
        let payload = content.payload();
        let mut payload_len = payload.len();
        let outbound = &self.srtp.outbound;
        let sealed = match form {
            Form::First { padding } => {
                if padding > 0 {
                    set_padding_bit(slot);
                }
                outbound.seal_rtp(fields.ssrc, index, slot, header_len, payload, Padding::new(padding).bytes())
            }
            Form::Redundant { payload_type, earlier } => {
                let body = slot.get_mut(header_len..)?;
                payload_len = earlier.write(body, payload_type, payload)?;
                outbound.seal_rtp_in_place(fields.ssrc, index, slot, header_len, header_len + payload_len)
            }
            Form::Again { original } => {
                let body = slot.get_mut(header_len..header_len + RTX_HEADER + payload.len())?;
                body[..RTX_HEADER].copy_from_slice(&original.to_be_bytes());
                body[RTX_HEADER..].copy_from_slice(payload);
                let len = header_len + body.len();
                outbound.seal_rtp_in_place(fields.ssrc, index, slot, header_len, len)
            }
        };
        self.commit(sealed.ok()?, out);
        Some(payload_len)
    }

    /// Sends a packet of nothing but padding, to see how much the path carries; `false` if that is impossible.
    pub fn send_padding(&mut self, fields: &HeaderFields, index: u64, out: &mut dyn Outlet) -> bool {
        let slot = out.slot();
        let transport_cc = extension::encode_transport_cc(*self.number);
        let mut list = ExtensionList::default();
        list.push(self.ids.transport_cc, &transport_cc);
        let Some(header_len) = write_header(slot, fields, list.as_slice()) else { return false };
        set_padding_bit(slot);
        let sealed = self.srtp.outbound.seal_rtp(fields.ssrc, index, slot, header_len, &[], &padding::FILLER);
        if let Ok(len) = sealed {
            self.commit(len, out);
        }
        sealed.is_ok()
    }

    fn commit(&mut self, len: usize, out: &mut dyn Outlet) {
        out.egress().commit(self.path, self.group, len);
        self.sent.add(len);
        if let Some(downlink) = &mut self.downlink {
            downlink.on_sent(self.now, self.ids.transport_cc.map(|_| *self.number), len);
        }
        *self.number = self.number.wrapping_add(1);
    }

    fn write_header(
        &self,
        slot: &mut [u8],
        fields: &HeaderFields,
        consumer: &Consumer,
        content: Content<'_>,
    ) -> Option<usize> {
        let packet = content.packet;
        let transport_cc = extension::encode_transport_cc(*self.number);
        let (send_time, playout_delay, mut room);
        let mut list = ExtensionList::default();
        if !consumer.known_to_peer {
            list.push(self.ids.mid, consumer.mid.as_bytes());
        }
        if self.ids.transport_cc.is_some() {
            list.push(self.ids.transport_cc, &transport_cc);
        } else if self.ids.abs_send_time.is_some() {
            send_time = extension::encode_abs_send_time(packet.info.arrived.saturating_duration_since(self.epoch));
            list.push(self.ids.abs_send_time, &send_time);
        }
        let (info, bytes) = (&packet.info, packet.bytes());
        list.push(self.ids.audio_level, info.audio_level.slice(bytes));
        list.push(self.ids.video_orientation, info.video_orientation.slice(bytes));
        if self.ids.dependency_descriptor.is_some() && !info.dependency_descriptor.is_empty() {
            room = [0; dependency_descriptor::MAX_LEN];
            list.push(self.ids.dependency_descriptor, content.descriptor(&mut room));
        }
        list.push(self.ids.abs_capture_time, info.abs_capture_time.slice(bytes));
        if consumer.selection.kind() == MediaKind::Video {
            playout_delay = self.downlink.as_ref().and_then(|downlink| downlink.playout.extension());
            list.push(self.ids.playout_delay, playout_delay.as_ref().map_or(&[], |delay| delay.as_slice()));
        }
        write_header(slot, fields, list.as_slice())
    }
}

/// The extensions of one packet, on the stack.
#[derive(Default)]
struct ExtensionList<'a> {
    items: [(u8, &'a [u8]); MAX_EXTENSIONS],
    len: usize,
}

impl<'a> ExtensionList<'a> {
    /// Adds an extension that was negotiated and has a value.
    fn push(&mut self, id: Option<u8>, value: &'a [u8]) {
        if let Some(id) = id
            && !value.is_empty()
            && self.len < MAX_EXTENSIONS
        {
            self.items[self.len] = (id, value);
            self.len += 1;
        }
    }

    fn as_slice(&self) -> &[(u8, &'a [u8])] {
        &self.items[..self.len]
    }
}
