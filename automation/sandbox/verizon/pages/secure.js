// Speaks with the processor's frame for the page around this one.
const inner = document.querySelector("#card-details");
const processor = new URL(inner.src).origin;

addEventListener("message", (event) => {
  if (event.source === parent && event.origin === location.origin) inner.contentWindow.postMessage(event.data, processor);
  else if (event.source === inner.contentWindow && event.origin === processor) parent.postMessage(event.data, location.origin);
});
