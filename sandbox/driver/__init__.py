"""Drives the sandbox as a person would, in process and without a browser; for tests.

driver = Driver(sandbox, team)
ana = driver.as_("ana")
ana.command("/lead new", channel="sales")
ana.modal.fill({"Name": "Zoe Lima"})
ana.modal.submit()
"""

from sandbox.driver.driver import Driver
from sandbox.driver.errors import ConfirmNeededError, NotOnScreenError, ProtocolError
from sandbox.driver.mailbox import FORGED, Mailbox, MailHandle
from sandbox.driver.message import MessageHandle
from sandbox.driver.modal import Modal
from sandbox.driver.person import Home, Person

__all__ = [
    "FORGED",
    "ConfirmNeededError",
    "Driver",
    "Home",
    "MailHandle",
    "Mailbox",
    "MessageHandle",
    "Modal",
    "NotOnScreenError",
    "Person",
    "ProtocolError",
]
