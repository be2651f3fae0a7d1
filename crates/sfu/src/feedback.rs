//! RTCP, both ways: what peers report and ask for, and what we report to and ask of them.

use std::time::{Duration, Instant};

use tureen_rtp::rtcp::{
    DelaySinceReport, ExtendedBlock, ExtendedReport, Packet, ReportBlock, RtcpWriter, SenderInfo, packets_untrusted,
};
use tureen_units::{Outlet, PacketBuffer, Path};

use crate::keyframe::SPACING;
use crate::nack;
use crate::producer::{ReportedClock, Upstream};
use crate::round_trip;
use crate::shard::Shard;

/// Time between sender and receiver reports.
pub const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// Our SSRC as a receiver. It never sends media, so it needs not be ours alone.
const RECEIVER_SSRC: u32 = 1;

/// Plain bytes of an RTCP packet that we build; SRTCP adds at most 20.
const RTCP_ROOM: usize = 1200;

/// Statuses of transport-wide feedback that are read of one datagram at most: a dozen bytes announce thousands of them, and more
/// than four times what is remembered of what was sent tells nothing.
const FEEDBACK_STATUSES: u16 = 1 << 13;

/// Packets that one request names at most.
const NACK_BATCH: usize = 128;

impl Shard {
    /// Takes an SRTCP packet from a validated path.
    pub(crate) fn handle_rtcp(
        &mut self,
        now: Instant,
        key: usize,
        path: Path,
        buffer: &mut PacketBuffer,
        out: &mut dyn Outlet,
    ) {
        let transport = &mut self.transports[key];
        let Some(srtp) = &mut transport.srtp else {
            self.counters.srtp_refused += 1;
            return;
        };
        let Ok(len) = srtp.inbound.open_rtcp(buffer.bytes_mut()) else {
            self.counters.srtp_refused += 1;
            return;
        };
        buffer.set_len(len);
        transport.ice.on_fresh(path);
        self.note_authentic(now, key);
        let mut statuses = FEEDBACK_STATUSES;
        for packet in packets_untrusted(buffer.bytes()) {
            let packet = packet.ok().filter(|packet| admits(packet, &mut statuses));
            let Some(packet) = packet else {
                self.counters.rtp_refused += 1;
                return;
            };
            self.handle_rtcp_packet(now, key, &packet, out);
        }
    }

    fn handle_rtcp_packet(&mut self, now: Instant, key: usize, packet: &Packet<'_>, out: &mut dyn Outlet) {
        match packet {
            Packet::SenderReport(report) => {
                self.take_clock(now, key, &report.info);
                self.take_reports(now, key, report.report_blocks(), out);
            }
            Packet::ReceiverReport(report) => self.take_reports(now, key, report.report_blocks(), out),
            Packet::Nack(nack) => {
                let Some(consumer) = self.own_consumer(key, nack.media_ssrc) else { return };
                for sequence in nack.sequences().take(NACK_BATCH) {
                    self.counters.nacks_received += 1;
                    self.retransmit(now, consumer, sequence, out);
                }
            }
            Packet::PictureLossIndication { media_ssrc, .. } => self.refresh(now, key, *media_ssrc, out),
            Packet::FullIntraRequest(request) => {
                for entry in request.entries().take(NACK_BATCH) {
                    self.refresh(now, key, entry.ssrc, out);
                }
            }
            Packet::TransportCc(feedback) => self.take_feedback(now, key, feedback, out),
            Packet::Remb(remb) => self.take_remb(now, key, remb.bitrate_bps, out),
            Packet::ExtendedReport(report) => self.take_answers(now, key, report),
            _ => {}
        }
    }

    /// Answers to our reference times (RFC 3611 section 4.5).
    fn take_answers(&mut self, now: Instant, key: usize, report: &ExtendedReport<'_>) {
        let clock = round_trip::middle(self.reference_time(now));
        for block in report.blocks() {
            let ExtendedBlock::DelaySinceLastReport(entries) = block else { continue };
            let ours = DelaySinceReport::all(entries).find(|entry| entry.ssrc == RECEIVER_SSRC);
            let sample = ours.and_then(|entry| round_trip::since(clock, entry.last_receiver_report, entry.delay));
            if let Some(sample) = sample {
                self.transports[key].on_round_trip(sample);
            }
        }
    }

    /// Our clock in reports: it starts with the shard, at no particular time.
    fn reference_time(&self, now: Instant) -> u64 {
        round_trip::ntp_duration(now.saturating_duration_since(self.epoch))
    }

    /// A peer's feedback may touch only what that peer receives.
    fn own_consumer(&self, key: usize, ssrc: u32) -> Option<usize> {
        self.transports[key].consumers.iter().copied().find(|consumer| self.consumers[*consumer].ssrc == ssrc)
    }

    fn take_clock(&mut self, now: Instant, key: usize, info: &SenderInfo) {
        let Some(stream) = self.transports[key].stream(info.ssrc).filter(|stream| !stream.rtx) else { return };
        let layer = &mut self.producers[stream.producer].layers[usize::from(stream.layer)];
        layer.clock = Some(ReportedClock { ntp: info.ntp, rtp: info.rtp_timestamp, received: now });
    }

    fn take_reports(
        &mut self,
        now: Instant,
        key: usize,
        blocks: impl Iterator<Item = ReportBlock>,
        out: &mut dyn Outlet,
    ) {
        let (mut lost, mut count) = (0, 0);
        for block in blocks {
            let Some(consumer) = self.own_consumer(key, block.ssrc) else { continue };
            (lost, count) = (lost + u32::from(block.fraction_lost), count + 1);
            if let Some(sample) = self.consumers[consumer].on_report(block, now) {
                self.transports[key].on_round_trip(sample);
            }
        }
        if let Some(mean) = lost.checked_div(count) {
            self.take_loss(now, key, mean as u8, out);
        }
    }

    fn refresh(&mut self, now: Instant, key: usize, ssrc: u32, out: &mut dyn Outlet) {
        let Some(consumer) = self.own_consumer(key, ssrc) else { return };
        let consumer = &self.consumers[consumer];
        let (producer, layer) = (consumer.producer, consumer.current_layer().unwrap_or(0));
        if let Some(layer) = self.producers[producer].layers.get_mut(usize::from(layer)) {
            layer.key_frames.request();
            self.poll_key_frames(now, producer, out);
        }
    }

    /// Asks the publisher for the key frames that are due. Whoever needs them, it is the publisher that a panic drops.
    pub(crate) fn poll_key_frames(&mut self, now: Instant, key: usize, out: &mut dyn Outlet) {
        let Some(producer) = self.producers.get(key) else { return };
        if producer.layers.iter().any(|layer| layer.key_frames.is_wanted()) {
            match producer.upstream {
                Upstream::Peer(transport) => {
                    self.guard(transport, out, |shard, out| shard.request_key_frames(now, key, transport, out));
                }
                Upstream::Shard(shard) => self.request_of_origin(now, key, shard),
            }
        }
    }

    /// PLI where it is understood, else FIR (RFC 5104 section 4.3.1).
    fn request_key_frames(&mut self, now: Instant, key: usize, transport: usize, out: &mut dyn Outlet) {
        let producer = &mut self.producers[key];
        if producer.key_frame_asked.is_some_and(|asked| now < asked + SPACING) {
            return;
        }
        let by_fir = !producer.takes_feedback("nack pli") && producer.takes_feedback("ccm fir");
        let mut room = [0; RTCP_ROOM];
        let mut writer = RtcpWriter::new(&mut room);
        for layer in &mut producer.layers {
            let Some(ssrc) = layer.encoding.ssrc else { continue };
            if !layer.key_frames.poll(now) {
                continue;
            }
            producer.key_frame_asked = Some(now);
            self.counters.key_frames_requested += 1;
            let fits = if by_fir {
                layer.fir_sequence = layer.fir_sequence.wrapping_add(1);
                writer.push_fir(RECEIVER_SSRC, ssrc, layer.fir_sequence)
            } else {
                writer.push_pli(RECEIVER_SSRC, ssrc)
            };
            debug_assert!(fits, "a producer has few layers");
        }
        let len = writer.len();
        self.send_rtcp(transport, &room[..len], out);
    }

    /// Sends the periodic feedback of a transport that is due.
    pub(crate) fn send_feedback(&mut self, now: Instant, key: usize, out: &mut dyn Outlet) {
        let due = |at: &mut Option<Instant>| at.take_if(|at| now >= *at).is_some();
        let feedback = &mut self.transports[key].feedback;
        let (transport_cc, nack, report) =
            (due(&mut feedback.transport_cc), due(&mut feedback.nack), due(&mut feedback.report));
        if transport_cc {
            self.send_transport_cc(key, out);
        }
        if nack {
            self.send_nacks(now, key, out);
        }
        if report {
            self.send_reports(now, key, out);
            self.report_transport(now, key);
            self.transports[key].feedback.report = Some(now + REPORT_INTERVAL);
        }
    }

    fn send_transport_cc(&mut self, key: usize, out: &mut dyn Outlet) {
        let transport = &self.transports[key];
        let media = transport.producers.iter().find_map(|producer| self.producers[*producer].layers[0].encoding.ssrc);
        let media = media.unwrap_or(0);
        loop {
            let mut room = [0; RTCP_ROOM];
            let mut writer = RtcpWriter::new(&mut room);
            if !self.transports[key].arrivals.build(RECEIVER_SSRC, media, &mut writer) {
                return;
            }
            let len = writer.len();
            self.send_rtcp(key, &room[..len], out);
        }
    }

    fn send_nacks(&mut self, now: Instant, key: usize, out: &mut dyn Outlet) {
        let mut room = [0; RTCP_ROOM];
        let mut writer = RtcpWriter::new(&mut room);
        let mut waiting = false;
        let Self { transports, producers, counters, .. } = self;
        let round_trip = transports[key].round_trip.get();
        for producer in &transports[key].producers {
            let producer = &mut producers[*producer];
            if !producer.takes_feedback("nack") {
                continue;
            }
            for layer in &mut producer.layers {
                let Some(ssrc) = layer.encoding.ssrc else { continue };
                let mut sequences = [0; NACK_BATCH];
                let before = counters.packets_lost;
                let count = layer.nack.collect(now, round_trip, &mut sequences, &mut counters.packets_lost);
                if counters.packets_lost > before && producer.kind == crate::command::MediaKind::Video {
                    layer.key_frames.request();
                }
                if count > 0 && writer.push_nack(RECEIVER_SSRC, ssrc, &sequences[..count]) {
                    counters.nacks_sent += count as u64;
                }
                waiting |= layer.nack.is_waiting();
            }
        }
        if waiting {
            transports[key].feedback.nack = Some(now + nack::INTERVAL);
        }
        let len = writer.len();
        self.send_rtcp(key, &room[..len], out);
    }

    fn send_reports(&mut self, now: Instant, key: usize, out: &mut dyn Outlet) {
        self.send_receiver_reports(now, key, out);
        for index in 0..self.transports[key].consumers.len() {
            let consumer = self.transports[key].consumers[index];
            self.send_sender_report(now, key, consumer, out);
        }
    }

    fn send_receiver_reports(&mut self, now: Instant, key: usize, out: &mut dyn Outlet) {
        let reference_time = self.reference_time(now);
        for index in 0..self.transports[key].producers.len() {
            let producer = self.transports[key].producers[index];
            let mut room = [0; RTCP_ROOM];
            let mut writer = RtcpWriter::new(&mut room);
            for layer in self.producers[producer].layers.iter_mut().filter(|layer| layer.flows(now)) {
                let Some(ssrc) = layer.encoding.ssrc else { continue };
                let last_report =
                    layer.clock.map(|clock| ((clock.ntp >> 16) as u32, now.saturating_duration_since(clock.received)));
                if let Some(block) = layer.stats.report(ssrc, last_report) {
                    let fits = writer.push_receiver_report(RECEIVER_SSRC, &[block]);
                    debug_assert!(fits, "a producer has few layers");
                }
            }
            if !writer.is_empty() {
                let fits = writer.push_reference_time(RECEIVER_SSRC, reference_time);
                debug_assert!(fits, "a producer has few layers");
            }
            let len = writer.len();
            self.send_rtcp(key, &room[..len], out);
        }
    }

    fn send_sender_report(&mut self, now: Instant, key: usize, consumer: usize, out: &mut dyn Outlet) {
        let Self { consumers, producers, .. } = self;
        let consumer = &mut consumers[consumer];
        let producer = &producers[consumer.producer];
        let Some((ntp, rtp)) = consumer.clock(producer, now) else { return };
        let mut room = [0; RTCP_ROOM];
        let mut writer = RtcpWriter::new(&mut room);
        let mut name = [0; 32];
        let cname = canonical_name(producer.publisher, &mut name);
        let info = SenderInfo {
            ssrc: consumer.ssrc,
            ntp,
            rtp_timestamp: rtp,
            packets: consumer.packets,
            octets: consumer.octets,
        };
        let fits = writer.push_sender_report(&info, &[]) && writer.push_sdes_cname(consumer.ssrc, cname);
        debug_assert!(fits, "both are short");
        let len = writer.len();
        self.send_rtcp(key, &room[..len], out);
    }

    fn send_rtcp(&mut self, key: usize, plain: &[u8], out: &mut dyn Outlet) {
        let Some(transport) = self.transports.get_mut(key).filter(|_| !plain.is_empty()) else { return };
        let (Some(path), Some(srtp)) = (transport.ice.selected(), &mut transport.srtp) else { return };
        if let Ok(len) = srtp.outbound.seal_rtcp(plain, out.slot()) {
            transport.sent.add(len);
            out.egress().commit(path, key as u32, len);
        }
    }
}

/// Whether a packet asks for no more work than what is left for its datagram.
fn admits(packet: &Packet<'_>, statuses: &mut u16) -> bool {
    let Packet::TransportCc(feedback) = packet else { return true };
    let left = statuses.checked_sub(feedback.status_count());
    *statuses = left.unwrap_or(0);
    left.is_some()
}

/// The CNAME (RFC 3550 section 6.5.1) of all that one publisher sends: `tureen-` and its transport's id. Descriptions say the
/// same.
fn canonical_name(transport: u64, room: &mut [u8; 32]) -> &str {
    use std::io::Write;
    let mut rest = &mut room[..];
    let written = write!(rest, "tureen-{transport}").is_ok();
    let len = if written { 32 - rest.len() } else { 0 };
    std::str::from_utf8(&room[..len]).unwrap_or_default()
}
