// Runs on the processor's origin. It answers the page around it, and no other.
const around = new URLSearchParams(location.search).get("parent");
const value = (id) => document.querySelector(id).value.trim();

addEventListener("message", async (event) => {
  if (event.source !== window.parent || event.origin !== around || event.data.type !== "tokenize") return;
  const reply = await fetch("/tokens", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ number: value("#card-number"), expires: value("#card-expires"), cvv: value("#card-cvv") }),
  });
  const { token, error } = await reply.json();
  event.source.postMessage(token ? { type: "token", token } : { type: "problem", problem: error }, event.origin);
});
