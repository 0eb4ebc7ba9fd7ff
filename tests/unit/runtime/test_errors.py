"""Every obstacle of a first start is one line that names what is wrong and the remedy."""

import fcntl
import os
import socket
import stat
from pathlib import Path

import pytest

from services.core.runtime import java, postgres_server, processes
from services.core.runtime.doctor import examine
from services.core.runtime.errors import (
    Busy,
    DataDamaged,
    DiskFull,
    JarBroken,
    JavaUnfit,
    NoNetwork,
    PathTooLong,
    PortTaken,
    RunsElsewhere,
    ServerFailed,
    StackError,
    Unwritable,
)
from services.core.runtime.jars import Jar, locked_jars, sha256_of
from services.core.runtime.progress import step
from services.core.runtime.stack import Stack
from services.core.settings import Settings, SettingsError


def a_java(folder: Path, version: str) -> Path:
    """Return a `java` that says it is of this version."""
    path = folder / "java"
    path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize(
    "error",
    [
        PortTaken(19092, "java (process 7)", "LIENTHONG_KAFKA_PORT"),
        NoNetwork(["a.jar", "b.jar", "c.jar"], Path("/jars"), "ConnectionError"),
        JarBroken(Path("/jars/a.jar"), "0" * 64, "1" * 64),
        JavaUnfit("/usr/bin/java (Java 11)"),
        DiskFull(Path("/home"), 1 << 20, 1 << 30),
        Unwritable("/home", "Permission denied"),
        PathTooLong(Path("/home/x"), 107),
        DataDamaged(Path("/home/kafka"), "meta.properties"),
        RunsElsewhere(7, "127.0.0.1:19092"),
        Busy(Path("/home/stack.lock"), 120),
        ServerFailed("Kafka", "ended while starting", Path("/home/kafka.log")),
    ],
)
def test_every_obstacle_is_told_in_one_line(error: StackError) -> None:
    assert "\n" not in str(error)
    assert set(StackError.__subclasses__()) >= {type(error)}


def test_a_taken_port_names_who_holds_it_and_the_setting() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"port {port} .*process {os.getpid()}.*LIENTHONG_X="):
            processes.must_be_free(port, "LIENTHONG_X")
    processes.must_be_free(port, "LIENTHONG_X")


def test_a_java_that_is_named_and_too_old_is_refused(tmp_path: Path) -> None:
    old = a_java(tmp_path, "11.0.2")
    with pytest.raises(
        JavaUnfit, match=r"Java 17 or later, found .*java \(Java 11\).*LIENTHONG_JAVA"
    ):
        java.find_java(old)


def test_a_java_that_does_not_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JavaUnfit, match=r"\(does not start\)"):
        java.find_java(tmp_path / "nowhere")


def test_a_machine_with_an_old_java_gets_the_packaged_one(tmp_path: Path) -> None:
    a_java(tmp_path, "1.8.0_392")
    found = java.find_java(None, {"PATH": str(tmp_path)})
    assert (java.java_version(found) or 0) >= java.OLDEST
    assert found.parent != tmp_path


def test_where_no_java_fits_each_that_was_tried_is_named(tmp_path: Path) -> None:
    a_java(tmp_path, "1.8.0_392")
    with pytest.raises(JavaUnfit, match=r"Java 8.*does not start"):
        java.find_java(None, {"PATH": str(tmp_path)}, packaged=tmp_path / "none")


def test_a_disk_without_room_is_named_before_anything_is_made(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with pytest.raises(DiskFull, match=r"MB free, the stack needs .* MB.*LIENTHONG_HOME"):
        Stack(Settings(home=home)).start(needed_bytes=1 << 62)
    assert sorted(path.name for path in home.iterdir()) == ["stack.lock"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unwritable, match=r"file.* cannot be written \(.*LIENTHONG_HOME"):
        Stack(Settings(home=tmp_path / "file" / "home")).start()


def test_the_lock_of_a_command_at_work_is_waited_for_and_then_named(tmp_path: Path) -> None:
    lock = tmp_path / "stack.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Busy, match=r"for 0 s \(it holds .*stack\.lock\): wait for it"):
            Stack(Settings(home=tmp_path), patience_seconds=0.1).start()


def test_the_lock_file_of_a_command_that_died_holds_nobody(tmp_path: Path) -> None:
    (tmp_path / "stack.lock").write_text("4711")
    assert Stack(Settings(home=tmp_path), patience_seconds=0.1).stop() is False


def test_a_path_too_long_for_a_socket_is_named_with_its_length() -> None:
    folder = Path("/") / ("x" * 90) / "postgres"
    assert postgres_server.socket_path_length(folder.parent) == 105
    with pytest.raises(PathTooLong, match=r"has 114 bytes, the system allows 107.*LIENTHONG_HOME"):
        postgres_server.socket_path_length(folder)


def test_one_version_of_kafka_stands_in_the_lock() -> None:
    versions = {jar.version for jar in locked_jars() if jar.group == "org.apache.kafka"}
    assert len(versions) == 1, "another logging binding pulls in an older kafka-clients"
    assert all(len(jar.sha256) == 64 for jar in locked_jars())


def test_a_jar_that_is_not_there_has_no_hash(tmp_path: Path) -> None:
    assert sha256_of(tmp_path / Jar("g", "a", "1", "").name) is None


def test_a_quick_step_is_silent() -> None:
    lines: list[str] = []
    with step("something quick", lines.append):
        pass
    assert lines == []


def test_the_doctor_names_a_fault_without_starting_anything(tmp_path: Path) -> None:
    stack = Stack(Settings(home=tmp_path / ("x" * 90), java=a_java(tmp_path, "11")))
    faults = {each.what for each in examine(stack) if each.in_order is False}
    assert faults == {"Java", "socket path"}
    assert not stack.settings.home.exists()


def test_the_environment_speaks_before_the_running_stack(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text('{"settings":{"kafka_port":20001,"kafka_password":"p"}}')
    settings = Settings.load({"LIENTHONG_HOME": str(tmp_path), "LIENTHONG_KAFKA_PORT": "20002"})
    assert (settings.kafka_port, settings.kafka_password) == (20002, "p")


@pytest.mark.parametrize(
    ("name", "text"),
    [("PARTITIONS", "many"), ("STORY_START", "2026-07-01T08:00:00"), ("HTTP_PORT", "")],
)
def test_a_setting_that_cannot_be_read_is_named(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"LIENTHONG_{name}='{text}': "):
        Settings.load({"LIENTHONG_HOME": str(tmp_path), f"LIENTHONG_{name}": text})


@pytest.mark.parametrize("text", ["{", "", '{"settings":{"kafka_port":"x"}}'])
def test_a_broken_stack_file_is_named_with_the_remedy(tmp_path: Path, text: str) -> None:
    (tmp_path / "stack.json").write_text(text)
    with pytest.raises(SettingsError, match=r"stack\.json: cannot be read .* Remove it"):
        Settings.load({"LIENTHONG_HOME": str(tmp_path)})


def test_stopping_what_was_never_started_makes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert Stack(Settings(home=home)).stop() is False
    assert not home.exists()
