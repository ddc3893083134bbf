#![allow(clippy::unwrap_used, clippy::expect_used)]
//! The platform over real TLS on the loopback interface, as a terminal meets it. Every story is told twice: with
//! SQLite behind it, and with PostgreSQL.

/// Makes a test of each story for each database; where it says so also for tables that are partitioned.
macro_rules! stories {
    (partitioned too: $($story:ident),* $(,)?) => {
        stories! { $($story),* }
        mod partitioned {
            $(#[tokio::test] async fn $story() { super::$story($crate::world::World::partitioned().await).await; })*
        }
    };
    ($($story:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $story() { super::$story($crate::world::World::start().await).await; })*
        }
        mod postgres {
            $(#[tokio::test] async fn $story() { super::$story($crate::world::World::on_postgres().await).await; })*
        }
    };
}

mod append_only;
mod ask;
mod backup;
mod batches;
mod bounds;
mod case;
mod catalogue;
mod commands;
mod enrol;
mod files;
mod heads;
mod page;
mod partitions;
#[path = "../postgres/mod.rs"]
mod postgres;
mod program;
mod renew;
mod restored;
mod revocations;
mod servers;
mod twin;
mod world;
