"""Prometheus: how many requests, how long they took, how many database connections are out."""

import os
import time

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.pool import QueuePool

from core.db import Database

BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
"""3 s is where Slack gives up."""


def mount(app: Flask, database: Database) -> None:
    """Measure every request of the app and serve `GET /metrics`."""
    registry = CollectorRegistry()
    requests = Counter("rapport_http_requests", "Requests answered", ["route", "status"], registry=registry)
    seconds = Histogram(
        "rapport_http_seconds", "Time to answer, in seconds", ["route"], buckets=BUCKETS_SECONDS, registry=registry
    )
    out = Gauge(
        "rapport_database_connections_out",
        "Database connections in use",
        registry=registry,
        multiprocess_mode="livesum",
    )

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        # The rule, not the path: strangers' paths must not become names of series.
        route = request.url_rule.rule if request.url_rule else "unknown"
        requests.labels(route, str(response.status_code)).inc()
        seconds.labels(route).observe(time.perf_counter() - g.started)
        return response

    @app.get("/metrics")
    def metrics() -> Response:
        if isinstance(database.engine.pool, QueuePool):
            out.set(database.engine.pool.checkedout())
        return Response(generate_latest(_readable(registry)), content_type=CONTENT_TYPE_LATEST)


def _readable(own: CollectorRegistry) -> CollectorRegistry:
    """This process's numbers, or those of all web processes where they share a folder."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return own
    merged = CollectorRegistry()
    MultiProcessCollector(merged)  # type: ignore[no-untyped-call]
    return merged
