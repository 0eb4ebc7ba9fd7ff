// One stream for all pages of a browser: over HTTP/1.1 it opens six connections to a server at most.
"use strict";
const MOST = 60; // messages kept for pages that come later
const streams = new Map();

class Stream {
  constructor(key, url) {
    this.key = key;
    this.ports = new Set();
    this.kept = [];
    this.source = new EventSource(url, { withCredentials: true });
    this.source.onopen = () => this.send({ what: "open" });
    this.source.onerror = () => {
      const state = this.source.readyState;
      if (state === EventSource.CLOSED) streams.delete(this.key);
      this.send({ what: "error", state });
    };
    this.source.addEventListener("facts", ({ data, lastEventId }) => {
      const message = { what: "facts", data, lastEventId };
      this.kept = [...this.kept, message].slice(-MOST);
      this.send(message);
    });
    streams.set(key, this);
  }

  send(message) {
    for (const port of this.ports) port.postMessage(message);
  }

  join(port, mark) {
    this.ports.add(port);
    if (this.source.readyState === EventSource.OPEN) port.postMessage({ what: "open" });
    // A mark that is not known lies before or inside what comes next: the page drops repeated rows.
    const known = this.kept.findIndex((each) => each.lastEventId === mark);
    for (const message of this.kept.slice(known + 1)) port.postMessage(message);
  }

  leave(port) {
    this.ports.delete(port);
    if (this.ports.size) return;
    this.source.close();
    if (streams.get(this.key) === this) streams.delete(this.key);
  }
}

onconnect = ({ ports: [port] }) => {
  let stream;
  port.onmessage = ({ data: { key, url } }) => {
    if (stream) {
      stream.leave(port);
      return;
    }
    stream = streams.get(key) ?? new Stream(key, url);
    stream.join(port, new URL(url, location.href).searchParams.get("after"));
  };
};
