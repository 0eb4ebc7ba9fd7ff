"""A port that cannot be listened on is refused with the cause that is true."""

import socket

import pytest

from services.core.telemetry.probes import PortTaken, listen

SETTING = "LIENTHONG_HTTP_PORT"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])  # noqa: S104  not kept open
def test_an_address_of_this_machine_is_listened_on(host: str) -> None:
    listen(0, SETTING, host).close()


@pytest.mark.parametrize(
    "host", ["::1", "999.1.1.1", "192.0.2.1", "no such host", "x" * 70, "\u0111\u1ecba ch\u1ec9"]
)
def test_what_is_no_address_of_this_machine_is_named_with_its_setting(host: str) -> None:
    with pytest.raises(PortTaken) as refused:
        listen(0, SETTING, host)
    assert f"LIENTHONG_HTTP_HOST={host!a} is no IPv4 address of this machine" in str(refused.value)
    assert "127.0.0.1" in str(refused.value)


def test_a_port_that_another_process_holds_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is taken: .*{SETTING}="):
            listen(port, SETTING)
