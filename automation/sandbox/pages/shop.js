// Where the shopper wants to stay on this page, the link is opened with
// connect.js. That it says "complete" proves nothing: the next page asks the API.
const order = document.getElementById("order");
const news = document.getElementById("news");

const say = (text) => {
  news.textContent = text;
  news.hidden = !text;
};

order.addEventListener("submit", async (event) => {
  const form = new FormData(order);
  if (form.get("where") === "redirect" || !window.Passage) return;
  event.preventDefault();
  say("");
  const reply = await fetch(order.action, { method: "POST", body: new URLSearchParams(form), headers: { Accept: "application/json" } });
  if (!reply.ok) return say("The link could not be created.");
  const { claimUrl } = await reply.json();
  Passage.open({
    claimUrl,
    mode: form.get("where"),
    onComplete: ({ linkId }) => location.assign(`/done?linkId=${encodeURIComponent(linkId)}`),
    onError: ({ code }) => say(`That did not work out: ${code}.`),
    onClose: () => say(news.textContent || "You closed it before it was done."),
  });
});
