"""The process that runs all simulated phones and the carrier: `python -m sandbox.phones.office <config.json>`.

It prints `ready` when every phone is registered, obeys requests on its control socket (`commands.py` lists them) and
ends on SIGTERM or SIGINT, after hanging up and unregistering. The config holds secrets, keep it to its owner:

    {"pbx": ["127.0.0.1", 5060], "carrier_port": 5080, "control": "phones.sock",
     "phones": {"101": {"secret": "…", "mode": "answer", "after": 8}, …},
     "day": {"callers": [{"number": "+4930901820", "name": "Acme", "line": "102"}], "pause": [40, 90]}}

A phone without `mode` gets its habit of `HABITS`; without `day` nobody calls by himself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
from pathlib import Path
from typing import Any

from .behaviour import Behaviour
from .carrier import Carrier
from .commands import Commands, describe
from .control import ControlServer
from .day import Day
from .numbering import DEVICES
from .phone import Phone, RegistrationError
from .transaction import NoAnswer, Peer
from .user_agent import UserAgent

# Sales: Anna answers, the others would later. Support: Clara's and the second desk's phones ring on, Emil answers.
HABITS = {
    "101": Behaviour("answer", after=8),
    "102": Behaviour("answer", after=10),
    "103": Behaviour("answer", after=14),
    "104": Behaviour("answer", after=8),
    "105": Behaviour("answer", after=6),
    "1052": Behaviour("ring"),
}
_TONES = {user: 400 + 50 * index for index, user in enumerate(DEVICES)}  # Hz: every phone sounds different
_REGISTER_SECONDS = 30  # how long the PBX may take to come up

_logger = logging.getLogger(__name__)


class ConfigError(ValueError):
    """The config file can't be used; the text says what to mend."""


class Office:
    """All phones and the carrier. `async with Office(config) as office: ...`

    :param config: as in the file, see above
    """

    def __init__(self, config: dict[str, Any]) -> None:
        try:
            pbx: Peer = (str(config["pbx"][0]), int(config["pbx"][1]))
            self.carrier = Carrier(pbx, port=int(config["carrier_port"]))
            self.phones = {user: _phone(user, dict(entry), pbx) for user, entry in config["phones"].items()}
            self._day = Day.from_json(config["day"]) if config.get("day") else None
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ConfigError(f"the phones' config is wrong: {error!r}") from error

    @property
    def agents(self) -> list[UserAgent]:
        return [*self.phones.values(), self.carrier]

    def phone(self, user: str) -> Phone:
        """:raises LookupError: when there is none of that name"""
        if user not in self.phones:
            raise LookupError(f"no phone {user!r}; there are {', '.join(self.phones)}")
        return self.phones[user]

    async def __aenter__(self) -> Office:
        try:
            await asyncio.gather(*(agent.start() for agent in self.agents))
            await asyncio.gather(*(_register(phone) for phone in self.phones.values()))
        except BaseException:
            await self._close()
            raise
        if self._day:
            self.carrier.spawn(self._day.run(self.carrier))
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(NoAnswer, asyncio.TimeoutError):  # the PBX may be gone already
            await asyncio.wait_for(asyncio.gather(*(phone.unregister() for phone in self.phones.values())), 2)
        await self._close()

    async def _close(self) -> None:
        await asyncio.gather(*(agent.stop() for agent in self.agents))


def _phone(user: str, entry: dict[str, Any], pbx: Peer) -> Phone:
    secret = entry.pop("secret")
    behaviour = Behaviour(**entry) if entry else HABITS.get(user)
    return Phone(user, secret, pbx, behaviour=behaviour, tone=_TONES.get(user, 440))


async def _register(phone: Phone) -> None:
    """Register, patiently: the PBX may be starting at the same time."""
    deadline = asyncio.get_running_loop().time() + _REGISTER_SECONDS
    while True:
        try:
            await asyncio.wait_for(phone.register(), _REGISTER_SECONDS)
            return
        except (RegistrationError, NoAnswer, asyncio.TimeoutError):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.5)


async def run(config: dict[str, Any]) -> None:
    """Run the office until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    office = Office(config)
    async with ControlServer(Path(config["control"]), Commands(office).run) as control:
        for agent in office.agents:
            agent.listeners.append(lambda call: control.publish({"event": "call", **describe(call)}))
        async with office:
            print("ready", flush=True)
            await stop.wait()


def main(arguments: list[str]) -> int:
    """Returns the exit status: 0 after a stop, 1 when the office could not open."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if len(arguments) != 1:
        print("usage: python -m sandbox.phones.office <config.json>", file=sys.stderr)
        return 2
    try:
        asyncio.run(run(json.loads(Path(arguments[0]).read_text("utf-8"))))
    except (OSError, ValueError, RuntimeError, asyncio.TimeoutError) as error:
        print(f"the phones can't start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
