import socket
from pathlib import Path

import amqp
import pytest

from deploy import ports
from deploy.broker import Broker, policy
from deploy.waiting import wait_until
from tests.support.processes import is_running, sockets


def connect(uri: str) -> amqp.Connection:
    credentials, _, address = uri.removeprefix("amqp://").partition("@")
    user, _, password = credentials.partition(":")
    host, _, vhost = address.partition("/")
    connection = amqp.Connection(
        host, user, password, virtual_host=vhost or "/", connect_timeout=5, confirm_publish=True
    )
    connection.connect()
    return connection


def declare(channel: amqp.Channel, queue: str) -> int:
    declared = channel.queue_declare(
        queue, durable=True, exclusive=False, auto_delete=False, arguments={"x-queue-type": "quorum"}
    )
    return int(declared.message_count)


def test_a_confirmed_message_outlives_a_kill(broker_server: Broker, amqp_uri: str) -> None:
    with connect(amqp_uri) as connection:
        channel = connection.channel()
        declare(channel, "kept")
        channel.basic_publish_confirm(amqp.Message(b"fact", delivery_mode=2), routing_key="kept", timeout=5)
    wait_until(lambda: is_registered_on_disk(broker_server, "kept"), 15, "RabbitMQ to write the queue's name")

    broker_server.kill()
    assert not broker_server.ready()
    broker_server.start()

    with connect(amqp_uri) as connection:
        assert connection.channel().basic_get("kept", no_ack=True).body == b"fact"


def test_a_queue_whose_node_was_killed_in_its_first_second_is_mended_by_deleting_it(
    broker_server: Broker, amqp_uri: str
) -> None:
    # RabbitMQ 3.10 writes a new quorum queue's name (names.dets) some moments after confirming to it. Killed in between, the
    # queue comes back without a leader, for good: it is declared without complaint, and nothing put into it is ever confirmed.
    with connect(amqp_uri) as connection:
        declare(connection.channel(), "young")
    broker_server.kill()
    broker_server.start()

    with connect(amqp_uri) as connection:
        connection.channel().queue_delete("young")
        channel = connection.channel()
        declare(channel, "young")
        channel.basic_publish_confirm(amqp.Message(b"fact", delivery_mode=2), routing_key="young", timeout=5)


def test_each_test_has_a_vhost_of_its_own(amqp_uri: str) -> None:
    with connect(amqp_uri) as connection, pytest.raises(amqp.NotFound):
        connection.channel().queue_declare("kept", passive=True)


def test_the_queue_of_a_subscription_is_limited_and_drops_its_head(broker_server: Broker, amqp_uri: str) -> None:
    vhost = amqp_uri.rpartition("/")[2]
    with connect(amqp_uri) as connection:
        channel = connection.channel()
        declare(channel, "events.from.members")
        declare(channel, "elsewhere")
        rows = broker_server.control("list_queues", "-p", vhost, "name", "policy").splitlines()
    assert "events.from.members\tsubscriptions" in rows
    assert "elsewhere\tsubscriptions" not in rows

    listed = broker_server.control("list_policies", "-p", vhost)
    assert '"overflow":"drop-head"' in listed
    assert '"max-length":50000' in listed


def test_a_rabbitmq_with_a_delivery_limit_is_told_not_to_drop_messages() -> None:
    assert "delivery-limit" not in policy((3, 10))
    assert policy((4, 0))["delivery-limit"] == -1


def test_two_nodes_live_beside_each_other_and_neither_listens_beyond_loopback(
    broker_server: Broker, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Broker(tmp_path_factory.mktemp("other"))
    try:
        other.start()
        assert other.ready()
        assert broker_server.ready()
        with pytest.raises(amqp.AccessRefused):
            connect(other.uri().replace(str(other.port), str(broker_server.port))).close()
        for pid in (other.pid, broker_server.pid):
            assert listening_addresses(pid) == {ports.HOST}
    finally:
        other.stop()
    assert not other.alive


def test_a_stopped_node_leaves_no_process(tmp_path_factory: pytest.TempPathFactory) -> None:
    node = Broker(tmp_path_factory.mktemp("node"))
    node.start()
    left = [process.pid for process in node._processes]
    node.stop()
    assert [pid for pid in left if is_running(pid)] == []
    assert ports.is_free(node.port)


def listening_addresses(pid: int) -> set[str]:
    """The IPv4 addresses on which a process listens, from /proc; an IPv6 one would come out as "::"."""
    inodes = sockets(pid)
    found = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text("ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                raw = bytes.fromhex(fields[1].partition(":")[0])
                found.add(socket.inet_ntop(family, raw[::-1] if family == socket.AF_INET else raw))
    return found


def is_registered_on_disk(broker: Broker, queue: str) -> bool:
    """Whether the file that RabbitMQ finds its quorum queues by after a crash has this one."""
    return any(queue.encode() in path.read_bytes() for path in broker._directory.glob("data/quorum/*/names.dets"))
