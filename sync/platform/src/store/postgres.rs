//! PostgreSQL: a pool of connections, driven by threads of their own, so that the blocking calls of a server and of
//! a command end in the same place.
//!
//! Transactions are `READ COMMITTED` and take an advisory lock for their scope, whichever server they come from;
//! what other transactions did before the lock was had is visible to the statements after it. Reads see one
//! snapshot. Work that met a conflict all the same is undone and done again.

mod puts;

use std::cell::{Cell, RefCell};
use std::str::FromStr;

use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime as Timers};
use futures_executor::block_on;
use futures_util::future::try_join_all;
use kiosk_protocol::crypto::Digest;
use tokio::runtime::Runtime;
use tokio::task::coop::unconstrained;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Config, Error, NoTls, Statement};

use super::value::{Row, Value};
use super::{Mode, Scope, Session, StoreError};
use crate::limits::{DATABASE_BUSY, DATABASE_CONNECTIONS, PUTS_MAX, TRANSACTION_TRIES};
use puts::{Put, gathered};

/// In order; each runs once. The table `schema_version` counts them.
const MIGRATIONS: [&str; 9] = [
    include_str!("../../migrations/postgres/001_start.sql"),
    include_str!("../../migrations/postgres/002_files.sql"),
    include_str!("../../migrations/postgres/003_heads.sql"),
    include_str!("../../migrations/postgres/004_renewal.sql"),
    include_str!("../../migrations/postgres/005_published.sql"),
    include_str!("../../migrations/postgres/006_commands.sql"),
    include_str!("../../migrations/postgres/007_configurations.sql"),
    include_str!("../../migrations/postgres/008_append_only.sql"),
    include_str!("../../migrations/postgres/009_partitions.sql"),
];

/// What every connection starts with: what was answered is on disk, and no statement waits for ever.
const SETTINGS: &str = "-c synchronous_commit=on -c lock_timeout=5s -c statement_timeout=20s \
                        -c idle_in_transaction_session_timeout=60s -c client_min_messages=warning";

/// A pool and the threads that drive it.
pub struct Postgres {
    pool: Pool,
    driver: Driver,
}

/// Ends without waiting, so that a handle can be dropped anywhere.
struct Driver(Option<Runtime>);

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A transaction. Dropped before its commit, it is undone.
struct Work<'a> {
    client: &'a Client,
    /// Statements nobody waits for; sent together before the next one somebody waits for.
    puts: RefCell<Vec<Put>>,
    is_open: Cell<bool>,
    may_repeat: Cell<bool>,
}

impl Postgres {
    /// Connects to the database of a URL and brings its schema up to date.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let mut config = Config::from_str(url).map_err(|_| StoreError::Url)?;
        let options = config.get_options().map_or_else(String::new, |own| format!(" {own}"));
        config.options(format!("{SETTINGS}{options}")).application_name("kiosk-platform");
        config.connect_timeout(DATABASE_BUSY).keepalives_idle(DATABASE_BUSY);
        let manager_config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config, NoTls, manager_config);
        let pool = Pool::builder(manager)
            .max_size(DATABASE_CONNECTIONS)
            .runtime(Timers::Tokio1)
            .wait_timeout(Some(DATABASE_BUSY))
            .create_timeout(Some(DATABASE_BUSY));
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).thread_name("postgres").enable_all().build()?;
        let pool = pool.build().map_err(|_| StoreError::Url)?;
        let store = Self { pool, driver: Driver(Some(runtime)) };
        store.migrate()?;
        Ok(store)
    }

    /// Runs the work in one transaction, again where it met a conflict.
    pub fn within<T, E: From<StoreError>>(
        &self,
        mode: &Mode,
        work: impl Fn(&dyn Session) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run(mode, |tx| work(tx))
    }

    fn run<T, E: From<StoreError>>(&self, mode: &Mode, work: impl Fn(&Work) -> Result<T, E>) -> Result<T, E> {
        let _timers = self.driver.0.as_ref().map(Runtime::enter);
        let client = wait(self.pool.get()).map_err(StoreError::from)?;
        let mut tries = 1;
        loop {
            let tx = Work::begin(&client, mode)?;
            let done = work(&tx).and_then(|done| Ok(tx.commit().map(|()| done)?));
            if done.is_ok() || !tx.may_repeat.get() || tries == TRANSACTION_TRIES {
                return done;
            }
            tries += 1;
        }
    }

    fn migrate(&self) -> Result<(), StoreError> {
        self.run(&Mode::Write(Scope::Schema), |tx| {
            tx.batch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)")?;
            let done = tx.rows("SELECT coalesce(max(version), 0) FROM schema_version", vec![])?;
            let done = done.first().map_or(Ok(0), |row| row.u64(0))?;
            for (version, migration) in (1_u64..).zip(MIGRATIONS).skip(done as usize) {
                tx.batch(migration)?;
                tx.execute("INSERT INTO schema_version (version) VALUES ($1)", vec![version.into()])?;
            }
            Ok(())
        })
    }
}

impl<'a> Work<'a> {
    fn begin(client: &'a Client, mode: &Mode) -> Result<Self, StoreError> {
        let begin = match mode {
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned(),
            Mode::Write(scope) => match scope.name() {
                None => "BEGIN".to_owned(),
                Some(name) => format!("BEGIN; SELECT pg_advisory_xact_lock({})", lock_of(&name)),
            },
        };
        let (puts, may_repeat) = (RefCell::default(), Cell::new(false));
        let work = Self { client, puts, is_open: Cell::new(true), may_repeat };
        wait(client.batch_execute(&begin)).map_err(|error| work.failed(error))?;
        Ok(work)
    }

    fn commit(&self) -> Result<(), StoreError> {
        self.send_puts()?;
        wait(self.client.batch_execute("COMMIT")).map_err(|error| self.failed(error))?;
        self.is_open.set(false);
        Ok(())
    }

    fn prepared(&self, sql: &str) -> Result<Statement, StoreError> {
        wait(self.client.prepare_cached(sql)).map_err(|error| self.failed(error))
    }

    fn batch(&self, sql: &str) -> Result<(), StoreError> {
        wait(self.client.batch_execute(sql)).map_err(|error| self.failed(error))
    }

    /// Pipelined: all are on their way before the first is answered.
    fn send_puts(&self) -> Result<(), StoreError> {
        let prepared = |Put { sql, values }: Put| Ok::<_, StoreError>((self.prepared(&sql)?, values));
        let puts = gathered(self.puts.take()).into_iter().map(prepared).collect::<Result<Vec<_>, _>>()?;
        let sent = puts.iter().map(|(statement, values)| {
            let values = borrowed(values);
            async move { self.client.execute(statement, &values).await }
        });
        wait(try_join_all(sent)).map(drop).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: Error) -> StoreError {
        let conflicts = [
            SqlState::UNIQUE_VIOLATION,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
        ];
        if error.code().is_some_and(|code| conflicts.contains(code)) {
            self.may_repeat.set(true);
        }
        error.into()
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        if self.is_open.get() {
            // Where this fails the connection is gone, and its transaction with it.
            wait(self.client.batch_execute("ROLLBACK")).ok();
        }
    }
}

impl Session for Work<'_> {
    fn rows(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let mut answers = self.rows_of_each(sql, vec![values])?;
        Ok(answers.pop().unwrap_or_default())
    }

    fn rows_of_each(&self, sql: &str, each: Vec<Vec<Value>>) -> Result<Vec<Vec<Row>>, StoreError> {
        self.send_puts()?;
        let statement = &self.prepared(sql)?;
        let sent = each.iter().map(|values| {
            let values = borrowed(values);
            async move { self.client.query(statement, &values).await }
        });
        let answers = wait(try_join_all(sent)).map_err(|error| self.failed(error))?;
        answers.iter().map(|rows| rows.iter().map(row).collect()).collect()
    }

    fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        self.send_puts()?;
        let statement = self.prepared(sql)?;
        let done = wait(self.client.execute(&statement, &borrowed(&values)));
        done.map_err(|error| self.failed(error))
    }

    fn put(&self, sql: &str, values: Vec<Value>) -> Result<(), StoreError> {
        self.puts.borrow_mut().push(Put { sql: sql.to_owned(), values });
        let is_full = self.puts.borrow().len() >= PUTS_MAX;
        if is_full { self.send_puts() } else { Ok(()) }
    }
}

/// Blocks this thread. The connection is driven by others, so that it does not matter whose thread this is; a task of
/// another runtime has no say in how often this is polled.
fn wait<F: Future>(future: F) -> F::Output {
    block_on(unconstrained(future))
}

/// The number of an advisory lock. Two scopes that share one by chance only wait for each other.
fn lock_of(name: &str) -> i64 {
    let mut head = [0; 8];
    head.copy_from_slice(&Digest::of(name.as_bytes()).as_bytes()[..8]);
    i64::from_be_bytes(head)
}

fn borrowed(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(sql).collect()
}

fn sql(value: &Value) -> &(dyn ToSql + Sync) {
    match value {
        Value::Null => &None::<&[u8]>,
        Value::Int(number) => number,
        Value::Text(text) => text,
        Value::Bytes(bytes) => bytes,
    }
}

fn row(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let value = |(index, column): (usize, &tokio_postgres::Column)| -> Result<Value, StoreError> {
        let value = match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(index)?.map(Value::Int),
            Type::INT4 => row.try_get::<_, Option<i32>>(index)?.map(|number| Value::Int(number.into())),
            Type::BOOL => row.try_get::<_, Option<bool>>(index)?.map(Value::from),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index)?.map(Value::Bytes),
            _ => row.try_get::<_, Option<String>>(index)?.map(Value::Text),
        };
        Ok(value.unwrap_or(Value::Null))
    };
    Ok(Row(row.columns().iter().enumerate().map(value).collect::<Result<_, _>>()?))
}
