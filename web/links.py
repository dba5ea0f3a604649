"""The page behind a record's link. It says where to look, and nothing of the record: not even whether there is one."""

from flask import Flask, Response, abort

from core.links import PATH, parse

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>A record in Rapport</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem; }
a { display: inline-block; padding: .6rem 1rem; background: #1d4e4a; color: #fff; border-radius: .4rem; }
</style>
</head>
<body>
<h1>This is a record in Rapport</h1>
<p>Rapport lives in Slack. Paste this page's address into a Slack message and click Open below it.</p>
<p><a href="slack://open">Open Slack</a></p>
</body>
</html>
"""


def mount(app: Flask) -> None:
    """Serve the page for every address that looks like a record's."""

    @app.get(f"{PATH}/<path:record>")
    def record_link(record: str) -> Response:
        if parse(record) is None:
            abort(404)
        page = Response(PAGE, mimetype="text/html")
        page.headers["Cache-Control"] = "no-store"
        page.headers["Referrer-Policy"] = "no-referrer"
        page.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
        page.headers["X-Content-Type-Options"] = "nosniff"
        return page
