// What the live list needs besides htmx: no row twice, not too many rows, a status, a pause.
"use strict";
// An EventSource whose messages come from the stream that all pages of one visitor share.
const shared = (url) => {
  const { worker, visitor } = document.getElementById("stream").dataset;
  const { port } = new SharedWorker(worker);
  const source = new EventTarget();
  source.readyState = EventSource.CONNECTING;
  port.onmessage = ({ data: { what, state, data, lastEventId } }) => {
    if (what === "open") {
      source.readyState = EventSource.OPEN;
      source.onopen?.(new Event("open"));
    } else if (what === "error") {
      source.readyState = state;
      source.onerror?.(new Event("error"));
    } else {
      source.dispatchEvent(new MessageEvent(what, { data, lastEventId }));
    }
  };
  source.close = () => {
    source.readyState = EventSource.CLOSED;
    port.postMessage({});
  };
  addEventListener("pagehide", source.close);
  port.postMessage({ key: `${visitor} ${document.documentElement.lang}`, url });
  return source;
};
if (window.SharedWorker) htmx.createEventSource = shared;
addEventListener("DOMContentLoaded", () => {
  const list = document.getElementById("facts");
  if (!list) return;
  const status = document.getElementById("status");
  const pause = document.getElementById("pause");
  const stream = document.getElementById("stream");
  const most = Number(list.dataset.most);
  let paused = false;

  const say = (what) => {
    status.textContent = status.dataset[what];
    status.className = what;
  };
  document.body.addEventListener("htmx:sseOpen", () => paused || say("connected"));
  document.body.addEventListener("htmx:sseError", () => paused || say("lost"));
  document.body.addEventListener("htmx:sseBeforeMessage", (event) => {
    if (paused) event.preventDefault();
  });
  document.body.addEventListener("htmx:sseMessage", (event) => {
    // A connection begun anew, after one that was refused, goes on from here.
    const mark = encodeURIComponent(event.detail.lastEventId || "");
    stream.setAttribute("sse-connect", `/console/live?after=${mark}`);
    const seen = new Set();
    for (const row of [...list.children]) {
      if (row.id && seen.has(row.id)) row.remove();
      seen.add(row.id);
    }
    while (list.children.length > most) list.lastElementChild.remove();
  });
  pause.addEventListener("click", () => {
    if (paused) {
      location.reload();
      return;
    }
    paused = true;
    pause.textContent = pause.dataset.resume;
    say("paused");
  });
});
