"""Settings: the environment speaks first, then the running stack's file, then the defaults."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.core.settings import Settings, SettingsError


def load(home: Path, **said: str) -> Settings:
    return Settings.load({"LIENTHONG_HOME": str(home), **said})


def stack_file(home: Path, content: str) -> Path:
    path = home / "stack.json"
    path.write_text(content)
    return path


def test_what_nobody_says_is_as_written_in_the_code(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings(home=tmp_path)


def test_the_running_stack_is_heard_and_the_environment_has_the_last_word(tmp_path: Path) -> None:
    stack_file(tmp_path, '{"settings": {"kafka_port": 20001, "postgres_host": "/run"}, "pids": {}}')
    settings = load(tmp_path, LIENTHONG_KAFKA_PORT="20002")
    assert (settings.kafka_port, settings.postgres_host) == (20002, "/run")


def test_text_becomes_what_a_setting_is(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        LIENTHONG_LEASE_SECONDS="2.5",
        LIENTHONG_PARTITIONS="3",
        LIENTHONG_STORY_START="2026-07-01T08:00:00+07:00",
        LIENTHONG_CACHE="~/jars",
        LIENTHONG_TOPIC_PREFIX="7",
    )
    assert settings.lease_seconds == 2.5
    assert settings.partitions == 3
    assert settings.story_start == datetime(2026, 7, 1, 1, tzinfo=UTC)
    assert settings.cache == Path.home() / "jars"
    assert settings.topic_prefix == "7"


def test_home_and_its_secrets_do_not_move_with_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.load({"LIENTHONG_HOME": "here"})
    assert settings.home == tmp_path / "here"
    assert settings.secrets == tmp_path / "here" / "secrets"


def test_other_names_of_the_environment_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, LIENTHONG_TEST_STACK="x", KAFKA_PORT="1") == Settings(home=tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("LIENTHONG_PARTITIONS", "twelve", "Expected `int`"),
        ("LIENTHONG_PARTITIONS", "3.5", "Expected `int`"),
        ("LIENTHONG_LEASE_SECONDS", "", "Expected `float`"),
        ("LIENTHONG_LEASE_SECONDS", "nan", ">= 0.5"),
        ("LIENTHONG_LEASE_SECONDS", "-1", ">= 0.5"),
        ("LIENTHONG_LEASE_SECONDS", "inf", "<= 3600"),
        ("LIENTHONG_PARTITIONS", "0", ">= 1"),
        ("LIENTHONG_HTTP_PORT", "99999", "<= 65535"),
        ("LIENTHONG_POSTGRES_PORT", "-1", ">= 1"),
        ("LIENTHONG_METRICS_PORT", "65536", "<= 65535"),
        ("LIENTHONG_LIMIT_SUBMISSIONS", "0", ">= 1"),
        ("LIENTHONG_STORY_START", "yesterday", "datetime"),
        ("LIENTHONG_STORY_START", "2026-07-01T08:00:00", "a time with its offset"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_with_what_stood_there(
    tmp_path: Path, name: str, text: str, expected: str
) -> None:
    with pytest.raises(SettingsError) as error:
        load(tmp_path, **{name: text})
    assert str(error.value).startswith(f"{name}={text!r}: ")
    assert expected in str(error.value)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"settings": 7}', '{"settings": {"kafka_port": "x"}}']
)
def test_a_damaged_stack_file_is_named_with_the_remedy(tmp_path: Path, content: str) -> None:
    path = stack_file(tmp_path, content)
    with pytest.raises(SettingsError, match=rf"{path}: .*Remove it: `lienthong up`"):
        load(tmp_path)
