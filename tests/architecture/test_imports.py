"""Importing a module does nothing: no file is written, nothing is connected to, no setting is read."""

import json
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT, module_names

WATCH = """
import importlib, json, os, sys, threading
root, names = sys.argv[1], json.loads(sys.argv[2])
deeds = []
WATCHED = {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.fork", "os.mkdir"}
def caller():
    frame = sys._getframe(2)
    while frame and ("/os.py" in frame.f_code.co_filename or "collections_abc" in frame.f_code.co_filename):
        frame = frame.f_back
    return frame.f_code.co_filename if frame else ""
class Environment(dict):
    def note(self, name):
        if caller().startswith(root + "/") and "/.venv/" not in caller():
            deeds.append(f"{caller()} reads {name} of the environment")
    def __getitem__(self, name):
        self.note(name)
        return super().__getitem__(name)
    def get(self, name, default=None):
        self.note(name)
        return super().get(name, default)
    def __contains__(self, name):
        self.note(name)
        return super().__contains__(name)
def probed_by_library():
    frame = sys._getframe(2)
    while frame:
        if frame.f_code.co_filename.endswith("urllib3/util/connection.py"):
            return True  # whether the machine has IPv6: bound to the loopback and closed again
        frame = frame.f_back
    return False
def audit(event, args):
    if event in WATCHED and not probed_by_library():
        deeds.append(f"{event} {args[:2]!r}")
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        deeds.append(f"writes {args[0]!r}")
os.environ = Environment(os.environ)
sys.addaudithook(audit)
for name in names:
    before = len(deeds)
    try:
        importlib.import_module(name)
    except Exception as error:
        deeds.append(repr(error))
    deeds[before:] = [f"{name}: {deed}" for deed in deeds[before:]]
deeds += [f"thread {thread.name}" for thread in threading.enumerate() if thread is not threading.main_thread()]
print(json.dumps(deeds))
"""


def test_importing_every_module_does_nothing(tmp_path: Path) -> None:
    names = module_names()
    run = subprocess.run(
        [sys.executable, "-W", "error", "-B", "-c", WATCH, str(ROOT), json.dumps(names)],
        env={"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == []
    assert list(tmp_path.iterdir()) == []
    assert "core.db" in names
