//! The other side: the rows of the platform's two tables for ratings, inserted in batches of one transaction each and
//! nothing else. Same columns, same unique indexes, same disk, same durability; PostgreSQL on as many connections as terminals
//! send to ours.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use kiosk_protocol::limits::BATCH_ITEMS_MAX;
use rusqlite::{Connection, params};
use tokio::task::JoinHandle;
use tokio_postgres::Client;
use uuid::Uuid;

use super::Any;
use super::centre::{Centre, Database};
use super::ingest::TERMINALS;

const TERMINAL: &str = "230202-9999";
/// The answer as it is kept.
const VERDICT: &str = r#"{"verdict":"accepted","case_number":null}"#;
/// A rating as it is sent, but for its ids.
const BODY: &str = r#"{"uuid":"0193a2b5-0000-7000-8000-000000000000","lane":"0193a2b5-0000-7000-8000-000000000000","created_at":"2026-11-24T10:00:00.000Z","content":{"kind":"rating","visit":"0193a2b5-0000-7000-8000-000000000000","case":null,"level":4}}"#;
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS bare_items (terminal TEXT NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL,
        hash BYTES NOT NULL, body BYTES NOT NULL, verdict TEXT NOT NULL, received_at BIGINT NOT NULL,
        PRIMARY KEY (terminal, epoch, seq));
    CREATE TABLE IF NOT EXISTS bare_ratings (terminal TEXT NOT NULL, visit BYTES NOT NULL, case_id BYTES,
        level BIGINT NOT NULL, received_at BIGINT NOT NULL, PRIMARY KEY (terminal, visit));";
const ITEM: &str = "INSERT INTO bare_items (terminal, epoch, seq, hash, body, verdict, received_at)
    VALUES ($1, 1, $2, $3, $4, $5, $6)";
const RATING: &str = "INSERT INTO bare_ratings (terminal, visit, case_id, level, received_at)
    VALUES ($1, $2, NULL, 4, $3)";

/// Items a second.
pub async fn per_second(database: Database, centre: &Centre, time: Duration) -> Result<f64, Any> {
    match (database, centre.cluster()) {
        (Database::Postgres, Some(cluster)) => postgres(&cluster.url(), time).await,
        (Database::Postgres | Database::Sqlite, _) => sqlite(centre, time),
    }
}

fn sqlite(centre: &Centre, time: Duration) -> Result<f64, Any> {
    let mut connection = Connection::open(centre.folder("bare.db"))?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    connection.execute_batch(&TABLES.replace("BYTES", "BLOB"))?;
    let known: i64 = connection.query_row("SELECT count(*) FROM bare_items", [], |row| row.get(0))?;
    let (start, mut seq) = (Instant::now(), known);
    while start.elapsed() < time {
        let batch = connection.transaction()?;
        for _ in 0..BATCH_ITEMS_MAX {
            seq += 1;
            let item = params![TERMINAL, seq, [7_u8; 32], BODY.as_bytes(), VERDICT, seq];
            batch.prepare_cached(&ITEM.replace('$', "?"))?.execute(item)?;
            let visit = Uuid::now_v7();
            let rating = params![TERMINAL, visit.as_bytes(), seq];
            batch.prepare_cached(&RATING.replace('$', "?"))?.execute(rating)?;
        }
        batch.commit()?;
    }
    Ok((seq - known) as f64 / start.elapsed().as_secs_f64())
}

async fn postgres(url: &str, time: Duration) -> Result<f64, Any> {
    let (client, driving) = connect(url).await?;
    client.batch_execute(&TABLES.replace("BYTES", "BYTEA")).await?;
    driving.abort();
    let (start, mut inserting) = (Instant::now(), Vec::new());
    for number in 0..TERMINALS {
        let url = url.to_owned();
        inserting.push(tokio::spawn(async move { insert(&url, &format!("{TERMINAL}{number}"), time).await }));
    }
    let mut rows = 0;
    for one in inserting {
        rows += one.await?.map_err(|error| error.to_string())?;
    }
    Ok(rows as f64 / start.elapsed().as_secs_f64())
}

async fn connect(url: &str) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    Ok((client, tokio::spawn(async move { drop(connection.await) })))
}

/// Batch after batch on a connection of its own; how many items.
async fn insert(url: &str, terminal: &str, time: Duration) -> Result<i64, tokio_postgres::Error> {
    let (client, driving) = connect(url).await?;
    let count = "SELECT count(*) FROM bare_items WHERE terminal = $1";
    let known: i64 = client.query_one(count, &[&terminal]).await?.get(0);
    let (item, rating) = (client.prepare(ITEM).await?, client.prepare(RATING).await?);
    let (hash, body) = ([7_u8; 32].as_slice(), BODY.as_bytes());
    let (start, mut seq) = (Instant::now(), known);
    while start.elapsed() < time {
        client.batch_execute("BEGIN").await?;
        let ids: Vec<(i64, Uuid)> =
            (seq + 1..).take(BATCH_ITEMS_MAX).map(|seq| (seq, Uuid::now_v7())).collect();
        let rows = ids.iter().map(|(seq, visit)| {
            let (client, item, rating, visit) = (&client, &item, &rating, visit.as_bytes().as_slice());
            async move {
                client.execute(item, &[&terminal, seq, &hash, &body, &VERDICT, seq]).await?;
                client.execute(rating, &[&terminal, &visit, seq]).await
            }
        });
        try_join_all(rows).await?;
        client.batch_execute("COMMIT").await?;
        seq += ids.len() as i64;
    }
    driving.abort();
    Ok(seq - known)
}
