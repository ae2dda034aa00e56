// Runs on the processor's origin. It answers the frame around it, if that is
// of the site that it was opened for.
const around = new URLSearchParams(location.search).get("parent");
const field = (id) => document.querySelector("#" + id);
const add = (id, text) => field(id).add(new Option(text, text));

for (let month = 1; month <= 12; month++) add("month", String(month).padStart(2, "0"));
for (let year = new Date().getFullYear(), i = 0; i < 15; i++) add("year", String(year + i));

addEventListener("message", async (event) => {
  if (event.source !== parent || event.origin !== around || event.data.type !== "tokenize") return;
  const [number, month, year, cvv] = ["number", "month", "year", "cvv"].map((id) => field(id).value.trim());
  const reply = await fetch("/tokens", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ number, month, year, cvv }) });
  event.source.postMessage(await reply.json(), event.origin);
});
