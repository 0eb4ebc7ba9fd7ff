"""One Apache Kafka node in KRaft mode on 127.0.0.1, with SCRAM users and rights from the start.

The folder is made beside its place and renamed when it is whole, passwords included, so a first
start that was cut short leaves nothing that looks finished. The clients' settings are elsewhere, in
`core/bus/kafka.py`.
"""

import base64
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import psutil

from services.core.runtime import processes
from services.core.runtime.errors import DataDamaged, RunsElsewhere, ServerFailed
from services.core.runtime.jars import class_path
from services.core.runtime.java import find_java
from services.core.runtime.progress import Report, step
from services.core.settings import Settings

SUPER_USER: Final = "platform"
_START_SECONDS: Final = 90.0
_STOP_SECONDS: Final = 30.0
_SCRAM: Final = "org.apache.kafka.common.security.scram.ScramLoginModule"
_PLAIN: Final = "org.apache.kafka.common.security.plain.PlainLoginModule"


class _Secrets(msgspec.Struct):
    platform: str
    controller: str


class KafkaBroker:
    """The broker whose data lie under `settings.home`; there is at most one such process."""

    def __init__(self, settings: Settings, report: Report) -> None:
        self.address = f"127.0.0.1:{settings.kafka_port}"
        self.log = settings.home / "kafka.log"
        self._settings = settings
        self._report = report
        self._folder = settings.home / "kafka"
        self._mark = f"-Dlienthong.data={self._folder}"

    @property
    def password(self) -> str:
        """The password of the super user. The folder must have been made."""
        return self._secrets().platform

    def process(self) -> psutil.Process | None:
        """Return the running broker of this folder, whoever started it."""
        return processes.find(lambda command: self._mark in command and "kafka.Kafka" in command)

    def launch(self) -> None:
        """Start the broker unless it runs; `wait` for it afterwards.

        Raises what stands in the way before anything is started: Java, jars, ports, damaged data.
        """
        if running := self.process():
            if f"CLIENT://{self.address}," not in (self._folder / "server.properties").read_text():
                raise RunsElsewhere(running.pid, self.address)
            return
        processes.must_be_free(self._settings.kafka_port, "LIENTHONG_KAFKA_PORT")
        processes.must_be_free(self._settings.controller_port, "LIENTHONG_CONTROLLER_PORT")
        java = self._java()
        if not self._folder.exists():
            with step("making Kafka's data folder", self._report):
                self._make(java)
        if not (self._folder / "data" / "meta.properties").exists():
            raise DataDamaged(self._folder, "data/meta.properties")
        self._write_properties(self._folder)
        self.log.unlink(missing_ok=True)
        command = [*java, self._mark, "kafka.Kafka", "server.properties"]
        processes.spawn(command, self.log, self._folder)

    def wait(self) -> None:
        """Return when the broker answers; raise ServerFailed if it ends or stays silent."""
        with step("starting Kafka", self._report):
            process = self.process()
            deadline = time.monotonic() + _START_SECONDS
            while not self.answers():
                if process is None or not processes.alive(process):
                    raise ServerFailed("Kafka", "ended while starting", self.log)
                if time.monotonic() > deadline:
                    raise ServerFailed("Kafka", f"is silent after {_START_SECONDS} s", self.log)
                time.sleep(0.05)

    def stop(self) -> None:
        """Let the broker close its logs and end; nothing happens if it does not run."""
        if process := self.process():
            with step("stopping Kafka", self._report):
                processes.end(process, signal.SIGTERM, _STOP_SECONDS)

    def kill(self) -> None:
        """End the broker without a chance to close anything."""
        if process := self.process():
            processes.kill(process)

    def answers(self) -> bool:
        """Say whether a broker answers at the address: it is asked which requests it knows."""
        request = struct.pack(">hhih", 18, 0, 1, -1)
        try:
            with socket.create_connection(("127.0.0.1", self._settings.kafka_port), 2) as wire:
                wire.sendall(struct.pack(">i", len(request)) + request)
                answer = wire.recv(10)
        except OSError:
            return False
        return len(answer) == 10 and answer[4:] == b"\x00\x00\x00\x01\x00\x00"  # noqa: PLR2004

    def _java(self) -> Sequence[str | Path]:
        jars = class_path(self._settings.cache, self._settings.maven_mirror, self._report)
        return [
            find_java(self._settings.java),
            "-Xms128m",
            "-Xmx768m",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.awt.headless=true",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX",
            "-cp",
            ":".join(map(str, jars)),
        ]

    def _make(self, java: Sequence[str | Path]) -> None:
        """Make the data folder: cluster id, first user, secrets; whole or not at all."""
        making = self._folder.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        made = _Secrets(secrets.token_urlsafe(24), secrets.token_urlsafe(24))
        write_private(making / "secrets.json", msgspec.json.encode(made))
        self._write_properties(making)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        user = f"SCRAM-SHA-512=[name={SUPER_USER},password={made.platform}]"
        with self.log.open("wb") as said:
            done = subprocess.run(  # noqa: S603 - our own command
                [
                    *(*java, "-XX:TieredStopAtLevel=1", "kafka.tools.StorageTool", "format"),
                    "--standalone",
                    *(f"--cluster-id={cluster}", "-c", "server.properties", "--add-scram", user),
                ],
                cwd=making,
                stdout=said,
                stderr=said,
                check=False,
            )
        if done.returncode:
            raise ServerFailed("Kafka", "could not make its data folder", self.log)
        making.rename(self._folder)

    def _secrets(self, folder: Path | None = None) -> _Secrets:
        path = (folder or self._folder) / "secrets.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=_Secrets)
        except (OSError, msgspec.MsgspecError):
            raise DataDamaged(self._folder, path.name) from None

    def _write_properties(self, folder: Path) -> None:
        """Write `server.properties` anew, for ports may differ from start to start."""
        own = self._secrets(folder)
        platform = f'{_SCRAM} required username="{SUPER_USER}" password="{own.platform}";'
        controller = (
            f'{_PLAIN} required username="controller" password="{own.controller}" '
            f'user_controller="{own.controller}";'
        )
        controller_address = f"127.0.0.1:{self._settings.controller_port}"
        properties = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "log.dirs": "data",
            # Both listeners on the loopback, both with passwords: other users share the machine.
            "listeners": f"CLIENT://{self.address},CONTROLLER://{controller_address}",
            "advertised.listeners": f"CLIENT://{self.address}",
            "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.bootstrap.servers": controller_address,
            "inter.broker.listener.name": "CLIENT",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            "sasl.mechanism.controller.protocol": "PLAIN",
            "listener.name.client.scram-sha-512.sasl.jaas.config": platform,
            "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.controller.plain.sasl.jaas.config": controller,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:{SUPER_USER};User:controller",
            # A password that was changed ends the sessions that it opened within five minutes. Our
            # own clients connect anew then, a tenth of a second each; more often it would show.
            "connections.max.reauth.ms": "300000",
            # What is written stays: no topic appears by a slip of the pen, none ages away.
            "auto.create.topics.enable": "false",
            "log.retention.ms": "-1",
            "log.retention.bytes": "-1",
            "unclean.leader.election.enable": "false",
            # One node, two cores, little memory.
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "1",
            "group.initial.rebalance.delay.ms": "0",
            # A killed broker is let in again when its last session has run out. Shorter than this,
            # and a machine under load shuts its only broker out.
            "broker.session.timeout.ms": "6000",
            "broker.heartbeat.interval.ms": "500",
            "num.network.threads": "2",
            "num.io.threads": "4",
            "log.cleaner.dedupe.buffer.size": "8388608",
            "log.index.size.max.bytes": "1048576",
        }
        text = "".join(f"{name}={value}\n" for name, value in properties.items())
        write_private(folder / "server.properties", text.encode())


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    beside.touch(mode=0o600)
    beside.write_bytes(data)
    beside.replace(path)
