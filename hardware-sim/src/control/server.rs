//! The control server: HTTP with JSON on loopback.
//!
//! `POST /do` takes a [`Command`], `GET /state` and `GET /residents` look. Errors are `{"error": …}` with status 400.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State as Shared;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::command::Command;
use crate::world::World;

/// The routes over `world`.
pub(crate) fn routes(world: Arc<World>) -> Router {
    Router::new()
        .route("/do", post(act))
        .route("/state", get(async |Shared(world): Shared<Arc<World>>| Json(world.state())))
        .route("/residents", get(async |Shared(world): Shared<Arc<World>>| Json(world.residents().to_vec())))
        .with_state(world)
}

async fn act(Shared(world): Shared<Arc<World>>, command: Result<Json<Command>, JsonRejection>) -> Response {
    let Json(command) = match command {
        Ok(command) => command,
        Err(rejection) => return refuse(rejection.body_text()),
    };
    match world.act(&command) {
        Ok(()) => Json(world.state()).into_response(),
        Err(error) => refuse(error.to_string()),
    }
}

fn refuse(why: String) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response()
}
