//! The network between terminal and platform: a TCP proxy that can be cut, late, slow and noisy.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep_until, timeout};

use crate::control::NetworkView;
use crate::limits::{
    PROXY_CHUNK_BYTES, PROXY_CHUNKS_MAX, PROXY_CONNECT_WAIT, PROXY_CONNECTIONS_MAX, PROXY_GARBLE_BYTES,
    PROXY_RETRY_WAIT,
};

type Network = watch::Receiver<NetworkView>;

/// Carries connections from `listener` to `target` as `network` lets them; a cut closes them all, and new ones at once.
pub async fn serve(listener: TcpListener, target: SocketAddr, network: Network) {
    let mut connections = JoinSet::new();
    for number in 0.. {
        let accepted = listener.accept().await;
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((client, _)) if connections.len() < PROXY_CONNECTIONS_MAX => {
                connections.spawn(carry(client, target, network.clone(), number));
            }
            Ok((client, _)) => drop(client),
            Err(error) => {
                tracing::warn!(%error, "the proxy cannot accept");
                tokio::time::sleep(PROXY_RETRY_WAIT).await;
            }
        }
    }
}

async fn carry(client: TcpStream, target: SocketAddr, mut network: Network, number: u64) {
    let (up, down) = (Way::new(network.clone(), number * 2), Way::new(network.clone(), number * 2 + 1));
    let through = async {
        let connected = timeout(PROXY_CONNECT_WAIT, TcpStream::connect(target)).await;
        let server = connected.map_err(std::io::Error::other)??;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        tokio::try_join!(pass(from_client, to_server, up), pass(from_server, to_client, down))
    };
    tokio::select! {
        biased;
        _ = network.wait_for(|network| network.cut) => tracing::debug!("the proxy cut a connection"),
        done = through => {
            if let Err(error) = done {
                tracing::debug!(%error, "a proxied connection ended");
            }
        }
    }
}

/// Carries one way until its end. What is under way waits in a queue, so that lateness costs no throughput.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut way: Way) -> std::io::Result<()> {
    let (sender, mut under_way) = mpsc::channel(PROXY_CHUNKS_MAX);
    let take = async move {
        let mut chunk = [0; PROXY_CHUNK_BYTES];
        loop {
            let count = from.read(&mut chunk).await?;
            let mut bytes = chunk[..count].to_vec();
            let due = way.pass(Instant::now(), &mut bytes);
            if count == 0 || sender.send((due, bytes)).await.is_err() {
                return Ok(());
            }
        }
    };
    let give = async move {
        while let Some((due, bytes)) = under_way.recv().await {
            // A sleep, even one that is over, takes up to a millisecond.
            if due > Instant::now() {
                sleep_until(due).await;
            }
            to.write_all(&bytes).await?;
        }
        to.shutdown().await
    };
    tokio::try_join!(take, give).map(drop)
}

/// One direction of one connection.
struct Way {
    network: Network,
    number: u64,
    /// When the line is free again.
    free: Instant,
    noise: Option<Noise>,
}

impl Way {
    fn new(network: Network, number: u64) -> Way {
        Way { network, number, free: Instant::now(), noise: None }
    }

    /// Lets bytes in that come at `now`; gives when they are out at the other end.
    fn pass(&mut self, now: Instant, bytes: &mut [u8]) -> Instant {
        let network = *self.network.borrow();
        if let Some(seed) = network.garble {
            let fresh = || Noise::new(seed, self.number);
            let noise = self.noise.take().filter(|noise| noise.seed == seed);
            self.noise.insert(noise.unwrap_or_else(fresh)).spoil(bytes);
        }
        self.free = self.free.max(now) + line_time(bytes.len(), network);
        self.free + Duration::from_millis(network.delay_ms.into())
    }
}

fn line_time(bytes: usize, network: NetworkView) -> Duration {
    // Bits by kilobits in a second are milliseconds.
    let micros = |kbit: std::num::NonZeroU32| bytes as u64 * 8_000 / u64::from(kbit.get());
    network.kbit.map_or(Duration::ZERO, |kbit| Duration::from_micros(micros(kbit)))
}

/// Spoils a bit here and there, the same ones for the same seed and way.
#[derive(Debug)]
struct Noise {
    seed: u64,
    state: u64,
    /// Bytes until the next one that is spoiled.
    left: u64,
}

impl Noise {
    fn new(seed: u64, way: u64) -> Noise {
        let mut noise = Noise { seed, state: seed ^ way.rotate_left(32), left: 0 };
        noise.left = noise.gap();
        noise
    }

    fn spoil(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.left == 0 {
                *byte ^= 1 << (self.draw() % 8);
                self.left = self.gap();
            } else {
                self.left -= 1;
            }
        }
    }

    /// On average [`PROXY_GARBLE_BYTES`].
    fn gap(&mut self) -> u64 {
        self.draw() % (2 * PROXY_GARBLE_BYTES)
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::control::Link;

    fn way(links: &[Link], number: u64) -> Way {
        let network = links.iter().fold(NetworkView::default(), |network, link| network.after(*link));
        Way::new(watch::channel(network).1, number)
    }

    #[test]
    fn a_good_network_takes_no_time_and_changes_nothing() {
        let (mut way, now) = (way(&[], 0), Instant::now());
        let mut bytes = vec![7; 100_000];
        assert_eq!((way.pass(now, &mut bytes), bytes), (now, vec![7; 100_000]));
    }

    #[test]
    fn a_slow_line_takes_one_chunk_after_the_other_and_delay_comes_on_top_once() {
        let slow = Link::Slow { kbit: 64.try_into().unwrap() };
        let (mut way, now) = (way(&[slow, Link::Delay { ms: 300 }], 0), Instant::now());
        let due = |ms| now + Duration::from_millis(ms);
        assert_eq!(way.pass(now, &mut [0; 800]), due(100 + 300));
        assert_eq!(way.pass(now, &mut [0; 1_600]), due(300 + 300));
        assert_eq!(way.pass(due(1_000), &mut [0; 8]), due(1_001 + 300));
    }

    #[test]
    fn a_seed_spoils_the_same_bits_again_and_each_way_differently() {
        let spoiled = |seed, number| {
            let mut bytes = vec![0; 200_000];
            way(&[Link::Garble { seed }], number).pass(Instant::now(), &mut bytes);
            bytes
        };
        let bytes = spoiled(7, 3);
        let count = bytes.iter().filter(|byte| **byte != 0).count() as u64;
        let usual = 200_000 / PROXY_GARBLE_BYTES;
        assert!((usual / 2..usual * 2).contains(&count), "{count} of about {usual}");
        assert_eq!(bytes, spoiled(7, 3));
        assert_ne!(bytes, spoiled(7, 2));
        assert_ne!(bytes, spoiled(8, 3));
    }

    #[test]
    fn where_the_noise_falls_does_not_depend_on_the_chunks() {
        let mut whole = vec![0; 90_000];
        way(&[Link::Garble { seed: 1 }], 0).pass(Instant::now(), &mut whole);
        let (mut way, mut pieces) = (way(&[Link::Garble { seed: 1 }], 0), vec![0; 90_000]);
        for chunk in pieces.chunks_mut(1_000) {
            way.pass(Instant::now(), chunk);
        }
        assert_eq!(whole, pieces);
    }
}
