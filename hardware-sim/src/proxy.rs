//! The network between terminal and platform: a TCP proxy that can be cut.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::limits::{PROXY_CONNECT_WAIT, PROXY_CONNECTIONS_MAX};

/// Carries connections from `listener` to `target` while `up` says so; a cut closes them all, and new ones at once.
pub async fn serve(listener: TcpListener, target: SocketAddr, up: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = listener.accept().await;
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((client, _)) if connections.len() < PROXY_CONNECTIONS_MAX => {
                connections.spawn(carry(client, target, up.clone()));
            }
            Ok((client, _)) => drop(client),
            Err(error) => {
                tracing::warn!(%error, "the proxy cannot accept");
                tokio::time::sleep(crate::limits::PROXY_RETRY_WAIT).await;
            }
        }
    }
}

async fn carry(mut client: TcpStream, target: SocketAddr, mut up: watch::Receiver<bool>) {
    let through = async {
        let connected = tokio::time::timeout(PROXY_CONNECT_WAIT, TcpStream::connect(target)).await;
        let mut server = connected.map_err(std::io::Error::other)??;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        copy_bidirectional(&mut client, &mut server).await
    };
    tokio::select! {
        biased;
        _ = up.wait_for(|up| !up) => tracing::debug!("the proxy cut a connection"),
        done = through => {
            if let Err(error) = done {
                tracing::debug!(%error, "a proxied connection ended");
            }
        }
    }
}
