//! Layers chosen per subscriber: what a player notices of switches, losses, pauses and restarts. A broadcast is a publisher
//! with one or more encodings and one viewer who plays all that comes.

#[path = "layers/broadcast.rs"]
mod broadcast;

use std::time::Duration;

use broadcast::{Broadcast, Link, PRODUCER, VIEWER, target};
use proptest::prelude::*;
use tureen_sim::{Format, Prediction};

const SPATIAL: [(Format, Prediction, usize); 4] = [
    (Format::Vp8, Prediction::KeyOnly, 3),
    (Format::Vp8Described, Prediction::KeyOnly, 3),
    (Format::Vp9, Prediction::KeyOnly, 1),
    (Format::Av1, Prediction::Full, 1),
];

#[test]
fn all_layers_are_sent_unless_told_otherwise() {
    for (format, prediction, encodings) in SPATIAL {
        let mut broadcast = Broadcast::new(format, prediction, encodings, 1);
        broadcast.run(60);
        let pictures = broadcast.played();
        let late = &pictures[pictures.len() - 20..];
        assert!(late.iter().all(|picture| broadcast.spatial(picture) == 2), "{format:?}: {late:?}");
        assert!(late.iter().any(|picture| picture.temporal == 2), "{format:?}");
    }
}

#[test]
fn what_is_chosen_is_what_is_shown() {
    for (format, prediction, encodings) in SPATIAL {
        let mut broadcast = Broadcast::new(format, prediction, encodings, 2);
        broadcast.run(20);
        for (layer, temporal) in [(0, 0), (2, 0), (1, 1), (0, 2), (2, 2), (1, 0)] {
            broadcast.want(Some(target(layer, temporal)));
            broadcast.run(45);
            let before = broadcast.played().len();
            broadcast.run(24);
            let pictures = broadcast.played()[before..].to_vec();
            let at = format!("{format:?} at {layer}, {temporal}: {pictures:?}");
            assert!(pictures.iter().all(|picture| broadcast.spatial(picture) == layer), "{at}");
            assert_eq!(pictures.iter().map(|picture| picture.temporal).max(), Some(temporal), "{at}");
            assert_eq!(pictures.len(), 24 >> (2 - temporal), "{at}");
        }
    }
}

#[test]
fn going_down_within_a_stream_needs_no_key_frame() {
    let mut broadcast = Broadcast::new(Format::Av1, Prediction::KeyOnly, 1, 3);
    broadcast.run(60);
    let key_frames = broadcast.key_frames;
    broadcast.want(Some(target(0, 0)));
    broadcast.run(4);
    let picture = *broadcast.played().last().expect("a picture");
    assert_eq!((picture.spatial, broadcast.key_frames), (0, key_frames));
}

#[test]
fn without_bandwidth_nothing_is_sent_and_with_it_all_again() {
    for (format, prediction, encodings) in SPATIAL {
        let mut broadcast = Broadcast::new(format, prediction, encodings, 5);
        broadcast.run(60);
        broadcast.want(None);
        broadcast.run(1);
        let before = broadcast.player.len();
        broadcast.run(30);
        assert_eq!(broadcast.player.len(), before, "{format:?}");
        broadcast.want(Some(tureen_sfu::LayerTarget::BEST));
        broadcast.run(60);
        assert_eq!(broadcast.played().last().map(|picture| broadcast.spatial(picture)), Some(2), "{format:?}");
    }
}

#[test]
fn a_publisher_that_starts_over_is_followed() {
    for (format, prediction, encodings) in SPATIAL {
        let mut broadcast = Broadcast::new(format, prediction, encodings, 6);
        for _ in 0..5 {
            broadcast.run(45);
            broadcast.restart();
        }
        broadcast.run(60);
        let pictures = broadcast.played();
        let sources: std::collections::HashSet<u32> = pictures.iter().map(|picture| picture.source).collect();
        assert!(sources.len() > 5, "{format:?}");
        assert_eq!(pictures.last().map(|picture| broadcast.spatial(picture)), Some(2), "{format:?}");
    }
}

#[test]
fn rates_are_those_of_the_layers() {
    let mut broadcast = Broadcast::new(Format::Vp9, Prediction::KeyOnly, 1, 7);
    broadcast.run(90);
    let now = broadcast.call.now;
    let rates = broadcast.call.shard.layer_rates(now, PRODUCER).expect("a producer");
    assert!(rates[..3].iter().all(|row| row[0] > 0 && row[0] < row[1] && row[1] < row[2] && row[2] == row[3]));
    assert!((0..3).all(|temporal| rates[0][temporal] < rates[1][temporal] && rates[1][temporal] < rates[2][temporal]));
    assert_eq!(rates[3], [0; 4]);
    let mut broadcast = Broadcast::new(Format::Vp8, Prediction::KeyOnly, 3, 8);
    broadcast.run(90);
    let now = broadcast.call.now;
    let rates = broadcast.call.shard.layer_rates(now, PRODUCER).expect("a producer");
    assert!(rates[..3].iter().all(|row| row[0] > 0 && row[2] < 2 * rates[0][2]), "encodings do not add up: {rates:?}");
}

/// What happens to a broadcast between two stretches of time.
#[derive(Clone, Copy, Debug)]
enum Event {
    Want(u8, u8),
    WantNothing,
    PauseProducer,
    Restart,
    Nothing,
}

fn events() -> impl Strategy<Value = Vec<(Event, u8)>> {
    let event = prop_oneof![
        12 => (0..4u8, 0..4u8).prop_map(|(layer, temporal)| Event::Want(layer, temporal)),
        1 => Just(Event::WantNothing),
        1 => Just(Event::PauseProducer),
        1 => Just(Event::Restart),
        2 => Just(Event::Nothing),
    ];
    proptest::collection::vec((event, 1..12u8), 100..130)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_a_decoder_can_go_on(
        kind in 0..SPATIAL.len(), events in events(), seed: u64, up_loss in 0..8u8, down_loss in 0..8u8, reorder in 0..20u8,
    ) {
        let (format, prediction, encodings) = SPATIAL[kind];
        let mut broadcast = Broadcast::new(format, prediction, encodings, seed);
        // Of a first packet that is lost a receiver knows nothing.
        broadcast.run(3);
        broadcast.link = Link { up_loss, down_loss, reorder };
        let mut paused = false;
        for (event, pictures) in events {
            match event {
                Event::Want(layer, temporal) => broadcast.want(Some(target(layer, temporal))),
                Event::WantNothing => broadcast.want(None),
                Event::PauseProducer => {
                    paused = !paused;
                    broadcast.pause_producer(paused);
                }
                Event::Restart => broadcast.restart(),
                Event::Nothing => {}
            }
            broadcast.run(pictures.into());
        }
        broadcast.pause_producer(false);
        broadcast.want(Some(target(1, 2)));
        broadcast.link = Link::default();
        broadcast.run(90);
        let played = broadcast.try_play();
        prop_assert!(played.is_ok(), "{format:?} {prediction:?}: {played:?}");
        let played = played.unwrap();
        prop_assert_eq!(played.last().map(|picture| broadcast.spatial(picture)), Some(1));
    }
}

#[test]
fn a_hundred_viewers_over_three_seconds_cost_two_requests_and_all_see_a_picture_at_once() {
    let mut broadcast = Broadcast::new(Format::Vp8, Prediction::KeyOnly, 1, 9);
    broadcast.run(90);
    let before = broadcast.call.shard.counters().key_frames_requested;
    let viewers: Vec<usize> = (0..10).map(|_| broadcast.call.join()).collect();
    broadcast.run(60);
    let mut waited = 0;
    for copy in 0..100u32 {
        let (viewer, ssrc) = (viewers[copy as usize % 10], 20_000 + 2 * copy);
        broadcast.call.subscribe(viewer, 100 + u64::from(copy), PRODUCER, ssrc);
        broadcast.call.run(Duration::from_millis(5));
        let sees = broadcast.call.peers[viewer].rtp.iter().any(|packet| packet.header.ssrc == ssrc);
        waited += u32::from(!sees);
        if copy % 3 == 0 {
            broadcast.run(1);
        }
    }
    let requests = broadcast.call.shard.counters().key_frames_requested - before;
    assert!((1..=2).contains(&requests), "{requests} requests");
    assert!(waited < 30, "{waited} of 100 had to wait");
    assert!(broadcast.call.shard.counters().groups_replayed >= 70);
    for copy in 0..100u32 {
        broadcast.play_other(viewers[copy as usize % 10], 20_000 + 2 * copy).expect("a picture without an error");
    }
}

/// What happens to the path of a viewer.
#[derive(Clone, Copy, Debug)]
enum Path {
    Rate(u64),
    Outage,
    Paused,
    Nothing,
}

fn paths() -> impl Strategy<Value = Vec<(Path, u8)>> {
    let rates = prop_oneof![Just(20_000), Just(60_000), Just(150_000), Just(400_000)];
    let path = prop_oneof![
        4 => rates.prop_map(Path::Rate),
        2 => Just(Path::Outage),
        2 => Just(Path::Paused),
        2 => Just(Path::Nothing),
    ];
    proptest::collection::vec((path, 1..=255u8), 3..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_to_the_path_the_picture_comes_back(
        kind in 0..SPATIAL.len(), paths in paths(), seed: u64, down_loss in 0..6u8,
    ) {
        let (format, prediction, encodings) = SPATIAL[kind];
        let mut broadcast = Broadcast::new(format, prediction, encodings, seed);
        broadcast.enlarge(10);
        broadcast.call.narrow(VIEWER, 3_000_000);
        broadcast.run(10);
        for (path, pictures) in paths {
            broadcast.link = Link { down_loss, ..Link::default() };
            match path {
                Path::Rate(rate) => broadcast.call.narrow(VIEWER, rate),
                Path::Outage => broadcast.link.down_loss = 100,
                Path::Paused => broadcast.want(None),
                Path::Nothing => {}
            }
            broadcast.run(pictures.into());
            broadcast.want(Some(tureen_sfu::LayerTarget::BEST));
        }
        broadcast.link = Link::default();
        broadcast.call.narrow(VIEWER, 30_000_000);
        broadcast.run(700);
        prop_assert_eq!(broadcast.told(), (Some(target(2, 2)), false));
        let before = broadcast.player.len();
        broadcast.run(30);
        prop_assert!(broadcast.player.len() > before + 200, "{} packets", broadcast.player.len() - before);
    }
}
