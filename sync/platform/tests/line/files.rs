//! Files of cases: begun, cut, gone on with, and what waits for them.

use kiosk_platform::Platform;
use kiosk_protocol::crypto::{Digest, Suite};
use kiosk_protocol::ids::CaseNumber;
use kiosk_protocol::item::{Content, FileRef, Media, Verdict};
use kiosk_protocol::limits::{CASE_FILES_MAX, FILE_BYTES_MAX, FILE_CHUNK_BYTES};
use kiosk_protocol::wire::file::{CHECKSUM, LENGTH, OFFSET, checksum};
use reqwest::{Method, RequestBuilder, Response};
use tokio::io::AsyncWriteExt;

use crate::world::{ALICE, Terminal, World, problem};

stories! {
    partitioned too:
    a_case_waits_for_its_files_at_the_platform,
    files_that_came_first_do_not_delay_their_case,
    one_file_can_complete_several_cases,
    a_chunk_sent_twice_is_kept_once,
    a_chunk_cut_in_the_middle_leaves_nothing,
    a_chunk_that_does_not_fit_its_checksum_leaves_nothing,
    a_file_that_does_not_fit_its_name_begins_anew,
    what_the_line_does_not_allow_is_refused,
    a_terminal_may_not_fill_the_disk,
    parts_that_stop_growing_are_removed_and_whole_files_are_kept,
    a_file_is_its_terminals_own,
    a_case_that_names_a_file_twice_or_too_many_is_rejected,
    files_are_in_a_backup,
}

/// A sealed file.
struct Scan {
    plain: Vec<u8>,
    sealed: Vec<u8>,
    digest: Digest,
}

impl Scan {
    fn new(terminal: &Terminal, bytes: usize) -> Self {
        let plain: Vec<u8> = (0..bytes).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1]).collect();
        let sealed = terminal.answer.sealing_key.seal_file(&plain).unwrap();
        Self { plain, digest: Digest::of(&sealed), sealed }
    }

    fn named(&self, material: &str) -> FileRef {
        let material = material.try_into().unwrap();
        FileRef { material, media: Media::Pdf, suite: Suite::Sm2Sm3, digest: self.digest }
    }

    fn call(&self, terminal: &Terminal, method: Method) -> RequestBuilder {
        call(terminal, method, &self.digest.to_string())
    }

    async fn begin(&self, terminal: &Terminal) -> Response {
        begin(terminal, &self.digest, self.sealed.len() as u64).await
    }

    async fn chunk(&self, terminal: &Terminal, number: usize) -> Response {
        let chunk = self.sealed.chunks(FILE_CHUNK_BYTES).nth(number).unwrap();
        let request = self.call(terminal, Method::PATCH).header(OFFSET, number * FILE_CHUNK_BYTES);
        request.header(CHECKSUM, checksum(chunk)).body(chunk.to_vec()).send().await.unwrap()
    }

    async fn offset(&self, terminal: &Terminal) -> u64 {
        offset(&self.call(terminal, Method::HEAD).send().await.unwrap())
    }

    async fn send(&self, terminal: &Terminal) {
        assert_eq!(self.begin(terminal).await.status(), 201);
        for number in 0..self.sealed.len().div_ceil(FILE_CHUNK_BYTES) {
            assert_eq!(self.chunk(terminal, number).await.status(), 204);
        }
        assert_eq!(self.offset(terminal).await, self.sealed.len() as u64);
    }
}

fn call(terminal: &Terminal, method: Method, name: &str) -> RequestBuilder {
    terminal.client.request(method, format!("{}/v1/files/{name}", terminal.base))
}

async fn begin(terminal: &Terminal, digest: &Digest, bytes: u64) -> Response {
    let request = call(terminal, Method::PUT, &digest.to_string()).header(LENGTH, bytes);
    request.send().await.unwrap()
}

fn offset(response: &Response) -> u64 {
    response.headers()[OFFSET].to_str().unwrap().parse().unwrap()
}

fn withdrawal(terminal: &Terminal, named: Vec<FileRef>) -> Content {
    let mut content = terminal.withdrawal(ALICE);
    if let Content::Case { files, .. } = &mut content {
        *files = named;
    }
    content
}

fn number(verdicts: &[Verdict]) -> CaseNumber {
    let Verdict::Accepted { case_number: Some(number) } = &verdicts[0] else { panic!("{verdicts:?}") };
    number.clone()
}

/// How often its terminal was told of changes, a minute later.
async fn told(world: &World, terminal: &Terminal) -> usize {
    world.pass(60);
    terminal.changes("").await.changes.len()
}

async fn a_case_waits_for_its_files_at_the_platform(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let (card, lease) = (Scan::new(&terminal, 1000), Scan::new(&terminal, 600_000));
    let content = withdrawal(&terminal, vec![card.named("card"), lease.named("lease")]);
    let number = number(&terminal.send(vec![terminal.item(1, content)]).await);
    let missing = || world.platform().cases().unwrap()[0].files_missing;
    assert_eq!((told(&world, &terminal).await, missing()), (1, 2), "received at once");
    card.send(&terminal).await;
    assert_eq!((told(&world, &terminal).await, missing()), (1, 1));
    assert_eq!(world.platform().files(&number).unwrap().len(), 1);
    lease.send(&terminal).await;
    assert_eq!((told(&world, &terminal).await, missing()), (3, 0), "its department has it");
    let files = world.platform().files(&number).unwrap();
    let files: Vec<_> = files.iter().map(|file| (file.material.as_str(), file.media, &*file.bytes)).collect();
    assert_eq!(files, [("card", Media::Pdf, &card.plain), ("lease", Media::Pdf, &lease.plain)]);
    world.stop().await;
}

async fn files_that_came_first_do_not_delay_their_case(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let card = Scan::new(&terminal, 1000);
    card.send(&terminal).await;
    terminal.send(vec![terminal.item(1, withdrawal(&terminal, vec![card.named("card")]))]).await;
    assert_eq!(told(&world, &terminal).await, 3);
    world.stop().await;
}

async fn one_file_can_complete_several_cases(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let (card, lease) = (Scan::new(&terminal, 1000), Scan::new(&terminal, 1000));
    let items = [vec![card.named("card")], vec![card.named("card"), lease.named("lease")]];
    let items = (1..).zip(items).map(|(seq, files)| terminal.item(seq, withdrawal(&terminal, files)));
    terminal.send(items.collect()).await;
    card.send(&terminal).await;
    assert_eq!(told(&world, &terminal).await, 2 + 2);
    lease.send(&terminal).await;
    assert_eq!(told(&world, &terminal).await, 2 + 4);
    world.stop().await;
}

async fn a_chunk_sent_twice_is_kept_once(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let lease = Scan::new(&terminal, 600_000);
    assert_eq!(lease.begin(&terminal).await.status(), 201);
    lease.chunk(&terminal, 0).await;
    let again = lease.begin(&terminal).await;
    assert_eq!((again.status().as_u16(), offset(&again)), (204, FILE_CHUNK_BYTES as u64));
    for number in [0, 2] {
        let refused = lease.chunk(&terminal, number).await;
        assert_eq!(offset(&refused), FILE_CHUNK_BYTES as u64, "it says where to go on");
        assert_eq!(problem(refused).await, (409, "file-offset".to_owned()));
    }
    lease.chunk(&terminal, 1).await;
    assert_eq!(lease.chunk(&terminal, 2).await.status(), 204);
    assert_eq!(offset(&lease.chunk(&terminal, 2).await), lease.sealed.len() as u64);
    world.stop().await;
}

async fn a_chunk_cut_in_the_middle_leaves_nothing(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let lease = Scan::new(&terminal, 600_000);
    lease.begin(&terminal).await;
    lease.chunk(&terminal, 0).await;
    let chunk = lease.sealed.chunks(FILE_CHUNK_BYTES).nth(1).unwrap();
    for sent in [0, 1, chunk.len() / 2, chunk.len() - 1] {
        let mut line = world.raw_connection_of(&terminal).await;
        let head = format!(
            "PATCH /v1/files/{} HTTP/1.1\r\nhost: x\r\n{OFFSET}: {FILE_CHUNK_BYTES}\r\n{CHECKSUM}: {}\r\ncontent-length: {}\r\n\r\n",
            lease.digest,
            checksum(chunk),
            chunk.len()
        );
        line.write_all(head.as_bytes()).await.unwrap();
        line.write_all(&chunk[..sent]).await.unwrap();
        line.shutdown().await.unwrap();
        drop(line);
        assert_eq!(lease.offset(&terminal).await, FILE_CHUNK_BYTES as u64);
    }
    assert_eq!(lease.chunk(&terminal, 1).await.status(), 204);
    assert_eq!(lease.chunk(&terminal, 2).await.status(), 204);
    world.stop().await;
}

async fn a_chunk_that_does_not_fit_its_checksum_leaves_nothing(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let card = Scan::new(&terminal, 1000);
    card.begin(&terminal).await;
    let (mismatch, unread) = ((460, "file-checksum".to_owned()), (400, "bad-request".to_owned()));
    for (claimed, refusal) in
        [(Some(checksum(b"another")), &mismatch), (Some("md5 AAAA".to_owned()), &unread), (None, &unread)]
    {
        let request = card.call(&terminal, Method::PATCH).header(OFFSET, 0).body(card.sealed.clone());
        let request = claimed.into_iter().fold(request, |request, claimed| request.header(CHECKSUM, claimed));
        assert_eq!(problem(request.send().await.unwrap()).await, *refusal);
        assert_eq!(card.offset(&terminal).await, 0);
    }
    assert_eq!(card.chunk(&terminal, 0).await.status(), 204);
    world.stop().await;
}

async fn a_file_that_does_not_fit_its_name_begins_anew(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let (card, mut rotten) = (Scan::new(&terminal, 600_000), Scan::new(&terminal, 600_000));
    rotten.digest = card.digest;
    terminal.send(vec![terminal.item(1, withdrawal(&terminal, vec![card.named("card")]))]).await;
    card.begin(&terminal).await;
    card.chunk(&terminal, 0).await;
    rotten.chunk(&terminal, 1).await;
    assert_eq!(problem(card.chunk(&terminal, 2).await).await, (422, "file-damaged".to_owned()));
    assert_eq!(card.offset(&terminal).await, 0);
    assert_eq!(world.alarms(), ["file-damaged"]);
    assert_eq!(told(&world, &terminal).await, 1, "its case waits");
    for number in 0..3 {
        assert_eq!(card.chunk(&terminal, number).await.status(), 204);
    }
    assert_eq!(told(&world, &terminal).await, 3);
    world.stop().await;
}

async fn what_the_line_does_not_allow_is_refused(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let card = Scan::new(&terminal, 300_000);
    let unknown = card.chunk(&terminal, 0).await;
    assert_eq!(problem(unknown).await, (404, "file-unknown".to_owned()));
    assert_eq!(card.call(&terminal, Method::HEAD).send().await.unwrap().status(), 404);
    for (bytes, refusal) in [(0, (400, "bad-request")), (FILE_BYTES_MAX + 1, (413, "too-large"))] {
        let refused = problem(begin(&terminal, &card.digest, bytes).await).await;
        assert_eq!(refused, (refusal.0, refusal.1.to_owned()));
    }
    let nameless = card.call(&terminal, Method::PUT).header(LENGTH, "+5").send().await.unwrap();
    assert_eq!(problem(nameless).await, (400, "bad-request".to_owned()));
    let odd = call(&terminal, Method::PUT, "lease.pdf").header(LENGTH, 5).send().await.unwrap();
    assert_eq!(problem(odd).await, (400, "bad-request".to_owned()));
    assert_eq!(card.begin(&terminal).await.status(), 201);
    assert_eq!(problem(begin(&terminal, &card.digest, 5).await).await, (409, "file-differs".to_owned()));
    for (bytes, refusal) in [(0, 400), (5, 400), (FILE_CHUNK_BYTES + 1, 413)] {
        let chunk = vec![7; bytes];
        let request =
            card.call(&terminal, Method::PATCH).header(OFFSET, 0).header(CHECKSUM, checksum(&chunk));
        assert_eq!(problem(request.body(chunk).send().await.unwrap()).await.0, refusal, "{bytes} bytes");
    }
    card.chunk(&terminal, 0).await;
    let chunk = vec![7; FILE_CHUNK_BYTES];
    let request = card.call(&terminal, Method::PATCH).header(CHECKSUM, checksum(&chunk));
    let beyond = request.header(OFFSET, FILE_CHUNK_BYTES).body(chunk).send().await.unwrap();
    assert_eq!(problem(beyond).await, (413, "too-large".to_owned()));
    assert_eq!(card.offset(&terminal).await, FILE_CHUNK_BYTES as u64);
    world.stop().await;
}

async fn a_terminal_may_not_fill_the_disk(world: World) {
    let (terminal, other) = (world.terminal("230202-0001").await, world.terminal("230202-0002").await);
    let begun =
        async |terminal: &Terminal, number: u8| begin(terminal, &Digest::of(&[number]), FILE_BYTES_MAX).await;
    for number in 0..12 {
        assert_eq!(begun(&terminal, number).await.status(), 201);
    }
    assert_eq!(problem(begun(&terminal, 12).await).await, (413, "file-quota".to_owned()));
    assert_eq!(begun(&terminal, 11).await.status(), 204, "what was begun goes on");
    assert_eq!(begun(&other, 12).await.status(), 201, "others are not concerned");
    let named = FileRef { digest: Digest::of(&[0]), ..Scan::new(&terminal, 1).named("lease") };
    terminal.send(vec![terminal.item(1, withdrawal(&terminal, vec![named]))]).await;
    assert_eq!(begun(&terminal, 12).await.status(), 201, "what a case needs does not count");
    world.stop().await;
}

async fn parts_that_stop_growing_are_removed_and_whole_files_are_kept(world: World) {
    let (terminal, other) = (world.terminal("230202-0001").await, world.terminal("230202-0002").await);
    let (whole, part) = (Scan::new(&terminal, 1000), Scan::new(&terminal, 600_000));
    let content = withdrawal(&terminal, vec![part.named("lease")]);
    let number = number(&terminal.send(vec![terminal.item(1, content)]).await);
    whole.send(&terminal).await;
    part.begin(&terminal).await;
    part.chunk(&terminal, 0).await;
    for (days, removed) in [(29, false), (2, true)] {
        world.pass(days * 24 * 3600);
        Scan::new(&other, 10).begin(&other).await;
        let status = part.call(&terminal, Method::HEAD).send().await.unwrap().status();
        assert_eq!(status == 404, removed, "after {days} more days");
    }
    assert_eq!(whole.offset(&terminal).await, whole.sealed.len() as u64, "its case may come late");
    part.send(&terminal).await;
    assert_eq!(
        world.platform().files(&number).unwrap().len(),
        1,
        "a terminal that comes back sends it again"
    );
    world.stop().await;
}

async fn a_file_is_its_terminals_own(world: World) {
    let (terminal, other) = (world.terminal("230202-0001").await, world.terminal("230202-0002").await);
    let card = Scan::new(&terminal, 1000);
    card.send(&terminal).await;
    assert_eq!(card.call(&other, Method::HEAD).send().await.unwrap().status(), 404);
    other.send(vec![other.item(1, withdrawal(&other, vec![card.named("card")]))]).await;
    assert_eq!(told(&world, &other).await, 1, "its case waits for its own file");
    card.send(&other).await;
    assert_eq!(told(&world, &other).await, 3);
    assert_eq!(
        card.call(&world_stranger(&world, &terminal), Method::HEAD).send().await.unwrap().status(),
        401
    );
    world.stop().await;
}

/// Somebody without a certificate who knows all else.
fn world_stranger(world: &World, terminal: &Terminal) -> Terminal {
    let mut stranger = terminal.at(&terminal.base);
    stranger.client = world.stranger();
    stranger
}

async fn a_case_that_names_a_file_twice_or_too_many_is_rejected(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let card = Scan::new(&terminal, 10);
    let many = (0..=CASE_FILES_MAX as u8)
        .map(|number| FileRef { digest: Digest::of(&[number]), ..card.named("card") });
    let twice = vec![card.named("card"), card.named("lease")];
    for (seq, files) in (1..).zip([twice, many.collect()]) {
        let verdicts = terminal.send(vec![terminal.item(seq, withdrawal(&terminal, files))]).await;
        assert!(matches!(verdicts[0], Verdict::Rejected { .. }), "{verdicts:?}");
    }
    world.stop().await;
}

async fn files_are_in_a_backup(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let card = Scan::new(&terminal, 600_000);
    let content = withdrawal(&terminal, vec![card.named("card")]);
    let number = number(&terminal.send(vec![terminal.item(1, content)]).await);
    card.send(&terminal).await;
    let out = tempfile::tempdir().unwrap();
    let (backup, home) = (out.path().join("backup"), out.path().join("home"));
    world.platform().back_up(&backup).unwrap();
    let restored = Platform::restore(&backup, &home, world.another_database().await).unwrap();
    assert_eq!(*restored.files(&number).unwrap()[0].bytes, card.plain);
    world.stop().await;
}
