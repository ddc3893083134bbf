//! The transport over real TLS: what goes over the line, and how each failure is named.

use std::sync::Arc;
use std::time::Duration;

use super::peer::{Authority, Face, Peer, Request, http};
use jiff::Timestamp;
use kiosk_client::enrol::enrol;
use kiosk_client::{HttpTransport, Identity, Transport, TransportError};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{ItemId, PageNumber};
use kiosk_protocol::item::Item;
use kiosk_protocol::limits::{BATCH_UNPACKED_BYTES_MAX, PAGE_BYTES_MAX, REPLY_BYTES_MAX};
use kiosk_protocol::service::IdentityLevel;
use kiosk_protocol::trust::Described;
use kiosk_protocol::wire::{Ask, Batch, BatchAnswer, Pdf, Question, Reply, WirePerson};

/// An enrolled terminal and the CA it was enrolled at.
struct Terminal {
    authority: Arc<Authority>,
    identity: Identity,
    _dir: tempfile::TempDir,
}

impl Terminal {
    async fn enrolled() -> Self {
        let authority = Arc::new(Authority::new());
        let ca = Arc::clone(&authority);
        let enrols =
            move |request: &Request| http("200 OK", "", serde_json::to_vec(&ca.enrol(request)).unwrap());
        let face = Face { signed_by: &authority, shown: &authority, name: "127.0.0.1", mutual: false };
        let peer = Peer::start(face, enrols).await;
        let dir = tempfile::tempdir().unwrap();
        let identity = enrol(&peer.url, &authority.ticket(), None, dir.path()).await.unwrap();
        Self { authority, identity, _dir: dir }
    }

    async fn meets(&self, answer: Vec<u8>) -> (Peer, HttpTransport) {
        let authority = &self.authority;
        let face = Face { signed_by: authority, shown: authority, name: "127.0.0.1", mutual: true };
        let peer = Peer::start(face, move |_| answer.clone()).await;
        let transport = HttpTransport::new(&peer.url, &self.identity).unwrap();
        (peer, transport)
    }

    fn batch(&self) -> Batch {
        let id = ItemId { terminal: self.identity.terminal.clone(), epoch: 1, seq: 1 };
        let body = "{}".to_owned();
        Batch { items: vec![Item { hash: Digest::of(body.as_bytes()), id, body }] }
    }
}

fn ask() -> Ask {
    // Synthetic, valid by check digit.
    let person = WirePerson { name: "合成人".into(), number: "11010519491231002X".into() };
    Ask {
        visit: uuid::Uuid::nil(),
        level: IdentityLevel::CardPresent,
        person: Some(person),
        question: Question::Cases,
    }
}

#[tokio::test]
async fn a_batch_goes_out_packed_over_one_kept_connection() {
    let terminal = Terminal::enrolled().await;
    let expected = BatchAnswer { answers: Vec::new(), server_time: Timestamp::UNIX_EPOCH };
    let answer = http("200 OK", "", serde_json::to_vec(&expected).unwrap());
    let (peer, transport) = terminal.meets(answer).await;
    for _ in 0..2 {
        assert_eq!(transport.batch(&terminal.batch()).await, Ok(expected.clone()));
    }
    assert_eq!(peer.connections(), 1);
    let requests = peer.requests.lock().unwrap();
    assert!(requests[0].head.starts_with("post /v1/sync/batches http/1.1\r\n"), "{}", requests[0].head);
    assert!(requests[0].head.contains("content-encoding: zstd\r\n"));
    let json = zstd::bulk::decompress(&requests[0].body, BATCH_UNPACKED_BYTES_MAX).unwrap();
    assert_eq!(serde_json::from_slice::<Batch>(&json).unwrap(), terminal.batch());
}

#[tokio::test]
async fn a_cursor_is_escaped_and_a_file_is_read_up_to_its_signed_length() {
    let terminal = Terminal::enrolled().await;
    let (peer, transport) = terminal.meets(http("200 OK", "", "0123456789")).await;
    let file = |bytes| Described { bytes, ..Described::of(7, b"") };
    let read = transport.target("catalogue", &file(10)).await;
    assert_eq!(read, Ok(b"0123456789".to_vec()));
    let endless = transport.target("catalogue", &file(9)).await;
    assert_eq!(endless, Err(TransportError::BadAnswer("larger than its limit")));
    let _ = transport.metadata(3).await;
    let _ = transport.changes(Some("a&b=c d")).await;
    let _ = transport.changes(None).await;
    let requests = peer.requests.lock().unwrap();
    let lines: Vec<_> = requests.iter().map(|request| request.head.lines().next().unwrap()).collect();
    assert_eq!(
        lines,
        [
            "get /v1/targets/catalogue/7 http/1.1",
            "get /v1/targets/catalogue/7 http/1.1",
            "get /v1/metadata?root=3 http/1.1",
            "get /v1/sync/changes?cursor=a%26b%3dc+d http/1.1",
            "get /v1/sync/changes http/1.1",
        ]
    );
}

const ENDED: &str = r#"{"type":"urn:hecheng:problem:certificate-ended","title":"","status":403}"#;
const REVOKED: &str = r#"{"type":"urn:hecheng:problem:terminal-revoked","title":"","status":403}"#;
const REPLACED: &str = r#"{"type":"urn:hecheng:problem:certificate-replaced","title":"","status":403}"#;

/// As a gateway may put it, seven seconds from its own clock on.
const UNTIL: &str = "date: Sun, 06 Nov 1994 08:49:53 GMT\r\nretry-after: Sun, 06 Nov 1994 08:50:00 GMT\r\n";

#[tokio::test]
async fn each_answer_has_its_name() {
    let terminal = Terminal::enrolled().await;
    let problem = r#"{"type":"urn:hecheng:problem:x","title":"X","status":1}"#;
    let busy = TransportError::RetryAfter(Duration::from_secs(7));
    let too_large = vec![b' '; 2 * 1024 * 1024];
    let cases = [
        (http("503 Service Unavailable", "retry-after: 7\r\n", ""), busy.clone()),
        (http("429 Too Many Requests", "retry-after: 7\r\n", ""), busy.clone()),
        (http("503 Service Unavailable", UNTIL, ""), busy),
        (http("401 Unauthorized", "", ""), TransportError::Unauthorised),
        (http("403 Forbidden", "", ""), TransportError::Unauthorised),
        (http("403 Forbidden", "", ENDED), TransportError::Unauthorised),
        (http("403 Forbidden", "", REVOKED), TransportError::Suspended),
        (http("403 Forbidden", "", REPLACED), TransportError::Suspended),
        (http("200 OK", "", "{}"), TransportError::BadAnswer("not JSON of its schema")),
        (http("200 OK", "", too_large), TransportError::BadAnswer("larger than its limit")),
        (Vec::new(), TransportError::Unreachable),
    ];
    for (answer, expected) in cases {
        let shown = String::from_utf8_lossy(&answer[..answer.len().min(40)]).into_owned();
        let (_peer, transport) = terminal.meets(answer).await;
        assert_eq!(transport.changes(None).await, Err(expected), "{shown}");
    }
    let (_peer, transport) = terminal.meets(http("422 Unprocessable", "", problem)).await;
    let Err(TransportError::Refused(problem)) = transport.changes(None).await else { panic!() };
    assert_eq!((problem.kind.as_str(), problem.status), ("urn:hecheng:problem:x", 422));
}

#[tokio::test]
async fn a_page_arrives_up_to_its_limit() {
    let terminal = Terminal::enrolled().await;
    let mut file = b"%PDF-".to_vec();
    file.resize(PAGE_BYTES_MAX, b' ');
    let pdf = Pdf::try_from(file.clone()).unwrap();
    let reply = serde_json::to_vec(&Reply::Page { pdf, pages: 1, number: PageNumber::of(1) }).unwrap();
    let (_peer, transport) = terminal.meets(http("200 OK", "", reply)).await;
    let Ok(Reply::Page { pdf, .. }) = transport.ask(&ask()).await else { panic!("no page") };
    assert_eq!(pdf.bytes(), file);
    let (_peer, transport) = terminal.meets(http("200 OK", "", vec![b' '; REPLY_BYTES_MAX + 1])).await;
    let larger = transport.ask(&ask()).await.err();
    assert_eq!(larger, Some(TransportError::BadAnswer("larger than its limit")));
}

#[tokio::test]
async fn only_the_platform_of_the_enrolment_is_talked_to() {
    let terminal = Terminal::enrolled().await;
    let theirs = Authority::new();
    let face = Face { signed_by: &theirs, shown: &terminal.authority, name: "127.0.0.1", mutual: true };
    let impostor = Peer::start(face, |_| http("200 OK", "", "{}")).await;
    let transport = HttpTransport::new(&impostor.url, &terminal.identity).unwrap();
    assert_eq!(transport.ask(&ask()).await.err(), Some(TransportError::Untrusted));
    assert_eq!(impostor.count(), 0, "it learns nothing about a person");
}

#[tokio::test]
async fn a_platform_that_does_not_know_the_certificate_is_named_so() {
    let terminal = Terminal::enrolled().await;
    let theirs = Authority::new();
    let face = Face { signed_by: &terminal.authority, shown: &theirs, name: "127.0.0.1", mutual: true };
    let stranger = Peer::start(face, |_| http("200 OK", "", "{}")).await;
    let transport = HttpTransport::new(&stranger.url, &terminal.identity).unwrap();
    assert_eq!(transport.changes(None).await, Err(TransportError::Unauthorised));
}

#[tokio::test]
async fn an_ask_tells_nothing_in_its_errors() {
    let terminal = Terminal::enrolled().await;
    let (peer, transport) = terminal.meets(http("200 OK", "", r#"{"reply":"合成人"}"#)).await;
    let error = transport.ask(&ask()).await.err().unwrap();
    assert!(!format!("{error:?} {error}").contains("合成人"));
    let request = &peer.requests.lock().unwrap()[0];
    assert!(!request.head.contains("11010519491231002x"), "not in the address, not in a header");
    assert!(serde_json::from_slice::<Ask>(&request.body).is_ok());
}

#[tokio::test]
async fn an_ask_leaves_no_connection_and_so_no_buffer_behind() {
    let terminal = Terminal::enrolled().await;
    let (peer, transport) = terminal.meets(http("200 OK", "", r#"{"reply":"cases","cases":[]}"#)).await;
    for asks in 1..=3 {
        assert!(transport.ask(&ask()).await.is_ok());
        assert_eq!(peer.connections(), asks);
    }
}
