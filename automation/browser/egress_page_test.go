package browser

// everyWayOut is a page that tries every way in which a page can send something
// out of a browser. Braces stand for addresses that no policy lists. #done shows
// when everything has been tried.
const everyWayOut = `<!doctype html>
<link rel="dns-prefetch" href="//dns-prefetch.unlisted.example">
<link rel="preconnect" href="https://preconnect.unlisted.example">
<link rel="preconnect" href="http://{tcp}">
<link rel="prefetch" href="http://{tcp}/prefetch">
<link rel="preload" as="image" href="http://{tcp}/preload">
<link rel="modulepreload" href="http://{tcp}/module.js">
<link rel="stylesheet" href="http://{tcp}/style.css">
<link rel="icon" href="http://{tcp}/icon.png">
<link rel="manifest" href="http://{tcp}/manifest.json">
<script type="speculationrules">{"prefetch": [{"source": "list", "urls": ["http://{tcp}/speculated", "https://speculated.unlisted.example/"]}],
	"prerender": [{"source": "list", "urls": ["http://{tcp}/prerendered"]}]}</script>
<style>@import "http://{tcp}/import.css"; @font-face { font-family: f; src: url(http://{tcp}/font) } body { font-family: f; background: url(http://{tcp}/background) }</style>
<img src="http://{tcp}/image"><img src="http://[::1]:{port}/image6"><img src="https://8.8.8.8/image"><img src="http://image.unlisted.example/">
<video src="http://{tcp}/video"></video><object data="http://{tcp}/object"></object>
<iframe src="http://{tcp}/frame"></iframe><iframe src="/away"></iframe><iframe src="view-source:http://{tcp}/source"></iframe>
<iframe name="posted"></iframe><form id="form" method="post" target="posted" action="http://{tcp}/form"></form>
<a id="ping" href="#there" ping="http://{tcp}/ping">ping</a>
<script>
	const wait = ms => new Promise(done => setTimeout(done, ms));
	const heard = (target, ...events) => new Promise(done => events.forEach(e => target.addEventListener(e, done)));
	const peer = () => {
		const pc = new RTCPeerConnection({iceServers: [
			{urls: "stun:{udp}"}, {urls: "stun:stun.unlisted.example:3478"}, {urls: "stun:8.8.4.4:3478"},
			{urls: ["turn:{udp}?transport=udp", "turn:{tcp}?transport=tcp"], username: "u", credential: "c"}]});
		pc.createDataChannel("data");
		return pc;
	};
	const tries = {
		fetch: () => fetch("http://{tcp}/fetch", {mode: "no-cors"}),
		keepalive: () => fetch("http://{tcp}/keepalive", {mode: "no-cors", keepalive: true}),
		name: () => fetch("https://fetch.unlisted.example/", {mode: "no-cors"}),
		redirect: () => fetch("/away", {mode: "no-cors"}),
		beacon: () => navigator.sendBeacon("http://{tcp}/beacon", "x"),
		socket: () => heard(new WebSocket("ws://{tcp}/socket"), "error"),
		events: () => heard(new EventSource("http://{tcp}/events"), "error"),
		module: () => import("http://{tcp}/imported.js"),
		transport: () => new WebTransport("https://{udp}/transport").ready,
		stun: async () => {
			const pc = peer(), done = heard(pc, "icegatheringstatechange");
			pc.onicecandidate = e => e.candidate?.candidate && document.body.insertAdjacentHTML("beforeend", "<p class=own>" + e.candidate.candidate + "</p>");
			await pc.setLocalDescription(await pc.createOffer());
			await done;
			while (pc.iceGatheringState !== "complete") await heard(pc, "icegatheringstatechange");
		},
		peers: async () => { // one is told that the other is where the sink is
			const one = peer(), other = peer();
			await one.setLocalDescription(await one.createOffer());
			await other.setRemoteDescription(one.localDescription);
			await other.setLocalDescription(await other.createAnswer());
			await one.setRemoteDescription(other.localDescription);
			const [address, port] = "{udp}".split(":");
			await one.addIceCandidate({candidate: "candidate:1 1 udp 2113937151 " + address + " " + port + " typ host", sdpMid: "0", sdpMLineIndex: 0});
			await heard(one, "connectionstatechange");
		},
		worker: () => heard(new Worker(URL.createObjectURL(new Blob(
			["fetch('http://{tcp}/worker', {mode: 'no-cors'}).finally(() => postMessage(0))"]))), "message"),
		service: async () => {
			await navigator.serviceWorker.register("/service.js");
			const ready = await navigator.serviceWorker.ready;
			const done = heard(navigator.serviceWorker, "message");
			ready.active.postMessage("go");
			await done;
		},
		form: () => form.submit(),
		ping: () => ping.click(),
		window: () => open("http://{tcp}/window"),
		policy: () => new Image().src = "http://report.unlisted.example/against-the-policy",
	};
	addEventListener("load", async () => {
		await Promise.all(Object.values(tries).map(one => Promise.race([(async () => one())().catch(() => {}), wait(2000)])));
		document.body.insertAdjacentHTML("beforeend", "<p id=done>done</p>");
	});
</script>`

// serviceWorker fetches an unlisted address when it gets a message.
const serviceWorker = `
	addEventListener("install", () => skipWaiting());
	addEventListener("activate", e => e.waitUntil(clients.claim()));
	addEventListener("message", e => e.waitUntil(
		fetch("http://{tcp}/service", {mode: "no-cors"}).catch(() => {}).then(() => e.source.postMessage("done"))));`
