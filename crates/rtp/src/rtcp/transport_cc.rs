use std::time::Duration;

use super::block::{Block, HEADER};
use super::transport_cc_chunk::{Chunk, LARGE, LOST, MAX_CHUNK_LEN, SMALL};
use super::{RtcpError, RtcpWriter, feedback_type, packet_type};
use crate::big_endian::{put, u16_at, u32_at};

/// What precedes the chunks in the body of the message: two SSRCs and two words, bytes.
const FIXED: usize = 16;
/// Statuses that we read of one message at most. Peers report many times a second; without a bound a few bytes of run
/// lengths could make us count to 65,535.
const MAX_STATUSES: u16 = 1 << 13;
/// A body whose length in words fits the RTCP header, bytes.
const MAX_BODY: usize = 4 * u16::MAX as usize;

/// The time between the arrivals of two packets, in ticks of 250 microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArrivalDelta(i16);

impl ArrivalDelta {
    /// The unit on the wire.
    pub const TICK: Duration = Duration::from_micros(250);

    /// From ticks.
    pub const fn from_ticks(ticks: i16) -> Self {
        Self(ticks)
    }

    /// In ticks.
    pub const fn ticks(self) -> i16 {
        self.0
    }

    /// In microseconds; negative if the packet came before the one with the number before it.
    pub const fn micros(self) -> i32 {
        self.0 as i32 * 250
    }

    /// The symbol in a status chunk.
    fn symbol(delta: Option<Self>) -> u16 {
        match delta {
            None => LOST,
            Some(Self(0..=255)) => SMALL,
            Some(_) => LARGE,
        }
    }
}

/// Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransportCc<'a> {
    /// SSRCs, first sequence number, reference time and count of the message.
    pub header: TransportCcHeader,
    status_count: u16,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

/// What precedes the statuses of a feedback message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TransportCcHeader {
    /// Who reports.
    pub sender_ssrc: u32,
    /// A stream of the transport; which one does not matter.
    pub media_ssrc: u32,
    /// Transport-wide sequence number of the first status.
    pub base_sequence: u16,
    /// What the first delta counts from, in units of 64 ms of the reporter's clock; 24 bits.
    pub reference_time: u32,
    /// Rises by one with every message, so that lost ones are noticed.
    pub feedback_count: u8,
}

impl TransportCcHeader {
    /// The unit of the reference time.
    pub const REFERENCE_UNIT: Duration = Duration::from_millis(64);
}

impl<'a> TransportCc<'a> {
    /// With this much room, bytes, a report is on at least one received packet.
    pub const MIN_ROOM: usize = (HEADER + FIXED + 2 + MAX_CHUNK_LEN).next_multiple_of(4);

    pub(super) fn parse_untrusted(block: Block<'a>) -> Result<Self, RtcpError> {
        let (sender_ssrc, media_ssrc, _) = block.feedback()?;
        let truncated = RtcpError("transport-wide feedback without its header");
        let base_sequence = u16_at(block.body, 8).ok_or(truncated)?;
        let status_count = u16_at(block.body, 10).ok_or(truncated)?;
        let word = u32_at(block.body, 12).ok_or(truncated)?;
        if !(1..=MAX_STATUSES).contains(&status_count) {
            return Err(RtcpError("transport-wide feedback on no packet or on too many"));
        }
        let header = TransportCcHeader {
            sender_ssrc,
            media_ssrc,
            base_sequence,
            reference_time: word >> 8,
            feedback_count: word as u8,
        };
        let (chunks, deltas) = split(&block.body[FIXED..], status_count)?;
        Ok(Self { header, status_count, chunks, deltas })
    }

    /// The number of packets that the message is about.
    pub fn status_count(&self) -> u16 {
        self.status_count
    }

    /// The reporter's clock at the reference time; it wraps every 2^24 units of 64 ms (about 12.4 days).
    pub fn reference_time(&self) -> Duration {
        TransportCcHeader::REFERENCE_UNIT * self.header.reference_time
    }

    /// All packets in the order of their sequence numbers. `None`: not received so far. A delta counts from the received
    /// packet before, the first one from [`Self::reference_time`].
    pub fn statuses(&self) -> impl Iterator<Item = (u16, Option<ArrivalDelta>)> + use<'a> {
        let Self { chunks, mut deltas, .. } = *self;
        let chunks = (0..).step_by(2).map_while(move |at| u16_at(chunks, at)).map(Chunk);
        let symbols = chunks.flat_map(|chunk| (0..chunk.len()).map(move |index| chunk.symbol(index)));
        let base = self.header.base_sequence;
        (0..self.status_count).zip(symbols).map_while(move |(index, symbol)| {
            let (bytes, rest) = deltas.split_at_checked(usize::from(symbol))?;
            deltas = rest;
            let delta = match *bytes {
                [small] => Some(ArrivalDelta(i16::from(small))),
                [high, low] => Some(ArrivalDelta(i16::from_be_bytes([high, low]))),
                _ => None,
            };
            Some((base.wrapping_add(index), delta))
        })
    }
}

/// Splits chunks from deltas, and checks that both are complete.
fn split(bytes: &[u8], status_count: u16) -> Result<(&[u8], &[u8]), RtcpError> {
    let (mut left, mut at, mut delta_bytes) = (usize::from(status_count), 0, 0);
    while left > 0 {
        let chunk = u16_at(bytes, at).map(Chunk).ok_or(RtcpError("fewer status chunks than announced"))?;
        let count = chunk.len().min(left);
        delta_bytes += chunk.delta_bytes(count).ok_or(RtcpError("reserved packet status"))?;
        left -= count;
        at += 2;
    }
    let (chunks, rest) = bytes.split_at(at);
    let deltas = rest.get(..delta_bytes).ok_or(RtcpError("fewer arrival deltas than statuses"))?;
    Ok((chunks, deltas))
}

impl RtcpWriter<'_> {
    /// Appends feedback on as many of the statuses as fit and returns how many that are; 0, and nothing appended, if there
    /// are none, or less room than [`TransportCc::MIN_ROOM`]. Fewer than given for want of room, and past 8192.
    #[must_use = "fewer statuses than given may have fitted"]
    pub fn push_transport_cc(
        &mut self,
        header: &TransportCcHeader,
        statuses: impl Iterator<Item = Option<ArrivalDelta>> + Clone,
    ) -> u16 {
        let body = self.body_room();
        let room = body.len().min(MAX_BODY) & !3;
        let (mut rest, mut chunks_end, mut delta_bytes, mut count) = (statuses.clone(), FIXED, 0, 0);
        while chunks_end + delta_bytes + MAX_CHUNK_LEN <= room {
            let symbols = rest.clone().map(ArrivalDelta::symbol).take(usize::from(MAX_STATUSES - count));
            let Some((chunk, covered)) = Chunk::covering(symbols) else { break };
            put(body, chunks_end, chunk.0.to_be_bytes());
            chunks_end += 2;
            delta_bytes +=
                rest.by_ref().take(covered).map(|delta| usize::from(ArrivalDelta::symbol(delta))).sum::<usize>();
            count += covered as u16;
        }
        if count == 0 {
            return 0;
        }
        let mut at = chunks_end;
        for delta in statuses.take(usize::from(count)).flatten() {
            let [high, low] = delta.0.to_be_bytes();
            if ArrivalDelta::symbol(Some(delta)) == LARGE {
                put(body, at, [high, low]);
                at += 2;
            } else {
                put(body, at, [low]);
                at += 1;
            }
        }
        // The draft pads with zeros; with the P bit only the last packet of a compound could be padded.
        let end = at.next_multiple_of(4);
        body[at..end].fill(0);
        put(body, 0, header.sender_ssrc.to_be_bytes());
        put(body, 4, header.media_ssrc.to_be_bytes());
        put(body, 8, header.base_sequence.to_be_bytes());
        put(body, 10, count.to_be_bytes());
        put(body, 12, (header.reference_time << 8 | u32::from(header.feedback_count)).to_be_bytes());
        self.finish_packet(packet_type::TRANSPORT_FEEDBACK, feedback_type::TRANSPORT_CC, end);
        count
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, packets_untrusted};
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Result<TransportCc<'_>, RtcpError> {
        match packets_untrusted(bytes).next().unwrap()? {
            Packet::TransportCc(feedback) => Ok(feedback),
            other => panic!("{other:?}"),
        }
    }

    /// Two packets received, one lost, one received out of order, in two chunks.
    const MESSAGE: [u8; 28] = [
        0x8f, 205, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, // header and SSRCs
        0xff, 0xff, 0, 4, 0, 0, 5, 9, // base, count, reference time 5, feedback 9
        0x20, 0x02, 0xc8, 0x00, 4, 8, 0xff, 0xfc, // a run of two; lost?, large; deltas
    ];

    #[test]
    fn a_message_is_read_to_the_letter() {
        let mut message = MESSAGE;
        message[22] = 0xc0 | 0b00_1000; // two-bit vector: lost, large
        let feedback = read(&message).unwrap();
        assert_eq!(feedback.header.feedback_count, 9);
        assert_eq!(feedback.reference_time(), Duration::from_millis(320));
        let delta = |ticks| Some(ArrivalDelta::from_ticks(ticks));
        let expected = [(65535, delta(4)), (0, delta(8)), (1, None), (2, delta(-4))];
        assert_eq!(feedback.statuses().collect::<Vec<_>>(), expected);
        assert_eq!(expected[3].1.unwrap().micros(), -1000);
    }

    #[test]
    fn what_is_announced_must_be_there() {
        let edit = |at: usize, value: u8| {
            let mut message = MESSAGE;
            message[at] = value;
            read(&message).map(|_| ())
        };
        assert!(edit(15, 4).is_ok());
        assert!(edit(15, 0).is_err(), "no packets");
        assert!(edit(14, 0x21).is_err(), "more packets than we read");
        assert!(edit(15, 200).is_err(), "more chunks than there are");
        assert!(edit(22, 0b1111_0000).is_err(), "a reserved symbol");
        assert!(edit(21, 9).is_ok(), "a run past the count is cut");
        assert!(read(&[0x8f, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]).is_err());
    }

    #[test]
    fn nothing_is_written_without_statuses_or_room() {
        let header = TransportCcHeader::default();
        let received = std::iter::repeat_n(Some(ArrivalDelta::default()), 5000);
        let mut room = [0; TransportCc::MIN_ROOM - 1];
        let mut writer = RtcpWriter::new(&mut room);
        assert_eq!(writer.push_transport_cc(&header, received.clone()), 0);
        assert!(writer.is_empty());
        let mut room = [0; TransportCc::MIN_ROOM];
        let mut writer = RtcpWriter::new(&mut room);
        assert_eq!(writer.push_transport_cc(&header, std::iter::empty()), 0);
        let after_losses = std::iter::repeat_n(None, 8000).chain(received);
        assert_eq!(writer.push_transport_cc(&header, after_losses), 8064);
        assert!(read(writer.bytes()).is_ok());
    }

    proptest! {
        #[test]
        fn statuses_come_back(
            base_sequence: u16, reference_time in 0..1u32 << 24, feedback_count: u8, room in 0..3000usize,
            statuses in vec(prop_oneof![
                2 => Just(None),
                6 => (0..256i16).prop_map(Some),
                1 => any::<i16>().prop_map(Some),
            ], 0..1200),
        ) {
            let header = TransportCcHeader {
                sender_ssrc: 1, media_ssrc: 2, base_sequence, reference_time, feedback_count,
            };
            let statuses: Vec<_> = statuses.into_iter().map(|ticks| ticks.map(ArrivalDelta::from_ticks)).collect();
            let mut out = vec![0xee; room];
            let mut writer = RtcpWriter::new(&mut out);
            let count = usize::from(writer.push_transport_cc(&header, statuses.iter().copied()));
            if count == 0 {
                prop_assert!(writer.is_empty() && (statuses.is_empty() || room < TransportCc::MIN_ROOM));
                return Ok(());
            }
            prop_assert!(count == statuses.len() || writer.room() < MAX_CHUNK_LEN + 4);
            let feedback = read(writer.bytes()).unwrap();
            prop_assert_eq!(feedback.header, header);
            let read: Vec<_> = feedback.statuses().collect();
            prop_assert_eq!(read.len(), count);
            for (index, (sequence, delta)) in read.into_iter().enumerate() {
                prop_assert_eq!(sequence, base_sequence.wrapping_add(index as u16));
                prop_assert_eq!(delta, statuses[index]);
            }
        }
    }
}
