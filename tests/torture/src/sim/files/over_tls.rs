//! The same over real TLS: the client's HTTP and the platform's server.

use std::sync::Arc;
use std::time::Duration;

use kiosk_client::enrol::enrol;
use kiosk_client::sync::Settings;
use kiosk_client::{HttpTransport, Runner, Transport};
use kiosk_platform::{Options, Platform};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use kiosk_store::{KeyFile, Store};

use super::scan;

/// Far longer than it takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(2);

#[test]
fn a_file_is_sent_and_taken_up_again() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let (home, identity) = (dir.path().join("platform"), dir.path().join("identity"));
        let platform = Platform::init(&home).unwrap();
        let running = Platform::serve(&home, Options::default()).await.unwrap();
        let url = format!("https://{}", running.addr);
        let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
        let ticket = platform.ticket(&terminal, &Platform::site_unnamed().unwrap()).unwrap();
        let identity = enrol(&url, &ticket, None, &identity).await.unwrap();
        let transport = Arc::new(HttpTransport::new(&url, &identity).unwrap());

        let key = KeyFile::create(dir.path().join("key")).unwrap();
        let clock = Arc::new(jiff::Timestamp::now);
        let (path, heads_key) = (dir.path().join("store"), identity.heads_key.clone());
        let options = kiosk_store::Options { path, terminal, epoch: 1, heads_key, limit: None, clock };
        let store = Store::open(options, &key).unwrap();
        let sealed = identity.sealing_key.seal_file(&scan(3)).unwrap();
        let file = store.keep_file(&sealed).unwrap();
        assert_eq!(transport.file_offset(&file).await, Ok(None));
        assert_eq!(transport.begin_file(&file, sealed.len() as u64).await, Ok(0));
        let other = Digest::of(b"never begun");
        assert!(transport.chunk(&chunk(other, &sealed)).await.is_err());
        let first = chunk(file, &sealed);
        for _ in 0..2 {
            assert_eq!(transport.chunk(&first).await, Ok(first.bytes.len() as u64), "sent twice, kept once");
        }

        let settings = Settings { spread: Duration::ZERO, ..Settings::default() };
        let (kept, key) = (Arc::new(store.clone()), identity.catalogue_key.clone());
        let (runner, handle) = Runner::new(kept, transport.clone(), key, settings);
        let work = tokio::spawn(runner.run());
        let sent = async {
            while !store.files().unwrap().is_empty() {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, sent).await.unwrap();
        assert_eq!(transport.file_offset(&file).await, Ok(Some(sealed.len() as u64)));
        handle.stop();
        work.await.unwrap();
        running.stop().await.unwrap();
    });
}

fn chunk(file: Digest, sealed: &[u8]) -> kiosk_client::Chunk {
    let bytes = sealed[..kiosk_protocol::limits::FILE_CHUNK_BYTES].to_vec();
    kiosk_client::Chunk { file, offset: 0, bytes }
}
