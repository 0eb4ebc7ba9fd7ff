"""A real Kafka and PostgreSQL on this machine, from packages alone: no Docker, no system service.

Start with `stack.py`, which starts, stops and describes both. `kafka_broker.py` and
`postgres_server.py` each know one server, `jars.py` and `java.py` what Kafka is made of,
`processes.py` how we know a process to be ours. Whatever may go wrong has a name in `errors.py`.
"""
