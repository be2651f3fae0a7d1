//! The reference: a new header, one pass of AES-256-GCM from the packet into an arena, and the kernel. No parsing, no
//! history, no statistics, no feedback; what it needs is a bound for every packet path that does this work.

use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::case::{Case, DATAGRAM};
use crate::sink::Sink;

const HEADER: usize = 12;
const TAG: usize = 16;
const PACKET: usize = DATAGRAM - TAG;
/// Messages per system call.
const MESSAGES: usize = 16;

struct Subscriber {
    key: LessSafeKey,
    salt: [u8; 12],
    ssrc: u32,
    sequence_offset: u16,
    timestamp_offset: u32,
    rollovers: u32,
    last_sequence: u16,
    address: libc::sockaddr_in,
}

impl Subscriber {
    fn new(index: usize, address: SocketAddr) -> Self {
        let SocketAddr::V4(address) = address else { unreachable!("the benchmark's addresses are IPv4") };
        let mut secret = [0; 32];
        secret[..8].copy_from_slice(&(index as u64 + 1).to_le_bytes());
        Self {
            key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &secret).expect("a key of 32 bytes")),
            salt: [index as u8; 12],
            ssrc: 0x1000_0000 | index as u32,
            sequence_offset: index as u16,
            timestamp_offset: (index as u32).wrapping_mul(7919),
            rollovers: 0,
            last_sequence: index as u16,
            address: libc::sockaddr_in {
                sin_family: libc::AF_INET as u16,
                sin_port: address.port().to_be(),
                sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(address.ip().octets()) },
                sin_zero: [0; 8],
            },
        }
    }

    /// Writes the header and returns the nonce of RFC 7714 section 8.1.
    fn rewrite(&mut self, packet: &[u8], out: &mut [u8]) -> Nonce {
        let sequence = u16::from_be_bytes([packet[2], packet[3]]).wrapping_add(self.sequence_offset);
        let timestamp = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        self.rollovers += u32::from(sequence < self.last_sequence);
        self.last_sequence = sequence;
        out[..2].copy_from_slice(&packet[..2]);
        out[2..4].copy_from_slice(&sequence.to_be_bytes());
        out[4..8].copy_from_slice(&timestamp.wrapping_add(self.timestamp_offset).to_be_bytes());
        out[8..HEADER].copy_from_slice(&self.ssrc.to_be_bytes());
        let mut nonce = self.salt;
        let index = (u64::from(self.rollovers) << 16) | u64::from(sequence);
        let clear = self.ssrc.to_be_bytes().into_iter().chain(index.to_be_bytes().into_iter().skip(2));
        nonce[2..].iter_mut().zip(clear).for_each(|(byte, clear)| *byte ^= clear);
        Nonce::assume_unique_for_key(nonce)
    }

    fn seal(&mut self, packet: &[u8], out: &mut [u8]) {
        let nonce = self.rewrite(packet, out);
        let (header, rest) = out.split_at_mut(HEADER);
        let (body, tag) = rest.split_at_mut(PACKET - HEADER);
        self.key
            .seal_out_of_place_scatter(nonce, Aad::from(&*header), &packet[HEADER..], body, &[], &mut tag[..TAG])
            .expect("lengths that agree");
    }
}

/// The kernel's view of one flush, laid out once: only addresses change.
struct Messages {
    headers: Vec<libc::mmsghdr>,
    /// What the headers point at.
    _vectors: Vec<libc::iovec>,
    /// Control messages with the segment size, aligned as the kernel wants them.
    _controls: Vec<[u64; 4]>,
}

impl Messages {
    fn new(arena: &mut [u8], run: usize) -> Self {
        let vector = |chunk: &mut [u8]| libc::iovec { iov_base: chunk.as_mut_ptr().cast(), iov_len: chunk.len() };
        let mut vectors: Vec<_> = arena.chunks_exact_mut(run * DATAGRAM).map(vector).collect();
        let mut controls = vec![[0; 4]; MESSAGES];
        let headers = vectors.iter_mut().zip(&mut controls).map(|(vector, control)| header(vector, control, run));
        Self { headers: headers.collect(), _vectors: vectors, _controls: controls }
    }

    fn send(&mut self, socket: &UdpSocket, count: usize) {
        let mut done = 0;
        while done < count {
            let rest = &mut self.headers[done..count];
            // SAFETY: the headers lead into vectors, controls and the arena, which all outlive the call.
            let sent = unsafe { libc::sendmmsg(socket.as_raw_fd(), rest.as_mut_ptr(), rest.len() as libc::c_uint, 0) };
            assert!(sent > 0, "sendmmsg: {}", std::io::Error::last_os_error());
            done += sent as usize;
        }
    }
}

fn header(vector: &mut libc::iovec, control: &mut [u64; 4], run: usize) -> libc::mmsghdr {
    // SAFETY: zero is a valid header; the control buffer has room for one control message with two bytes of data.
    unsafe {
        let mut message: libc::mmsghdr = std::mem::zeroed();
        message.msg_hdr.msg_iov = vector;
        message.msg_hdr.msg_iovlen = 1;
        message.msg_hdr.msg_namelen = size_of::<libc::sockaddr_in>() as libc::socklen_t;
        if run > 1 {
            message.msg_hdr.msg_control = control.as_mut_ptr().cast();
            message.msg_hdr.msg_controllen = libc::CMSG_SPACE(2) as usize;
            let control = libc::CMSG_FIRSTHDR(&raw const message.msg_hdr);
            (*control).cmsg_level = libc::SOL_UDP;
            (*control).cmsg_type = libc::UDP_SEGMENT;
            (*control).cmsg_len = libc::CMSG_LEN(2) as usize;
            libc::CMSG_DATA(control).cast::<u16>().write_unaligned(DATAGRAM as u16);
        }
        message
    }
}

/// The reference's subscribers and arena.
pub struct Reference {
    case: Case,
    subscribers: Vec<Subscriber>,
    frame: Vec<Vec<u8>>,
    sequence: u16,
    arena: Vec<u8>,
    messages: Messages,
    socket: UdpSocket,
}

impl Reference {
    /// Sets up keys, arena and messages.
    pub fn new(case: Case) -> Self {
        let address = case.sink.addresses();
        let packet = |index: usize| {
            let mut packet: Vec<u8> = (0..PACKET).map(|byte| (byte + index) as u8).collect();
            packet[..2].copy_from_slice(&[0x80, 96]);
            packet
        };
        let mut arena = vec![0; MESSAGES * case.run * DATAGRAM];
        Self {
            case,
            subscribers: (1..=case.subscribers).map(|index| Subscriber::new(index, address(index))).collect(),
            frame: (0..case.run).map(packet).collect(),
            sequence: 0,
            messages: Messages::new(&mut arena, case.run),
            arena,
            socket: UdpSocket::bind("0.0.0.0:0").expect("a UDP socket"),
        }
    }

    /// Forwards frames to everybody until the time has passed; returns the number of forwards.
    pub fn forward_for(&mut self, time: Duration) -> u64 {
        let (start, mut forwards) = (Instant::now(), 0);
        while start.elapsed() < time {
            for packet in &mut self.frame {
                self.sequence = self.sequence.wrapping_add(1);
                packet[2..4].copy_from_slice(&self.sequence.to_be_bytes());
            }
            for group in self.subscribers.chunks_mut(MESSAGES) {
                let slots = self.arena.chunks_exact_mut(self.case.run * DATAGRAM);
                for ((subscriber, slot), message) in group.iter_mut().zip(slots).zip(&mut self.messages.headers) {
                    for (packet, out) in self.frame.iter().zip(slot.chunks_exact_mut(DATAGRAM)) {
                        subscriber.seal(packet, out);
                    }
                    message.msg_hdr.msg_name = (&raw mut subscriber.address).cast();
                }
                if self.case.sink != Sink::Memory {
                    self.messages.send(&self.socket, group.len());
                }
                forwards += (group.len() * self.case.run) as u64;
            }
            std::hint::black_box(&mut self.arena);
        }
        forwards
    }
}
