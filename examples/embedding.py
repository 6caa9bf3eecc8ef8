"""A web application that answers by each user's own style, while users edit their styles.

Run it in this folder with `STYLES=./styles uvicorn --factory embedding:build_app`, put `brisk-anna.yaml` into that
folder, and ask `POST /styles/brisk-anna/decisions/withdraw` with a record such as `{"sent_at": "2026-03-01"}`.
"""

from __future__ import annotations

import logging
import math
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse

from invitepolicy import Decision, RecordError, decide
from invitepolicy.store import PolicyStore

if TYPE_CHECKING:
    from invitepolicy import Problem

log = logging.getLogger("embedding")


def build_app(folder: str | None = None) -> FastAPI:
    """Return the application for a folder of styles, by default the one that $STYLES names."""
    store = PolicyStore(Path(folder or os.environ.get("STYLES", "styles")), report=log_problems)
    app = FastAPI(title="Etiquette for invitations")

    # `def`, not `async def`: the server runs it in a thread. Store and policies may be shared between threads.
    @app.post("/styles/{style}/decisions/{name}")
    def answer(style: str, name: str, record: dict[str, Any]) -> JSONResponse:
        policy, now = store.get(style), datetime.now(UTC)  # once each, so that the whole answer is consistent
        try:
            decision = decide(policy, record, now=now).get(name)
        except RecordError as error:
            raise HTTPException(422, {"field": error.field, "what": error.what, "hint": error.hint}) from None
        if decision is None:
            raise HTTPException(404, f"{policy.name} has no decision {name!r} about an invitation")
        log.info("%s by %s at %s: %s", name, policy.fingerprint, now.isoformat(), decision.outcome)
        content = {
            "policy": {"name": policy.name, "fingerprint": policy.fingerprint},
            "now": now.isoformat(),
            "decision": decision.to_dict(),
        }
        return JSONResponse(content, headers=retry_after(decision, now))

    @app.get("/styles")
    def styles() -> dict[str, Any]:
        problems = {style: list(map(without_path, reported)) for style, reported in store.problems.items()}
        return {"default": store.default.name, "styles": store.styles(), "problems": problems}

    return app


def retry_after(decision: Decision, now: datetime) -> dict[str, str]:
    """Return the header that says when to ask again: in as many seconds as the outcome stays the same."""
    if decision.changes_at is None:
        return {}
    return {"Retry-After": str(math.ceil((decision.changes_at - now).total_seconds()))}


def log_problems(style: str, problems: tuple[Problem, ...]) -> None:
    """Log the problems of a style, once per edit; until it is fixed, the last good policy answers."""
    for problem in problems:
        log.warning("the style %s cannot be used: %s", style, problem)


def without_path(problem: Problem) -> str:
    """Return the text of a problem without the path, which is the server's business."""
    return f"line {problem.line}, column {problem.column}: {problem.what}; {problem.hint}"
