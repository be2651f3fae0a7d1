//! Each SRTP profile is negotiated by DTLS with a peer that offers only that one, and its keys are the peer's: OpenSSL's
//! `s_client` behind a relay that does ICE for it, and afterwards sends SRTP with the keys that OpenSSL exported.

use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Program, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tureen_rtp::{HeaderFields, write_header};
use tureen_sfu::Event;
use tureen_srtp::{MasterKey, Outbound, Profile};

use crate::client::{Client, Server, wait_for};

const SSRC: u32 = 1000;

/// The profiles as OpenSSL names them.
const PROFILES: [(Profile, &str); 3] = [
    (Profile::AeadAes256Gcm, "SRTP_AEAD_AES_256_GCM"),
    (Profile::AeadAes128Gcm, "SRTP_AEAD_AES_128_GCM"),
    (Profile::Aes128CmSha1_80, "SRTP_AES128_CM_SHA1_80"),
];

/// A certificate with its key in one file.
struct Certificate(PathBuf);

impl Certificate {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tureen-{}-{name}.pem", std::process::id()));
        let made = Program::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x"])
            .args([Path::new("-keyout"), &path, Path::new("-out"), &path])
            .stderr(Stdio::null())
            .status();
        assert!(made.expect("openssl runs").success());
        Self(path)
    }

    fn fingerprint(&self) -> String {
        let mut program = Program::new("openssl");
        program.args(["x509", "-noout", "-fingerprint", "-sha256", "-in"]).arg(&self.0);
        let shown = program.output().expect("openssl runs").stdout;
        let shown = String::from_utf8(shown).expect("text");
        shown.trim().rsplit('=').next().expect("a fingerprint").to_owned()
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A DTLS client and what it prints.
struct DtlsClient {
    child: Child,
    lines: Receiver<String>,
}

impl DtlsClient {
    fn new(profile: Profile, name: &str, certificate: &Certificate, relay: &UdpSocket) -> Self {
        let bytes = 2 * (profile.key_len() + profile.salt_len());
        let mut child = Program::new("openssl")
            .args(["s_client", "-dtls1_2", "-mtu", "1200", "-use_srtp", name])
            .args(["-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", &bytes.to_string()])
            .args(["-connect", &relay.local_addr().expect("a bound socket").to_string(), "-cert"])
            .args([&certificate.0, Path::new("-key"), &certificate.0])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl runs");
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().expect("piped"));
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// The exported keys, once they are printed.
    fn keys(&self) -> Option<Vec<u8>> {
        let line =
            self.lines.try_iter().find_map(|line| Some(line.trim().strip_prefix("Keying material: ")?.to_owned()))?;
        let digits: Vec<char> = line.trim().chars().collect();
        let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect("hexadecimal");
        Some(digits.chunks(2).map(byte).collect())
    }
}

impl Drop for DtlsClient {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Passes datagrams on between the DTLS client and the server.
fn relay(inner: &UdpSocket, outer: &Client) {
    let mut buffer = [0; 2000];
    if let Ok((len, from)) = inner.recv_from(&mut buffer) {
        inner.connect(from).expect("one client");
        outer.socket.send_to(&buffer[..len], outer.server).expect("a sent datagram");
    }
    while let Ok((len, _)) = outer.socket.recv_from(&mut buffer) {
        if (20..=63).contains(&buffer[0]) {
            inner.send(&buffer[..len]).expect("a sent datagram");
        }
    }
}

fn sound(profile: Profile, keys: &[u8]) -> Vec<u8> {
    let (key, salt) = (profile.key_len(), profile.salt_len());
    // The client's key comes first, then the server's, then the salts in the same order (RFC 5764 section 4.2).
    let master = MasterKey { key: &keys[..key], salt: &keys[2 * key..][..salt] };
    let outbound = Outbound::new(profile, master).expect("keys of the right length");
    let fields = HeaderFields { marker: false, payload_type: 111, sequence: 1, timestamp: 960, ssrc: SSRC };
    let mut packet = vec![0; 200];
    let header_len = write_header(&mut packet, &fields, &[(1, b"0")]).expect("room for the header");
    let len = outbound.seal_rtp(SSRC, 1, &mut packet, header_len, b"opus", &[]).expect("room for the packet");
    packet.truncate(len);
    packet
}

#[test]
fn every_profile_is_negotiated_with_openssl_and_its_keys_agree() {
    if Program::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: no openssl program");
        return;
    }
    let mut server = Server::new(&["127.0.0.1"]);
    for ((profile, name), transport) in PROFILES.into_iter().zip(1..) {
        let certificate = Certificate::new(name);
        let client = Client::new(transport, server.addresses[0]);
        server.open(transport, client.peer.handshake.local.clone(), certificate.fingerprint());
        server.open_producer(transport, SSRC);
        client.prove_path();
        let inner = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        inner.set_read_timeout(Some(Duration::from_millis(5))).expect("a timeout");
        let dtls = DtlsClient::new(profile, name, &certificate, &inner);
        let keys = wait_for("the keys", || {
            relay(&inner, &client);
            dtls.keys()
        });
        let (_, negotiated) = wait_for("a connection", || server.connected(transport));
        assert_eq!(negotiated, profile.name());
        client.socket.send_to(&sound(profile, &keys), client.server).expect("a sent datagram");
        wait_for("the sound", || {
            server.events.append(&mut server.core.drain());
            let started =
                |event: &Event| matches!(event, Event::ProducerStarted { producer, .. } if *producer == transport);
            server.events.iter().any(started).then_some(())
        });
    }
}
